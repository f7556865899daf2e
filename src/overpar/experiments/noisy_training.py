"""VQE training of the transverse-field Ising chain under local noise: loss against depth."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from overpar.base.errors import UserError
from overpar.base.records import Variable
from overpar.engines.interface import EngineName
from overpar.engines.transfer import Transfer
from overpar.experiments.common.spec import Context, Result, TrainingSpec, require_even_ring
from overpar.experiments.common.training import stored
from overpar.model.noise import Noise
from overpar.model.observables import tfim
from overpar.model.papers import tfim_hva
from overpar.quantities.training import train

SOURCE = "our own protocol, after arXiv:2109.11676, Fig. 3 and Extended Data Fig. 1"

# So weak that the loss is linear in it, and so strong that its rise keeps eight digits.
WEAK = 1e-8


class Spec(TrainingSpec):
    """One depth of the ansatz under one noise, trained from angles U[0, π/2)."""

    LABEL: ClassVar[dict[str, str]] = {
        "qubits": "n",
        "boundary": "boundary",
        "depth": "depth",
        "noise": "noise",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("qubits", "boundary")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = "transfer"
    qubits: int = Field(ge=2, le=6, description="number of qubits")
    boundary: Literal["open", "periodic"] = Field(description="boundary of the chain")
    depth: int = Field(ge=1, le=100, description="layers p; there are 2p angles")
    noise: str = Field(description="local:λ after every gate, both:λ before and after")

    @field_validator("noise")
    @classmethod
    def _parses(cls, value: str) -> str:
        try:
            place = Noise.parse(value).place
        except UserError as error:
            raise ValueError(str(error)) from None
        if place == "global":
            raise ValueError(f"{value!r} is global, which changes no optimum; allowed: local, both")
        return value

    @model_validator(mode="after")
    def _even_ring(self) -> "Spec":
        require_even_ring(self.qubits, self.boundary)
        return self

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        strings = 4.0**self.qubits / 2
        return self.steps * (
            5e-5 + self.initialisations * self.depth * self.qubits * 3e-9 * strings
        )


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell, and what weak noise would add to their losses."""
    task = tfim_hva(spec.boundary).task(spec.qubits, spec.depth)
    energy = tfim(spec.qubits, spec.boundary)

    def under(noise: Noise) -> Transfer:
        return Transfer(task.circuit, noise, observable=energy, constant=task.constant)

    noise = Noise.parse(spec.noise)
    angles = [
        np.pi / 2 * context.generator(k).random(task.parameters)
        for k in range(spec.initialisations)
    ]
    runs = train(
        under(noise), np.array(angles), spec.steps, rate=spec.rate, progress=context.progress
    )
    losses = [
        under(Noise(noise.place, strength)).loss_and_gradient(runs.best_angles)[0]
        for strength in (0.0, WEAK)
    ]
    rise = (losses[1] - losses[0]) / WEAK
    return Result(
        stored(runs)
        | {
            "pure_loss": Variable(("init",), losses[0], "loss of the best angles without noise"),
            "rise": Variable(("init",), rise, "its derivative by λ, at λ = 0"),
            "ground_energy": Variable((), np.array(-task.constant), "E₀"),
        }
    )
