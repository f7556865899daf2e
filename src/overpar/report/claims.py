"""Claims judged by their tests: the scorecard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd

from overpar.base.statistics import fisher, holm, wilson
from overpar.report.criteria import (
    Bounds,
    Brackets,
    Claim,
    Claims,
    SameCounts,
    SameMedian,
    SameSpectrum,
    SameValues,
    Within,
)


@dataclass
class Outcome:
    """What a test saw. Without a margin or p-values the claim is not testable."""

    expected: str
    observed: str
    margin: float | None = None
    p_values: list[float] = field(default_factory=list)


def select(table: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    """Rows of a table whose columns have the given value, or one of the given values."""
    for column, wanted in where.items():
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
    outcomes = [_seen(claim, tables, published) for claim in claims.claims]
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
                "test": describe(claim.test, claim.family, claims.alpha),
                "p_or_margin": value,
                "verdict": verdict,
                "explanation": "" if verdict == "replicated" else claim.explanation,
            }
        )
    order = {"deviates": 0, "not testable": 1, "replicated": 2}
    rows.sort(key=lambda row: order[row["verdict"]])
    return pd.DataFrame(rows)


def _seen(
    claim: Claim, tables: Mapping[str, pd.DataFrame], published: Mapping[str, pd.DataFrame]
) -> Outcome:
    table = tables[claim.table]
    read = {*claim.where, *(column for _, column in claim.test.ours())}
    # A column that may be left out is not there if no record has it.
    rows = select(table, claim.where) if read <= set(table) else table.iloc[:0]
    if "runs" in rows:
        rows = rows[rows["runs"] > 0]
    return observe(claim.test, rows, published)


NO_CELL = "no such cell in this run"
TIE = 1e-5


@singledispatch
def observe(test: object, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    """What a test sees in the selected rows."""
    raise TypeError(f"no rule for {type(test).__name__}")


@singledispatch
def describe(test: object, family: str, alpha: float) -> str:
    """A test in words."""
    return f"{test.kind} on {test.column}"  # type: ignore[attr-defined]


@observe.register
def _(test: Within, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    expected = f"{test.expected:g} ± {test.tolerance:g}"
    if rows.empty:
        return Outcome(expected, NO_CELL)
    if rows[test.column].isna().any():
        return Outcome(expected, _without(rows[test.column]))
    value = float(rows[test.column].median())
    return Outcome(expected, f"{value:.8g}", test.tolerance - abs(value - test.expected))


@observe.register
def _(test: Brackets, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    expected = f"{test.expected:g}"
    if rows.empty:
        return Outcome(expected, NO_CELL)
    width = rows[test.high] - rows[test.low]
    if width.isna().any():
        return Outcome(expected, _without(width))
    low, high = float(rows[test.low].min()), float(rows[test.high].max())
    inside = min(test.expected - low, high - test.expected)
    return Outcome(expected, f"[{low:.4g}, {high:.4g}]", inside)


@describe.register
def _(test: Brackets, family: str, alpha: float) -> str:
    return f"interval {test.low} … {test.high} holds it"


@observe.register
def _(test: Bounds, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    expected = " and ".join(
        text
        for text, limit in (
            (f"≥ {test.at_least:g}", test.at_least),
            (f"≤ {test.at_most:g}", test.at_most),
        )
        if np.isfinite(limit)
    )
    if test.at_least == test.at_most:
        expected = f"{test.at_least:g}"
    if rows.empty:
        return Outcome(expected, NO_CELL)
    values = rows[test.column] / (rows[test.per] if test.per else 1)
    known = values.dropna()
    if known.empty:
        return Outcome(expected, _without(values))
    low, high = float(known.min()), float(known.max())
    observed = f"{low:.4g}" if low == high else f"{low:.4g} … {high:.4g} in {len(known)} cells"
    margin = min(low - test.at_least, test.at_most - high)
    if len(known) == len(values):
        return Outcome(expected, observed, margin)
    # One cell outside refutes a claim about every cell; some inside do not prove it.
    return Outcome(expected, f"{observed}, {_without(values)}", margin if margin < 0 else None)


def _without(values: pd.Series) -> str:
    """How many rows have no value, e.g. since no run converged."""
    return f"no value in {int(values.isna().sum())} of {len(values)} cells"


def _joined(
    test: SameCounts | SameMedian | SameSpectrum | SameValues,
    rows: pd.DataFrame,
    published: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Our rows beside the published ones, whose columns get the suffix _pub."""
    for excluded in test.exclude:
        rows = rows.drop(select(rows, excluded).index)
    if rows.empty:
        return rows
    facts = published[test.published].add_suffix("_pub")
    theirs = [f"{column}_pub" for column in test.match.values()]
    return rows.merge(facts, left_on=list(test.match), right_on=theirs)


@observe.register
def _(test: SameCounts, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    joined = _joined(test, rows, published)
    if joined.empty:
        return Outcome("the published counts", NO_CELL)
    ours = joined[test.column].astype(int)
    theirs = joined[f"{test.published_column or test.column}_pub"]
    p_values = [
        fisher(a, m, b, n)
        for a, m, b, n in zip(ours, joined["runs"], theirs, joined["runs_pub"], strict=True)
    ]
    return Outcome(
        _counts(theirs, joined["runs_pub"]), _counts(ours, joined["runs"]), None, p_values
    )


@describe.register
def _(test: SameCounts, family: str, alpha: float) -> str:
    return f"Fisher per cell on {test.column}, Holm in {family}, α = {alpha:g}"


@observe.register
def _(test: SameMedian, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    joined = _joined(test, rows, published)
    median = f"{test.published_column}_pub"
    if len(joined):
        joined = joined[joined[median] > test.floor]
    if joined.empty:
        return Outcome("the published medians", NO_CELL)
    counts, ours, theirs = [], [], []
    for _, cell in joined.groupby([f"{c}_pub" for c in test.match.values()], sort=False):
        fact, runs = cell[median].iloc[0], int(cell["runs_pub"].iloc[0])
        ratio = cell[test.column] / fact
        # Runs on a common plateau, equal to the printed digits, count half.
        below = (ratio < 1 - TIE).sum() + 0.5 * ((ratio - 1).abs() <= TIE).sum()
        counts.append((below, len(cell), runs // 2, runs))
        ours.append(f"{cell[test.column].median():.2g}")
        theirs.append(f"{fact:.2g}")
    if test.pooled:
        below, total, *published_counts = np.sum(counts, axis=0)
        expected = f"half of the runs below the published medians of {len(counts)} cells"
        p_value = fisher(round(below), int(total), *map(int, published_counts))
        return Outcome(expected, f"{below:.0f} of {total:.0f} runs", None, [p_value])
    p_values = [fisher(round(below), *others) for below, *others in counts]
    return Outcome(", ".join(theirs), ", ".join(ours), None, p_values)


@describe.register
def _(test: SameMedian, family: str, alpha: float) -> str:
    cells = "all cells together" if test.pooled else "per cell"
    return f"Mood's median test {cells} on {test.column}, Holm in {family}, α = {alpha:g}"


@observe.register
def _(test: SameSpectrum, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    joined = _joined(test, rows, published)
    expected = f"≤ {test.tolerance:g} relative"
    column = f"{test.published_column}_pub"
    if joined.empty:
        return Outcome(expected, NO_CELL)
    worst, wrong, count = 0.0, "", 0
    for _, cell in joined.groupby([f"{c}_pub" for c in test.match.values()], sort=False):
        count += 1
        theirs = np.array(cell[column].iloc[0].split(), float)
        ours = np.sort(cell[test.column].to_numpy())[::-1]
        if len(ours) != len(theirs) or not np.isfinite(ours).all():
            finite = int(np.isfinite(ours).sum())
            wrong = wrong or f"{finite} eigenvalues where {len(theirs)} are published; "
            continue
        counts = theirs > test.floor
        worst = max(worst, float(np.max(np.abs(ours[counts] / theirs[counts] - 1), initial=0.0)))
    margin = -np.inf if wrong else test.tolerance - worst
    return Outcome(expected, f"{wrong}{worst:.2g} in {count} spectra", margin)


@observe.register
def _(test: SameValues, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    joined = _joined(test, rows, published)
    expected = f"≤ {test.tolerance:g} relative"
    if joined.empty:
        return Outcome(expected, NO_CELL)
    ours = joined[list(test.columns)].to_numpy(float) * test.scale
    theirs = joined[[f"{column}_pub" for column in test.columns.values()]].to_numpy(float)
    worst = float(np.abs(ours / theirs - 1).max())
    # A missing value of ours is no agreement.
    worst = np.inf if np.isnan(worst) else worst
    return Outcome(expected, f"{worst:.2g} in {len(joined)} files", test.tolerance - worst)


@describe.register
def _(test: SameValues, family: str, alpha: float) -> str:
    return f"{', '.join(test.columns)} beside {test.published}, row by row"


def _counts(counts: pd.Series, runs: pd.Series) -> str:
    """Counts in words; a single one with its 95 % Wilson interval."""
    total = "/".join(str(n) for n in sorted(set(runs)))
    if len(counts) == 1:
        low, high = wilson(int(counts.iloc[0]), int(runs.iloc[0]))
        return f"{counts.iloc[0]} of {total} [{low:.2f}, {high:.2f}]"
    return f"{', '.join(str(c) for c in counts)} of {total}"
