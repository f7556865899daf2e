"""VQE training of the periodic Ising chain with gradients from finitely many measurements."""

from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from overpar.base.records import Variable
from overpar.engines.interface import EngineName
from overpar.engines.ring import Ring
from overpar.experiments.common.spec import Context, Result, TrainingSpec, require_even_ring
from overpar.experiments.common.training import stored
from overpar.quantities.shots import Shots, shot_variance
from overpar.quantities.training import train

SOURCE = "our own protocol, after arXiv:2109.11676, Fig. 3"

# Random angles at which gradients and shots vary.
POINTS = 400


class Spec(TrainingSpec):
    """One depth and number of shots, trained from angles U[0, π/2)."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "depth": "depth", "shots": "shots"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = "ring"
    qubits: int = Field(ge=4, le=12, description="number of qubits")
    depth: int = Field(ge=1, le=100, description="layers p; there are 2p angles")
    shots: int = Field(
        ge=1, le=10**9, description="measurements of each shifted circuit, in each of two bases"
    )

    @model_validator(mode="after")
    def _even_ring(self) -> "Spec":
        require_even_ring(self.qubits, "periodic")
        return self

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        orbits = 2.0**self.qubits / self.qubits / 2
        circuit = 2e-6 + 5e-9 * self.depth * orbits
        return 0.2 + self.steps * (3e-4 + self.initialisations * 4 * self.depth * circuit)


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell, and the moments of one shot at random angles."""
    ring = Ring(spec.qubits)
    runs = range(spec.initialisations)
    angles = [np.pi / 2 * context.generator(k).random(2 * spec.depth) for k in runs]
    measured = Shots(ring, spec.shots, [context.generator("shots", k) for k in runs])
    trained = train(
        measured, np.array(angles), spec.steps, rate=spec.rate, progress=context.progress
    )
    random = context.generator("points").random((POINTS, 2 * spec.depth))
    points = 2 * np.pi * random
    gradients = Shots(ring, 0, []).loss_and_gradient(points)[1]
    noise = shot_variance(ring, ring.states(points))
    return Result(
        stored(trained)
        | {
            "gradient_square": Variable(("point",), (gradients**2).mean(axis=1), "mean (∂L)²"),
            "shot_variance": Variable(("point",), noise, "Var ΣZZ + Var ΣX of one shot"),
        }
    )
