"""Second derivatives of the transverse-field Ising chain's ansatz as free fermions.

The state is made of blocks: for the open chain one n×⌊n/2⌋ isometry P, for the periodic one n/2
spinors. A gate is exp(−iαG) with a Hermitian G on each block and G³ = G, and the energy is
c + Σ Re Tr P†OP. Everything is kept in the frame of the input: with U_r the product of the gates
up to r, A_r = U_r†G_rU_r, tangents are −iA_rP₀ and do not depend on later gates.

Source: docs/fermions.md; the generators are those of `overpar.engines.fermions`.
"""

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import real_array
from overpar.engines.fermions import Fermions
from overpar.engines.interface import Complexes, Floats
from overpar.model.observables import Task


def open_blocks(n: int, field: float) -> tuple[Complexes, Complexes, Complexes]:
    """Generators of a layer (2, 1, n, n), observable (1, n, n) and input (1, n, ⌊n/2⌋).

    Source: docs/fermions.md, the reflection-paired form.
    """
    x = np.eye(n)[::-1]
    zz = np.zeros((n, n))
    zz[1:, 1:] = np.eye(n - 1)[::-1]
    start = np.sqrt(0.5) * (np.eye(n) - x)[:, : n // 2]
    return (
        np.array([-zz, x], np.complex128)[:, None],
        2 * (field * x - zz)[None].astype(np.complex128),
        start[None].astype(np.complex128),
    )


def ring_blocks(n: int, field: float) -> tuple[Complexes, Complexes, Complexes]:
    """Generators of a layer (2, n/2, 2, 2), observable (n/2, 2, 2) and input (n/2, 2, 1).

    Source: docs/fermions.md, Bloch vectors at k = (2m+1)π/n.
    """
    x, z = np.array([[0, 1], [1, 0]]), np.array([[1, 0], [0, -1]])
    k = (2 * np.arange(n // 2)[:, None, None] + 1) * np.pi / n
    zz = np.cos(k) * z + np.sin(k) * x
    single = np.broadcast_to(z, zz.shape)
    start = np.broadcast_to([[1], [0]], (n // 2, 2, 1))
    return (
        np.array([zz, single], np.complex128),
        (-2 * (zz + field * single)).astype(np.complex128),
        start.astype(np.complex128),
    )


class Gaussian(Fermions):
    """Loss, gradient, QFIM and Hessian of the Ising chain's ansatz.

    Args:
        task: one that `choose.fermions_apply` to.
        threads: threads that share a batch of losses and gradients.
    """

    def __init__(self, task: Task, threads: int = 1) -> None:
        super().__init__(task, threads)
        blocks = ring_blocks if self._boundary == "periodic" else open_blocks
        parts = blocks(task.circuit.qubits, self._field)
        self._generators, self._observable, self._start = parts
        self._squares = self._generators @ self._generators

    def _frames(self, angles: Floats) -> Complexes:
        """U_r for a batch of angles (runs, M): shape (runs, M, blocks, d, d)."""
        runs, rows = angles.shape
        cos, sin = np.cos(angles), np.sin(angles)
        shape = self._observable.shape
        frames = np.empty((runs, rows, *shape), np.complex128)
        now = np.broadcast_to(np.eye(shape[-1], dtype=np.complex128), (runs, *shape))
        for row in range(rows):
            c, s = (table[:, row, None, None, None] for table in (cos, sin))
            kind = row % 2
            gate = (c - 1) * self._squares[kind] - 1j * s * self._generators[kind]
            gate += np.eye(shape[-1])
            now = gate @ now
            frames[:, row] = now
        return frames

    def _tangents(self, frames: Complexes, start: Complexes) -> Complexes:
        """A_r ψ for ψ = `start` (runs, 1, blocks, d, c): shape (runs, M, blocks, d, c)."""
        kinds = np.arange(frames.shape[1]) % 2
        turned = self._generators[kinds] @ (frames @ start)
        return frames.conj().swapaxes(-1, -2) @ turned

    def horizontal(self, angles: Floats) -> Floats:
        """Tangents less their part in the occupied space, as real vectors.

        Args:
            angles: radians, (runs, M).

        Returns:
            Shape (runs, M, k), k real directions; the QFIM is 4 times their Gram matrix, and their
            singular values are known to twice its digits.
        """
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        tangents = self._tangents(self._frames(angles), self._start[None, None])
        inside = self._start.conj().swapaxes(-1, -2) @ tangents
        return _real(tangents - self._start @ inside)

    def qfim(self, angles: Floats) -> Floats:
        """See `interface.Curved.qfim`."""
        vectors = self.horizontal(angles)
        return np.asarray(4 * vectors @ vectors.swapaxes(-1, -2))

    def hessian(self, angles: Floats) -> Floats:
        """See `interface.Curved.hessian`; the Gram form is that of `information.curvature`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        frames = self._frames(angles)
        last = frames[:, -1:]
        observable = last.conj().swapaxes(-1, -2) @ self._observable @ last
        tangents = self._tangents(frames, self._start[None, None])
        cotangents = self._tangents(frames, observable @ self._start)
        first = _gram(tangents, observable @ tangents)
        second = np.tril(_gram(cotangents, tangents))
        matrix = 2 * (first - second - np.tril(second, -1).swapaxes(-1, -2))
        return np.asarray(0.5 * (matrix + matrix.swapaxes(-1, -2)))


def _gram(left: Complexes, right: Complexes) -> Floats:
    """Re Tr left_i†right_j, shape (runs, M, M)."""
    a, b = (_real(vectors) for vectors in (left, right))
    return np.asarray(a @ b.swapaxes(-1, -2))


def _real(vectors: Complexes) -> NDArray[np.float64]:
    """Real and imaginary parts of (runs, M, …) as (runs, M, k)."""
    flat = np.ascontiguousarray(vectors).reshape(*vectors.shape[:2], -1)
    return flat.view(np.float64)
