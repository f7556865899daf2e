"""QFIM of the periodic chain's ansatz under noise."""

from typing import ClassVar

import numpy as np
from pydantic import Field, field_validator

from overpar.base.errors import UserError
from overpar.base.records import Variable
from overpar.base.seeds import released_angles
from overpar.engines.interface import EngineName
from overpar.engines.transfer import Transfer
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.noise import Noise
from overpar.quantities.mixed_states import mixed_spectrum, transfer_rank

SOURCE = "arXiv:2109.11676, Extended Data Fig. 1; arXiv:2302.05059"


class Spec(CellSpec):
    """One depth under one noise, at the release's angles, np.random.seed(k); π·rand(2p)."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "depth": "depth", "noise": "noise"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = "transfer"
    qubits: int = Field(4, ge=2, le=6, description="number of qubits")
    depth: int = Field(ge=1, le=300, description="layers p")
    noise: str = Field(
        description="local:λ after every gate, both:λ before and after, global:q with survival q"
    )
    samples: int = Field(1, ge=1, le=1000, description="points, of seeds k = 1, 2, …")

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
        return 0.05 + (self.samples + 20) * self.depth * 6e-5 * 16.0 ** (self.qubits / 2 - 2)


def run(spec: Spec, context: Context) -> Result:
    """Spectra of the mixed-state QFIM of one cell, with and without its noise, and its rank."""
    circuit = tfim_hva_circuit(spec.qubits, "periodic", spec.depth)
    noise = Noise.parse(spec.noise)
    noisy = Transfer(circuit, noise, moments=4 * spec.depth + 1)
    pure = Transfer(circuit, Noise("local", 0.0))
    qfims, noiseless, purity = [], [], []
    for seed in range(1, spec.samples + 1):
        angles = released_angles(seed, circuit.parameters, np.pi)
        rho, tangents = noisy.tangents(angles)
        purity.append(np.vdot(rho, rho).real)
        qfims.append(mixed_spectrum(rho, tangents))
        noiseless.append(mixed_spectrum(*pure.tangents(angles)))
    rank = transfer_rank(noisy)
    dims = ("sample", "eigenvalue")
    return Result(
        {
            "qfim": Variable(dims, np.array(qfims), "QFIM eigenvalues, full normalisation"),
            "noiseless": Variable(dims, np.array(noiseless), "those without noise"),
            "purity": Variable(("sample",), np.array(purity), "Tr ρ²"),
            "rank": Variable((), np.array(rank.value), "at generic angles and strength"),
        }
    )
