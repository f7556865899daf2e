"""Quantum Fisher information, Hessian and numerical rank."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from overpar.base.checks import require
from overpar.engines.interface import Complexes, CurvatureEngine, Engine, Floats
from overpar.model.observables import Projector, apply_observable


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
    real = horizontal(state, tangents)
    matrix: Floats = 4 * real @ real.T
    return matrix


def horizontal(state: Complexes, tangents: Complexes) -> Floats:
    """Tangents without their part along ψ, real and imaginary parts; F = 4·(their Gram matrix).

    Args:
        state: ψ, shape (D,), norm 1.
        tangents: ∂ψ/∂θ, shape (M, D).

    Returns:
        Shape (M, 2D).

    Source: arXiv:2109.11676, eq. (8).
    """
    # Subtracted first, the part along ψ cancels no digits of F.
    across = tangents - np.outer(tangents @ state.conj(), state)
    return np.concatenate([across.real, across.imag], axis=1)


def qfim(engine: Engine, angles: Floats) -> Floats:
    """QFIM of the joint output state of a task, shape (M, M), at angles (M,).

    Source: arXiv:2109.11676, eq. (8).
    """
    return qfim_from_tangents(*engine.tangents(angles))


def hessian(engine: CurvatureEngine, angles: Floats) -> Floats:
    """Hessian H_ij = ∂²L/∂θ_i∂θ_j of a task's loss, shape (M, M), at angles (M,).

    One RX on |0⟩ with O = Z has L = cos θ and H = −cos θ. See `curvature`.

    Source: arXiv:2109.11676, eq. (9); the Gram form is ours.
    """
    return curvature(engine, angles)[1]


def curvature(engine: CurvatureEngine, angles: Floats) -> tuple[Floats, Floats]:
    """QFIM and Hessian at one point, from the same tangents.

    With ψ = Uψ₀, H_ij = 2 Re⟨∂iψ|O|∂jψ⟩ + 2 Re⟨Oψ|∂i∂jψ⟩. For i not after j in the circuit,
    ∂i∂jψ = U(−i/2 A_j)(−i/2 A_i)ψ₀ with Heisenberg generators A, so the second term is
    −2 Re⟨U(−i/2)A_jχ|∂iψ⟩ with χ = U†Oψ: a Gram matrix of the tangents of ψ₀ and of χ.

    Args:
        engine: of the task.
        angles: radians, shape (M,).

    Returns:
        QFIM and Hessian, each of shape (M, M).

    Source: arXiv:2109.11676, eqs. (8) and (9); the Gram form is ours.
    """
    task, links = engine.task, engine.links
    state, tangents = engine.row_tangents(angles)
    costate = engine.pull_back(angles, apply_observable(task, state))
    _, cotangents = engine.row_tangents(angles, costate)
    if isinstance(task.observable, Projector):
        overlaps = tangents @ task.observable.target.ravel().conj()
        first = task.observable.weight * np.outer(overlaps, overlaps.conj()).real
    else:
        first = _real_gram(tangents, apply_observable(task, tangents))
    second = np.tril(_real_gram(cotangents, tangents))
    rows = 2 * (first - second - np.tril(second, -1).T)
    matrix: Floats = links @ (links @ rows).T
    fisher = qfim_from_tangents(state, tangents)
    return links @ (links @ fisher).T, 0.5 * (matrix + matrix.T)


def _real_gram(left: Complexes, right: Complexes) -> Floats:
    """Re⟨left_i|right_j⟩."""
    a = np.concatenate([left.real, left.imag], axis=1)
    b = np.concatenate([right.real, right.imag], axis=1)
    return np.asarray(a @ b.T)


def spectrum(matrix: Floats) -> Floats:
    """Eigenvalues of a symmetric matrix (M, M) in descending order, shape (M,).

    Examples:
        >>> spectrum(np.diag([1.0, 3.0]))
        array([3., 1.])

    Source: LAPACK's symmetric eigensolver through numpy.
    """
    return np.asarray(np.linalg.eigvalsh(matrix)[::-1])


@dataclass(frozen=True)
class Rank:
    """A rank, exact or numerical.

    Args:
        value: the rank.
        gap: of a numerical rank, decades between the last value that counts and the first that
            does not, or rounding; infinite for an exact one.
        primes: moduli by which it is exact; none for a numerical one.
        reason: why it is not exact, where it was to be.
    """

    value: int
    gap: float = np.inf
    primes: tuple[int, ...] = ()
    reason: str = ""

    @property
    def exact(self) -> bool:
        """Whether it is that of generic angles, exactly, and no numerical one."""
        return bool(self.primes)


# Eigenvalues of QFIM and Hessian: the cut of the release. Singular values of tangents: rounding
# leaves up to 1e-14 of the largest in place of zeros, and just before saturation the smallest of
# the Ising chain of 10 qubits are 3e-10.
CUT, SINGULAR_CUT = 1e-8, 1e-12


def numerical_rank(values: ArrayLike, cut: float = CUT) -> Rank:
    """Number of values above a fraction of the largest, in absolute value.

    Args:
        values: eigenvalues or singular values, any order, shape (any,).
        cut: the fraction.

    Returns:
        The rank with the gap around the cut; what is below rounding counts as rounding.

    Raises:
        UserError: if a value is not finite.

    Examples:
        >>> numerical_rank(np.array([2.0, 1.0, 1e-15])).value
        2

    Source: the cuts are those of docs/conventions.md.
    """
    sizes = np.sort(np.abs(np.asarray(values, float)))[::-1]
    require(bool(np.isfinite(sizes).all()), "Argument `values` must be finite.")
    if not sizes.any():
        return Rank(0)
    count = int((sizes > cut * sizes[0]).sum())
    below = sizes[count] if count < len(sizes) else 0.0
    floor = max(below, np.finfo(float).eps * sizes[0])
    return Rank(count, float(np.log10(sizes[count - 1] / floor)))


def tangent_rank(tangents: Floats) -> Rank:
    """Numerical rank of horizontal tangents: singular values above 1e-12 of the largest.

    Zeros among them are known to 1e-15 of the largest, eigenvalues of F only to 1e-15 of its
    square.

    Args:
        tangents: of one state, see `horizontal`, or of several side by side; shape (M, any).

    Source: arXiv:2109.11676, theorem 1; the cut is that of docs/conventions.md.
    """
    return numerical_rank(np.linalg.svd(tangents, compute_uv=False), SINGULAR_CUT)


def effective_dimension(qfims: Floats, data: int) -> float:
    """Effective dimension of a model from its Fisher matrices at random angles.

    d = 2 log( mean_θ √det(1 + κ F̂(θ)) ) / log κ, κ = N/(2π log N), with F̂ the Fisher matrices
    scaled to mean trace M. It tends to the largest rank as N grows.

    Args:
        qfims: shape (samples, M, M).
        data: number of data N, so large that κ > 1.

    Raises:
        UserError: if κ ≤ 1.

    Source: Abbas et al., Nat. Comput. Sci. 1, 403 (2021), eq. (2), with γ = 1.
    """
    kappa = data / (2 * np.pi * np.log(data))
    require(kappa > 1, f"Argument `data` must exceed 2π log(data), but is {data}.")
    size = qfims.shape[-1]
    scaled = qfims * size / np.trace(qfims, axis1=1, axis2=2).mean()
    logs = 0.5 * np.linalg.slogdet(np.eye(size) + kappa * scaled)[1]
    peak = logs.max()
    return float(2 * (peak + np.log(np.exp(logs - peak).mean())) / np.log(kappa))


NULL = 1e-14


def mixed_qfim(rho: Complexes, tangents: Complexes) -> Floats:
    """QFIM of a mixed state (symmetric logarithmic derivative), full normalisation.

    F_ij = 2 Σ_{a,b} Re(⟨a|∂iρ|b⟩⟨b|∂jρ|a⟩)/(p_a + p_b) over p_a + p_b > 1e-14. Between two null
    states of ρ a derivative has no matrix element, since p cannot become negative, so leaving
    those pairs out is exact and keeps a nearly singular ρ from dividing rounding errors by zero.
    A pure state gives `qfim_from_tangents`.

    Args:
        rho: Hermitian, trace 1, shape (D, D).
        tangents: ∂ρ/∂θ, shape (M, D, D).

    Returns:
        Symmetric positive semidefinite matrix, shape (M, M).

    Source: arXiv:2302.05059, eq. (7); J. Liu et al., J. Phys. A 53, 023001 (2020).
    """
    p, vectors = np.linalg.eigh(rho)
    elements = vectors.conj().T @ tangents @ vectors
    sums = p[:, None] + p
    weights = np.where(sums > NULL, 1 / np.where(sums > NULL, sums, 1), 0.0)
    scaled = (elements * np.sqrt(weights)).reshape(len(tangents), -1)
    return 2 * _real_gram(scaled, scaled)
