"""Claims: sentences of the papers, judged by tests that are fixed in `claims.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from overpar.report.statistics import fisher, holm, wilson

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
    """Every selected row's column, divided by that of `per` if given, lies within bounds."""

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


class SameCounts(_Model):
    """Success counts equal the published ones: Fisher's exact test row by row, Holm-corrected."""

    kind: Literal["same_counts"]
    column: str
    published: str
    match: dict[str, str] = Field(description="our column to the published one")
    exclude: list[dict[str, Scalar]] = Field(default_factory=list)


Test = Annotated[Within | Bounds | Brackets | SameCounts, Field(discriminator="kind")]


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
    claims: list[Claim]


@dataclass
class Outcome:
    """What a test saw. Without rows the claim is not testable."""

    expected: str
    observed: str
    margin: float | None = None
    p_values: list[float] = field(default_factory=list)


def select(table: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    """Rows of a table whose columns have the given value, or one of the given values."""
    for column, wanted in where.items():
        if column not in table:
            return table.iloc[:0]
        values = wanted if isinstance(wanted, list) else [wanted]
        table = table[table[column].isin(values)]
    return table


def judge(
    claims: Claims, tables: Mapping[str, pd.DataFrame], published: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """The scorecard: one row per claim, deviations first.

    Args:
        claims: what is claimed.
        tables: our tables by name.
        published: published facts by file name.

    Returns:
        Columns id, source, statement, expected, observed, test, p_or_margin, verdict,
        explanation. A verdict is "replicated", "deviates" or "not testable".
    """
    outcomes = [_observe(claim, tables, published) for claim in claims.claims]
    adjusted: dict[str, list[float]] = {}
    for family in {claim.family for claim in claims.claims}:
        members = [
            (claim.id, p)
            for claim, outcome in zip(claims.claims, outcomes, strict=True)
            if claim.family == family
            for p in outcome.p_values
        ]
        for (name, _), p in zip(members, holm([p for _, p in members]), strict=True):
            adjusted.setdefault(name, []).append(float(p))
    rows = []
    for claim, outcome in zip(claims.claims, outcomes, strict=True):
        verdict, value = "not testable", ""
        if claim.id in adjusted:
            smallest = min(adjusted[claim.id])
            verdict = "deviates" if smallest < claims.alpha else "replicated"
            value = f"p = {smallest:.2g} (smallest of {len(adjusted[claim.id])}, Holm)"
        elif outcome.margin is not None:
            verdict = "replicated" if outcome.margin >= 0 else "deviates"
            value = f"margin = {outcome.margin:.3g}"
        rows.append(
            {
                "id": claim.id,
                "source": claim.source,
                "statement": claim.statement,
                "expected": outcome.expected,
                "observed": outcome.observed,
                "test": _describe(claim, claims.alpha),
                "p_or_margin": value,
                "verdict": verdict,
                "explanation": "" if verdict == "replicated" else claim.explanation,
            }
        )
    order = {"deviates": 0, "not testable": 1, "replicated": 2}
    return pd.DataFrame(sorted(rows, key=lambda row: order[row["verdict"]]))


def _observe(
    claim: Claim, tables: Mapping[str, pd.DataFrame], published: Mapping[str, pd.DataFrame]
) -> Outcome:
    test = claim.test
    rows = select(tables.get(claim.table, pd.DataFrame()), claim.where)
    if "runs" in rows:
        rows = rows[rows["runs"] > 0]
    if isinstance(test, SameCounts):
        return _same_counts(rows, test, published[test.published])
    if isinstance(test, Within):
        expected = f"{test.expected:g} ± {test.tolerance:g}"
        if rows.empty:
            return Outcome(expected, "no such cell in this run")
        value = float(rows[test.column].median())
        return Outcome(expected, f"{value:.8g}", test.tolerance - abs(value - test.expected))
    if isinstance(test, Brackets):
        expected = f"{test.expected:g}"
        if rows.empty:
            return Outcome(expected, "no such cell in this run")
        low, high = float(rows[test.low].min()), float(rows[test.high].max())
        inside = min(test.expected - low, high - test.expected)
        return Outcome(expected, f"[{low:.4g}, {high:.4g}] (95 %)", inside)
    expected = " and ".join(
        text
        for text, limit in (
            (f"≥ {test.at_least:g}", test.at_least),
            (f"≤ {test.at_most:g}", test.at_most),
        )
        if np.isfinite(limit)
    )
    if rows.empty:
        return Outcome(expected, "no such cell in this run")
    values = rows[test.column] / rows[test.per] if test.per else rows[test.column]
    low, high = float(values.min()), float(values.max())
    observed = f"{low:.4g}" if low == high else f"{low:.4g} … {high:.4g} in {len(rows)} cells"
    return Outcome(expected, observed, min(low - test.at_least, test.at_most - high))


def _same_counts(rows: pd.DataFrame, test: SameCounts, facts: pd.DataFrame) -> Outcome:
    for excluded in test.exclude:
        rows = rows.drop(select(rows, excluded).index)
    joined = rows.merge(
        facts, left_on=list(test.match), right_on=list(test.match.values()), suffixes=("", "_pub")
    )
    if joined.empty:
        return Outcome("the published counts", "no such cell in this run")
    theirs = test.column + "_pub" if test.column + "_pub" in joined else test.column
    ours = joined[test.column].astype(int)
    p_values = [
        fisher(a, m, b, n)
        for a, m, b, n in zip(ours, joined["runs"], joined[theirs], joined["runs_pub"], strict=True)
    ]
    return Outcome(
        _counts(joined[theirs], joined["runs_pub"]), _counts(ours, joined["runs"]), None, p_values
    )


def _counts(counts: pd.Series, runs: pd.Series) -> str:
    """Counts in words; a single one with its 95 % Wilson interval."""
    total = "/".join(str(n) for n in sorted(set(runs)))
    if len(counts) == 1:
        low, high = wilson(int(counts.iloc[0]), int(runs.iloc[0]))
        return f"{counts.iloc[0]} of {total} [{low:.2f}, {high:.2f}]"
    return f"{', '.join(str(c) for c in counts)} of {total}"


def _describe(claim: Claim, alpha: float) -> str:
    test = claim.test
    if isinstance(test, SameCounts):
        return f"Fisher per cell on {test.column}, Holm in {claim.family}, α = {alpha:g}"
    if isinstance(test, Brackets):
        return "interval of the median holds it"
    return f"{test.kind} on {test.column}"
