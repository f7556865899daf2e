"""QFIM and Hessian spectra of the compilation ansatz, at random and at optimised angles."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from overpar.engines.choose import curvature_engine
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.experiments.common.spectra import spectra_cell
from overpar.model.papers import compilation

SOURCE = "arXiv:2109.11676, Supplementary Fig. 4"


class Spec(CellSpec):
    """One depth; random angles are those of the release, np.random.seed(k); 2π·rand(M)."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "layers": "L", "at": "at"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits", "at")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "statevector")
    USES: ClassVar[frozenset[str]] = frozenset({"exact"})
    qubits: int = Field(ge=2, le=6, description="number of qubits")
    layers: int = Field(ge=0, le=400, description="layers L of the hardware-efficient ansatz")
    at: Literal["random", "optimised"] = Field(
        description="random: seeded angles; optimised: best angles of the compilation runs"
    )
    target_seed: int = Field(1, ge=0, le=2**32 - 1, description="NumPy seed of the target")
    samples: int = Field(3, ge=1, le=1000, description="points")
    hessian: bool = Field(True, description="also the Hessian of the loss")

    def needs(self) -> dict[str, str]:
        """Optimised angles come from the training record of the same cell."""
        if self.at == "random":
            return {}
        return {"training": f"record:compilation/n={self.qubits},L={self.layers}"}

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        parameters = 2 * self.layers * (2 * self.qubits - 2) + 2 * self.qubits
        seconds = self.samples * (1e-8 + 1.2e-9 * 4**self.qubits) + 2.5e-9 * 4**self.qubits
        return 0.1 + parameters**2 * seconds

    def megabytes(self) -> float:
        """Memory of this cell's job: tangents of 4ⁿ amplitudes or residues, and M×M matrices."""
        parameters = 2 * self.layers * (2 * self.qubits - 2) + 2 * self.qubits
        return 400 + 45e-6 * parameters * (4**self.qubits + parameters)


def run(spec: Spec, context: Context) -> Result:
    """Spectra at every point of one cell."""
    model = compilation(spec.target_seed)
    return spectra_cell(
        curvature_engine(model.task(spec.qubits, spec.layers)),
        spec.samples,
        width=2 * np.pi,
        depth=spec.layers,
        shorter={layers: model.build(spec.qubits, layers) for layers in range(spec.layers)},
        training=context.inputs.record("training") if spec.at == "optimised" else None,
        with_hessian=spec.hessian,
        progress=context.progress,
    )
