"""VQE training of the transverse-field Ising chain: loss curves against depth."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import Context, Result, TrainingSpec, require_even_ring
from overpar.experiments.common.training import stored, train_cell
from overpar.model.papers import tfim_hva

SOURCE = "arXiv:2109.11676, Fig. 3"

# ASSUME: the release's code draws initial angles from U[0, π), its loss curves fit U[0, π/2)
# (docs/conventions.md); both are run.
WIDTH = {"code": np.pi, "data": np.pi / 2}


class Spec(TrainingSpec):
    """One depth of the ansatz, trained from many random initial angles."""

    LABEL: ClassVar[dict[str, str]] = {
        "qubits": "n",
        "boundary": "boundary",
        "depth": "depth",
        "initial": "initial",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("qubits", "boundary", "initial")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "fermions", "statevector", "qibo")
    qubits: int = Field(ge=2, le=20, description="number of qubits")
    boundary: Literal["open", "periodic"] = Field(description="boundary of the chain")
    depth: int = Field(ge=1, le=1000, description="layers p; there are 2p angles")
    initial: Literal["code", "data"] = Field(
        description="initial angles: code is U[0,π), data is U[0,π/2)"
    )
    field: float = Field(1.0, gt=0, le=100, description="transverse field g, units of coupling")

    @model_validator(mode="after")
    def _even_ring(self) -> "Spec":
        require_even_ring(self.qubits, self.boundary)
        return self

    def ising(self) -> bool:
        """Always."""
        return True

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        layer = 7e-9 * 2**self.qubits
        if self.engine in ("auto", "fermions"):
            layer = 2e-8 + 8e-10 * self.qubits ** (2 if self.boundary == "open" else 1)
        return self.steps * (5e-5 + self.initialisations * self.depth * float(layer))


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell."""
    task = tfim_hva(spec.boundary, field=spec.field).task(spec.qubits, spec.depth)
    runs = train_cell(task, WIDTH[spec.initial], spec, context)
    return Result(stored(runs))
