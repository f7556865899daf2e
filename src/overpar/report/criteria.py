"""Claims: sentences of the papers, with the tests that are fixed in `claims.yaml`."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

Scalar = str | int | float
# Columns, each with the key of the claim that names it.
Named = list[tuple[str, str]]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Test(_Model):
    """A test of rows of a table."""

    OURS: ClassVar[tuple[str, ...]] = ("column",)

    def ours(self) -> Named:
        """The columns of the claim's table that the test reads."""
        return [(f"test.{key}", getattr(self, key)) for key in self.OURS if getattr(self, key)]


class Within(_Test):
    """A column's median over the selected rows lies within `tolerance` of `expected`."""

    kind: Literal["within"]
    column: str
    expected: float
    tolerance: float = Field(gt=0)


class Bounds(_Test):
    """Every selected row's column, divided by that of `per` if given, lies within bounds.

    A row without a value, such as a cell where no run converged, proves nothing: if all others lie
    within bounds, the claim cannot be tested; if one does not, it deviates.
    """

    OURS = ("column", "per")

    kind: Literal["bounds"]
    column: str
    per: str | None = None
    at_least: float = -np.inf
    at_most: float = np.inf


class Brackets(_Test):
    """The one selected row's confidence interval, from `low` to `high`, holds `expected`."""

    OURS = ("low", "high")

    kind: Literal["brackets"]
    low: str
    high: str
    expected: float


class Published(_Test):
    """Comparison with a file of published facts, cell by cell."""

    published: str = Field(description="file in data/published")
    match: dict[str, str] = Field(description="our column to the published one")
    exclude: list[dict[str, Scalar]] = Field(default_factory=list)

    def ours(self) -> Named:
        """The columns of the claim's table that the test reads."""
        excluded = [("test.exclude", column) for rows in self.exclude for column in rows]
        return [*super().ours(), *(("test.match", column) for column in self.match), *excluded]

    def theirs(self) -> Named:
        """The columns of the published file that the test reads."""
        return [("test.match", column) for column in self.match.values()]


class SameCounts(Published):
    """Success counts equal the published ones: Fisher's exact test cell by cell."""

    kind: Literal["same_counts"]
    column: str
    published_column: str | None = Field(None, description="if not named as ours")

    def ours(self) -> Named:
        """The columns of the claim's table that the test reads."""
        return [*super().ours(), ("test.kind", "runs")]

    def theirs(self) -> Named:
        """The columns of the published file that the test reads."""
        name = self.published_column
        column = ("test.published_column", name) if name else ("test.column", self.column)
        return [*super().theirs(), column, ("test.kind", "runs")]


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

    def theirs(self) -> Named:
        """The columns of the published file that the test reads."""
        column = ("test.published_column", self.published_column)
        return [*super().theirs(), column, ("test.kind", "runs")]


class SameSpectrum(Published):
    """Eigenvalues, one row each in descending order, equal a published list to a tolerance."""

    kind: Literal["same_spectrum"]
    column: str
    published_column: str
    tolerance: float = Field(gt=0, description="largest relative deviation")
    floor: float = Field(0.0, ge=0, description="smaller published eigenvalues do not count")

    def theirs(self) -> Named:
        """The columns of the published file that the test reads."""
        return [*super().theirs(), ("test.published_column", self.published_column)]


class SameValues(Published):
    """Numbers of the rows that match equal published ones to a relative tolerance."""

    OURS = ()

    kind: Literal["same_values"]
    columns: dict[str, str] = Field(min_length=1, description="our column to the published one")
    scale: float = Field(1.0, gt=0, description="ours are multiplied by this")
    tolerance: float = Field(gt=0, description="largest relative deviation")

    def ours(self) -> Named:
        """The columns of the claim's table that the test reads."""
        return [*super().ours(), *(("test.columns", column) for column in self.columns)]

    def theirs(self) -> Named:
        """The columns of the published file that the test reads."""
        return [*super().theirs(), *(("test.columns", c) for c in self.columns.values())]


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
