"""Quantum Fisher information of pure states."""

import numpy as np

from overpar.engines.interface import Complexes, Engine, Floats


def qfim_from_tangents(state: Complexes, tangents: Complexes) -> Floats:
    """QFIM F_ij = 4 Re[⟨∂iψ|∂jψ⟩ − ⟨∂iψ|ψ⟩⟨ψ|∂jψ⟩]; one RX on |0⟩ gives F = 1.

    Args:
        state: ψ, shape (D,), norm 1.
        tangents: ∂ψ/∂θ, shape (M, D).

    Returns:
        Symmetric positive semidefinite matrix, shape (M, M).

    Examples:
        >>> qfim_from_tangents(np.array([1, 0j]), np.array([[0, -0.5j]]))
        array([[1.]])

    Source: arXiv:2109.11676, eq. (8); J. J. Meyer, Quantum 5, 539 (2021).
    """
    # Projecting first keeps the subtraction from cancelling digits.
    horizontal = tangents - np.outer(tangents @ state.conj(), state)
    real = np.concatenate([horizontal.real, horizontal.imag], axis=1)
    matrix: Floats = 4 * real @ real.T
    return matrix


def qfim(engine: Engine, angles: Floats) -> Floats:
    """QFIM of the joint output state of a task, shape (M, M), at angles (M,).

    Source: arXiv:2109.11676, eq. (8).
    """
    return qfim_from_tangents(*engine.tangents(angles))


def spectrum(matrix: Floats) -> Floats:
    """Eigenvalues of a symmetric matrix (M, M) in descending order, shape (M,).

    Examples:
        >>> spectrum(np.diag([1.0, 3.0]))
        array([3., 1.])

    Source: LAPACK's symmetric eigensolver through numpy.
    """
    return np.asarray(np.linalg.eigvalsh(matrix)[::-1])
