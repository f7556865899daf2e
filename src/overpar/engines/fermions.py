"""Exact training of the transverse-field Ising chain's ansatz as free fermions.

The chain's gates rotate Majorana modes, a_{2j−1}, a_{2j} for X_j and a_{2j}, a_{2j+1} for
Z_jZ_{j+1}, so a layer costs O(n²) (open) or O(n) (periodic) instead of O(2ⁿ).

Open chain. The reflection a_{2j−1} → a_{2(n+1−j)}, a_{2j} → −a_{2(n+1−j)−1} commutes with every
layer and squares to −1: it makes the 2n real modes an n-dimensional complex space with basis
e_j = a_{2j−1}. The state is an n×⌊n/2⌋ isometry P, and with J: j ↔ n+1−j and K: m ↔ n+2−m on
rows 2…n (counted from 1)

    X layer:  P ← cos φ P − i sin φ JP,      ZZ layer: rows 2…n of P ← cos θ P + i sin θ KP,
    E = Tr K − 2 Re Tr P†KP − g (Tr J − 2 Re Tr P†JP),  P₀: the −1 eigenvectors of J.

Periodic chain, even n, even parity: for each k = (2m+1)π/n, m < n/2, a Bloch vector r, at first
along z. The ZZ layer turns it by 2θ about (sin k, 0, cos k), the X layer by 2φ about z, and
E = −2 Σ_k (sin k, 0, g + cos k)·r.

Source: E. Lieb, T. Schultz, D. Mattis, Ann. Phys. 16, 407 (1961); P. Pfeuty, Ann. Phys. 57, 79
(1970); the reflection-paired form is derived in docs/fermions.md.
"""

import math

import numpy as np

from overpar.base.checks import real_array
from overpar.engines.interface import Floats
from overpar.engines.lanes import (
    LANES,
    kernel,
    load,
    over_groups,
    pack,
    spread,
    store,
    unpack,
)
from overpar.model.observables import Task


@kernel
def _mix(p, x, y, c, s):
    """p_x ← c p_x + i s p_y and the reverse; imaginary parts lie `half` groups further on."""
    half = p.shape[2]
    xr, xi, yr, yi = load(p, x), load(p, x + half), load(p, y), load(p, y + half)
    store(p, x, c * xr - s * yi)
    store(p, x + half, c * xi + s * yr)
    store(p, y, c * yr - s * xi)
    store(p, y + half, c * yi + s * xr)


@kernel
def _turn(p, first, last, c, s):
    """Rows j = first…last of p: p_j ← c p_j + i s p_{first+last−j}."""
    half = p.shape[2]
    for j in range(first, (first + last) // 2 + 1):
        x, y = 2 * half * j, 2 * half * (first + last - j)
        for col in range(half):
            if x == y:
                re, im = load(p, x + col), load(p, x + half + col)
                store(p, x + col, c * re - s * im)
                store(p, x + half + col, c * im + s * re)
            else:
                _mix(p, x + col, y + col, c, s)


@kernel
def _undo(p, q, first, last, c, s, out, index, factor):
    """out[index] ← factor · Im Σ_j conj(q_j) p_{first+last−j}; then undo `_turn` on p and q."""
    half = p.shape[2]
    total = spread(0.0)
    for j in range(first, (first + last) // 2 + 1):
        x, y = 2 * half * j, 2 * half * (first + last - j)
        for col in range(half):
            a, b = x + col, y + col
            ar, ai, br, bi = load(p, a), load(p, a + half), load(p, b), load(p, b + half)
            xr, xi, yr, yi = load(q, a), load(q, a + half), load(q, b), load(q, b + half)
            if x == y:
                total += xr * ai - xi * ar
                store(p, a, c * ar + s * ai)
                store(p, a + half, c * ai - s * ar)
                store(q, a, c * xr + s * xi)
                store(q, a + half, c * xi - s * xr)
            else:
                total += xr * bi - xi * br + (yr * ai - yi * ar)
                _mix(p, a, b, c, -s)
                _mix(q, a, b, c, -s)
    store(out, index, factor * total)


@kernel
def open_chain(n, field, cos, sin, losses, gradients):
    """Energy (groups, 1, LANES) and gradient (groups, M, LANES) from tables (groups, M, LANES)."""
    half = n // 2
    p, q = np.empty((n, 2, half, LANES)), np.empty((n, 2, half, LANES))
    # Tr K − g Tr J, the energy of an empty P.
    constant = 1.0 if n % 2 == 0 else -field
    for group in range(cos.shape[0]):
        c, s = cos[group], sin[group]
        p[:] = 0.0
        for col in range(half):
            p[col, 0, col] = math.sqrt(0.5)
            p[n - 1 - col, 0, col] = -math.sqrt(0.5)
        for layer in range(0, c.shape[0], 2):
            _turn(p, 1, n - 1, load(c, layer), load(s, layer))
            _turn(p, 0, n - 1, load(c, layer + 1), -load(s, layer + 1))
        energy = spread(constant)
        for j in range(n):
            for i in range(2 * half):
                value = field * load(p, 2 * half * (n - 1 - j) + i)
                if j > 0:
                    value -= load(p, 2 * half * (n - j) + i)
                store(q, 2 * half * j + i, value)
                energy += 2.0 * load(p, 2 * half * j + i) * value
        store(losses[group], 0, energy)
        g = gradients[group]
        for layer in range(c.shape[0] - 2, -1, -2):
            _undo(p, q, 0, n - 1, load(c, layer + 1), -load(s, layer + 1), g, layer + 1, 4.0)
            _undo(p, q, 1, n - 1, load(c, layer), load(s, layer), g, layer, -4.0)


@kernel
def _spin(r, x, z, c, s):
    """A Bloch vector (a, b, d) turned about (x, 0, z), given cosine and sine of the angle."""
    a, b, d = r
    along = (x * a + z * d) - c * (x * a + z * d)
    return (
        c * a - s * (z * b) + along * x,
        c * b + s * (z * a - x * d),
        c * d + s * (x * b) + along * z,
    )


@kernel
def _torque(r, w, x, z):
    """2 w · ((x, 0, z) × r)."""
    return 2.0 * (w[1] * (z * r[0] - x * r[2]) + (x * w[2] - z * w[0]) * r[1])


@kernel
def ring(n, field, cos, sin, losses, gradients):
    """As `open_chain` for the periodic chain; tables hold cosines and sines of doubled angles."""
    gradients[:] = 0.0
    zero, one = spread(0.0), spread(1.0)
    for group in range(cos.shape[0]):
        c, s, g = cos[group], sin[group], gradients[group]
        energy = spread(0.0)
        for mode in range(n // 2):
            x, z = math.sin((2 * mode + 1) * math.pi / n), math.cos((2 * mode + 1) * math.pi / n)
            r = (zero, zero, one)
            w = (-2.0 * x * one, zero, -2.0 * (field + z) * one)
            for layer in range(0, c.shape[0], 2):
                r = _spin(r, x, z, load(c, layer), load(s, layer))
                r = _spin(r, 0.0, 1.0, load(c, layer + 1), load(s, layer + 1))
            energy += w[0] * r[0] + w[1] * r[1] + w[2] * r[2]
            for layer in range(c.shape[0] - 2, -1, -2):
                store(g, layer + 1, load(g, layer + 1) + _torque(r, w, 0.0, 1.0))
                r = _spin(r, 0.0, 1.0, load(c, layer + 1), -load(s, layer + 1))
                w = _spin(w, 0.0, 1.0, load(c, layer + 1), -load(s, layer + 1))
                store(g, layer, load(g, layer) + _torque(r, w, x, z))
                r = _spin(r, x, z, load(c, layer), -load(s, layer))
                w = _spin(w, x, z, load(c, layer), -load(s, layer))
        store(losses[group], 0, energy)


class Fermions:
    """Loss and gradient of the Ising chain's ansatz; see `interface.Objective`.

    Args:
        task: one that `choose.fermions_apply` to.
        threads: threads that share a batch.
    """

    def __init__(self, task: Task, threads: int = 1) -> None:
        assert task.chain is not None
        self.task = task
        self.threads = threads
        self._boundary, self._field = task.chain

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Objective.loss_and_gradient`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        packed = pack(angles)
        periodic = self._boundary == "periodic"
        turned = 2 * packed if periodic else packed
        losses, gradients = np.empty((len(packed), 1, LANES)), np.empty_like(packed)
        kernel = ring if periodic else open_chain
        fixed = (self.task.circuit.qubits, self._field)
        arrays = (np.cos(turned), np.sin(turned), losses, gradients)
        over_groups(kernel, fixed, arrays, self.threads)
        runs = len(angles)
        return losses.ravel()[:runs] + self.task.constant, unpack(gradients, runs)
