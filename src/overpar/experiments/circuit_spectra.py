"""QFIM and Hessian spectra of any model, at random and at optimised angles."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from overpar.engines.choose import curvature_engine
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.experiments.common.spectra import spectra_cell
from overpar.model.model import Model

SOURCE = "our own protocol"


class Spec(CellSpec):
    """One depth of a model; random angles are np.random.seed(k); 2π·rand(M)."""

    LABEL: ClassVar[dict[str, str]] = {
        "model": "model",
        "qubits": "n",
        "depth": "depth",
        "at": "at",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("model", "qubits", "at")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "statevector")
    USES: ClassVar[frozenset[str]] = frozenset({"exact"})
    model: Model
    qubits: int = Field(ge=1, le=14, description="number of qubits")
    depth: int = Field(ge=0, le=1000, description="layers; 0 for hardware_efficient only")
    at: Literal["random", "optimised"] = Field(
        "random", description="random: seeded angles; optimised: best angles of trained runs"
    )
    training: str = Field(
        "", description="for optimised angles: the block of kind circuit_training"
    )
    samples: int = Field(5, ge=1, le=1000, description="points")
    hessian: bool = Field(True, description="also the Hessian, if the model has an observable")

    @model_validator(mode="after")
    def _fits(self) -> "Spec":
        if (self.at == "optimised") != bool(self.training):
            raise ValueError("training must name a block if, and only if, at is optimised")
        if self.depth == 0 and not (
            self.model.circuit or self.model.ansatz == "hardware_efficient"
        ):
            raise ValueError(f"depth must be at least 1 for model {self.model.name}, but is 0")
        return self

    def needs(self) -> dict[str, str]:
        """Optimised angles come from the training record of the same size."""
        if self.at == "random":
            return {}
        cell = f"model={self.model.name},n={self.qubits},depth={self.depth}"
        return {"training": f"record:{self.training}/{cell}"}

    def files(self) -> list[str]:
        """The user's own code."""
        return self.model.files()

    def seconds(self) -> float:
        """Rough time of this cell on one core, for gates in proportion to qubits and depth."""
        gates = self.qubits * self.depth
        return 0.1 + (self.samples * 2e-8 + 2.5e-8) * gates**2 * 2**self.qubits

    def megabytes(self) -> float:
        """Memory of this cell's job: tangents, for four angles a qubit and layer if not tied."""
        model = self.model
        tied = model.ansatz == "tfim_hva" or (model.generators and not model.local)
        angles = self.depth * (len(model.generators or "ZX") if tied else 4 * self.qubits)
        return 350 + 1.3e-4 * angles * 2**self.qubits


def run(spec: Spec, context: Context) -> Result:
    """Spectra at every point of one cell."""
    model, first = spec.model, int(spec.model.ansatz != "hardware_efficient")
    # A circuit of the user's may have no other depths.
    depths = range(first, spec.depth) if model.circuit is None else ()
    return spectra_cell(
        curvature_engine(model.task(spec.qubits, spec.depth)),
        spec.samples,
        width=2 * np.pi,
        depth=spec.depth,
        shorter={depth: model.build(spec.qubits, depth) for depth in depths},
        training=context.inputs.record("training") if spec.at == "optimised" else None,
        with_hessian=spec.hessian and model.trainable,
        progress=context.progress,
    )
