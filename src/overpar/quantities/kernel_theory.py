"""Means and deviations of the quantum neural tangent kernel: as printed, and at finite D.

They are over Haar-random W_l and uniform Pauli strings P_l ≠ 1 in U = Π_l W_l exp(iθ_l P_l), for a
given observable O of dimension D = 2ⁿ, L layers, and pure inputs. The printed formulas are for
large D; of them, eq. (9) alone is a factor 2 below the others at equal inputs.

The finite-D formulas come from one fact. With ψ the output state and P̃_l the strings carried to
the end of the circuit, ∂ε/∂θ_l = Tr(P̃_l i[ρ, O]), the P̃_l are independent of ψ and of one another,
and i[ρ, O] has the eigenvalues ±s alone, where s² = ⟨O²⟩ − ⟨O⟩² in ψ. So the derivatives are
independent given ψ, and share its s. The rotation that acts first is the one exception, since its
input is no random state: it changes nothing in means, and the deviation at order 1/L only.
"""

from dataclasses import dataclass

import numpy as np

from overpar.base.checks import integer
from overpar.base.errors import UserError
from overpar.engines.interface import Floats
from overpar.model.observables import PauliSum, Task


@dataclass(frozen=True)
class Traces:
    """What theory needs of an observable: its dimension and Tr O, Tr O², Tr O³, Tr O⁴.

    Args:
        size: D ≥ 2.
        powers: the four traces.
    """

    size: int
    powers: tuple[float, float, float, float]

    @property
    def scatter(self) -> float:
        """D Tr O² − Tr² O."""
        return self.size * self.powers[1] - self.powers[0] ** 2


def eigenvalues(task: Task) -> Floats:
    """Eigenvalues of a task's observable in ascending order, shape (2ⁿ,).

    Raises:
        UserError: if the observable is not a `PauliSum`.

    Source: LAPACK's Hermitian eigensolver through numpy.
    """
    if not isinstance(task.observable, PauliSum):
        raise UserError("Argument `task` must have a Pauli sum as its observable.")
    size = 2**task.circuit.qubits
    rows = np.arange(size)
    matrix = np.zeros((size, size), np.complex128)
    for flip, diagonal in zip(*task.observable.by_flip(task.circuit.qubits), strict=True):
        matrix[rows, rows ^ flip] += diagonal
    return np.asarray(np.linalg.eigvalsh(matrix))


def traces(values: Floats) -> Traces:
    """Traces of the observable with these eigenvalues.

    Examples:
        >>> traces(np.array([-1.0, 1.0])).powers
        (0.0, 2.0, 0.0, 2.0)

    Source: definition.
    """
    first, second, third, fourth = (float((values**k).sum()) for k in (1, 2, 3, 4))
    return Traces(len(values), (first, second, third, fourth))


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
    """K̄_ab ≈ 2L Tr(O²) σ/D² for inputs a, b with one observable, as printed.

    Args:
        o: traces of O.
        layers: L ≥ 1.
        overlap: σ = |⟨ψ_a|ψ_b⟩|² in [0, 1]; 1 for a = b.

    Source: arXiv:2203.16711, eq. (17) with O₁ = O₂.
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
        o: traces of O.
        layers: L ≥ 1.
        overlap: σ = |⟨ψ_a|ψ_b⟩|² in [0, 1].

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


def deviation(o: Traces, layers: int) -> float:
    """ΔK = √(Lκ₄E s⁴ + L(L−1)κ₂²E s⁴ − K̄²), at any D.

    κ₂ = 2D/(D²−1) and κ₄ = 12(D+2)/((D²−1)(D+3)) are the moments of (∂ε/∂θ)/s. For large L,
    ΔK/K̄ does not vanish as L^{-1/2}: it tends to the relative deviation of s² over states, which
    is of order D^{-1/2}.

    Args:
        o: traces of O.
        layers: L ≥ 1.

    Raises:
        UserError: if `layers` is below 1.

    Source: fourth moments of a Haar-random state and of a 2×2 block of a Haar-rotated string
    (complex Jacobi ensemble); for large D and L ≪ D, eq. (12) of arXiv:2203.16711.
    """
    integer("layers", layers, 1)
    d, (p1, p2, p3, p4) = o.size, o.powers
    two, three, four = d * (d + 1), d * (d + 1) * (d + 2), d * (d + 1) * (d + 2) * (d + 3)
    variance_squared = (
        (p2**2 + p4) / two
        - 2 * (p2 * p1**2 + p2**2 + 2 * p3 * p1 + 2 * p4) / three
        + (p1**4 + 6 * p1**2 * p2 + 3 * p2**2 + 8 * p1 * p3 + 6 * p4) / four
    )
    second, fourth = 2 * d / (d**2 - 1), 12 * (d + 2) / ((d**2 - 1) * (d + 3))
    square = layers * variance_squared * (fourth + (layers - 1) * second**2)
    return float(np.sqrt(max(square - mean(o, layers) ** 2, 0.0)))


def meta_mean(o: Traces, layers: int) -> float:
    """E μ = 2L(L−1) (D/(D²−1))² E c₃, the leading order in L; zero for a symmetric spectrum.

    c₃ = ⟨O³⟩ − 3⟨O²⟩⟨O⟩ + 2⟨O⟩³ in a Haar-random state. For Tr O = 0 it is D Tr O³/((D+1)(D+2)).

    Source: second Haar moments of the strings, third of the state; eq. (15) of arXiv:2203.16711
    has E μ = 0.
    """
    d, (p1, p2, p3, _) = o.size, o.powers
    two, three = d * (d + 1), d * (d + 1) * (d + 2)
    cumulant = p3 / d - 3 * (p1 * p2 + p3) / two + 2 * (p1**3 + 3 * p1 * p2 + 2 * p3) / three
    return 2 * layers * (layers - 1) * (d / (d**2 - 1)) ** 2 * cumulant


def _unit(o: Traces, layers: int) -> float:
    integer("layers", layers, 1)
    return 2 * layers * o.scatter / (o.size**2 - 1) ** 2
