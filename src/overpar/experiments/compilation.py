"""Unitary compilation with the hardware-efficient ansatz: loss curves against depth."""

from typing import ClassVar

import numpy as np
from pydantic import Field
from scipy.stats import unitary_group

from overpar.base.spec import CellSpec, Context, Result
from overpar.engines.interface import Complexes, make_objective
from overpar.model.tasks import compilation
from overpar.quantities.training import train

SOURCE = "arXiv:2109.11676, Supplementary Fig. 4"


class Spec(CellSpec):
    """One depth, trained from many random initial angles to one target."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "layers": "L"}
    qubits: int = Field(ge=2, le=6, description="number of qubits")
    layers: int = Field(ge=0, le=400, description="layers L of the hardware-efficient ansatz")
    target_seed: int = Field(1, ge=0, le=2**32 - 1, description="NumPy seed of the target")
    initialisations: int = Field(50, ge=1, le=100_000, description="runs per cell")
    steps: int = Field(3000, ge=1, le=1_000_000, description="Adam updates")
    rate: float = Field(0.01, gt=0, le=1, description="Adam learning rate")

    @property
    def batch(self) -> str:
        """Two and three qubits are done together, larger cells one by one."""
        return f"n={self.qubits}" if self.qubits <= 3 else self.label

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        parameters = 2 * self.layers * (2 * self.qubits - 2) + 2 * self.qubits
        gradient = self.initialisations * parameters * (5e-8 + 3e-10 * 4**self.qubits)
        return self.steps * (5e-5 + gradient)


def target_unitary(qubits: int, seed: int) -> Complexes:
    """The release's target, unitary_group.rvs(2ⁿ) after np.random.seed(seed): shape (2ⁿ, 2ⁿ)."""
    random = np.random.RandomState(seed)
    return np.asarray(unitary_group.rvs(2**qubits, random_state=random))


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell."""
    task = compilation(target_unitary(spec.qubits, spec.target_seed), spec.layers)
    start = [
        2 * np.pi * context.generator(k).random(task.circuit.parameters)
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
