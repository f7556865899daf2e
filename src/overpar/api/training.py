"""Training a task from many random angles."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from overpar.api.html import html_table
from overpar.api.tasks import check_task, objective
from overpar.base import seeds
from overpar.base.checks import integer, positive, real_array
from overpar.base.errors import extras
from overpar.base.progress import Progress, silent
from overpar.base.statistics import wilson
from overpar.engines.interface import EngineName, Floats
from overpar.model.observables import Task
from overpar.quantities import training

THRESHOLDS = (1e-2, 1e-4, 1e-6)


@dataclass(frozen=True, eq=False, repr=False)
class Runs:
    """Training runs of one task.

    Args:
        losses: the loss before each update, and the last, shape (runs, steps+1); NaN after a run
            has diverged.
        initial_angles: radians, shape (runs, M).
        best_angles: where the loss was lowest over all records, shape (runs, M).
        final_angles: at the end, shape (runs, M).
        diverged: whether loss or gradient became NaN or infinite, shape (runs,).
    """

    losses: Floats
    initial_angles: Floats
    best_angles: Floats
    final_angles: Floats
    diverged: NDArray[np.bool_]

    @property
    def lowest(self) -> Floats:
        """Lowest loss of each run over all records, shape (runs,); infinite if it has none."""
        return np.where(np.isnan(self.losses), np.inf, self.losses).min(axis=1)

    def arrived(self, threshold: float = 1e-4) -> int:
        """Number of runs whose lowest loss is below a threshold, as the papers count success."""
        return int((self.lowest < threshold).sum())

    def summary(self) -> dict[str, Any]:
        """Counts and quartiles by name."""
        runs, steps = len(self.losses), self.losses.shape[1] - 1
        low, middle, high = np.quantile(self.lowest, [0.25, 0.5, 0.75])
        counts = {}
        for limit in THRESHOLDS:
            arrived = self.arrived(limit)
            interval = "{:.2f} to {:.2f}".format(*wilson(arrived, runs))
            counts[f"below {limit:g}"] = f"{arrived} of {runs} (95 % interval {interval})"
        return {
            "runs": f"{runs} of {steps} steps, {self.initial_angles.shape[1]} angles",
            **counts,
            "lowest loss": f"{middle:.3g} (quartiles {low:.3g}, {high:.3g})",
            "diverged": int(self.diverged.sum()),
        }

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self.summary().items())

    def _repr_html_(self) -> str:
        return html_table(self.summary().items())

    def plot(self, axes: Any = None) -> Any:
        """Draw the loss of every run against the step.

        Args:
            axes: Matplotlib axes to draw into; new ones if None.

        Returns:
            The axes.

        Raises:
            UserError: if Matplotlib is not installed.
        """
        with extras():
            from overpar.report.plots.own import draw_runs

        return draw_runs(self.losses, axes)


def train(
    task: Task,
    *,
    runs: int = 50,
    steps: int = 3000,
    seed: int = 0,
    width: float = 2 * np.pi,
    angles: ArrayLike | None = None,
    rate: float = 1e-2,
    engine: EngineName = "auto",
    threads: int | None = None,
    progress: Progress = silent,
) -> Runs:
    """Minimise the loss of a task with Adam, from many initial angles at once.

    Adam as in Keras, with ε = 1e-7 and β = 0.9, 0.999. Run k depends on seed and k alone, not on
    the number of runs or threads.

    Args:
        task: what is trained.
        runs: number of random initial angles.
        steps: number of updates.
        seed: of the initial angles, at least 0.
        width: initial angles are U[0, width), radians.
        angles: initial angles in place of random ones, radians, shape (runs, M).
        rate: learning rate.
        engine: "auto" takes the fastest that applies; "fermions", "paulis",
            "statevector" or "qibo".
        threads: threads that share the runs; all processors if None.
        progress: called with (steps done, steps), e.g. `op.reporter("training")`.

    Returns:
        Losses and angles of all runs; prints as a summary, and `plot` draws the losses.

    Raises:
        UserError: if an argument is out of range, the task has no loss, or the engine does not
            apply.

    Examples:
        >>> import overpar as op
        >>> task = op.tfim_hva("periodic").task(qubits=4, depth=4)
        >>> runs = op.train(task, runs=8, steps=300, rate=0.05)
        >>> runs.arrived(1e-2), runs.losses.shape
        (8, (8, 301))

    Source: Kingma and Ba, arXiv:1412.6980; arXiv:2109.11676, Methods.
    """
    check_task(task, trainable=True)
    integer("runs", runs, 1)
    integer("seed", seed, 0)
    integer("threads", 1 if threads is None else threads, 1)
    positive("width", width)
    if angles is None:
        draws = (seeds.generator(seed, "train", k).random(task.parameters) for k in range(runs))
        start = width * np.array(list(draws))
    else:
        start = real_array("angles", angles, (None, task.parameters))
    loss = objective(task, engine, threads or os.cpu_count() or 1)
    found = training.train(loss, start, steps, rate=rate, progress=progress)
    return Runs(
        found.losses,
        found.initial_angles,
        found.best_angles,
        found.final_angles,
        found.status != training.FINISHED,
    )
