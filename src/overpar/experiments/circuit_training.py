"""Training of any model: loss curves against depth."""

from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from overpar.engines.interface import ENGINES, EngineName
from overpar.experiments.common.spec import Context, Result, TrainingSpec
from overpar.experiments.common.training import stored, train_cell
from overpar.model.model import Model

SOURCE = "our own protocol"


class Spec(TrainingSpec):
    """One depth of a model, trained from many random initial angles.

    The loss is ⟨O⟩ minus the lowest eigenvalue of O.
    """

    LABEL: ClassVar[dict[str, str]] = {"model": "model", "qubits": "n", "depth": "depth"}
    BATCH: ClassVar[tuple[str, ...]] = ("model", "qubits")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ENGINES
    model: Model
    qubits: int = Field(ge=1, le=16, description="number of qubits")
    depth: int = Field(ge=1, le=1000, description="layers")
    width: float = Field(
        2 * np.pi, gt=0, le=4 * np.pi, description="initial angles are U[0, width), radians"
    )
    steps: int = Field(1000, ge=1, le=1_000_000, description="Adam updates")

    @model_validator(mode="after")
    def _trainable(self) -> "Spec":
        if not self.model.trainable:
            raise ValueError(f"model {self.model.name} needs an observable to be trained")
        return self

    def ising(self) -> bool:
        """Whether the model is the Ising chain's own."""
        return self.model.ising(self.qubits) and self.model.tying == "correct"

    def compiles(self) -> bool:
        """Whether the model has a target."""
        return self.model.compiles

    def files(self) -> list[str]:
        """The user's own code."""
        return self.model.files()

    def seconds(self) -> float:
        """Rough time of this cell on one core, for gates in proportion to qubits and depth."""
        layer = 4e-8 * self.qubits * (1 + 2**self.qubits / 16)
        return self.steps * (5e-5 + self.initialisations * self.depth * layer)


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell."""
    task = spec.model.task(spec.qubits, spec.depth)
    runs = train_cell(task, spec.width, spec, context)
    return Result(stored(runs))
