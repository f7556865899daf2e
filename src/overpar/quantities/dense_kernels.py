"""The kernel of random circuits with any Hermitian generators, many circuits at once."""

import numpy as np
from numpy.typing import NDArray

from overpar.engines.interface import Floats
from overpar.model.qntk import haar_unitaries

Complexes = NDArray[np.complex128]


def symmetric_sector(qubits: int) -> Floats:
    """An orthonormal basis of the states that translations and flipping all qubits leave alone.

    It is what the periodic Ising chain reaches from |+⟩ⁿ at most: D_k = 4, 8, 20 for n = 4, 6, 8.

    Args:
        qubits: n ≥ 1.

    Returns:
        Shape (2ⁿ, D_k); each column is constant on an orbit of basis states.

    Examples:
        >>> symmetric_sector(4).shape
        (16, 4)

    Source: definition.
    """
    size = 2**qubits
    rows = np.arange(size)
    turned = [((rows << k) | (rows >> (qubits - k))) % size for k in range(qubits)]
    orbit = np.min([*turned, *(size - 1 - np.array(turned))], axis=0)
    columns = (orbit[:, None] == np.unique(orbit)).astype(np.float64)
    return np.asarray(columns / np.sqrt(columns.sum(axis=0)))


def sampled_kernels(
    generators: Complexes,
    observables: Complexes,
    inputs: Complexes,
    layers: int,
    random: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Kernels and meta-kernels of circuits Π_l W_l exp(iθ_l X_l), each drawn anew.

    W_l is Haar-random, X_l one of the generators and θ_l uniform in [0, 2π). K_ab is
    Σ_l (∂ε_a/∂θ_l)(∂ε_b/∂θ_l), and μ_a the second derivative of ε_a along its gradient.

    Args:
        generators: Hermitian, shape (count, d, d).
        observables: O_a of each circuit, shape (circuits, a, d, d).
        inputs: their input states, shape (circuits, a, d).
        layers: L ≥ 1.
        random: source of W, X and θ.

    Returns:
        K, shape (circuits, a, a), and μ, shape (circuits, a).

    Source: arXiv:2203.16711, definitions of the kernels.
    """
    circuits, size = len(observables), inputs.shape[-1]
    values, vectors = np.linalg.eigh(generators)
    steps, turned, states = [], [], inputs
    for _ in range(layers):
        chosen = random.integers(0, len(generators), circuits)
        phases = np.exp(1j * random.uniform(0, 2 * np.pi, (circuits, 1)) * values[chosen])
        frame = vectors[chosen]
        turn = (frame * phases[:, None]) @ frame.conj().swapaxes(1, 2)
        steps.append(haar_unitaries(size, circuits, random) @ turn)
        # The rotation and its generator commute.
        turned.append(1j * generators[chosen])
        states = _applied(steps[-1], states)
    costates = _applied(observables, states)
    gradients = np.empty((layers, *states.shape[:2]))
    for layer in reversed(range(layers)):
        costates = _applied(steps[layer].conj().swapaxes(1, 2), costates)
        states = _applied(steps[layer].conj().swapaxes(1, 2), states)
        tangents = _applied(turned[layer], states)
        gradients[layer] = 2 * (costates.conj() * tangents).sum(axis=2).real
    kernels = np.einsum("lna,lnb->nab", gradients, gradients)
    # ψ and its first two derivatives along the gradient.
    first, second = np.zeros_like(states), np.zeros_like(states)
    for layer in range(layers):
        along = gradients[layer][..., None]
        once, twice = (along * _applied(turned[layer], x) for x in (states, first))
        second += 2 * twice + along * _applied(turned[layer], once)
        first = first + once
        states, first, second = (_applied(steps[layer], x) for x in (states, first, second))
    costates = _applied(observables, states)
    meta = 2 * (second.conj() * costates + first.conj() * _applied(observables, first)).real
    return kernels, meta.sum(axis=2)


def _applied(matrices: Complexes, states: Complexes) -> Complexes:
    """Matrices (circuits, d, d) or (circuits, a, d, d) on states (circuits, a, d)."""
    if matrices.ndim == states.ndim:
        matrices = matrices[:, None]
    return np.asarray((matrices @ states[..., None])[..., 0])
