"""Exact rank of the Ising chain's QFIM at every depth, at sizes beyond state vectors."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from overpar.base.records import Variable
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result, require_even_ring
from overpar.quantities.fermion_ranks import exact_ranks, largest_rank

SOURCE = "arXiv:2109.11676, Supplementary Fig. 2; the sizes are ours"

# The elimination takes n⁶ operations.
MOST_OPEN = 64


class Spec(CellSpec):
    """One size of the chain; ranks at generic angles."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "boundary": "boundary"}
    BATCH: ClassVar[tuple[str, ...]] = ("boundary",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = None
    qubits: int = Field(ge=2, le=400, description="number of qubits; open at most 64")
    boundary: Literal["open", "periodic"] = Field(description="boundary of the chain")
    depth: int | None = Field(
        None,
        ge=1,
        le=4000,
        description="layers up to which ranks are computed; if null, as many as the state has"
        " directions to move in, twice what the rank needs to saturate",
    )

    @model_validator(mode="after")
    def _fits(self) -> "Spec":
        require_even_ring(self.qubits, self.boundary)
        if self.boundary == "open" and self.qubits > MOST_OPEN:
            raise ValueError(f"qubits must be at most {MOST_OPEN} if open, but is {self.qubits}")
        return self

    @property
    def layers(self) -> int:
        """Largest depth."""
        return self.depth or largest_rank(self.qubits, self.boundary)

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        most = largest_rank(self.qubits, self.boundary)
        return 0.1 + 2e-9 * most**3 + 1e-7 * self.layers * most * self.qubits


def run(spec: Spec, context: Context) -> Result:
    """Ranks by two primes."""
    random = context.generator("residues")
    ranks = exact_ranks(spec.qubits, spec.boundary, spec.layers, random=random)
    limit = largest_rank(spec.qubits, spec.boundary)
    return Result(
        {
            "rank": Variable(
                ("prime", "depth"), ranks, "QFIM rank at depth 1, 2, … by each of several primes"
            ),
            "limit": Variable((), np.array(limit), "directions in which free fermions can move"),
        }
    )
