"""Lie algebra of a model: dimension, sector, ideals, and the loss they predict."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from overpar.base.errors import UserError
from overpar.base.records import Variable
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.model import Model
from overpar.quantities.absorbed import absorb
from overpar.quantities.algebra import LIMIT_BASIS
from overpar.quantities.loss_moments import deep_loss
from overpar.quantities.model_algebra import (
    NUMERICAL,
    model_dimension,
    model_sector,
    model_structure,
)

SOURCE = "arXiv:2109.11676, theorems 1 to 3; arXiv:2309.09342 for the variance"


class Spec(CellSpec):
    """One size of a model."""

    LABEL: ClassVar[dict[str, str]] = {"model": "model", "qubits": "n"}
    BATCH: ClassVar[tuple[str, ...]] = ("model",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = None
    model: Model
    qubits: int = Field(ge=1, le=256, description="number of qubits")
    depth: int = Field(
        8, ge=1, le=1000, description="layers from which a file's circuit gives its generators"
    )
    max_dim: int = Field(2**20, ge=1, description="where counting the dimension stops")
    max_structure: int = Field(
        1100, ge=1, le=LIMIT_BASIS, description="largest dimension that is split into ideals"
    )

    def files(self) -> list[str]:
        """The user's own code."""
        return self.model.files()

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 1.0 + (4.0**self.qubits * 2e-5 if self.model.ansatz == "hardware_efficient" else 0)


def run(spec: Spec, context: Context) -> Result:
    """Dimension; and, up to a limit, sector, centre, ideals and the moments of a deep loss."""
    given = absorb(spec.model, spec.qubits, spec.depth)
    dimension = model_dimension(given, spec.max_dim)
    notes = {"state": given.letters or "input states"}
    found: dict[str, Variable] = {}

    def result(*remarks: str) -> Result:
        said = "; ".join([*([] if given.exact else [NUMERICAL]), *remarks])
        return Result(found, {**notes, "note": said} if said else notes)

    def scalar(name: str, value: float | None, meaning: str) -> None:
        found[name] = Variable((), np.array(np.nan if value is None else value), meaning)

    scalar("dimension", dimension.value, "dimension of the algebra, NaN where counting stopped")
    scalar("exceeds", dimension.exceeds, "what the dimension exceeds where counting stopped")
    if dimension.value is None or dimension.value > spec.max_structure:
        why = dimension.reason or f"dimension {dimension} exceeds max_structure"
        return result(f"no ideals: {why}")
    sector = model_sector(given)
    scalar("sector", sector.value, "dimension on the subspace explored from the state")
    parts = model_structure(given)
    scalar("centre", parts.centre.dimension, "dimension of the centre")
    sizes = np.array([ideal.dimension for ideal in parts.ideals], np.int64)
    found["ideals"] = Variable(("ideal",), sizes, "dimensions of the simple ideals")
    notes["ideal_names"] = " + ".join(ideal.name for ideal in parts.ideals)
    if given.observable is not None:
        try:
            moments = deep_loss(parts, given)
        except UserError as error:
            return result(str(error))
        scalar("mean", moments.mean, "mean of ⟨O⟩ over deep circuits")
        scalar("variance", moments.variance, "variance of ⟨O⟩ over deep circuits")
        if moments.purities is None:
            return result("the observable is outside the algebra")
        for k, name in ((1, "state_purity"), (2, "observable_purity")):
            values = np.array([purity[k] for purity in moments.purities])
            found[name] = Variable(("ideal",), values, "squared norm of the projection on an ideal")
    return result()
