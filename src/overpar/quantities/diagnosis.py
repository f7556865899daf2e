"""What can be said of a model at one size before it is trained."""

from dataclasses import dataclass, field

import numpy as np

from overpar.base.errors import UserError
from overpar.base.progress import Progress, silent
from overpar.base.seeds import generator
from overpar.engines.choose import curvature_engine, make_objective
from overpar.engines.interface import Floats
from overpar.model.model import Model
from overpar.quantities.algebra import LIMIT_BASIS, Dimension, dla_dimension, sector_dimension
from overpar.quantities.algebra_structure import structure
from overpar.quantities.information import numerical_rank, qfim, spectrum
from overpar.quantities.loss_moments import loss_moments, product_expectations

# State vectors are used up to here; beyond, the algebra is all there is.
MAX_STATE_QUBITS = 12
POINTS, MAX_STRUCTURE = 2, 600


@dataclass
class Size:
    """One size of a model.

    Args:
        qubits: n.
        dimension: of the Lie algebra.
        sector: dimension on the subspace explored from the input state.
        ideals: names of the simple ideals, where they were found.
        rank: largest rank of the QFIM found, None if none was computed.
        rank_is_full: whether more layers do not raise it.
        depth: layers where the rank is reached first.
        angles: number of angles there, the estimate of M_c.
        variance_depth: layers at which losses and gradients were sampled.
        losses: at random angles, shape (samples,).
        derivatives: along the middle angle, shape (samples,).
        predicted: variance of the loss of deep circuits from the algebra alone.
        notes: what was not found, and why.
    """

    qubits: int
    dimension: Dimension
    sector: Dimension
    ideals: str = ""
    rank: int | None = None
    rank_is_full: bool = False
    depth: int | None = None
    angles: int | None = None
    variance_depth: int | None = None
    losses: Floats | None = None
    derivatives: Floats | None = None
    predicted: float | None = None
    notes: list[str] = field(default_factory=list)


def diagnose_size(
    model: Model,
    qubits: int,
    *,
    samples: int,
    max_dim: int,
    max_angles: int,
    depth: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Size:
    """Algebra, largest QFIM rank, angles to reach it, and loss statistics at one size.

    Args:
        model: what is diagnosed.
        qubits: n; ranks and losses are computed up to 12.
        samples: random points for losses and gradients.
        max_dim: where counting the dimension of the algebra stops.
        max_angles: most angles of a circuit whose rank is computed.
        depth: layers at which losses are sampled; twice those of full rank if None.
        seed: of the random angles.
        progress: called with (stage, stages).

    Raises:
        UserError: if the description does not fit the size.

    Source: arXiv:2109.11676, theorems 1 to 3, for what the numbers mean.
    """
    out = _algebra(model, qubits, max_dim, depth)
    progress(1, 3)
    if qubits > MAX_STATE_QUBITS:
        out.notes.append(
            f"rank and gradients are not computed beyond {MAX_STATE_QUBITS} qubits; the algebra is"
        )
        return out
    _rank(model, out, max_angles, seed)
    progress(2, 3)
    if not model.trainable:
        out.notes.append("the model has no observable, so there is no loss to look at")
    else:
        _losses(model, out, samples, depth, seed)
    progress(3, 3)
    return out


def _algebra(model: Model, qubits: int, max_dim: int, depth: int | None) -> Size:
    try:
        generators, letters = model.algebra(qubits, depth)
    except UserError as error:
        if model.circuit is None or "Clifford" not in str(error):
            raise
        unknown = Dimension(None, None, str(error))
        return Size(qubits, unknown, unknown, notes=[str(error)])
    dimension = dla_dimension(generators, qubits, max_dim)
    small = dimension.value is not None and dimension.value <= min(max_dim, LIMIT_BASIS)
    sector = sector_dimension(generators, qubits, letters) if small else Dimension(None)
    out = Size(qubits, dimension, sector)
    if dimension.value is None:
        out.notes.append(f"the closure was stopped: {dimension.reason}")
    if dimension.value is None or dimension.value > MAX_STRUCTURE:
        return out
    try:
        parts = structure(generators, qubits)
        centre = [f"centre of dimension {parts.centre.dimension}"] * (parts.centre.dimension > 0)
        out.ideals = " + ".join([ideal.name for ideal in parts.ideals] + centre)
        observable = model.operator(qubits)
        if observable is not None:
            moments = loss_moments(parts, observable, product_expectations(parts, letters))
            out.predicted = moments.variance
    except UserError as error:
        out.notes.append(str(error))
    return out


def _rank_at(model: Model, qubits: int, depth: int, seed: int) -> tuple[int | None, int]:
    """Largest rank at random points, None if undetermined, and the number of angles."""
    task = model.task(qubits, depth)
    engine, parameters = curvature_engine(task), task.circuit.parameters
    found = []
    for point in range(POINTS):
        angles = 2 * np.pi * generator(seed, "rank", qubits, depth, point).random(parameters)
        found.append(numerical_rank(spectrum(qfim(engine, angles))).value)
    known = [rank for rank in found if rank is not None]
    return max(known, default=None), parameters


def _rank(model: Model, out: Size, max_angles: int, seed: int) -> None:
    """Double the depth until the rank stays, then bisect for where it is reached first."""
    ranks: dict[int, tuple[int | None, int]] = {}
    depth, best = 1, 0
    while True:
        if model.task(out.qubits, depth).circuit.parameters > max_angles:
            out.notes.append(f"circuits of more than {max_angles} angles were not looked at")
            break
        ranks[depth] = _rank_at(model, out.qubits, depth, seed)
        rank, angles = ranks[depth]
        if depth > 1 and angles == ranks[depth // 2][1]:
            out.notes.append("the circuit does not get longer with depth; its rank is that of it")
            break
        if rank is not None and rank == best and rank < angles:
            out.rank_is_full = True
            break
        best = max(best, rank or 0)
        depth *= 2
    reached = [d for d, (rank, _) in ranks.items() if rank == best]
    if not reached:
        return
    low, high = max((d for d in ranks if d < reached[0]), default=0), reached[0]
    while high - low > 1:
        middle = (low + high) // 2
        ranks[middle] = _rank_at(model, out.qubits, middle, seed)
        low, high = (low, middle) if ranks[middle][0] == best else (middle, high)
    out.rank, out.depth, out.angles = best, high, ranks[high][1]


def _losses(model: Model, out: Size, samples: int, depth: int | None, seed: int) -> None:
    out.variance_depth = depth or 2 * (out.depth or 8)
    task = model.task(out.qubits, out.variance_depth)
    parameters = task.circuit.parameters
    angles = 2 * np.pi * generator(seed, "losses", out.qubits).random((samples, parameters))
    loss, gradient = make_objective(task).loss_and_gradient(angles)
    out.losses, out.derivatives = loss, gradient[:, parameters // 2]
