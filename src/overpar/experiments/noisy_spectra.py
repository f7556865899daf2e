"""QFIM of the periodic chain's ansatz under noise."""

from typing import ClassVar

import numpy as np
from pydantic import Field, field_validator

from overpar.base.errors import UserError
from overpar.base.records import Variable
from overpar.base.seeds import released_angles
from overpar.engines.density import Density
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.noise import Noise
from overpar.quantities.information import mixed_qfim, spectrum

SOURCE = "arXiv:2109.11676, Extended Data Fig. 1; arXiv:2302.05059"

SEED = 1


class Spec(CellSpec):
    """One depth under one noise, at the release's angles, np.random.seed(1); π·rand(2p)."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "depth": "depth", "noise": "noise"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = "density"
    qubits: int = Field(4, ge=2, le=6, description="number of qubits")
    depth: int = Field(ge=1, le=100, description="layers p")
    noise: str = Field(
        description="local:λ after every gate, both:λ before and after, global:q with survival q"
    )

    @field_validator("noise")
    @classmethod
    def _parses(cls, value: str) -> str:
        try:
            Noise.parse(value)
        except UserError as error:
            raise ValueError(str(error)) from None
        return value

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 0.05 * self.depth * 4 ** (self.qubits - 4)


def run(spec: Spec, context: Context) -> Result:
    """Spectrum of the mixed-state QFIM of one cell."""
    circuit = tfim_hva_circuit(spec.qubits, "periodic", spec.depth)
    angles = released_angles(SEED, circuit.parameters, np.pi)
    engine = Density(circuit, Noise.parse(spec.noise), moments=4 * spec.depth + 1)
    rho, tangents = engine.tangents(angles)
    values = spectrum(mixed_qfim(rho, tangents))
    return Result(
        {
            "qfim": Variable(("eigenvalue",), values, "QFIM eigenvalues, full normalisation"),
            "purity": Variable((), np.array(np.vdot(rho, rho).real), "Tr ρ²"),
        }
    )
