"""Compiled kernels of the state-vector engine.

A state of eight independent runs is one real array [row][re|im][lane], addressed in groups of
lanes: 2·row + part. Gates act on the low bits of the row index; higher bits label the inputs.
An operation is a row of integers (see `Column`); half-angle cosines and sines come in tables
[slot][lane].
"""

from enum import IntEnum

from overpar.engines.lanes import kernel, load, spread, store


class Kind(IntEnum):
    """What an operation does."""

    IMAGINARY = 0  # rotation mixing amplitudes with a factor ±i: an even number of Y
    REAL = 1  # rotation mixing with a factor ±1: an odd number of Y
    DIAGONAL = 2  # rotations about commuting Z-strings that share an angle, merged
    PAIR = 3  # RY and then RX on one qubit
    SIGN = 4  # −1 where all bits of the sign mask are set (CZ)
    MATRIX = 5  # any fixed unitary


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
    SLOT_X = 9  # of the second rotation of a PAIR
    GRADIENT_X = 10


KIND, FLIP, SIGN, PHASE, SLOT, GRADIENT, FIRST, COUNT, ROWS, SLOT_X, GRADIENT_X = (
    int(c) for c in Column
)
IMAGINARY, REAL, DIAGONAL, PAIR, SIGN_FLIP, MATRIX = (int(k) for k in Kind)


@kernel
def parity(bits):
    """1 for an odd number of set bits, else 0."""
    bits ^= bits >> 16
    bits ^= bits >> 8
    bits ^= bits >> 4
    bits ^= bits >> 2
    bits ^= bits >> 1
    return bits & 1


@kernel
def _top_bit(bits):
    top = 1
    while top * 2 <= bits:
        top *= 2
    return top


@kernel
def _rotate(psi, x, y, c, s, a, b, real):
    """Rows at x and y of ψ, mixed by c and s with signs a and b."""
    xr, xi, yr, yi = load(psi, x), load(psi, x + 1), load(psi, y), load(psi, y + 1)
    if real:
        store(psi, x, c * xr + a * s * yr)
        store(psi, x + 1, c * xi + a * s * yi)
        store(psi, y, c * yr + b * s * xr)
        store(psi, y + 1, c * yi + b * s * xi)
    else:
        store(psi, x, c * xr + a * s * yi)
        store(psi, x + 1, c * xi - a * s * yr)
        store(psi, y, c * yr + b * s * xi)
        store(psi, y + 1, c * yi - b * s * xr)


@kernel
def _mix(psi, op, cos, sin):
    """ψ ← exp(−iθP/2) ψ for a Pauli string P with a flip."""
    flip, sign, phase, real = op[FLIP], op[SIGN], float(op[PHASE]), op[KIND] == REAL
    c, s = load(cos, op[SLOT]), load(sin, op[SLOT])
    top = _top_bit(flip)
    # For one qubit the two signs are the same in every pair.
    same = sign & ~top == 0
    a, b = phase * (1 - 2 * parity(top & sign)), phase
    for block in range(0, psi.shape[0], 2 * top):
        for r in range(block, block + top):
            if not same:
                a = phase * (1 - 2 * parity((r ^ flip) & sign))
                b = phase * (1 - 2 * parity(r & sign))
            _rotate(psi, 2 * r, 2 * (r ^ flip), c, s, a, b, real)


@kernel
def _unmix(psi, lam, op, cos, sin, out):
    """out ← Im⟨λ|P|ψ⟩, then undo the rotation on both."""
    flip, sign, phase, real = op[FLIP], op[SIGN], float(op[PHASE]), op[KIND] == REAL
    c, s = load(cos, op[SLOT]), -load(sin, op[SLOT])
    top = _top_bit(flip)
    same = sign & ~top == 0
    a, b = phase * (1 - 2 * parity(top & sign)), phase
    total = spread(0.0)
    for block in range(0, psi.shape[0], 2 * top):
        for r in range(block, block + top):
            if not same:
                a = phase * (1 - 2 * parity((r ^ flip) & sign))
                b = phase * (1 - 2 * parity(r & sign))
            x, y = 2 * r, 2 * (r ^ flip)
            xr, xi, yr, yi = load(psi, x), load(psi, x + 1), load(psi, y), load(psi, y + 1)
            ur, ui, vr, vi = load(lam, x), load(lam, x + 1), load(lam, y), load(lam, y + 1)
            if real:
                # P = i·(real matrix), and Im(i z) = Re z.
                total += a * (ur * yr + ui * yi) + b * (vr * xr + vi * xi)
            else:
                total += a * (ur * yi - ui * yr) + b * (vr * xi - vi * xr)
            _rotate(psi, x, y, c, s, a, b, real)
            _rotate(lam, x, y, c, s, a, b, real)
    store(out, op[GRADIENT], total)


@kernel
def _mix_pair(psi, op, cos, sin):
    """ψ ← RX·RY ψ on one qubit, in one pass."""
    cy, sy = load(cos, op[SLOT]), load(sin, op[SLOT])
    cx, sx = load(cos, op[SLOT_X]), load(sin, op[SLOT_X])
    bit = op[FLIP]
    for block in range(0, psi.shape[0], 2 * bit):
        for r in range(block, block + bit):
            x, y = 2 * r, 2 * (r + bit)
            xr, xi, yr, yi = load(psi, x), load(psi, x + 1), load(psi, y), load(psi, y + 1)
            xr, xi, yr, yi = (
                cy * xr - sy * yr,
                cy * xi - sy * yi,
                cy * yr + sy * xr,
                cy * yi + sy * xi,
            )
            store(psi, x, cx * xr + sx * yi)
            store(psi, x + 1, cx * xi - sx * yr)
            store(psi, y, cx * yr + sx * xi)
            store(psi, y + 1, cx * yi - sx * xr)


@kernel
def _unmix_pair(psi, lam, op, cos, sin, out):
    """Derivatives with respect to both angles of a pair, then its inverse on ψ and λ."""
    cy, sy = load(cos, op[SLOT]), load(sin, op[SLOT])
    cx, sx = load(cos, op[SLOT_X]), load(sin, op[SLOT_X])
    bit = op[FLIP]
    total_x, total_y = spread(0.0), spread(0.0)
    for block in range(0, psi.shape[0], 2 * bit):
        for r in range(block, block + bit):
            x, y = 2 * r, 2 * (r + bit)
            xr, xi, yr, yi = load(psi, x), load(psi, x + 1), load(psi, y), load(psi, y + 1)
            ur, ui, vr, vi = load(lam, x), load(lam, x + 1), load(lam, y), load(lam, y + 1)
            total_x += ur * yi - ui * yr + (vr * xi - vi * xr)
            xr, xi, yr, yi = (
                cx * xr - sx * yi,
                cx * xi + sx * yr,
                cx * yr - sx * xi,
                cx * yi + sx * xr,
            )
            ur, ui, vr, vi = (
                cx * ur - sx * vi,
                cx * ui + sx * vr,
                cx * vr - sx * ui,
                cx * vi + sx * ur,
            )
            total_y += vr * xr + vi * xi - (ur * yr + ui * yi)
            store(psi, x, cy * xr + sy * yr)
            store(psi, x + 1, cy * xi + sy * yi)
            store(psi, y, cy * yr - sy * xr)
            store(psi, y + 1, cy * yi - sy * xi)
            store(lam, x, cy * ur + sy * vr)
            store(lam, x + 1, cy * ui + sy * vi)
            store(lam, y, cy * vr - sy * ur)
            store(lam, y + 1, cy * vi - sy * ui)
    store(out, op[GRADIENT], total_y)
    store(out, op[GRADIENT_X], total_x)


@kernel
def _phases(table, op, levels, cos, sin, turn):
    """table[level] ← exp(−i·turn·θE/2) for the integer eigenvalues E of a merged diagonal."""
    c, s = load(cos, op[SLOT]), turn * load(sin, op[SLOT])
    for j in range(op[COUNT]):
        e = levels[op[FIRST] + j]
        re, im = spread(1.0), spread(0.0)
        for _ in range(abs(round(e))):
            re, im = re * c - im * s, re * s + im * c
        store(table, 2 * j, re)
        store(table, 2 * j + 1, im if e < 0 else -im)


@kernel
def _diagonal(psi, op, table, row_data, mask):
    first = op[ROWS]
    for r in range(psi.shape[0]):
        j = 2 * row_data[first + (r & mask)]
        c, s = load(table, j), load(table, j + 1)
        xr, xi = load(psi, 2 * r), load(psi, 2 * r + 1)
        store(psi, 2 * r, c * xr - s * xi)
        store(psi, 2 * r + 1, c * xi + s * xr)


@kernel
def _undo_diagonal(psi, lam, op, levels, table, row_data, mask, out):
    """out ← Im⟨λ|ΣP|ψ⟩, then undo the phases on both."""
    first = op[ROWS]
    total = spread(0.0)
    for r in range(psi.shape[0]):
        level = row_data[first + (r & mask)]
        c, s = load(table, 2 * level), load(table, 2 * level + 1)
        xr, xi, ur, ui = (
            load(psi, 2 * r),
            load(psi, 2 * r + 1),
            load(lam, 2 * r),
            load(lam, 2 * r + 1),
        )
        total += levels[op[FIRST] + level] * (ur * xi - ui * xr)
        store(psi, 2 * r, c * xr - s * xi)
        store(psi, 2 * r + 1, c * xi + s * xr)
        store(lam, 2 * r, c * ur - s * ui)
        store(lam, 2 * r + 1, c * ui + s * ur)
    store(out, op[GRADIENT], total)


@kernel
def _sign(psi, bits):
    for r in range(psi.shape[0]):
        if r & bits == bits:
            store(psi, 2 * r, -load(psi, 2 * r))
            store(psi, 2 * r + 1, -load(psi, 2 * r + 1))


@kernel
def _matrix(psi, op, matrices, row_data, inverse, scratch):
    size, first, offsets = op[COUNT], op[FIRST], op[ROWS]
    for base in range(psi.shape[0]):
        if base & op[FLIP]:
            continue
        for i in range(size):
            r = base + row_data[offsets + i]
            store(scratch, 2 * i, load(psi, 2 * r))
            store(scratch, 2 * i + 1, load(psi, 2 * r + 1))
        for i in range(size):
            re, im = spread(0.0), spread(0.0)
            for j in range(size):
                if inverse:
                    m = matrices[first + j * size + i].conjugate()
                else:
                    m = matrices[first + i * size + j]
                xr, xi = load(scratch, 2 * j), load(scratch, 2 * j + 1)
                re += m.real * xr - m.imag * xi
                im += m.real * xi + m.imag * xr
            r = base + row_data[offsets + i]
            store(psi, 2 * r, re)
            store(psi, 2 * r + 1, im)


@kernel
def apply(psi, op, data, cos, sin, table, scratch, mask):
    """One operation on a state."""
    levels, matrices, row_data = data
    kind = op[KIND]
    if kind <= REAL:
        _mix(psi, op, cos, sin)
    elif kind == DIAGONAL:
        _phases(table, op, levels, cos, sin, 1.0)
        _diagonal(psi, op, table, row_data, mask)
    elif kind == PAIR:
        _mix_pair(psi, op, cos, sin)
    elif kind == SIGN_FLIP:
        _sign(psi, op[SIGN])
    else:
        _matrix(psi, op, matrices, row_data, False, scratch)


@kernel
def undo(psi, lam, op, data, cos, sin, table, scratch, mask, gradient):
    """Derivative with respect to one operation's angle, then its inverse on ψ and λ."""
    levels, matrices, row_data = data
    kind = op[KIND]
    if kind <= REAL:
        _unmix(psi, lam, op, cos, sin, gradient)
    elif kind == DIAGONAL:
        _phases(table, op, levels, cos, sin, -1.0)
        _undo_diagonal(psi, lam, op, levels, table, row_data, mask, gradient)
    elif kind == PAIR:
        _unmix_pair(psi, lam, op, cos, sin, gradient)
    elif kind == SIGN_FLIP:
        _sign(psi, op[SIGN])
        _sign(lam, op[SIGN])
    else:
        _matrix(psi, op, matrices, row_data, True, scratch)
        _matrix(lam, op, matrices, row_data, True, scratch)
