"""Means and deviations of the quantum neural tangent kernel: as printed, and at finite D.

They are over Haar-random W_l and uniform Pauli strings P_l ≠ 1 in U = Π_l W_l exp(iθ_l P_l), for a
given observable O of dimension D = 2ⁿ, L layers, and pure inputs. The printed formulas are for
large D; of them, eq. (9) alone is a factor 2 below the others at equal inputs.

The means come from one fact. With ψ the output state and P̃_l the strings carried to the end of the
circuit, ∂ε/∂θ_l = Tr(P̃_l i[ρ, O]), and the mean of P̃_l ⊗ P̃_l is (D·swap − 1)/(D²−1), independent
of ψ. Second moments are in `kernel_moments`.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import integer
from overpar.base.errors import UserError
from overpar.engines.interface import Floats
from overpar.model.observables import PauliSum, Task


@dataclass(frozen=True)
class Traces:
    """What theory needs of an observable: its dimension and Tr O, …, Tr O⁶.

    Args:
        size: D ≥ 2.
        powers: the traces, as many as a formula needs.
    """

    size: int
    powers: tuple[float, ...]

    @property
    def scatter(self) -> float:
        """D Tr O² − Tr² O."""
        return self.size * self.powers[1] - self.powers[0] ** 2

    @property
    def centred(self) -> tuple[float, ...]:
        """Traces of the powers of O − Tr O/D, which has the same derivatives."""
        shift, sums = -self.powers[0] / self.size, (float(self.size), *self.powers)
        return tuple(
            sum(comb(k, j) * shift ** (k - j) * sums[j] for j in range(k + 1))
            for k in range(1, len(sums))
        )


def eigenvalues(task: Task) -> Floats:
    """Eigenvalues of a task's observable in ascending order, shape (2ⁿ,).

    Raises:
        UserError: if the observable is not a `PauliSum`.

    Source: LAPACK's Hermitian eigensolver through numpy.
    """
    if not isinstance(task.observable, PauliSum):
        raise UserError("Argument `task` must have a Pauli sum as its observable.")
    return np.asarray(np.linalg.eigvalsh(matrix(task.observable, task.circuit.qubits)))


def matrix(observable: PauliSum, qubits: int) -> NDArray[np.complex128]:
    """An observable as a Hermitian matrix, shape (2ⁿ, 2ⁿ).

    Source: definition.
    """
    size = 2**qubits
    rows = np.arange(size)
    out = np.zeros((size, size), np.complex128)
    for flip, diagonal in zip(*observable.by_flip(qubits), strict=True):
        out[rows, rows ^ flip] += diagonal
    return out


def traces(values: Floats) -> Traces:
    """Traces of the observable with these eigenvalues.

    Examples:
        >>> traces(np.array([-1.0, 1.0])).powers
        (0.0, 2.0, 0.0, 2.0, 0.0, 2.0)

    Source: definition.
    """
    return Traces(len(values), tuple(float((values**k).sum()) for k in range(1, 7)))


def printed_mean(o: Traces, layers: int) -> float:
    """K̄ ≈ L Tr O²/D² as printed, half of `printed_data_kernel` at overlap 1.

    Source: arXiv:2203.16711, eq. (9).
    """
    return layers * o.powers[1] / o.size**2


def printed_deviation(o: Traces, layers: int) -> float:
    """ΔK ≈ (√L/D²) √(8 Tr²O² + 12 Tr O⁴) as printed.

    Source: arXiv:2203.16711, eq. (12).
    """
    return float(np.sqrt(layers * (8 * o.powers[1] ** 2 + 12 * o.powers[3]))) / o.size**2


def printed_meta_deviation(o: Traces, layers: int) -> float:
    """Δμ ≈ √32 L (Tr O²)^{3/2}/D³ around E μ = 0, as printed up to the learning rate.

    # ASSUME: the printed η is the factor with which μ enters a step of gradient descent. It is
    left out here, where μ is the bare sum of `kernel.meta_kernel`.

    Source: arXiv:2203.16711, eq. (15).
    """
    return float(np.sqrt(32)) * layers * o.powers[1] ** 1.5 / o.size**3


def printed_data_kernel(o: Traces, layers: int, overlap: float) -> float:
    """K̄_ab ≈ 2L Tr(O₁O₂) σ/D² for inputs a, b, as printed.

    Args:
        o: traces of O; of two observables Tr O² is Tr O₁O₂.
        layers: L ≥ 1.
        overlap: σ = |⟨ψ_a|ψ_b⟩|² in [0, 1]; 1 for a = b.

    Source: arXiv:2203.16711, eq. (17).
    """
    return 2 * layers * o.powers[1] * overlap / o.size**2


def smallest_eigenvalue(o: Traces, layers: int, inputs: int) -> float:
    """2L(D−|A|)/(D²−1)² [D Tr O² − Tr² O], of the mean kernel of |A| orthogonal inputs.

    As printed; exact at finite D, where its eigenvector is (1, …, 1).

    Source: arXiv:2203.16711, eq. (21).
    """
    return (o.size - inputs) * _unit(o, layers)


def other_eigenvalues(o: Traces, layers: int) -> float:
    """2LD/(D²−1)² [D Tr O² − Tr² O]: the |A|−1 other eigenvalues of the mean kernel.

    Source: `data_kernel` at orthogonal inputs.
    """
    return o.size * _unit(o, layers)


def data_kernel(o: Traces, layers: int, overlap: float) -> float:
    """K̄_ab = 2L [D Tr O² − Tr² O] (Dσ−1)/(D²−1)², exact at any D; `mean` at σ = 1.

    Args:
        o: traces of O; of two traceless observables Tr O² is Tr O₁O₂.
        layers: L ≥ 1.
        overlap: σ = |⟨ψ_a|ψ_b⟩|² in [0, 1]. At σ < 1/D the kernel is negative.

    Source: second Haar moments; the large-D limit is eq. (17) of arXiv:2203.16711.
    """
    return (o.size * overlap - 1) * _unit(o, layers)


def mean(o: Traces, layers: int) -> float:
    """K̄ = 2L [D Tr O² − Tr² O]/((D+1)(D²−1)), exact at any D and L.

    Examples:
        >>> round(mean(Traces(2, (0, 2, 0, 2)), 1), 9)
        0.888888889

    Source: second Haar moments, E s² times 2D/(D²−1) from each layer.
    """
    return data_kernel(o, layers, 1.0)


def generated_mean(o: Traces, x: Traces, layers: int) -> float:
    """K̄ if the strings are replaced by generators of a spectrum x; `mean` if that is a string's.

    2L [D Tr O² − Tr² O] [D Tr X² − Tr² X] / (D²(D+1)(D²−1)), exact at any D. In a symmetric
    subspace D and the traces are those of the subspace, and W_l Haar-random in it.

    Args:
        o: traces of O.
        x: traces of the generator.
        layers: L ≥ 1.

    Source: E s² times `weingarten.trace_moment` of i[ρ, O] and X.
    """
    return mean(o, layers) * x.scatter / o.size**2


def width(o: Traces, rate: float) -> float:
    """The number of layers at which γ = ηK̄ = 1: (D+1)(D²−1)/(2η[D Tr O² − Tr² O]).

    For large D half of D²/(η Tr O²), the width by eq. (9): of order D/n for an extensive O of n
    qubits, and D² for a projector.

    Args:
        o: traces of O.
        rate: learning rate η > 0.

    Source: `mean`.
    """
    return 1 / (rate * mean(o, 1))


def _unit(o: Traces, layers: int) -> float:
    integer("layers", layers, 1)
    return 2 * layers * o.scatter / (o.size**2 - 1) ** 2
