"""Random product states."""

import numpy as np

from overpar.engines.interface import Complexes


def product_states(qubits: int, count: int, rng: np.random.Generator) -> Complexes:
    """Random product states ⊗_j RZ(φ_j)RY(θ_j)|0⟩ with uniform angles in [0, 2π), (count, 2ⁿ).

    # ASSUME: uniform angles, not Haar-random qubits; the released weights reach their nominal
    entanglement more closely with them.

    Source: arXiv:2109.03400, section III.
    """
    states = np.ones((count, 1), np.complex128)
    for _ in range(qubits):
        theta, phi = rng.uniform(0, 2 * np.pi, (2, count))
        qubit = np.stack([np.cos(theta / 2), np.exp(1j * phi) * np.sin(theta / 2)], 1)
        states = (states[:, :, None] * qubit[:, None, :]).reshape(count, -1)
    return states


def haar_product_states(qubits: int, count: int, rng: np.random.Generator) -> Complexes:
    """Products of Haar-random qubits, shape (count, 2ⁿ).

    Source: the other reading of arXiv:2109.03400, section III.
    """
    states = np.ones((count, 1), np.complex128)
    for _ in range(qubits):
        real, imaginary = rng.normal(size=(2, count, 2))
        qubit = real + 1j * imaginary
        qubit /= np.linalg.norm(qubit, axis=1, keepdims=True)
        states = (states[:, :, None] * qubit[:, None, :]).reshape(count, -1)
    return states
