"""Compiled kernels of the engine that trains whole unitaries.

A matrix of four independent runs is one real array [column][row][re|im][lane], its Pauli
coefficients are [x][z][lane]. An operation is a row of integers (see `Column` and `Undo`); which
rows or coefficients it mixes stands in a table of indices, in parts of equal signs. A part is a row
(signs, first, last): bit k is set where rotation k of the operation has the other sign.
"""

import math
from enum import IntEnum

import numpy as np

from overpar.engines.lanes import HALF, kernel, store
from overpar.engines.lanes import load_half as load
from overpar.engines.lanes import spread_half as spread


class Kind(IntEnum):
    """What an operation does to rows of the matrix."""

    IMAGINARY = 0  # rotation mixing rows with a factor ±i: an even number of Y
    REAL = 1  # rotation mixing rows with a factor ±1: an odd number of Y
    DIAGONAL = 2  # rotation about a Z-string
    PAIR = 3  # REAL and then IMAGINARY, of strings that flip the same bits and anticommute
    ALIKE = 4  # two PAIRs that commute, in one pass
    OPPOSITE = 5  # the same, where one PAIR's flip changes the other's signs


class Column(IntEnum):
    """Meaning of the integers that describe an operation on rows."""

    KIND = 0
    FLIP = 1  # bits that the strings flip
    FLIP_2 = 2  # those of the second PAIR
    FIRST = 3  # its parts, up to LAST
    LAST = 4
    RESCALE = 5  # whether the cosines left out so far are multiplied in after it
    SLOTS = 6  # four rows of the angle tables, −1 where there are fewer rotations


class Undo(IntEnum):
    """Meaning of the integers that describe an operation on coefficients: one or two rotations."""

    FIRST = 0  # its parts, up to LAST
    LAST = 1
    SLOT = 2  # row of the angle tables
    COEFFICIENT = 3  # index of the string
    GRADIENT = 4  # row of the gradient
    SLOT_2 = 5  # of the second rotation, −1 if there is none
    COEFFICIENT_2 = 6
    GRADIENT_2 = 7


KIND, FLIP, FLIP_2, FIRST, LAST, RESCALE, SLOTS = (int(c) for c in Column)
UNDO_FIRST, UNDO_LAST, SLOT, COEFFICIENT, GRADIENT, SLOT_2, COEFFICIENT_2, GRADIENT_2 = (
    int(c) for c in Undo
)
IMAGINARY, REAL, DIAGONAL, PAIR, ALIKE, OPPOSITE = (int(k) for k in Kind)


@kernel
def _imaginary(psi, index, first, last, flip, t):
    """Rows x and y = x ⊕ flip: x − i t y and y − i t x."""
    for k in range(first, last):
        x, y = 2 * index[k], 2 * (index[k] ^ flip)
        xr, xi, yr, yi = load(psi, x), load(psi, x + 1), load(psi, y), load(psi, y + 1)
        store(psi, x, xr + t * yi)
        store(psi, x + 1, xi - t * yr)
        store(psi, y, yr + t * xi)
        store(psi, y + 1, yi - t * xr)


@kernel
def _real(psi, index, first, last, flip, t):
    """Rows x and y = x ⊕ flip: x + t y and y − t x."""
    for k in range(first, last):
        x, y = 2 * index[k], 2 * (index[k] ^ flip)
        xr, xi, yr, yi = load(psi, x), load(psi, x + 1), load(psi, y), load(psi, y + 1)
        store(psi, x, xr + t * yr)
        store(psi, x + 1, xi + t * yi)
        store(psi, y, yr - t * xr)
        store(psi, y + 1, yi - t * xi)


@kernel
def _diagonal(psi, index, first, last, t):
    """Row x: x − i t x."""
    for k in range(first, last):
        x = 2 * index[k]
        xr, xi = load(psi, x), load(psi, x + 1)
        store(psi, x, xr + t * xi)
        store(psi, x + 1, xi - t * xr)


@kernel
def _turned(xr, xi, yr, yi, t, u):
    """x + t y and y − t x, then x − i u y and y − i u x."""
    xr, xi, yr, yi = xr + t * yr, xi + t * yi, yr - t * xr, yi - t * xi
    return xr + u * yi, xi - u * yr, yr + u * xi, yi - u * xr


@kernel
def _turned_back(xr, xi, yr, yi, t, u):
    """`_turned` by −t and −u."""
    xr, xi, yr, yi = xr - t * yr, xi - t * yi, yr + t * xr, yi + t * xi
    return xr - u * yi, xi + u * yr, yr - u * xi, yi + u * xr


@kernel
def _pair(psi, index, first, last, flip, t, u):
    for k in range(first, last):
        x, y = 2 * index[k], 2 * (index[k] ^ flip)
        xr, xi, yr, yi = load(psi, x), load(psi, x + 1), load(psi, y), load(psi, y + 1)
        xr, xi, yr, yi = _turned(xr, xi, yr, yi, t, u)
        store(psi, x, xr)
        store(psi, x + 1, xi)
        store(psi, y, yr)
        store(psi, y + 1, yi)


@kernel
def _two_pairs(psi, index, first, last, flip, other, t, u, v, w, alike):
    """Four rows at a time, so that each is loaded and stored once for four rotations."""
    for k in range(first, last):
        row = index[k]
        a, b, c, d = 2 * row, 2 * (row ^ flip), 2 * (row ^ other), 2 * (row ^ flip ^ other)
        ar, ai, br, bi = load(psi, a), load(psi, a + 1), load(psi, b), load(psi, b + 1)
        cr, ci, dr, di = load(psi, c), load(psi, c + 1), load(psi, d), load(psi, d + 1)
        ar, ai, br, bi = _turned(ar, ai, br, bi, t, u)
        if alike:
            cr, ci, dr, di = _turned(cr, ci, dr, di, t, u)
            ar, ai, cr, ci = _turned(ar, ai, cr, ci, v, w)
            br, bi, dr, di = _turned(br, bi, dr, di, v, w)
        else:
            cr, ci, dr, di = _turned_back(cr, ci, dr, di, t, u)
            ar, ai, cr, ci = _turned(ar, ai, cr, ci, v, w)
            br, bi, dr, di = _turned_back(br, bi, dr, di, v, w)
        store(psi, a, ar)
        store(psi, a + 1, ai)
        store(psi, b, br)
        store(psi, b + 1, bi)
        store(psi, c, cr)
        store(psi, c + 1, ci)
        store(psi, d, dr)
        store(psi, d + 1, di)


@kernel
def _sign(signs, k):
    """−1 where bit k of the signs is set."""
    return 1.0 - 2.0 * (signs >> k & 1)


@kernel
def _turn(psi, op, parts, index, tan):
    """One operation on a block of columns, without its cosines."""
    kind, flip, other = op[KIND], op[FLIP], op[FLIP_2]
    for part in range(op[FIRST], op[LAST]):
        signs, first, last = parts[part, 0], parts[part, 1], parts[part, 2]
        t = _sign(signs, 0) * load(tan, op[SLOTS])
        if kind == IMAGINARY:
            _imaginary(psi, index, first, last, flip, t)
        elif kind == REAL:
            _real(psi, index, first, last, flip, t)
        elif kind == DIAGONAL:
            _diagonal(psi, index, first, last, t)
        else:
            u = _sign(signs, 1) * load(tan, op[SLOTS + 1])
            if kind == PAIR:
                _pair(psi, index, first, last, flip, t, u)
            else:
                v = _sign(signs, 2) * load(tan, op[SLOTS + 2])
                w = _sign(signs, 3) * load(tan, op[SLOTS + 3])
                if kind == ALIKE:
                    _two_pairs(psi, index, first, last, flip, other, t, u, v, w, True)
                else:
                    _two_pairs(psi, index, first, last, flip, other, t, u, v, w, False)


@kernel
def _forward(ops, parts, index, tan, cos, psi):
    """ψ ← ∏ exp(−iθP/2) ψ for a block of columns."""
    scale = spread(1.0)
    for i in range(ops.shape[0]):
        op = ops[i]
        _turn(psi, op, parts, index, tan)
        for k in range(SLOTS, SLOTS + 4):
            if op[k] >= 0:
                scale = scale * load(cos, op[k])
        if op[RESCALE]:
            for r in range(2 * psi.shape[0]):
                store(psi, r, scale * load(psi, r))
            scale = spread(1.0)


@kernel
def _coefficients(w, size, weight, scratch, out, loss):
    """y_P = v Im(Tr(W)* Tr(PW)) from W, for all P = (x, z); loss ← v |Tr W|²."""
    tr, ti = spread(0.0), spread(0.0)
    for q in range(size):
        tr += load(w, 2 * (q * size + q))
        ti += load(w, 2 * (q * size + q) + 1)
    store(loss, 0, weight * (tr * tr + ti * ti))
    tr, ti = weight * tr, weight * ti
    for x in range(size):
        for q in range(size):
            at = 2 * ((q ^ x) * size + q)
            re, im = load(w, at), load(w, at + 1)
            store(scratch, 2 * q, tr * re + ti * im)
            store(scratch, 2 * q + 1, tr * im - ti * re)
        bit = 1
        while bit < size:
            for q in range(size):
                if not q & bit:
                    for part in range(2):
                        a, b = 2 * q + part, 2 * (q + bit) + part
                        one, other = load(scratch, a), load(scratch, b)
                        store(scratch, a, one + other)
                        store(scratch, b, one - other)
            bit *= 2
        for z in range(size):
            # Im(iʸ h) for y letters Y.
            ys, bits = 0, x & z
            while bits:
                ys += bits & 1
                bits >>= 1
            value = load(scratch, 2 * z + 1 - ys % 2)
            store(out, x * size + z, value if ys % 4 < 2 else -value)


@kernel
def _unturn(y, index, first, last, c, s):
    """Undo a rotation on pairs of coefficients."""
    for k in range(first, last):
        i, j = index[k, 0], index[k, 1]
        one, other = load(y, i), load(y, j)
        store(y, i, c * one + s * other)
        store(y, j, c * other - s * one)


@kernel
def _unturn_pair(y, index, first, last, c, s, d, v):
    """Undo two rotations on triples: the second (d, v) on (b, c), then the first on (c, a)."""
    for k in range(first, last):
        i, j, m = index[k, 0], index[k, 1], index[k, 2]
        one, two, three = load(y, i), load(y, j), load(y, m)
        store(y, j, d * two + v * three)
        three = d * three - v * two
        store(y, m, c * three + s * one)
        store(y, i, c * one - s * three)


@kernel
def _backward(ops, parts, index, cos, sin, y, rows):
    """rows ← y_P of every rotation's P, while the rotations are undone on y."""
    for i in range(ops.shape[0] - 1, -1, -1):
        op = ops[i]
        c, s = load(cos, op[SLOT]), load(sin, op[SLOT])
        two = op[SLOT_2] >= 0
        if two:
            store(rows, op[GRADIENT_2], load(y, op[COEFFICIENT_2]))
        for part in range(op[UNDO_FIRST], op[UNDO_LAST]):
            signs, first, last = parts[part, 0], parts[part, 1], parts[part, 2]
            a = _sign(signs, 0) * s
            if two:
                d, b = load(cos, op[SLOT_2]), _sign(signs, 1) * load(sin, op[SLOT_2])
                _unturn_pair(y, index, first, last, c, a, d, b)
            else:
                _unturn(y, index, first, last, c, a)
        store(rows, op[GRADIENT], load(y, op[COEFFICIENT]))


@kernel
def loss_and_gradient(
    forward,
    backward,
    parts,
    index,
    triples,
    links,
    scales,
    start,
    weight,
    tables,
    losses,
    gradients,
):
    """Losses (groups, 1, HALF) and gradients (groups, M, HALF) of every group.

    `start` is the matrix in blocks of columns (blocks, rows, 2, HALF), `tables` are
    (groups, 4, slots, HALF): tan θ/2, |cos θ/2|, cos θ, sin θ.
    """
    blocks, height = start.shape[0], start.shape[1]
    size = round(math.sqrt(blocks * height))
    matrix, y = np.empty_like(start), np.empty((blocks * height, HALF))
    scratch, rows = np.empty((size, 2, HALF)), np.empty((links.shape[0], HALF))
    whole = matrix.reshape(blocks * height, 2, HALF)
    for group in range(tables.shape[0]):
        tan, half, cos, sin = tables[group, 0], tables[group, 1], tables[group, 2], tables[group, 3]
        matrix[:] = start
        for block in range(blocks):
            _forward(forward, parts, index, tan, half, matrix[block])
        _coefficients(whole, size, weight, scratch, y, losses[group])
        _backward(backward, parts, triples, cos, sin, y, rows)
        gradient = gradients[group]
        gradient[:] = 0.0
        for i in range(links.shape[0]):
            row, parameter = links[i, 0], links[i, 1]
            total = load(gradient, parameter) + scales[i] * load(rows, row)
            store(gradient, parameter, total)
