"""Quantum autoencoder: compress four entangled states of four qubits onto two."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from overpar.base.records import Variable
from overpar.experiments.common.spec import Context, Result, TrainingSpec
from overpar.experiments.common.states import StateSource, needs, training_states
from overpar.experiments.common.training import stored, train_cell
from overpar.model.papers import autoencoder

SOURCE = "arXiv:2109.11676, Supplementary Fig. 5"


class Spec(TrainingSpec):
    """One depth and one source of training states, from many random initial angles."""

    LABEL: ClassVar[dict[str, str]] = {"layers": "L", "states": "states"}
    USES: ClassVar[frozenset[str]] = frozenset({"statevector"})
    layers: int = Field(ge=1, le=200, description="layers L of the hardware-efficient ansatz")
    states: StateSource = Field(
        description="training states: from NTangled's weights, the 16 released, or trained here"
    )
    steps: int = Field(2000, ge=1, le=1_000_000, description="Adam updates")

    def needs(self) -> dict[str, str]:
        """Where the training states come from."""
        return needs(self.states)

    def follows_source(self) -> bool:
        """What "ntangled" stands for is configured."""
        return self.states == "ntangled"

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return self.steps * (1e-4 + self.initialisations * 12.0 * self.layers * 4e-8)


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell."""
    states, about = training_states(spec.states, context.source, context.inputs)
    if states is None:
        return Result({}, about)
    task = autoencoder(states).task(depth=spec.layers)
    runs = train_cell(task, 2 * np.pi, spec, context)
    kept = {
        "states_real": Variable(("state", "amplitude"), states.real, "training states, real part"),
        "states_imag": Variable(("state", "amplitude"), states.imag, "and imaginary part"),
    }
    return Result({**stored(runs), **kept}, about)
