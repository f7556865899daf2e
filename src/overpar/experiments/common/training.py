"""Training of a cell: all its initialisations at once, and what is stored of them."""

import numpy as np

from overpar.base.records import Variable
from overpar.engines.choose import make_objective
from overpar.experiments.common.spec import Context, TrainingSpec
from overpar.model.observables import Task
from overpar.quantities.training import Training, train


def train_cell(task: Task, width: float, spec: TrainingSpec, context: Context) -> Training:
    """Train all initialisations of a cell, each from its own angles U[0, width), radians."""
    start = [
        width * context.generator(k).random(task.circuit.parameters)
        for k in range(spec.initialisations)
    ]
    return train(
        make_objective(task, spec.engine, context.threads),
        np.array(start),
        spec.steps,
        rate=spec.rate,
        progress=context.progress,
    )


def stored(runs: Training) -> dict[str, Variable]:
    """The runs as variables of a record."""
    angles = ("init", "parameter")
    return {
        "loss": Variable(("init", "step"), runs.losses, "loss before each update, and last"),
        "initial_angles": Variable(angles, runs.initial_angles, "angles at step 0", "rad"),
        "best_angles": Variable(angles, runs.best_angles, "angles of the lowest loss", "rad"),
        "final_angles": Variable(angles, runs.final_angles, "angles at the end", "rad"),
        "status": Variable(("init",), runs.status, "0 ran to the end, 1 diverged"),
    }
