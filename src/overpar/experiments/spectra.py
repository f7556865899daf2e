"""QFIM and Hessian spectra of the Ising chain's ansatz, at random and at optimised angles."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from overpar.engines.choose import curvature_engine
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result, require_even_ring
from overpar.experiments.common.spectra import spectra_cell
from overpar.model.papers import tfim_hva

SOURCE = "arXiv:2109.11676, Fig. 4 and Supplementary Figs. 1 and 2"


class Spec(CellSpec):
    """One depth; random angles are those of the release, np.random.seed(k); π·rand(2p)."""

    LABEL: ClassVar[dict[str, str]] = {
        "qubits": "n",
        "boundary": "boundary",
        "depth": "depth",
        "tying": "tying",
        "at": "at",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("qubits", "boundary", "tying", "at")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "statevector")
    USES: ClassVar[frozenset[str]] = frozenset({"exact"})
    qubits: int = Field(ge=2, le=14, description="number of qubits")
    boundary: Literal["open", "periodic"] = Field(description="boundary of the chain")
    depth: int = Field(ge=1, le=200, description="layers p; there are 2p angles")
    tying: Literal["correct", "released"] = Field(
        "correct", description="which gates the QFIM's derivatives contain"
    )
    at: Literal["random", "optimised"] = Field(
        description="random: seeded angles; optimised: best angles of the vqe experiment's runs"
    )
    samples: int = Field(10, ge=1, le=1000, description="points")
    hessian: bool = Field(True, description="also the Hessian of the loss")

    @model_validator(mode="after")
    def _even_ring(self) -> "Spec":
        require_even_ring(self.qubits, self.boundary)
        return self

    def needs(self) -> dict[str, str]:
        """Optimised angles come from the training record of the same cell."""
        if self.at == "random":
            return {}
        cell = f"n={self.qubits},boundary={self.boundary},depth={self.depth},initial=data"
        return {"training": f"record:vqe/{cell}"}

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 0.1 + (self.samples * 2.5e-8 + self.qubits * 4e-9) * self.depth**2 * 2**self.qubits


def run(spec: Spec, context: Context) -> Result:
    """Spectra at every point of one cell."""
    model = tfim_hva(spec.boundary, tying=spec.tying)
    return spectra_cell(
        curvature_engine(model.task(spec.qubits, spec.depth)),
        spec.samples,
        width=np.pi,
        depth=spec.depth,
        shorter={depth: model.build(spec.qubits, depth) for depth in range(1, spec.depth)},
        training=context.inputs.record("training") if spec.at == "optimised" else None,
        trained=curvature_engine(tfim_hva(spec.boundary).task(spec.qubits, spec.depth)),
        with_hessian=spec.hessian and spec.tying == "correct",
        progress=context.progress,
    )
