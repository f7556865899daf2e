"""Gradient training of many initialisations at once, with Adam as in Keras."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import integer, real_array, require
from overpar.base.progress import Progress, silent
from overpar.engines.interface import Floats, Objective

FINISHED, DIVERGED = 0, 1
# Next angles from the number of the update, the angles and the gradient there, all runs at once.
Update = Callable[[int, Floats, Floats], Floats]


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


class Log:
    """What is kept of a batch of runs while it is trained.

    Args:
        angles: initial angles, (runs, M); left as they are.
        steps: number of updates, at least 1.

    Raises:
        UserError: if an argument is out of range.
    """

    def __init__(self, angles: Floats, steps: int) -> None:
        integer("steps", steps, 1)
        self.initial = real_array("angles", angles, (None, None)).copy()
        self.best = self.initial.copy()
        self.losses = np.full((len(self.initial), steps + 1), np.nan)
        self._lowest = np.full(len(self.initial), np.inf)

    def add(self, step: int, loss: Floats, angles: Floats) -> None:
        """Keep the losses (runs,) of a step, NaN where a run has diverged, at angles (runs, M)."""
        self.losses[:, step] = loss
        better = loss < self._lowest
        if better.any():
            self._lowest[better] = loss[better]
            self.best[better] = angles[better]

    def training(self, angles: Floats, alive: NDArray[np.bool_]) -> Training:
        """The result, given the final angles (runs, M) and which runs have not diverged."""
        status = np.where(alive, FINISHED, DIVERGED).astype(np.int8)
        return Training(self.losses, self.initial, self.best, angles, status)


def descend(
    objective: Objective, angles: Floats, steps: int, update: Update, *, progress: Progress
) -> Training:
    """Train a batch by an update rule that sees one gradient per step.

    Runs must not influence each other in the rule. A run that diverged is given gradient zero and
    is not moved any more.

    Args:
        objective: of the task.
        angles: initial angles in radians, (runs, M).
        steps: number of updates, at least 1.
        update: the rule; see `Update`.
        progress: called with (steps done, steps).

    Raises:
        UserError: if an argument is out of range.
    """
    log = Log(angles, steps)
    angles = log.initial.copy()
    alive = np.ones(len(angles), bool)
    for step in range(steps + 1):
        loss, gradient = objective.loss_and_gradient(angles)
        alive &= np.isfinite(loss) & np.isfinite(gradient.sum(axis=1))
        if not alive.all():
            gradient[~alive] = 0.0
            loss[~alive] = np.nan
        log.add(step, loss, angles)
        if step == steps:
            break
        following = update(step + 1, angles, gradient)
        angles = following if alive.all() else np.where(alive[:, None], following, angles)
        progress(step + 1, steps)
    return log.training(angles, alive)


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
    require(rate > 0, f"Argument `rate` must be positive, but is {rate}.")
    first = second = np.zeros(())

    def update(t: int, at: Floats, gradient: Floats) -> Floats:
        nonlocal first, second
        first = first + (1 - decay[0]) * (gradient - first)
        second = second + (1 - decay[1]) * (gradient * gradient - second)
        size = rate * np.sqrt(1 - decay[1] ** t) / (1 - decay[0] ** t)
        return at - size * first / (np.sqrt(second) + epsilon)

    return descend(objective, angles, steps, update, progress=progress)
