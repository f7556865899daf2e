"""Compiled kernels of the state-vector engine.

A state of `LANES` independent runs is one real array [row][re|im][lane]; the lane loop has a
compile-time length, so it becomes vector instructions, and each lane sees the same
instructions whatever its neighbours hold. Gates act on the low bits of the row index; higher
bits label the inputs.

An operation is a row of integers (see `Column`); half-angle cosines and sines come in tables
[slot][lane].
"""

import math
from enum import IntEnum

import numpy as np
from numba import njit

LANES = 8

_OPTIONS = {"cache": True, "nogil": True, "fastmath": {"contract", "nsz"}, "error_model": "numpy"}


class Kind(IntEnum):
    """What an operation does."""

    IMAGINARY = 0  # rotation mixing amplitudes with a factor ±i: an even number of Y
    REAL = 1  # rotation mixing with a factor ±1: an odd number of Y
    DIAGONAL = 2  # rotations about commuting Z-strings that share an angle, merged
    SIGN = 3  # −1 where all bits of the sign mask are set (CZ)
    MATRIX = 4  # any fixed unitary


class Column(IntEnum):
    """Meaning of the integers that describe an operation."""

    KIND = 0
    FLIP = 1  # bits that the Pauli string flips; qubit bits for MATRIX
    SIGN = 2  # bits whose parity gives its sign
    PHASE = 3  # ±1, from the power of i
    SLOT = 4  # row of the angle tables
    GRADIENT = 5  # row of the gradient
    FIRST = 6  # offset into `levels` or `matrices`
    COUNT = 7  # number of levels, or matrix size
    ROWS = 8  # offset into `row_data`


KIND, FLIP, SIGN, PHASE, SLOT, GRADIENT, FIRST, COUNT, ROWS = (int(c) for c in Column)
IMAGINARY, REAL, DIAGONAL, SIGN_FLIP, MATRIX = (int(k) for k in Kind)


@njit(**_OPTIONS)
def _parity(bits):
    bits ^= bits >> 16
    bits ^= bits >> 8
    bits ^= bits >> 4
    bits ^= bits >> 2
    bits ^= bits >> 1
    return bits & 1


@njit(**_OPTIONS)
def _top_bit(bits):
    top = 1
    while top * 2 <= bits:
        top *= 2
    return top


@njit(**_OPTIONS)
def _mix(psi, op, cos, sin, turn):
    """ψ ← exp(−i·turn·θP/2) ψ for a Pauli string P with a flip; turn is ±1."""
    flip, sign, slot = op[FLIP], op[SIGN], op[SLOT]
    real = op[KIND] == REAL
    top = _top_bit(flip)
    phase = turn * op[PHASE]
    for block in range(0, psi.shape[0], 2 * top):
        for r in range(block, block + top):
            q = r ^ flip
            a = phase * (1 - 2 * _parity(q & sign))
            b = phase * (1 - 2 * _parity(r & sign))
            if real:
                for k in range(LANES):
                    c, s = cos[slot, k], sin[slot, k]
                    xr, xi, yr, yi = psi[r, 0, k], psi[r, 1, k], psi[q, 0, k], psi[q, 1, k]
                    psi[r, 0, k] = c * xr + a * s * yr
                    psi[r, 1, k] = c * xi + a * s * yi
                    psi[q, 0, k] = c * yr + b * s * xr
                    psi[q, 1, k] = c * yi + b * s * xi
            else:
                for k in range(LANES):
                    c, s = cos[slot, k], sin[slot, k]
                    xr, xi, yr, yi = psi[r, 0, k], psi[r, 1, k], psi[q, 0, k], psi[q, 1, k]
                    psi[r, 0, k] = c * xr + a * s * yi
                    psi[r, 1, k] = c * xi - a * s * yr
                    psi[q, 0, k] = c * yr + b * s * xi
                    psi[q, 1, k] = c * yi - b * s * xr


@njit(**_OPTIONS)
def _phases(table, op, levels, cos, sin, turn):
    """table[level] ← exp(−i·turn·θE/2) for the eigenvalues E of a merged diagonal."""
    slot = op[SLOT]
    for j in range(op[COUNT]):
        e = levels[op[FIRST] + j]
        for k in range(LANES):
            c, s = cos[slot, k], sin[slot, k]
            if e != 1.0 and e != -1.0:
                angle = e * math.atan2(s, c)
                table[j, 0, k] = math.cos(angle)
                table[j, 1, k] = -turn * math.sin(angle)
            else:
                table[j, 0, k] = c
                table[j, 1, k] = -turn * e * s


@njit(**_OPTIONS)
def _diagonal(psi, op, table, row_data, mask):
    for r in range(psi.shape[0]):
        j = row_data[op[ROWS] + (r & mask)]
        for k in range(LANES):
            c, s = table[j, 0, k], table[j, 1, k]
            xr, xi = psi[r, 0, k], psi[r, 1, k]
            psi[r, 0, k] = c * xr - s * xi
            psi[r, 1, k] = c * xi + s * xr


@njit(**_OPTIONS)
def _sign(psi, bits):
    for r in range(psi.shape[0]):
        if r & bits == bits:
            for k in range(LANES):
                psi[r, 0, k] = -psi[r, 0, k]
                psi[r, 1, k] = -psi[r, 1, k]


@njit(**_OPTIONS)
def _matrix(psi, op, matrices, row_data, inverse, scratch):
    size, first, offsets = op[COUNT], op[FIRST], op[ROWS]
    for base in range(psi.shape[0]):
        if base & op[FLIP]:
            continue
        for i in range(size):
            for k in range(LANES):
                scratch[i, 0, k] = psi[base + row_data[offsets + i], 0, k]
                scratch[i, 1, k] = psi[base + row_data[offsets + i], 1, k]
        for i in range(size):
            r = base + row_data[offsets + i]
            for k in range(LANES):
                psi[r, 0, k] = 0.0
                psi[r, 1, k] = 0.0
            for j in range(size):
                if inverse:
                    m = matrices[first + j * size + i].conjugate()
                else:
                    m = matrices[first + i * size + j]
                for k in range(LANES):
                    xr, xi = scratch[j, 0, k], scratch[j, 1, k]
                    psi[r, 0, k] += m.real * xr - m.imag * xi
                    psi[r, 1, k] += m.real * xi + m.imag * xr


@njit(**_OPTIONS)
def _apply(psi, op, data, cos, sin, turn, table, scratch, mask):
    """One operation (turn=1) or its inverse (turn=−1) on a state."""
    levels, matrices, row_data = data
    kind = op[KIND]
    if kind <= REAL:
        _mix(psi, op, cos, sin, turn)
    elif kind == DIAGONAL:
        _phases(table, op, levels, cos, sin, turn)
        _diagonal(psi, op, table, row_data, mask)
    elif kind == SIGN_FLIP:
        _sign(psi, op[SIGN])
    else:
        _matrix(psi, op, matrices, row_data, turn < 0, scratch)


@njit(**_OPTIONS)
def _generator_overlap(psi, lam, op, data, mask, out):
    """out[lane] ← Im⟨λ|P|ψ⟩ for the generator P of an operation."""
    levels, _, row_data = data
    flip, sign = op[FLIP], op[SIGN]
    kind, phase = op[KIND], op[PHASE]
    for k in range(LANES):
        out[k] = 0.0
    for r in range(psi.shape[0]):
        q = r ^ flip
        if kind == DIAGONAL:
            a = levels[op[FIRST] + row_data[op[ROWS] + (r & mask)]]
        else:
            a = phase * (1.0 - 2.0 * _parity(q & sign))
        if kind == REAL:
            # iʸ = i·phase here, and Im(i z) = Re z.
            for k in range(LANES):
                out[k] += a * (lam[r, 0, k] * psi[q, 0, k] + lam[r, 1, k] * psi[q, 1, k])
        else:
            for k in range(LANES):
                out[k] += a * (lam[r, 0, k] * psi[q, 1, k] - lam[r, 1, k] * psi[q, 0, k])


@njit(**_OPTIONS)
def _generator_add(target, op, data, mask, lane, scale):
    """target[:, lane] += −(i/2)·scale·P applied to lane 0."""
    levels, _, row_data = data
    flip, sign = op[FLIP], op[SIGN]
    kind, phase = op[KIND], op[PHASE]
    for r in range(target.shape[0]):
        q = r ^ flip
        if kind == DIAGONAL:
            a = levels[op[FIRST] + row_data[op[ROWS] + (r & mask)]]
        else:
            a = phase * (1.0 - 2.0 * _parity(q & sign))
        a *= 0.5 * scale
        if kind == REAL:
            target[r, 0, lane] += a * target[q, 0, 0]
            target[r, 1, lane] += a * target[q, 1, 0]
        else:
            target[r, 0, lane] += a * target[q, 1, 0]
            target[r, 1, lane] -= a * target[q, 0, 0]


@njit(**_OPTIONS)
def forward(ops, data, buffers, mask, cos, sin, psi):
    """ψ ← Uψ."""
    table, scratch = np.empty((buffers[0], 2, LANES)), np.empty((buffers[1], 2, LANES))
    for i in range(ops.shape[0]):
        _apply(psi, ops[i], data, cos, sin, 1, table, scratch, mask)


@njit(**_OPTIONS)
def backward(ops, data, buffers, mask, cos, sin, psi, lam, gradient):
    """Adjoint sweep: undo U on ψ and λ = Oψ, collecting Im⟨λ|P|ψ⟩ at every rotation."""
    table, scratch = np.empty((buffers[0], 2, LANES)), np.empty((buffers[1], 2, LANES))
    for i in range(ops.shape[0] - 1, -1, -1):
        op = ops[i]
        if op[KIND] <= DIAGONAL:
            _generator_overlap(psi, lam, op, data, mask, gradient[op[GRADIENT]])
        _apply(psi, op, data, cos, sin, -1, table, scratch, mask)
        _apply(lam, op, data, cos, sin, -1, table, scratch, mask)


@njit(**_OPTIONS)
def tangent_sweep(ops, data, buffers, mask, cos, sin, psi, weights):
    """Lane 0 carries ψ; lane l > 0 gathers Σ weights[gradient row, l]·(derivative of that row)."""
    table, scratch = np.empty((buffers[0], 2, LANES)), np.empty((buffers[1], 2, LANES))
    for i in range(ops.shape[0]):
        op = ops[i]
        _apply(psi, op, data, cos, sin, 1, table, scratch, mask)
        if op[KIND] <= DIAGONAL:
            for lane in range(1, LANES):
                if weights[op[GRADIENT], lane] != 0.0:
                    _generator_add(psi, op, data, mask, lane, weights[op[GRADIENT], lane])


@njit(**_OPTIONS)
def pauli_sum(flips, diagonals, mask, psi, lam, loss):
    """λ ← Oψ for a Pauli sum given by flips and complex diagonals; loss[lane] ← ⟨ψ|O|ψ⟩."""
    for k in range(LANES):
        loss[k] = 0.0
    for r in range(psi.shape[0]):
        for k in range(LANES):
            lam[r, 0, k] = 0.0
            lam[r, 1, k] = 0.0
        for j in range(flips.shape[0]):
            d = diagonals[j, r & mask]
            q = r ^ flips[j]
            for k in range(LANES):
                lam[r, 0, k] += d.real * psi[q, 0, k] - d.imag * psi[q, 1, k]
                lam[r, 1, k] += d.real * psi[q, 1, k] + d.imag * psi[q, 0, k]
        for k in range(LANES):
            loss[k] += psi[r, 0, k] * lam[r, 0, k] + psi[r, 1, k] * lam[r, 1, k]


@njit(**_OPTIONS)
def projector(target, weight, psi, lam, loss):
    """λ ← w|t⟩⟨t|ψ⟩; loss[lane] ← w|⟨t|ψ⟩|²."""
    re, im = np.zeros(LANES), np.zeros(LANES)
    for r in range(psi.shape[0]):
        t = target[r]
        for k in range(LANES):
            re[k] += t.real * psi[r, 0, k] + t.imag * psi[r, 1, k]
            im[k] += t.real * psi[r, 1, k] - t.imag * psi[r, 0, k]
    for r in range(psi.shape[0]):
        t = target[r]
        for k in range(LANES):
            lam[r, 0, k] = weight * (t.real * re[k] - t.imag * im[k])
            lam[r, 1, k] = weight * (t.real * im[k] + t.imag * re[k])
    for k in range(LANES):
        loss[k] = weight * (re[k] * re[k] + im[k] * im[k])
