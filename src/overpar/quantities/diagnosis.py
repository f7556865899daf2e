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
from overpar.model.observables import spectral_width
from overpar.quantities.absorbed import MAX_STATE_QUBITS, TooManyStringsError, absorb
from overpar.quantities.algebra import Dimension
from overpar.quantities.exact_rank import generic_ranks
from overpar.quantities.loss_moments import deep_loss
from overpar.quantities.model_algebra import (
    NUMERICAL,
    model_dimension,
    model_sector,
    model_structure,
)

MAX_STRUCTURE = 600
_ROUNDING = 1e-12
_PART = 1000


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
        squares: of the derivative less its mean, averaged over the angles that the loss depends
            on, shape (samples,): their mean is its variance. Zeros if there is no such angle.
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
    squares: Floats | None = None
    predicted: float | None = None
    notes: list[str] = field(default_factory=list)


def diagnose_size(
    model: Model,
    qubits: int,
    *,
    samples: int,
    max_dim: int,
    max_angles: int,
    max_sector: int | None = None,
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
        max_sector: largest dimension of which that on the input is counted; any if None.
        depth: layers at which losses are sampled; twice those of full rank if None.
        seed: of the random angles for losses.
        progress: called with (thousandths of stages done, those of all stages).

    Raises:
        UserError: if the description does not fit the size.

    Source: arXiv:2109.11676, theorems 1 to 3, for what the numbers mean.
    """
    unknown = Dimension(None)
    out = Size(qubits, unknown, unknown, variance_depth=depth)
    if qubits > MAX_STATE_QUBITS:
        out.notes.append(
            f"rank and gradients are not computed beyond {MAX_STATE_QUBITS} qubits; the algebra is"
        )
    else:
        _rank(model, out, max_angles)
        out.variance_depth = depth or 2 * (out.depth or 8)
    progress(_PART, 3 * _PART)
    _algebra(
        model,
        out,
        max_dim,
        max_sector,
        depth,
        lambda found, limit: progress(_PART + _PART * found // limit, 3 * _PART),
    )
    progress(2 * _PART, 3 * _PART)
    if not model.trainable:
        out.notes.append("the model has no observable, so there is no loss to look at")
    elif qubits <= MAX_STATE_QUBITS:
        _losses(model, out, samples, seed)
    progress(3 * _PART, 3 * _PART)
    return out


def _algebra(
    model: Model,
    out: Size,
    max_dim: int,
    max_sector: int | None,
    depth: int | None,
    progress: Progress,
) -> None:
    try:
        # The observable is measured after as many layers as losses are sampled at.
        given = absorb(model, out.qubits, depth, out.variance_depth)
    except TooManyStringsError as error:
        out.notes.append(str(error))
        return
    out.notes += [] if given.exact else [NUMERICAL]
    out.dimension = model_dimension(given, max_dim, progress)
    dimension = out.dimension.value
    if dimension is None:
        out.notes.append(f"the closure was stopped: {out.dimension.reason}")
        return
    if max_sector is None or dimension <= max_sector:
        out.sector = model_sector(given, progress)
    else:
        out.sector = Dimension(None, None, f"since the algebra exceeds {max_sector}")
    if out.sector.value is None:
        out.notes.append(f"the dimension on the state was not found, {out.sector.reason}")
    parts = None
    try:
        if given.single or dimension <= MAX_STRUCTURE:
            parts = model_structure(given, progress)
            out.ideals = str(parts)
        else:
            out.notes.append(f"ideals are not looked for beyond dimension {MAX_STRUCTURE}")
        if given.observable is not None:
            out.predicted = deep_loss(parts, given).variance
    except UserError as error:
        out.notes.append(str(error))


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


def _losses(model: Model, out: Size, samples: int, seed: int) -> None:
    task = model.task(out.qubits, out.variance_depth)
    parameters = task.circuit.parameters
    angles = 2 * np.pi * generator(seed, "losses", out.qubits).random((samples, parameters))
    out.losses, gradient = make_objective(task).loss_and_gradient(angles)
    # Rounding of a derivative that is zero; one that is exponentially small is far larger.
    live = np.abs(gradient).max(axis=0) > _ROUNDING * spectral_width(task)
    if not live.all():
        count = f"{np.count_nonzero(~live)} of its {parameters}" if live.any() else "any of its"
        out.notes.append(f"the loss does not depend on {count} angles")
    deviations = gradient[:, live] - gradient[:, live].mean(axis=0)
    out.squares = (deviations**2).mean(axis=1) if live.any() else np.zeros(samples)
