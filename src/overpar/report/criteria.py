"""Claims: sentences of the papers, with the tests that are fixed in `claims.yaml`."""

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

Scalar = str | int | float


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Within(_Model):
    """A column's median over the selected rows lies within `tolerance` of `expected`."""

    kind: Literal["within"]
    column: str
    expected: float
    tolerance: float = Field(gt=0)


class Bounds(_Model):
    """Every selected row's column, divided by that of `per` if given, lies within bounds.

    A row without a value, such as an undetermined rank, proves nothing: if all others lie within
    bounds, the claim cannot be tested; if one does not, it deviates.
    """

    kind: Literal["bounds"]
    column: str
    per: str | None = None
    at_least: float = -np.inf
    at_most: float = np.inf


class Brackets(_Model):
    """The one selected row's confidence interval, from `low` to `high`, holds `expected`."""

    kind: Literal["brackets"]
    low: str
    high: str
    expected: float


class Published(_Model):
    """Comparison with a file of published facts, cell by cell."""

    published: str = Field(description="file in data/published")
    match: dict[str, str] = Field(description="our column to the published one")
    exclude: list[dict[str, Scalar]] = Field(default_factory=list)


class SameCounts(Published):
    """Success counts equal the published ones: Fisher's exact test cell by cell."""

    kind: Literal["same_counts"]
    column: str
    published_column: str | None = Field(None, description="if not named as ours")


class SameMedian(Published):
    """Runs have the published median: Mood's median test cell by cell, on one row per run.

    As many of ours as of theirs (half) lie below their median. Cells whose published median is
    below `floor`, where rounding decides, are left to the counts. If `pooled`, the runs of all
    cells are counted together, which finds a small shift that all cells share.
    """

    kind: Literal["same_median"]
    column: str
    published_column: str
    floor: float = Field(1e-12, gt=0)
    pooled: bool = False


class SameSpectrum(Published):
    """Eigenvalues, one row each in descending order, equal a published list to a tolerance."""

    kind: Literal["same_spectrum"]
    column: str
    published_column: str
    tolerance: float = Field(gt=0, description="largest relative deviation")
    floor: float = Field(0.0, ge=0, description="smaller published eigenvalues do not count")


class SameValues(Published):
    """Numbers of the rows that match equal published ones to a relative tolerance."""

    kind: Literal["same_values"]
    columns: dict[str, str] = Field(min_length=1, description="our column to the published one")
    scale: float = Field(1.0, gt=0, description="ours are multiplied by this")
    tolerance: float = Field(gt=0, description="largest relative deviation")


Test = Annotated[
    Within | Bounds | Brackets | SameCounts | SameMedian | SameSpectrum | SameValues,
    Field(discriminator="kind"),
]


class Claim(_Model):
    """One claim: a sentence, where it comes from, which rows it is about, and its test."""

    id: str
    source: str
    statement: str
    table: str
    family: str = Field(description="claims whose p-values are Holm-corrected together")
    where: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict)
    test: Test
    explanation: str = Field("", description="shown where the claim deviates or cannot be tested")


class Claims(_Model):
    """All claims, and the family-wise error rate at which a difference counts."""

    alpha: float = Field(gt=0, lt=1)
    papers: dict[str, str] = Field(default_factory=dict, description="by their letter in sources")
    claims: list[Claim]
