"""Tests of statements: what each kind reads. `claims.yaml` fixes them, `outcomes` applies them."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

Scalar = str | int | float
# Columns, each with the key of the claim that names it.
Named = list[tuple[str, str]]


class Strict(BaseModel):
    """A frozen model without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Test(Strict):
    """A test of rows of a table."""

    OURS: ClassVar[tuple[str, ...]] = ("column",)

    def ours(self) -> Named:
        """The columns of the claim's table that the test reads."""
        return [(f"test.{key}", getattr(self, key)) for key in self.OURS if getattr(self, key)]


class Equals(_Test):
    """Every selected row's column, divided by that of `per` if given, is as expected."""

    OURS = ("column", "per")

    kind: Literal["equals"]
    column: str
    per: str | None = None
    expected: float
    tolerance: float = Field(0, ge=0, description="largest deviation that counts as equal")


class Bounds(_Test):
    """Every selected row's column, divided by that of `per` if given, lies within bounds.

    A row without a value, such as a cell where no run converged, proves nothing: if all others lie
    within bounds, the claim cannot be tested; if one does not, it fails.
    """

    OURS = ("column", "per", "low", "high")

    kind: Literal["bounds"]
    column: str
    per: str | None = None
    at_least: float = -np.inf
    at_most: float = np.inf
    low: str | None = Field(None, description="lower end of the column's confidence interval")
    high: str | None = Field(None, description="its upper end")
    level: float = Field(0.99, gt=0, lt=1, description="confidence level of the interval")
    half: float = Field(0, ge=0, description="half-width of the interval if it is a number")


class Runs(_Test):
    """All runs of every selected row, or none of them, are counted in a column."""

    OURS = ("column", "of")

    kind: Literal["runs"]
    column: str
    of: str = "runs"
    expected: Literal["all", "none"]


class Brackets(_Test):
    """Confidence intervals hold what is expected: normal scores, each row's and all together."""

    kind: Literal["brackets"]
    low: str
    high: str
    expected: float | str = Field(description="a number, or a column")
    level: float = Field(0.99, gt=0, lt=1, description="confidence level of the intervals")

    def ours(self) -> Named:
        """The columns of the claim's table that the test reads."""
        keys = ("low", "high", *(["expected"] if isinstance(self.expected, str) else []))
        return [(f"test.{key}", getattr(self, key)) for key in keys]


class Published(_Test):
    """Comparison with a file of published facts, cell by cell."""

    published: str = Field(description="file in data/published")
    match: dict[str, str] = Field(description="our column to the published one")

    def ours(self) -> Named:
        """The columns of the claim's table that the test reads."""
        return [*super().ours(), *(("test.match", column) for column in self.match)]

    def theirs(self) -> Named:
        """The columns of the published file that the test reads."""
        return [("test.match", column) for column in self.match.values()]


class SameCounts(Published):
    """Success counts equal the published ones: Fisher's exact test, cell by cell and together."""

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
    """Runs have the published median: Mood's median test, cell by cell and together.

    One row per run; rows without a value do not count. As many of ours as of theirs (half) lie
    below their median. Cells whose published median is below `floor`, where rounding decides, are
    left to the counts. If `pooled`, the runs of all cells are counted as those of one, which finds
    a small shift that all cells share.
    """

    kind: Literal["same_median"]
    column: str
    published_column: str
    published_runs: str = Field("runs", description="number of runs that have a value")
    floor: float = Field(1e-12, gt=0)
    pooled: bool = False

    def theirs(self) -> Named:
        """The columns of the published file that the test reads."""
        columns = (("test.published_column", self.published_column),)
        return [*super().theirs(), *columns, ("test.published_runs", self.published_runs)]


class SamePlateaus(Published):
    """Runs end on two plateaus, and as many on each as published: Fisher's exact test.

    The published mean and the two plateaus, which are the smallest and the largest value, give the
    published counts. A run of ours that is farther than 1e-6 from both fails the test.
    """

    kind: Literal["same_plateaus"]
    column: str
    smallest: str = Field(description="published column of the lower plateau")
    mean: str
    largest: str = Field(description="published column of the upper plateau")

    def theirs(self) -> Named:
        """The columns of the published file that the test reads."""
        columns = [(f"test.{key}", getattr(self, key)) for key in ("smallest", "mean", "largest")]
        return [*super().theirs(), *columns, ("test.kind", "runs")]


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
    Equals
    | Bounds
    | Runs
    | Brackets
    | SameCounts
    | SameMedian
    | SamePlateaus
    | SameSpectrum
    | SameValues,
    Field(discriminator="kind"),
]
