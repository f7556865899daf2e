"""What can be said of a model at one size before it is trained."""

from dataclasses import dataclass, field

import numpy as np

from overpar.base.errors import UserError
from overpar.base.progress import Progress, silent
from overpar.base.seeds import generator
from overpar.engines.choose import make_objective
from overpar.engines.interface import Floats
from overpar.model.circuits import Circuit
from overpar.model.model import Model
from overpar.quantities.algebra import LIMIT_BASIS, Dimension, dla_dimension, sector_dimension
from overpar.quantities.algebra_structure import structure
from overpar.quantities.exact_rank import generic_ranks
from overpar.quantities.loss_moments import loss_moments, product_expectations

# State vectors are used up to here; beyond, the algebra is all there is.
MAX_STATE_QUBITS = 12
MAX_STRUCTURE = 600


@dataclass
class Size:
    """One size of a model.

    Args:
        qubits: n.
        dimension: of the Lie algebra.
        sector: dimension on the subspace explored from the input state.
        ideals: names of the simple ideals, where they were found.
        rank: largest rank of the QFIM at generic angles, None if none was computed.
        rank_is_full: whether twice the layers do not raise it.
        depth: layers of the shortest circuit with it.
        angles: its number of angles, the estimate of M_c.
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
        seed: of the random angles for losses.
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
    _rank(model, out, max_angles)
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


def _rank(model: Model, out: Size, max_angles: int) -> None:
    """Double the depth until the rank stays; the first depth with it has M_c angles."""
    circuits: dict[int, Circuit] = {}
    ranks: dict[int, int] = {}
    while not out.rank_is_full:
        for depth in range(len(ranks) + 1, max(2 * len(ranks), 1) + 1):
            circuit = model.build(out.qubits, depth)
            if circuit.parameters > max_angles:
                break
            circuits[depth] = circuit
        if len(circuits) == len(ranks):
            out.notes.append(f"circuits of more than {max_angles} angles were not looked at")
            break
        task, last = model.task(out.qubits, len(circuits)), len(circuits)
        more = {depth: circuits[depth] for depth in range(len(ranks) + 1, last)}
        found, known = generic_ranks(task, more)
        ranks |= known | {last: found.value}
        if last > 1 and circuits[last // 2].parameters == circuits[last].parameters:
            out.notes.append("the circuit does not get longer with depth; its rank is that of it")
            break
        out.rank_is_full = last > 1 and ranks[last // 2] == ranks[last]
    if not ranks:
        return
    out.rank = max(ranks.values())
    out.depth = min(depth for depth, rank in ranks.items() if rank == out.rank)
    out.angles = circuits[out.depth].parameters
    if found.reason:
        out.notes.append(f"the rank is numerical, at random angles, not exact: {found.reason}")


def _losses(model: Model, out: Size, samples: int, depth: int | None, seed: int) -> None:
    out.variance_depth = depth or 2 * (out.depth or 8)
    task = model.task(out.qubits, out.variance_depth)
    parameters = task.circuit.parameters
    angles = 2 * np.pi * generator(seed, "losses", out.qubits).random((samples, parameters))
    loss, gradient = make_objective(task).loss_and_gradient(angles)
    out.losses, out.derivatives = loss, gradient[:, parameters // 2]
