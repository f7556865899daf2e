"""The scorecard of a plan, from the tables of a run or from those committed beside it."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from overpar.report.statements import Claims
from overpar.report.verdicts import judge
from overpar.study.plan import PUBLISHED, Plan
from overpar.study.trace import traced


def tables_judged(claims: Claims) -> list[str]:
    """The tables that verdicts are made from."""
    return sorted({one.table for statement in claims.statements for one in statement.instances})


def packed(plan: Plan, table: str) -> Path:
    """Where a table lies beside the scorecard that was made from it."""
    return plan.figures / "tables" / f"{table}.csv.gz"


def judged(
    plan: Plan, claims: Claims, table: Callable[[str], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scorecard and its instances, as they are written.

    Args:
        plan: whose published facts are used.
        claims: those of the plan.
        table: gives a table by its name.
    """
    read = {name: table(name) for name in tables_judged(claims)}
    published = {p.name: pd.read_csv(p) for p in sorted((plan.project / PUBLISHED).glob("*.csv"))}
    scorecard, instances = judge(claims, read, published)
    return traced(plan, claims, scorecard), instances
