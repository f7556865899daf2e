"""Exact rank of the Ising chain's QFIM at every depth, and spectra, beyond state vectors."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from overpar.base.records import Variable
from overpar.base.seeds import released_angles
from overpar.engines.gaussian import Gaussian
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result, require_even_ring
from overpar.experiments.common.spectra import rank_variables
from overpar.model.papers import tfim_hva
from overpar.quantities.fermion_ranks import exact_ranks, largest_rank
from overpar.quantities.information import SINGULAR_CUT, numerical_rank

SOURCE = "arXiv:2109.11676, Supplementary Fig. 2; the sizes are ours"

# The elimination takes n⁶ operations.
MOST_OPEN = 64


class Spec(CellSpec):
    """One size of the chain; exact ranks are those of generic angles.

    Spectra are at the release's angles, np.random.seed(k); π·rand(2p), for the first depth with the
    largest rank and for the largest depth.
    """

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "boundary": "boundary"}
    BATCH: ClassVar[tuple[str, ...]] = ("boundary",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = None
    USES: ClassVar[frozenset[str]] = frozenset({"fermions", "gaussian"})
    qubits: int = Field(ge=2, le=400, description="number of qubits; open at most 64")
    boundary: Literal["open", "periodic"] = Field(description="boundary of the chain")
    depth: int | None = Field(
        None,
        ge=1,
        le=4000,
        description="layers up to which ranks are computed; if null, as many as the state has"
        " directions to move in, twice what the rank needs to saturate",
    )
    samples: int = Field(5, ge=1, le=1000, description="points at which spectra are computed")

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
        point = 4e-9 * self.layers * most**2 + 5e-6 * self.layers * self.qubits
        return 0.1 + (1 + self.samples) * point


def run(spec: Spec, context: Context) -> Result:
    """Exact ranks by two primes, and spectra with numerical ranks."""
    random = context.generator("residues")
    ranks = exact_ranks(spec.qubits, spec.boundary, spec.layers, random=random)
    limit = largest_rank(spec.qubits, spec.boundary)
    found = {
        "rank": Variable(
            ("prime", "depth"), ranks, "QFIM rank at depth 1, 2, … by each of several primes"
        ),
        "limit": Variable((), np.array(limit), "directions in which free fermions can move"),
    }
    saturation = int(ranks.max(axis=0).argmax()) + 1
    for name, depth in (("saturation", saturation), ("deepest", spec.layers)):
        found |= _spectra(spec, name, depth)
    return Result(found)


def _spectra(spec: Spec, name: str, depth: int) -> dict[str, Variable]:
    """Spectra at one depth, from singular values, which are known to twice the digits."""
    gaussian = Gaussian(tfim_hva(spec.boundary).task(spec.qubits, depth))
    sizes = []
    for k in range(spec.samples):
        angles = released_angles(k, 2 * depth, np.pi)[None]
        sizes.append(2 * np.linalg.svd(gaussian.horizontal(angles)[0], compute_uv=False))
    values = Variable(
        ("sample", f"eigenvalue_{name}"), np.square(sizes), f"QFIM eigenvalues, {depth} layers"
    )
    ranks = (numerical_rank(row, SINGULAR_CUT) for row in sizes)
    return {f"qfim_{name}": values, **rank_variables(f"qfim_{name}", ranks)}
