"""Spectra of QFIM and Hessian at several points, as variables of a record."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from overpar.base.checks import require
from overpar.base.progress import Progress, silent
from overpar.base.records import Variable, read_record
from overpar.base.seeds import released_angles
from overpar.engines.interface import CurvatureEngine, Floats
from overpar.experiments.common.spec import Result
from overpar.quantities.information import (
    Rank,
    curvature,
    effective_dimension,
    numerical_rank,
    qfim,
    spectrum,
)
from overpar.quantities.polish import polish

# Data sizes at which the effective dimension is given.
DATA = (10**3, 10**6, 10**12)
UNDETERMINED = -1
CONVERGED, POLISHED = 1e-4, 1e-12


def spectra(
    engine: CurvatureEngine,
    points: Floats,
    *,
    with_hessian: bool = True,
    progress: Progress = silent,
) -> dict[str, Variable]:
    """QFIM and Hessian spectra, ranks and gaps at given angles.

    Args:
        engine: of the task.
        points: angles, shape (samples, M).
        with_hessian: also the Hessian of the loss.
        progress: called with (points done, points).

    Returns:
        Variables with dimensions sample and eigenvalue; ranks are −1 where undetermined.
    """
    matrices: list[Floats] = []
    losses: list[float] = []
    values: dict[str, list[Floats]] = {"qfim": [], "hessian": []}
    for done, angles in enumerate(points, start=1):
        if with_hessian:
            fisher, second = curvature(engine, angles)
            values["hessian"].append(spectrum(second))
            losses.append(engine.loss_and_gradient(angles[None])[0][0])
        else:
            fisher = qfim(engine, angles)
        matrices.append(fisher)
        values["qfim"].append(spectrum(fisher))
        progress(done, len(points))
    out = {"angles": Variable(("sample", "parameter"), points, "point", "rad")}
    for name, rows in values.items():
        if rows:
            out[name] = Variable(("sample", "eigenvalue"), np.array(rows), f"{name} eigenvalues")
            out |= rank_variables(name, map(numerical_rank, rows))
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
    training: Path | None = None,
    trained: CurvatureEngine | None = None,
    with_hessian: bool = True,
    progress: Progress = silent,
) -> Result:
    """Spectra of a cell, at seeded random angles or at the optimised ones of a training record.

    Args:
        engine: of the task.
        samples: number of points, or at most so many optimised ones.
        width: random angles are np.random.seed(k); width·np.random.rand(M) for k = 0, 1, ….
        training: the record, for optimised angles.
        trained: engine of the task that was trained, if it differs in its derivatives.
        with_hessian: also the Hessian of the loss.
        progress: called with (points done, points).
    """
    if training is None:
        parameters = engine.task.circuit.parameters
        points = np.array([released_angles(k, parameters, width) for k in range(samples)])
    else:
        points = optimised_points(trained or engine, training, samples)
        if not len(points):
            return Result({}, {"note": "no training run converged"})
    return Result(spectra(engine, points, with_hessian=with_hessian, progress=progress))


def rank_variables(name: str, ranks: Iterable[Rank]) -> dict[str, Variable]:
    """Ranks and gaps of several spectra as variables."""
    found = list(ranks)
    values = np.array([UNDETERMINED if r.value is None else r.value for r in found], np.int64)
    gaps = np.array([r.gap for r in found])
    return {
        f"{name}_rank": Variable(("sample",), values, f"{name} rank, −1 if undetermined"),
        f"{name}_gap": Variable(("sample",), gaps, "gap around the cut", "decades"),
    }


def optimised_points(engine: CurvatureEngine, training: Path, samples: int) -> Floats:
    """Best angles of a training record's first converged runs, polished to a loss below 1e-12.

    A run whose lowest loss is below 1e-4 is polished; it counts as converged if that leads below
    1e-12.

    Args:
        engine: of the task that was trained.
        training: the record.
        samples: at most so many runs.

    Returns:
        Angles, shape (at most samples, M).

    Raises:
        UserError: if the record has another number of angles than the task.
    """
    record = read_record(training)
    parameters = engine.task.circuit.parameters
    require(
        record.sizes["parameter"] == parameters,
        f"Record {training} does not have {parameters} angles.",
    )
    lowest = np.nanmin(record["loss"].values, axis=1)
    found: list[Floats] = []
    for angles in record["best_angles"].values[lowest < CONVERGED]:
        if len(found) == samples:
            break
        polished = polish(engine, angles)
        if engine.loss_and_gradient(polished[None])[0][0] < POLISHED:
            found.append(polished)
    return np.array(found).reshape(-1, parameters)
