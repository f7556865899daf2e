"""Permutation-equivariant circuits in the blocks of total spin: polynomial in the qubits.

A layer is exp(−iθ_1 ΣY/2), exp(−iθ_2 ΣX/2), exp(−iθ_3 Σ_{i<j} ZZ/2). All three are functions of
the total spin, so that the circuit acts on each spin J alike in all its copies: a state counts
through one (2J+1)×(2J+1) matrix for each J = n/2, n/2−1, …, C(n+3, 3) numbers in all.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from overpar.base.checks import require
from overpar.engines.interface import Complexes, Floats

Blocks = Sequence[Complexes]


@cache
def _spin(dimension: int) -> tuple[Complexes, Complexes, Floats]:
    """J_x, J_y and the eigenvalues m of J_z, of one spin with 2J+1 = `dimension`."""
    m: Floats = (dimension - 1) / 2 - np.arange(dimension, dtype=np.float64)
    raising = np.diag(np.sqrt((m[0] - m[1:]) * (m[0] + m[1:] + 1)), 1).astype(np.complex128)
    return (raising + raising.T) / 2, (raising - raising.T) / 2j, m


@cache
def _turned(dimension: int, axis: int) -> tuple[Complexes, Floats]:
    """Eigenvectors and eigenvalues of J_x (axis 0) or J_y (1)."""
    values, vectors = np.linalg.eigh(_spin(dimension)[axis])
    return vectors, np.round(2 * values) / 2


@cache
def coupled(qubits: int) -> dict[int, Floats]:
    """Orthonormal states of total spin: by 2J+1, an array (copies, 2J+1, 2ⁿ), m descending.

    Source: A. R. Edmonds, *Angular Momentum in Quantum Mechanics*, table 5.2, one qubit at a time.
    """
    found = {1: np.ones((1, 1, 1))}
    for _ in range(qubits):
        parts: dict[int, list[Floats]] = {}
        for dimension, states in found.items():
            j = (dimension - 1) / 2
            for total in (j + 0.5, j - 0.5):
                if total < 0:
                    continue
                m = total - np.arange(round(2 * total) + 1)
                large, small = (np.sqrt((j + s * m + 0.5) / (2 * j + 1)) for s in (1, -1))
                weights = (large, small) if total > j else (-small, large)
                # States of the spin before, at m∓1/2; a weight of zero where there is none.
                out = np.zeros((len(states), len(m), states.shape[2], 2))
                for k, shift in enumerate((-0.5, 0.5)):
                    place = np.round(j - m - shift).astype(int)
                    inside = (place >= 0) & (place < dimension)
                    picked = states[:, place[inside]] * weights[k][inside][:, None]
                    out[..., k][:, inside] = picked
                parts.setdefault(len(m), []).append(out.reshape(len(states), len(m), -1))
        found = {size: np.concatenate(list_) for size, list_ in parts.items()}
    return found


def reduced(states: Complexes) -> list[Complexes]:
    """What of pure states such a circuit can see: for every J a matrix, summed over the copies.

    Args:
        states: shape (…, 2ⁿ).

    Returns:
        Positive matrices of shape (…, 2J+1, 2J+1), J descending, whose traces add up to 1.

    Examples:
        >>> [round(float(r.trace().real), 3) for r in reduced(np.array([0, 1, 0, 0], complex))]
        [0.5, 0.5]
    """
    qubits = states.shape[-1].bit_length() - 1
    out = []
    for dimension, basis in sorted(coupled(qubits).items(), reverse=True):
        parts = states @ basis.reshape(-1, states.shape[-1]).T
        parts = parts.reshape(*states.shape[:-1], -1, dimension)
        out.append(np.swapaxes(parts, -1, -2) @ parts.conj())
    return out


class Spins:
    """Loss Σ_J Tr[Z̄ U W_J U†] + constant of a circuit of `depth` layers, Z̄ = ΣZ/n.

    Args:
        weights: W_J for every run, in the order of `reduced`: (runs, 2J+1, 2J+1), Hermitian.
        depth: layers, three angles each.
        constant: added to the loss.
    """

    def __init__(self, weights: Blocks, depth: int, constant: float = 0.0) -> None:
        self.weights, self.depth, self.constant = weights, depth, constant
        self.qubits = weights[0].shape[-1] - 1

    def _prefixes(self, angles: Floats, dimension: int) -> Complexes:
        """What the first k layers do, k = 0 … depth: (runs, depth+1, 2J+1, 2J+1)."""
        runs = len(angles)
        turns = []
        for axis, k in ((0, 1), (1, 0)):
            vectors, m = _turned(dimension, axis)
            phases = np.exp(-1j * angles[:, k::3, None] * m)
            turns.append((vectors * phases[:, :, None, :]) @ vectors.conj().T)
        m = _spin(dimension)[2]
        layers = np.exp(-1j * angles[:, 2::3, None] * m**2)[..., None] * (turns[0] @ turns[1])
        out = np.empty((runs, self.depth + 1, dimension, dimension), np.complex128)
        out[:, 0] = np.eye(dimension)
        for k in range(self.depth):
            np.matmul(layers[:, k], out[:, k], out=out[:, k + 1])
        return out

    def _observed(self, last: Complexes) -> Complexes:
        """Z̄ before the circuit, given what the circuit does."""
        m = _spin(last.shape[-1])[2]
        return last.conj().swapaxes(-1, -2) @ (2 * m[:, None] / self.qubits * last)

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Objective`; run k has the k-th weights."""
        require(
            angles.shape == (len(self.weights[0]), 3 * self.depth),
            f"Argument `angles` must have shape {(len(self.weights[0]), 3 * self.depth)}, but has"
            f" {angles.shape}.",
        )
        loss = np.full(len(angles), self.constant)
        gradient = np.zeros_like(angles)
        cosine, sine = np.cos(angles[:, ::3]), np.sin(angles[:, ::3])
        for weight in self.weights:
            dimension = weight.shape[-1]
            prefixes = self._prefixes(angles, dimension)
            observed = self._observed(prefixes[:, -1])
            loss += np.einsum("rij,rji->r", observed, weight).real
            # −i[W, Z̄] as every layer sees it: a derivative is its trace with the generator.
            turned = -1j * (weight @ observed - observed @ weight)[:, None]
            turned = prefixes @ turned @ prefixes.conj().swapaxes(-1, -2)
            x, y, m = _spin(dimension)
            along_x, along_y = (np.einsum("ij,rkji->rk", g, turned[:, :-1]).real for g in (x, y))
            diagonal = np.einsum("rkii->rki", turned).real
            # After the turn about Y, X is J_x cos θ + J_z sin θ of before.
            gradient[:, ::3] += along_y
            gradient[:, 1::3] += cosine * along_x + sine * (diagonal[:, :-1] @ m)
            gradient[:, 2::3] += diagonal[:, 1:] @ m**2
        return loss, gradient

    def means(self, angles: Floats, states: Blocks) -> Floats:
        """⟨Z̄⟩ after the circuit, of states `reduced` to (runs, k, 2J+1, 2J+1): shape (runs, k)."""
        out = np.zeros(states[0].shape[:2])
        for block in states:
            observed = self._observed(self._prefixes(angles, block.shape[-1])[:, -1])
            out += np.einsum("rij,rkji->rk", observed, block).real
        return out
