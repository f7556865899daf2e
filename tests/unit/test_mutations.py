"""Every verdict of the project turns when the data behind it change by what its test would find.

The committed tables are changed, statement by statement: of one that holds, counts by twice its
power, a number by more than its tolerance, a spectrum by twice it, a bound by what is past it; of
one that fails, everything to what is expected.
"""

from collections.abc import Callable
from functools import singledispatch
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overpar.report.criteria import (
    Bounds,
    Brackets,
    Equals,
    Runs,
    SameCounts,
    SameMedian,
    SamePlateaus,
    SameSpectrum,
    SameValues,
)
from overpar.report.outcomes import select
from overpar.report.pairs import Pairs, smallest_shift
from overpar.report.statements import Claims, Statement
from overpar.report.verdicts import judge
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
from overpar.study.plan import PUBLISHED, Plan
from overpar.study.scorecard import packed, tables_judged

ROOT = Path(__file__).parents[2]
PLAN: Plan = read_study(ROOT).plan
CLAIMS = read_claims(PLAN)
TABLES = {name: pd.read_csv(packed(PLAN, name)) for name in tables_judged(CLAIMS)}
FACTS = {path.name: pd.read_csv(path) for path in (ROOT / PUBLISHED).glob("*.csv")}
Rows = pd.DataFrame


@singledispatch
def worse(test: object, rows: Rows, facts: Rows) -> Rows:
    """Rows that the test must not accept, though they are next to what it does."""
    raise TypeError(type(test).__name__)


@singledispatch
def expected(test: object, rows: Rows, facts: Rows) -> Rows:
    """Rows that are just as the test expects."""
    raise TypeError(type(test).__name__)


def first(rows: Rows, column: str, change: Callable[[float], float]) -> Rows:
    """One value changed: that of the first row that has one."""
    out = rows.astype({column: float})
    place = out.index[out[column].notna()][0]
    out.loc[place, column] = change(out.loc[place, column])
    return out


@worse.register
def _(test: Equals, rows: Rows, facts: Rows) -> Rows:
    scale = rows[test.per].iloc[0] if test.per else 1
    return first(rows, test.column, lambda _: scale * (test.expected + (2 * test.tolerance or 1)))


@expected.register
def _(test: Equals, rows: Rows, facts: Rows) -> Rows:
    return rows.assign(**{test.column: test.expected * (rows[test.per] if test.per else 1)})


@worse.register
def _(test: Bounds, rows: Rows, facts: Rows) -> Rows:
    scale = rows[test.per].iloc[0] if test.per else 1
    limit = test.at_most if np.isfinite(test.at_most) else test.at_least
    beyond = 1 if np.isfinite(test.at_most) else -1
    past = limit * scale + beyond * max(abs(limit * scale), 1e-9) * 1e-2
    return first(rows, test.column, lambda _: past)


@expected.register
def _(test: Bounds, rows: Rows, facts: Rows) -> Rows:
    limits = [x for x in (test.at_least, test.at_most) if np.isfinite(x)]
    return rows.assign(**{test.column: np.mean(limits) * (rows[test.per] if test.per else 1)})


@worse.register
def _(test: Runs, rows: Rows, facts: Rows) -> Rows:
    return first(rows, test.column, lambda count: count + (-1 if test.expected == "all" else 1))


@expected.register
def _(test: Runs, rows: Rows, facts: Rows) -> Rows:
    return rows.assign(**{test.column: rows[test.of] if test.expected == "all" else 0})


@worse.register
def _(test: Brackets, rows: Rows, facts: Rows) -> Rows:
    """Twice the half-width away from what is expected, but one part in ten more for Holm."""
    out = rows.copy()
    wanted = out[test.expected] if isinstance(test.expected, str) else test.expected
    half = (out[test.high] - out[test.low]) / 2
    return out.assign(**{test.low: wanted + 1.2 * half, test.high: wanted + 3.2 * half})


@expected.register
def _(test: Brackets, rows: Rows, facts: Rows) -> Rows:
    wanted = rows[test.expected] if isinstance(test.expected, str) else test.expected
    half = (rows[test.high] - rows[test.low]) / 2
    return rows.assign(**{test.low: wanted - half, test.high: wanted + half})


def beside(test: SameCounts | SameMedian | SamePlateaus, rows: Rows, facts: Rows) -> Rows:
    theirs = [f"{column}_pub" for column in test.match.values()]
    return rows.merge(
        facts.add_suffix("_pub"), left_on=list(test.match), right_on=theirs, how="left"
    ).set_index(rows.index)


@worse.register
def _(test: SameCounts, rows: Rows, facts: Rows) -> Rows:
    """Every count moved by twice the power, as far as it can."""
    joined = beside(test, rows, facts)
    theirs = joined[f"{test.published_column or test.column}_pub"]
    known = theirs.notna()
    pairs = Pairs.of(
        theirs[known], rows["runs"][known], theirs[known], joined["runs_pub"][known].astype(int)
    )
    shift = 2 * smallest_shift(pairs, 0.005) * rows["runs"]
    moved = theirs + np.where(theirs < rows["runs"] / 2, 1, -1) * np.ceil(shift)
    return rows.assign(**{test.column: moved.clip(0, rows["runs"]).where(known, rows[test.column])})


@expected.register
def _(test: SameCounts, rows: Rows, facts: Rows) -> Rows:
    theirs = beside(test, rows, facts)[f"{test.published_column or test.column}_pub"]
    return rows.assign(**{test.column: theirs.fillna(rows[test.column])})


@worse.register
def _(test: SameMedian, rows: Rows, facts: Rows) -> Rows:
    """Nine runs in ten below the published median."""
    median = beside(test, rows, facts)[f"{test.published_column}_pub"]
    below = np.arange(len(rows)) % 10 > 0
    return rows.assign(**{test.column: median * np.where(below, 0.9, 1.1)})


@expected.register
def _(test: SameMedian, rows: Rows, facts: Rows) -> Rows:
    median = beside(test, rows, facts)[f"{test.published_column}_pub"]
    return rows.assign(**{test.column: median * np.where(np.arange(len(rows)) % 2, 0.9, 1.1)})


@worse.register
def _(test: SamePlateaus, rows: Rows, facts: Rows) -> Rows:
    low = beside(test, rows, facts)[f"{test.smallest}_pub"]
    return rows.assign(**{test.column: low})


@worse.register
def _(test: SameSpectrum, rows: Rows, facts: Rows) -> Rows:
    return rows.assign(**{test.column: rows[test.column] * (1 + 2 * test.tolerance)})


@expected.register
def _(test: SameSpectrum, rows: Rows, facts: Rows) -> Rows:
    out = rows.sort_values(test.column, ascending=False).astype({test.column: float})
    for values, cell in out.groupby(list(test.match)):
        wanted = dict(zip(test.match.values(), values, strict=True))
        theirs = select(facts, wanted)[test.published_column].iloc[0].split()
        out.loc[cell.index, test.column] = np.array(theirs, float)
    return out


@worse.register
def _(test: SameValues, rows: Rows, facts: Rows) -> Rows:
    column = next(iter(test.columns))
    return rows.assign(**{column: rows[column] * (1 + 2 * test.tolerance)})


def chosen(statement: Statement) -> list[tuple[str, pd.Index]]:
    """The rows of each instance."""
    found = []
    for instance in statement.instances:
        rows = select(TABLES[instance.table], instance.where)
        for left in statement.leave_out:
            rows = rows.drop(select(rows, left.where).index)
        found.append((instance.table, rows.index))
    return found


def verdict(statement: Statement, tables: dict[str, pd.DataFrame]) -> str:
    """Without its links, so that it stands for itself."""
    alone = statement.model_dump() | {"corrected_by": [], "exact_law": [], "explanation": ""}
    claims = Claims.model_validate({"alpha": CLAIMS.alpha, "statements": [alone]})
    return str(judge(claims, tables, FACTS)[0]["verdict"][0])


@pytest.mark.parametrize("statement", CLAIMS.statements, ids=lambda one: one.id)
def test_the_verdict_turns(statement: Statement) -> None:
    before = verdict(statement, TABLES)
    rows = chosen(statement)
    if before == "not testable" or any(index.empty for _, index in rows):
        pytest.skip("the committed tables have not all that it reads")
    tables = dict(TABLES)
    places = zip(statement.instances, rows, strict=True)
    for number, (instance, (name, index)) in enumerate(places):
        if before == "replicated" and number:
            continue  # one instance is enough
        change = worse if before == "replicated" else expected
        test = instance.test
        facts = FACTS.get(getattr(test, "published", ""), pd.DataFrame())
        table = tables[name].astype({c: float for c in tables[name].select_dtypes("number")})
        moved = change(test, table.loc[index], facts).loc[index]
        table.loc[index] = moved
        tables[name] = table
    assert verdict(statement, tables) == ("open" if before == "replicated" else "replicated")
