"""Compiled sweeps of a state and its tangents over a prime field.

A residue modulo p < 2³¹ is a 32-bit integer. Products are reduced as by Montgomery, so the
coefficients of gates are held times 2³² and everything else plainly. Vectors stand side by side:
[row][vector], the state last.

Source: P. L. Montgomery, Math. Comp. 44, 519 (1985).
"""

import numpy as np

from overpar.engines.kernels import DIAGONAL, MATRIX, SIGN_FLIP, parity
from overpar.engines.lanes import kernel

_LOW = np.uint64(2**32 - 1)
_HALF = np.uint64(32)


@kernel
def _times(c, x):
    """A product of two 32-bit integers, which processors have no instruction for at 64 bits."""
    return np.uint64(c) * np.uint64(x)


@kernel
def _reduced(total, prime, inverse):
    """total/2³² modulo p, for a total below 2p²; `inverse` is −1/p modulo 2³²."""
    fill = np.uint32(_times(np.uint32(total & _LOW), inverse) & _LOW)
    value = np.uint32((total + _times(fill, prime)) >> _HALF)
    return min(value, np.uint32(value - prime))


@kernel
def _sum(x, y, prime):
    value = np.uint32(x + y)
    return min(value, np.uint32(value - prime))


@kernel
def _negative(x, prime):
    return min(np.uint32(prime - x), np.uint32(-x))


@kernel
def _mix(x, y, c, a, b, prime, inverse):
    """x ← cx + ay, y ← cy + bx."""
    for k in range(x.size):
        u, v = x[k], y[k]
        x[k] = _reduced(_times(c, u) + _times(a, v), prime, inverse)
        y[k] = _reduced(_times(c, v) + _times(b, u), prime, inverse)


@kernel
def _scale(x, c, prime, inverse):
    for k in range(x.size):
        x[k] = _reduced(_times(c, x[k]), prime, inverse)


@kernel
def _negate(x, prime):
    for k in range(x.size):
        x[k] = _negative(x[k], prime)


@kernel
def _add(x, y, c, prime, inverse):
    """x ← x + cy."""
    for k in range(x.size):
        x[k] = _sum(x[k], _reduced(_times(c, y[k]), prime, inverse), prime)


@kernel
def _matrix(vectors, begun, op, table, rows, prime, inverse):
    """A fixed gate of 2ᵏ rows on every set of rows that it mixes."""
    bits, first, count, offset = op[1], op[3], op[4], op[5]
    old = np.empty((count, vectors.shape[1] - begun), np.uint32)
    for base in range(vectors.shape[0]):
        if base & bits:
            continue
        for i in range(count):
            old[i] = vectors[base + rows[offset + i]][begun:]
        for i in range(count):
            new = vectors[base + rows[offset + i]][begun:]
            new[:] = 0
            for j in range(count):
                if table[first + i * count + j]:
                    _add(new, old[j], table[first + i * count + j], prime, inverse)


@kernel
def _turn(vectors, begun, op, table, rows, mask, prime, inverse):
    """The operation on the vectors from `begun` on; whether forward or back is in the table."""
    kind, flip, sign, first, offset = op[0], op[1], op[2], op[3], op[5]
    if kind == MATRIX:
        _matrix(vectors, begun, op, table, rows, prime, inverse)
    elif kind == SIGN_FLIP:
        for r in range(vectors.shape[0]):
            if r & sign == sign:
                _negate(vectors[r][begun:], prime)
    elif kind == DIAGONAL:
        for r in range(vectors.shape[0]):
            c = table[first + rows[offset + (r & mask)]]
            _scale(vectors[r][begun:], c, prime, inverse)
    else:
        c, s = table[first], table[first + 1]
        for r in range(vectors.shape[0]):
            q = r ^ flip
            if q > r:
                a = _negative(s, prime) if parity(q & sign) else s
                b = _negative(s, prime) if parity(r & sign) else s
                _mix(vectors[r][begun:], vectors[q][begun:], c, a, b, prime, inverse)


@kernel
def turn(ops, table, rows, mask, prime, inverse, vectors):
    """Every vector (rows, any) turned by operations, in the order they are given."""
    for i in range(ops.shape[0]):
        _turn(vectors, 0, ops[i], table, rows, mask, prime, inverse)


@kernel
def _inject(vectors, column, op, seed, table, rows, mask, prime, inverse):
    """Vector `column` += coefficient·Pψ, where ψ is the last vector."""
    kind, flip, sign, offset = op[0], op[1], op[2], op[5]
    last = vectors.shape[1] - 1
    for r in range(vectors.shape[0]):
        q = r ^ flip
        if kind == DIAGONAL:
            c = table[seed + rows[offset + (r & mask)]]
        else:
            c = _negative(table[seed], prime) if parity(q & sign) else table[seed]
        more = _reduced(_times(c, vectors[q, last]), prime, inverse)
        vectors[r, column] = _sum(vectors[r, column], more, prime)


@kernel
def pull_back(ops, table, rows, mask, prime, inverse, seeds, first, vectors):
    """U†∂U ψ₀ for the parameters from `first` on, one per vector but the last.

    The last vector, Uψ₀ in the beginning, ends as ψ₀. At each rotation the derivative of its own
    is added to the vectors of its parameters; then the rotation is undone on all of them.

    Args:
        ops: kind, flip, sign, first coefficient, count, offset of rows, seeds from, seeds to.
        table: coefficients times 2³², of the inverse operations and of the seeds.
        rows: levels of rows, and rows that matrices mix.
        mask: 2ⁿ − 1.
        prime: p.
        inverse: −1/p modulo 2³².
        seeds: parameter, and place of its coefficient in the table.
        first: parameter of the first vector.
        vectors: zeros and the state, shape (rows, parameters + 1).
    """
    count = vectors.shape[1] - 1
    begun = count
    for i in range(ops.shape[0] - 1, -1, -1):
        for s in range(ops[i, 6], ops[i, 7]):
            column = seeds[s, 0] - first
            if 0 <= column < count:
                begun = min(begun, column)
                _inject(vectors, column, ops[i], seeds[s, 1], table, rows, mask, prime, inverse)
        _turn(vectors, begun, ops[i], table, rows, mask, prime, inverse)
