"""Spectra of QFIM and Hessian at several points, as variables of a record."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from overpar.base.checks import require
from overpar.base.progress import Progress, silent
from overpar.base.records import Variable, read_record
from overpar.engines.interface import CurvatureEngine, Floats
from overpar.quantities.information import (
    Rank,
    curvature,
    effective_dimension,
    numerical_rank,
    qfim,
    spectrum,
)

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


def rank_variables(name: str, ranks: Iterable[Rank]) -> dict[str, Variable]:
    """Ranks and gaps of several spectra as variables."""
    found = list(ranks)
    values = np.array([UNDETERMINED if r.value is None else r.value for r in found], np.int64)
    gaps = np.array([r.gap for r in found])
    return {
        f"{name}_rank": Variable(("sample",), values, f"{name} rank, −1 if undetermined"),
        f"{name}_gap": Variable(("sample",), gaps, "gap around the cut", "decades"),
    }


def polish(engine: CurvatureEngine, angles: Floats, target: float, steps: int = 20) -> Floats:
    """Newton steps on the Hessian's range until the loss is below `target`.

    Directions with eigenvalues below 1e-6 of the largest are left alone; a step that does not
    lower the loss ends the polishing.

    Args:
        engine: of the task.
        angles: near a minimum, shape (M,).
        target: loss at which to stop.
        steps: at most so many.
    """
    loss, gradient = engine.loss_and_gradient(angles[None])
    for _ in range(steps):
        if loss[0] < target:
            break
        values, vectors = np.linalg.eigh(curvature(engine, angles)[1])
        used = values > 1e-6 * values[-1]
        step = vectors[:, used] @ ((vectors[:, used].T @ gradient[0]) / values[used])
        new_loss, new_gradient = engine.loss_and_gradient((angles - step)[None])
        if not new_loss[0] < loss[0]:
            break
        angles, loss, gradient = angles - step, new_loss, new_gradient
    return angles


def optimised_points(engine: CurvatureEngine, training: Path, samples: int) -> Floats:
    """Best angles of a training record's first converged runs, polished to a loss below 1e-12.

    Args:
        engine: of the task that was trained.
        training: the record.
        samples: at most so many runs; those whose lowest loss is below 1e-4 count as converged.

    Returns:
        Angles, shape (at most samples, M).

    Raises:
        UserError: if the record has another number of angles than the task.
    """
    record = read_record(training).variables
    parameters = engine.task.circuit.parameters
    require(
        record["best_angles"].shape[1] == parameters,
        f"Record {training} does not have {parameters} angles.",
    )
    lowest = np.nanmin(record["loss"], axis=1)
    chosen = record["best_angles"][lowest < CONVERGED][:samples]
    polished = [polish(engine, angles, POLISHED) for angles in chosen]
    return np.array(polished).reshape(-1, parameters)
