"""Training of any circuit family: loss curves against depth."""

from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from overpar.base.spec import CellSpec, Context, Result
from overpar.engines.families import family_task
from overpar.engines.interface import make_objective
from overpar.model.family import Family
from overpar.quantities.training import train

SOURCE = "our own protocol"


class Spec(CellSpec):
    """One depth of a model, trained from many random initial angles.

    The loss is ⟨O⟩ minus the lowest eigenvalue of O.
    """

    LABEL: ClassVar[dict[str, str]] = {"model": "model", "qubits": "n", "depth": "depth"}
    BATCH: ClassVar[tuple[str, ...]] = ("model", "qubits")
    model: Family
    qubits: int = Field(ge=1, le=16, description="number of qubits")
    depth: int = Field(ge=1, le=1000, description="layers")
    width: float = Field(
        2 * np.pi, gt=0, le=4 * np.pi, description="initial angles are U[0, width), radians"
    )
    initialisations: int = Field(50, ge=1, le=100_000, description="runs per cell")
    steps: int = Field(1000, ge=1, le=1_000_000, description="Adam updates")
    rate: float = Field(0.01, gt=0, le=1, description="Adam learning rate")

    @model_validator(mode="after")
    def _trainable(self) -> "Spec":
        if self.model.observable is None and self.model.ansatz != "tfim_hva":
            raise ValueError(f"model {self.model} needs an observable to be trained")
        return self

    def files(self) -> list[str]:
        """The user's own code."""
        return self.model.files()

    def seconds(self) -> float:
        """Rough time of this cell on one core, for gates in proportion to qubits and depth."""
        layer = 4e-8 * self.qubits * (1 + 2**self.qubits / 16)
        return self.steps * (5e-5 + self.initialisations * self.depth * layer)


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell."""
    task = family_task(spec.model, spec.qubits, spec.depth)
    start = [
        spec.width * context.generator(k).random(task.circuit.parameters)
        for k in range(spec.initialisations)
    ]
    runs = train(
        make_objective(task, spec.engine, context.threads),
        np.array(start),
        spec.steps,
        rate=spec.rate,
        progress=context.progress,
    )
    return Result(runs.variables())
