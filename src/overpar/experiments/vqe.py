"""VQE training of the transverse-field Ising chain: loss curves against depth."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from overpar.base.spec import CellSpec, Context, Result
from overpar.engines.interface import make_objective
from overpar.model.tasks import vqe
from overpar.quantities.training import train

SOURCE = "arXiv:2109.11676, Fig. 3"

# ASSUME: the release's code draws initial angles from U[0, π), its loss curves fit U[0, π/2)
# (docs/conventions.md); both are run.
WIDTH = {"code": np.pi, "data": np.pi / 2}


class Spec(CellSpec):
    """One depth of the ansatz, trained from many random initial angles."""

    LABEL: ClassVar[dict[str, str]] = {
        "qubits": "n",
        "boundary": "boundary",
        "depth": "depth",
        "initial": "initial",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("qubits", "boundary", "initial")
    qubits: int = Field(ge=2, le=20, description="number of qubits")
    boundary: Literal["open", "periodic"] = Field(description="boundary of the chain")
    depth: int = Field(ge=1, le=1000, description="layers p; there are 2p angles")
    initial: Literal["code", "data"] = Field(
        description="initial angles: code is U[0,π), data is U[0,π/2)"
    )
    field: float = Field(1.0, gt=0, le=100, description="transverse field g, units of coupling")
    initialisations: int = Field(50, ge=1, le=100_000, description="runs per cell")
    steps: int = Field(3000, ge=1, le=1_000_000, description="Adam updates")
    rate: float = Field(0.01, gt=0, le=1, description="Adam learning rate")

    @model_validator(mode="after")
    def _even_ring(self) -> "Spec":
        if self.boundary == "periodic" and self.qubits % 2:
            raise ValueError(f"qubits must be even for a periodic chain, but is {self.qubits}")
        return self

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        layer = 7e-9 * 2**self.qubits
        if self.engine in ("auto", "fermions"):
            layer = 2e-8 + 8e-10 * self.qubits ** (2 if self.boundary == "open" else 1)
        return self.steps * (5e-5 + self.initialisations * self.depth * float(layer))


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell."""
    task = vqe(spec.qubits, spec.boundary, spec.depth, field=spec.field)
    start = [
        WIDTH[spec.initial] * context.generator(k).random(2 * spec.depth)
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
