"""Gradient descent on random circuits, against the exponential decay of a frozen kernel."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from overpar.base import seeds
from overpar.base.records import Variable
from overpar.engines.choose import make_objective
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.qntk import random_task
from overpar.quantities import kernel_theory as theory
from overpar.quantities.kernel import descend

SOURCE = "arXiv:2203.16711, Fig. 2"

# Every step at first, then every tenth.
DENSE, STRIDE = 20, 10


class Spec(CellSpec):
    """One learning rate: several instances (W, P, O), each from several random angles.

    The first instance is the published protocol; the others say how much is due to it. Instances
    and initial angles are the same at every rate.
    """

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "layers": "L", "rate": "rate"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits", "layers")
    qubits: int = Field(ge=1, le=8, description="number of qubits")
    layers: int = Field(ge=1, le=1000, description="layers L, one angle each")
    rate: float = Field(gt=0, le=10, description="learning rate η of plain gradient descent")
    steps: int = Field(1000, ge=1, le=1_000_000, description="updates")
    initialisations: int = Field(50, ge=2, le=100_000, description="angles, from U[0, 2π)")
    instances: int = Field(8, ge=2, le=10_000, description="random circuits and observables")
    # ASSUME: the letter does not give O₀. Half of O's smallest eigenvalue can be reached, and
    # gives most runs an initial error of the same sign, so that their mean can be followed.
    target: float = Field(
        0.5, gt=-1, lt=1, description="O₀ as a fraction of O's smallest eigenvalue"
    )

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        work = self.instances * self.steps * self.initialisations * self.layers
        return 0.1 + work * (2e-7 + 1.5e-9 * 4**self.qubits)


def run(spec: Spec, context: Context) -> Result:
    """Errors at every recorded step, and the kernel at both ends of every run."""
    steps = np.arange(spec.steps + 1)
    recorded = steps[(steps <= DENSE) | (steps % STRIDE == 0) | (steps == spec.steps)]
    errors, starts, ends, predicted = [], [], [], []
    same = (context.seed, context.experiment, f"n={spec.qubits},L={spec.layers}")
    for k in range(spec.instances):
        random = seeds.generator(*same, "instance", k)
        task = random_task(spec.qubits, spec.layers, random)
        values = theory.eigenvalues(task)
        angles = [
            seeds.generator(*same, "angles", k, run).uniform(0, 2 * np.pi, spec.layers)
            for run in range(spec.initialisations)
        ]
        error, start, end = descend(
            make_objective(task, spec.engine, context.threads),
            np.array(angles),
            spec.target * values[0],
            rate=spec.rate,
            steps=spec.steps,
        )
        errors.append(error[:, recorded])
        starts.append(start)
        ends.append(end)
        o = theory.traces(values)
        predicted.append((theory.mean(o, spec.layers), theory.printed_mean(o, spec.layers)))
        context.progress(k + 1, spec.instances)
    finite, printed = np.array(predicted).T
    runs = ("instance", "init")
    return Result(
        {
            "step": Variable(("record",), recorded, "step of a record"),
            "error": Variable((*runs, "record"), np.array(errors), "ε before the update"),
            "kernel_start": Variable(runs, np.array(starts), "K at step 0"),
            "kernel_end": Variable(runs, np.array(ends), "K at the end"),
            "mean": Variable(("instance",), finite, "K̄ at finite D"),
            "printed_mean": Variable(("instance",), printed, "K̄ as printed, eq. (9)"),
        }
    )
