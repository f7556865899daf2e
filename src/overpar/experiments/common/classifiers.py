"""Circuits that classify states, each run its own, by the sign of ⟨Z̄⟩, Z̄ = Σ_j Z_j/n."""

from typing import Protocol

import numpy as np

from overpar.engines.ensemble import Ensemble
from overpar.engines.interface import Complexes, Floats
from overpar.engines.spins import Spins, reduced
from overpar.model.ansatz import hardware_efficient_circuit
from overpar.model.observables import PauliSum, Task


class Classifier(Protocol):
    """The loss mean_i ½(1 − y_i⟨Z̄⟩_i) of the states that are trained on, ½ + Tr[Z̄ U W U†].

    Args:
        parameters: number M of angles.
        reach: half the spread of every angle's generator, by which shift rules get noisier, (M,).
        limit: the least loss of any circuit of the same Lie algebra, (runs,).
        deep: mean over angles of E(∂L)² if all that comes before and after a gate is as random as
            the algebra allows, (runs,).
    """

    parameters: int
    reach: Floats
    limit: Floats
    deep: Floats

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Objective`."""
        ...

    def means(self, angles: Floats, which: str) -> Floats:
        """⟨Z̄⟩ of the states of a set, "train" or "test": shape (runs, k)."""
        ...


class Permutation:
    """Layers of ΣY, ΣX and Σ_{i<j} ZZ.

    Args:
        depth: layers.
        states: sets of shape (runs, k, 2ⁿ); half of each has label 1, then half −1.

    Source: arXiv:2210.09974, eq. (10).
    """

    def __init__(self, depth: int, states: dict[str, Complexes]) -> None:
        self._seen = {name: reduced(each) for name, each in states.items()}
        n = len(self._seen["train"][0][0, 0]) - 1
        signs = _signs(states["train"].shape[1])
        weights = [np.einsum("k,rkij->rij", signs, block) for block in self._seen["train"]]
        self._spins = Spins(weights, depth, 0.5)
        self.parameters = 3 * depth
        self.reach = np.tile([n, n, n * n // 4], depth).astype(float)
        self.limit = np.full(len(weights[0]), 0.5)
        self.deep = np.zeros(len(weights[0]))
        for weight in weights:
            m = (weight.shape[-1] - 1) / 2 - np.arange(weight.shape[-1])
            spectrum = np.linalg.eigvalsh(weight)
            self.limit += _least(spectrum, 2 * m / n)
            # J_y and J_x have the eigenvalues of J_z.
            self.deep += sum(_deep(spectrum, 2 * m / n, g) for g in (m, m, m**2)) / 3

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `Classifier`."""
        return self._spins.loss_and_gradient(angles)

    def means(self, angles: Floats, which: str) -> Floats:
        """See `Classifier`."""
        return self._spins.means(angles, self._seen[which])


class Unstructured:
    """The hardware-efficient ansatz; arguments as for `Permutation`."""

    def __init__(self, depth: int, states: dict[str, Complexes]) -> None:
        n = states["train"].shape[-1].bit_length() - 1
        circuit = hardware_efficient_circuit(n, depth)
        self.parameters = circuit.parameters
        self.reach = np.ones(circuit.parameters)
        self._z = 1 - 2 * np.bitwise_count(np.arange(2**n)) / n
        nothing = Task(circuit, PauliSum(()))
        self._states = {name: Ensemble(nothing, each) for name, each in states.items()}
        train = states["train"]
        half = train.shape[1] // 2
        self._classes = []
        for factor, part in ((-0.25, train[:, :half]), (0.25, train[:, half:])):
            observable = PauliSum(tuple((factor / n, "Z", (q,)) for q in range(n)))
            self._classes.append(Ensemble(Task(circuit, observable), part))
        spectrum = _spectrum(train)
        self.limit = 0.5 + _least(spectrum, self._z)
        # Any generator P/2 has as many eigenvalues ½ as −½.
        self.deep = _deep(spectrum, self._z, np.repeat([-0.5, 0.5], 2 ** (n - 1)))

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `Classifier`."""
        (first, along), (second, against) = (c.loss_and_gradient(angles) for c in self._classes)
        return 0.5 + first + second, along + against

    def means(self, angles: Floats, which: str) -> Floats:
        """See `Classifier`."""
        found: Floats = np.square(np.abs(self._states[which].state(angles))) @ self._z
        return found


def _signs(count: int) -> Floats:
    """Weights −y_i/(2k) of the states in W."""
    return np.repeat([-0.5, 0.5], count // 2) / count


def _spectrum(states: Complexes) -> Floats:
    """Eigenvalues of W for every run, (runs, 2ⁿ)."""
    count, size = states.shape[1:]
    signs = _signs(count)[:, None]
    if count >= size:
        weights = states.swapaxes(1, 2) @ (signs * states.conj())
        return np.asarray(np.linalg.eigvalsh(weights), np.float64)
    # With few states from their Gram matrix, whose root has the same products.
    values, vectors = np.linalg.eigh(states.conj() @ states.swapaxes(1, 2))
    root = (vectors * np.sqrt(np.maximum(values, 0))[:, None]).conj().swapaxes(1, 2)
    found = np.linalg.eigvalsh(root @ (signs * root.conj().swapaxes(1, 2)))
    return np.concatenate([found, np.zeros((len(states), size - count))], axis=1)


def _least(weights: Floats, observed: Floats) -> Floats:
    """Least Tr[Z U W U†] over all U, from the eigenvalues (runs, d) of W and (d,) of Z."""
    found: Floats = np.sort(weights, axis=1) @ np.sort(observed)[::-1]
    return found


def _deep(weights: Floats, observed: Floats, generator: Floats) -> Floats:
    """E(∂L)² for independent Haar-random unitaries before and after exp(−iθG), Tr Z = 0.

    2 Tr Z² (d Tr G² − (Tr G)²)(Tr W² − (Tr W)²/d)/(d² − 1)², from eigenvalues as for `_least`.
    """
    d = len(observed)
    if d == 1:
        return np.zeros(len(weights))
    spread = d * (generator**2).sum() - generator.sum() ** 2
    traceless = (weights**2).sum(axis=1) - weights.sum(axis=1) ** 2 / d
    found: Floats = 2 * (observed**2).sum() * spread * traceless / (d * d - 1) ** 2
    return found
