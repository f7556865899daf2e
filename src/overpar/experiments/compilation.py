"""Unitary compilation with the hardware-efficient ansatz: loss curves against depth."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import Context, Result, TrainingSpec
from overpar.experiments.common.training import stored, train_cell
from overpar.model.papers import compilation

SOURCE = "arXiv:2109.11676, Supplementary Fig. 4"


class Spec(TrainingSpec):
    """One depth, trained from many random initial angles to one target."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "layers": "L"}
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "paulis", "statevector", "qibo")
    qubits: int = Field(ge=2, le=6, description="number of qubits")
    layers: int = Field(ge=0, le=400, description="layers L of the hardware-efficient ansatz")
    target_seed: int = Field(1, ge=0, le=2**32 - 1, description="NumPy seed of the target")

    @property
    def batch(self) -> str:
        """Two and three qubits are done together, larger cells one by one."""
        return f"n={self.qubits}" if self.qubits <= 3 else self.label

    def compiles(self) -> bool:
        """It does."""
        return True

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        parameters = 2 * self.layers * (2 * self.qubits - 2) + 2 * self.qubits
        entry = 9e-10 if self.engine == "statevector" else 2.3e-10
        gradient = self.initialisations * parameters * (7e-8 + entry * 4**self.qubits)
        return self.steps * (1e-4 + gradient)


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell."""
    task = compilation(spec.target_seed).task(spec.qubits, spec.layers)
    runs = train_cell(task, 2 * np.pi, spec, context)
    return Result(stored(runs))
