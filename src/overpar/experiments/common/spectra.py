"""Spectra and ranks of QFIM and Hessian, as variables of a record."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from overpar.base.checks import require
from overpar.base.progress import Progress, silent
from overpar.base.records import Variable
from overpar.base.seeds import released_angles
from overpar.engines.interface import CurvatureEngine, Floats
from overpar.experiments.common.spec import Result
from overpar.model.circuits import Circuit
from overpar.model.observables import Task
from overpar.quantities.curved import Pointwise
from overpar.quantities.exact_rank import ranks_by_depth
from overpar.quantities.information import (
    Rank,
    curvature,
    effective_dimension,
    horizontal,
    numerical_rank,
    qfim_from_tangents,
    spectrum,
    tangent_rank,
)
from overpar.quantities.newton import newton

if TYPE_CHECKING:
    from xarray import Dataset

# Data sizes at which the effective dimension is given.
DATA = (10**3, 10**6, 10**12)
CONVERGED, POLISHED, GRADIENT = 1e-4, 1e-12, 1e-9


def spectra(
    engine: CurvatureEngine,
    points: Floats,
    *,
    with_hessian: bool = True,
    progress: Progress = silent,
) -> dict[str, Variable]:
    """QFIM and Hessian spectra, numerical ranks and gaps at given angles.

    Args:
        engine: of the task.
        points: angles, shape (samples, M).
        with_hessian: also the Hessian of the loss.
        progress: called with (points done, points).

    Returns:
        Variables with dimensions sample and eigenvalue. The rank of the QFIM is that of the
        tangents, the rank of the Hessian counts eigenvalues with the release's cut.
    """
    matrices: list[Floats] = []
    losses: list[float] = []
    values: dict[str, list[Floats]] = {"qfim": [], "hessian": []}
    ranks: dict[str, list[Rank]] = {"qfim": [], "hessian": []}
    for done, angles in enumerate(points, start=1):
        state, tangents = engine.tangents(angles)
        ranks["qfim"].append(tangent_rank(horizontal(state, tangents)))
        if with_hessian:
            fisher, second = curvature(engine, angles)
            values["hessian"].append(spectrum(second))
            ranks["hessian"].append(numerical_rank(values["hessian"][-1]))
            losses.append(engine.loss_and_gradient(angles[None])[0][0])
        else:
            fisher = qfim_from_tangents(state, tangents)
        matrices.append(fisher)
        values["qfim"].append(spectrum(fisher))
        progress(done, len(points))
    out = {"angles": Variable(("sample", "parameter"), points, "point", "rad")}
    for name, rows in values.items():
        if rows:
            out[name] = Variable(("sample", "eigenvalue"), np.array(rows), f"{name} eigenvalues")
            out |= rank_variables(name, ranks[name])
    if losses:
        out["loss"] = Variable(("sample",), np.array(losses), "loss at the point")
    if len(points) > 1:
        dimensions = [effective_dimension(np.array(matrices), n) for n in DATA]
        out["effective_dimension"] = Variable(
            ("data",), np.array(dimensions), "effective dimension for 1e3, 1e6, 1e12 data"
        )
    return out


def spectra_cell(
    engine: CurvatureEngine,
    samples: int,
    *,
    width: float,
    depth: int,
    shorter: Mapping[int, Circuit],
    training: "Dataset | None" = None,
    trained: CurvatureEngine | None = None,
    with_hessian: bool = True,
    progress: Progress = silent,
) -> Result:
    """Spectra of a cell, at seeded random angles or at the optimised ones of a training record.

    Random angles have the exact rank beside them, also that of shorter circuits.

    Args:
        engine: of the task.
        samples: number of points, or at most so many optimised ones.
        width: random angles are np.random.seed(k); width·np.random.rand(M) for k = 0, 1, ….
        depth: layers of the circuit.
        shorter: circuits of the same model with fewer layers, by their number.
        training: the record, for optimised angles.
        trained: engine of the task that was trained, if it differs in its derivatives.
        with_hessian: also the Hessian of the loss.
        progress: called with (points done, points).
    """
    if training is None:
        parameters = engine.task.circuit.parameters
        points = np.array([released_angles(k, parameters, width) for k in range(samples)])
        exact = exact_ranks(engine.task, depth, shorter)
    else:
        points = optimised_points(trained or engine, training, samples)
        exact = {}
        if not len(points):
            return Result({}, {"note": "no training run converged"})
    found = spectra(engine, points, with_hessian=with_hessian, progress=progress)
    return Result(found | exact)


def exact_ranks(task: Task, depth: int, shorter: Mapping[int, Circuit]) -> dict[str, Variable]:
    """Rank at generic angles of a cell, and of the shorter circuits that begin its own.

    Args:
        task: of the cell.
        depth: its layers.
        shorter: circuits by their layers.
    """
    rank, known = ranks_by_depth(task, shorter)
    known[depth] = rank.value
    angles = {d: circuit.parameters for d, circuit in shorter.items()} | {depth: task.parameters}
    depths = sorted(known)
    what = f"exact modulo {' and '.join(map(str, rank.primes))}" if rank.exact else rank.reason
    rows = {
        "depths": (depths, "layers of this circuit and of shorter ones that it begins with"),
        "depth_angles": ([angles[d] for d in depths], "their angles"),
        "depth_ranks": ([known[d] for d in depths], "their QFIM ranks at generic angles"),
    }
    return {
        "rank": Variable((), np.array(rank.value), f"QFIM rank at generic angles, {what}"),
        "rank_exact": Variable((), np.array(int(rank.exact)), "1 if the rank is exact, else 0"),
        **{name: Variable(("depth",), np.array(r), text) for name, (r, text) in rows.items()},
    }


def rank_variables(name: str, ranks: Iterable[Rank], axis: str = "sample") -> dict[str, Variable]:
    """Numerical ranks and their gaps as variables."""
    found = list(ranks)
    values = np.array([rank.value for rank in found], np.int64)
    gaps = np.array([rank.gap for rank in found])
    return {
        f"{name}_rank": Variable((axis,), values, f"{name} rank, numerical"),
        f"{name}_gap": Variable((axis,), gaps, "gap around its cut", "decades"),
    }


def optimised_points(engine: CurvatureEngine, record: "Dataset", samples: int) -> Floats:
    """Best angles of a training record's first converged runs, polished to a loss below 1e-12.

    A run whose lowest loss is below 1e-4 is polished; it counts as converged if that leads below
    1e-12.

    Args:
        engine: of the task that was trained.
        record: of the training.
        samples: at most so many runs.

    Returns:
        Angles, shape (at most samples, M).

    Raises:
        UserError: if the record has another number of angles than the task.
    """
    parameters = engine.task.circuit.parameters
    require(
        record.sizes["parameter"] == parameters,
        f"The training record does not have {parameters} angles.",
    )
    lowest = np.nanmin(record["loss"].values, axis=1)
    curved = Pointwise(engine.task)
    found: list[Floats] = []
    for angles in record["best_angles"].values[lowest < CONVERGED]:
        if len(found) == samples:
            break
        ends = newton(curved, angles[None], gradient=GRADIENT)
        if ends.losses[0] < POLISHED:
            found.append(ends.angles[0])
    return np.array(found).reshape(-1, parameters)
