"""Gradient training of many initialisations at once, with Adam as in Keras."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import integer, real_array, require
from overpar.base.progress import Progress, silent
from overpar.engines.interface import Floats, Objective

FINISHED, DIVERGED = 0, 1


@dataclass(frozen=True, eq=False)
class Training:
    """A batch of training runs.

    Args:
        losses: (runs, steps+1): the loss before each update, and the last.
        initial_angles: (runs, M).
        best_angles: (runs, M), where the loss was smallest over all records.
        final_angles: (runs, M).
        status: (runs,): 0, or 1 where loss or gradient became NaN or infinite; such a run
            stops there and its later losses are NaN.
    """

    losses: Floats
    initial_angles: Floats
    best_angles: Floats
    final_angles: Floats
    status: NDArray[np.int8]


def train(
    objective: Objective,
    angles: Floats,
    steps: int,
    *,
    rate: float = 1e-2,
    decay: tuple[float, float] = (0.9, 0.999),
    epsilon: float = 1e-7,
    progress: Progress = silent,
) -> Training:
    """Minimise a loss with Adam from a batch of initial angles.

    m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − rate·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε): the
    bias correction is folded into the step size and ε is added to the uncorrected √v, as in
    Keras. Runs never influence each other.

    Args:
        objective: of the task.
        angles: initial angles in radians, (runs, M).
        steps: number of updates, at least 1.
        rate: learning rate, positive.
        decay: (β₁, β₂).
        epsilon: ε.
        progress: called with (steps done, steps).

    Returns:
        Loss records, angles and status of every run.

    Raises:
        UserError: if an argument is out of range.

    Source: Kingma and Ba, arXiv:1412.6980, section 2 ("epsilon hat"); keras.optimizers.Adam.
    """
    integer("steps", steps, 1)
    require(rate > 0, f"Argument `rate` must be positive, but is {rate}.")
    angles = real_array("angles", angles, (None, None)).copy()
    initial, best = angles.copy(), angles.copy()
    first, second = np.zeros_like(angles), np.zeros_like(angles)
    losses = np.full((len(angles), steps + 1), np.nan)
    lowest = np.full(len(angles), np.inf)
    alive = np.ones(len(angles), bool)
    for step in range(steps + 1):
        loss, gradient = objective.loss_and_gradient(angles)
        finite = np.isfinite(loss) & np.isfinite(gradient.sum(axis=1))
        if not finite.all():
            alive &= finite
            gradient[~alive] = 0.0
            first[~alive] = 0.0
            loss[~alive] = np.nan
        losses[:, step] = loss
        better = loss < lowest
        if better.any():
            lowest[better] = loss[better]
            best[better] = angles[better]
        if step == steps:
            break
        t = step + 1
        first += (1 - decay[0]) * (gradient - first)
        second += (1 - decay[1]) * (gradient * gradient - second)
        size = rate * np.sqrt(1 - decay[1] ** t) / (1 - decay[0] ** t)
        angles -= size * first / (np.sqrt(second) + epsilon)
        progress(t, steps)
    status = np.where(alive, FINISHED, DIVERGED).astype(np.int8)
    return Training(losses, initial, best, angles, status)
