"""What the test of an instance sees, and what it could have seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from overpar.base.statistics import wilson
from overpar.report.criteria import (
    Bounds,
    Brackets,
    Equals,
    Published,
    Runs,
    SameCounts,
    SameMedian,
    SamePlateaus,
    SameSpectrum,
    SameValues,
)
from overpar.report.pairs import Pairs
from overpar.report.statements import Instance, Where

NO_CELL = "no such cell in this run"
# Losses this close, relative, are equal to the printed digits.
TIE = 1e-5
PLATEAU = 1e-6
# Other processors round otherwise: what is this close to its bound, relative, can be past it.
ROUNDING = 1e-6
# A difference is to be found nine times in ten.
FOUND = ndtri(0.9)


@dataclass
class Outcome:
    """What a test saw. Without a margin, pairs or scores the instance is not testable.

    Args:
        expected: in words.
        observed: in words.
        margin: distance to the bound that would have failed the test; negative if it did.
        pairs: successes beside published ones.
        scores: normal scores of what was observed, which are far from zero if it is not expected.
        power: the smallest true difference that is found nine times in ten.
        unit: of the power.
    """

    expected: str
    observed: str
    margin: float | None = None
    pairs: Pairs | None = None
    scores: list[float] = field(default_factory=list)
    power: float | None = None
    unit: str = ""


def select(table: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    """Rows of a table whose columns have the given value, or one of the given values."""
    for column, wanted in where.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        table = table[table[column].isin(values)]
    return table


def outcome(
    instance: Instance,
    left_out: list[Where],
    tables: Mapping[str, pd.DataFrame],
    published: Mapping[str, pd.DataFrame],
) -> Outcome:
    """What an instance's test sees.

    Args:
        instance: the test and what it is about.
        left_out: rows that it is not about.
        tables: our tables by name.
        published: published facts by file name.
    """
    table = tables[instance.table]
    read = {*instance.where, *(column for _, column in instance.test.ours())}
    # A column that may be left out is not there if no record has it.
    rows = select(table, instance.where) if read <= set(table) else table.iloc[:0]
    for where in left_out:
        rows = rows.drop(select(rows, where).index)
    if "runs" in rows:
        rows = rows[rows["runs"] > 0]
    if rows.empty:
        return Outcome("", NO_CELL)
    return observe(instance.test, rows, published)


@singledispatch
def observe(test: object, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    """What a test sees in the selected rows, of which there is one at least."""
    raise TypeError(f"no rule for {type(test).__name__}")


@singledispatch
def describe(test: object) -> str:
    """A test in words."""
    return f"{test.kind} on {test.column}"  # type: ignore[attr-defined]


@observe.register
def _(test: Equals, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    expected = f"{test.expected:g}" + (f" ± {test.tolerance:g}" if test.tolerance else "")
    values = rows[test.column] / (rows[test.per] if test.per else 1)
    margin = test.tolerance - (values - test.expected).abs()
    seen = _range(values.dropna())
    # Of what is counted, one is the smallest difference.
    counted = not test.per and pd.api.types.is_integer_dtype(rows[test.column])
    power = test.tolerance or float(counted)
    if values.isna().any():
        return Outcome(expected, f"{seen}, {_without(values)}".lstrip(", "), None, power=power)
    return Outcome(expected, seen, float(margin.min()), power=power, unit=f"in {test.column}")


@observe.register
def _(test: Bounds, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    limits = (("≥", test.at_least), ("≤", test.at_most))
    expected = " and ".join(f"{sign} {value:g}" for sign, value in limits if np.isfinite(value))
    values = rows[test.column] / (rows[test.per] if test.per else 1)
    known = values.dropna()
    if known.empty:
        return Outcome(expected, _without(values))
    seen = _range(known)
    ends = (test.at_least, float(known.min())), (test.at_most, float(known.max()))
    # What is counted is equal to its bound, or not near it.
    if any(x != bound and np.isclose(x, bound, rtol=ROUNDING, atol=0) for bound, x in ends):
        seen += ", within rounding of the bound"
    half = test.half
    if test.low and test.high:
        widths = (rows[test.high] - rows[test.low])[known.index] / 2
        half = float(widths[np.isfinite(widths)].max())
    power = half / ndtri((1 + test.level) / 2) * FOUND
    margin = min(float(known.min()) - test.at_least, test.at_most - float(known.max()))
    unit = "past the bound"
    if len(known) == len(values):
        return Outcome(expected, seen, margin, power=power, unit=unit)
    # One cell outside refutes a claim about every cell; some inside do not prove it.
    seen += f", {_without(values)}"
    return Outcome(expected, seen, margin if margin < 0 else None, power=power, unit=unit)


@observe.register
def _(test: Runs, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    expected = f"{test.expected} of the runs"
    if rows[test.column].isna().any():
        return Outcome(expected, _without(rows[test.column]))
    found, runs = int(rows[test.column].sum()), int(rows[test.of].sum())
    wrong = runs - found if test.expected == "all" else found
    power = 1 - 0.1 ** (1 / runs)
    return Outcome(expected, f"{found} of {runs}", float(-wrong), power=power, unit="of the runs")


@describe.register
def _(test: Runs) -> str:
    return f"{test.expected} of the runs in {test.column}"


@observe.register
def _(test: Brackets, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    low, high = rows[test.low], rows[test.high]
    column = isinstance(test.expected, str)
    wanted = rows[test.expected] if column else pd.Series(test.expected, rows.index)
    expected = _range(wanted)
    if (high - low).isna().any() or wanted.isna().any():
        return Outcome(expected, _without(high - low + wanted))
    half = (high - low) / 2
    z = ndtri((1 + test.level) / 2)
    scores = list((low + half - wanted) / half * z)
    seen = f"[{low.iloc[0]:.4g}, {high.iloc[0]:.4g}]"
    if len(rows) > 1:
        seen = f"{sum(abs(s) <= z for s in scores)} of {len(rows)} intervals hold it"
    power = float(half.max()) * (1 + FOUND / z)
    name = test.low.removesuffix("_low")
    return Outcome(expected, seen, scores=scores, power=power, unit=f"in {name}")


@describe.register
def _(test: Brackets) -> str:
    return f"interval {test.low} … {test.high} ({test.level:.0%}) holds it; χ² of all"


def _joined(
    test: Published, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Our rows beside the published ones, whose columns get the suffix _pub."""
    facts = published[test.published].add_suffix("_pub")
    theirs = [f"{column}_pub" for column in test.match.values()]
    return rows.merge(facts, left_on=list(test.match), right_on=theirs)


def _cells(test: Published, joined: pd.DataFrame) -> Any:
    return joined.groupby([f"{c}_pub" for c in test.match.values()], sort=False)


@observe.register
def _(test: SameCounts, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    joined = _joined(test, rows, published)
    if joined.empty:
        return Outcome("the published counts", NO_CELL)
    ours = joined[test.column].astype(int)
    theirs = joined[f"{test.published_column or test.column}_pub"]
    pairs = Pairs.of(ours, joined["runs"], theirs, joined["runs_pub"])
    seen = _counts(ours, joined["runs"])
    return Outcome(_counts(theirs, joined["runs_pub"]), seen, pairs=pairs)


@describe.register
def _(test: SameCounts) -> str:
    return f"Fisher per cell (Holm), all cells together, on {test.column}"


@observe.register
def _(test: SameMedian, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    joined = _joined(test, rows.dropna(subset=[test.column]), published)
    median, number = f"{test.published_column}_pub", f"{test.published_runs}_pub"
    if len(joined):
        joined = joined[joined[median] > test.floor]
    if joined.empty:
        return Outcome("the published medians", NO_CELL)
    counts, ours, theirs = [], [], []
    for _, cell in _cells(test, joined):
        fact, runs = cell[median].iloc[0], int(cell[number].iloc[0])
        ratio = cell[test.column] / fact
        # Runs on a common plateau, equal to the printed digits, count half.
        below = (ratio < 1 - TIE).sum() + 0.5 * ((ratio - 1).abs() <= TIE).sum()
        counts.append((round(below), len(cell), runs // 2, runs))
        ours.append(f"{cell[test.column].median():.2g}")
        theirs.append(f"{fact:.2g}")
    if test.pooled:
        total = np.sum(counts, axis=0)
        expected = f"half of the runs below the published medians of {len(counts)} cells"
        return Outcome(expected, f"{total[0]} of {total[1]} runs", pairs=Pairs.of(*total))
    pairs = Pairs.of(*np.transpose(counts))
    return Outcome(", ".join(theirs), ", ".join(ours), pairs=pairs)


@describe.register
def _(test: SameMedian) -> str:
    cells = "all runs as one cell" if test.pooled else "per cell (Holm), all cells together"
    return f"Mood's median test {cells}, on {test.column}"


@observe.register
def _(test: SamePlateaus, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    joined = _joined(test, rows, published)
    expected, seen, counts = [], [], []
    for _, cell in _cells(test, joined):
        low, mean, high = (
            float(cell[f"{column}_pub"].iloc[0])
            for column in (test.smallest, test.mean, test.largest)
        )
        runs = int(cell["runs_pub"].iloc[0])
        theirs = round(runs * (high - mean) / (high - low))
        lower, upper = ((cell[test.column] - x).abs() < PLATEAU for x in (low, high))
        expected.append(f"{theirs} of {runs} at {low:.6g}, the others at {high:.6g}")
        seen.append(f"{lower.sum()} and {upper.sum()} of {len(cell)}")
        if (lower | upper).all():
            counts.append((lower.sum(), len(cell), theirs, runs))
    if not joined.empty and len(counts) < len(expected):
        return Outcome("; ".join(expected), "; ".join(seen), -1.0, unit="of the runs")
    if joined.empty:
        return Outcome("two plateaus", NO_CELL)
    return Outcome("; ".join(expected), "; ".join(seen), pairs=Pairs.of(*np.transpose(counts)))


@describe.register
def _(test: SamePlateaus) -> str:
    return f"Fisher on runs per plateau of {test.column}"


@observe.register
def _(test: SameSpectrum, rows: pd.DataFrame, published: Mapping[str, pd.DataFrame]) -> Outcome:
    joined = _joined(test, rows, published)
    expected = f"≤ {test.tolerance:g} relative"
    column = f"{test.published_column}_pub"
    if joined.empty:
        return Outcome(expected, NO_CELL)
    worst, wrong, count = 0.0, "", 0
    for _, cell in _cells(test, joined):
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
    seen = f"{wrong}{worst:.2g} in {count} spectra"
    return Outcome(expected, seen, margin, power=test.tolerance, unit="relative")


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
    seen = f"{worst:.2g} in {len(joined)} files"
    return Outcome(expected, seen, test.tolerance - worst, power=test.tolerance, unit="relative")


@describe.register
def _(test: SameValues) -> str:
    return f"{', '.join(test.columns)} beside {test.published}, row by row"


def _range(values: pd.Series) -> str:
    """One value, or the smallest and the largest."""
    if values.empty:
        return ""
    low, high = float(values.min()), float(values.max())
    return f"{low:.6g}" if low == high else f"{low:.4g} … {high:.4g} in {len(values)} cells"


def _without(values: pd.Series) -> str:
    """How many rows have no value, e.g. since no run converged."""
    return f"no value in {int(values.isna().sum())} of {len(values)} cells"


def _counts(counts: pd.Series, runs: pd.Series) -> str:
    """Counts in words; a single one with its 95 % Wilson interval."""
    total = "/".join(str(n) for n in sorted(set(runs)))
    if len(counts) == 1:
        low, high = wilson(int(counts.iloc[0]), int(runs.iloc[0]))
        return f"{counts.iloc[0]} of {total} [{low:.2f}, {high:.2f}]"
    return f"{', '.join(str(c) for c in counts)} of {total}"
