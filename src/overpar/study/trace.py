"""From a claim to what shows it: the figures that draw its numbers, and the command."""

import pandas as pd

from overpar.report.statements import Claims
from overpar.study.plan import Plan

SNAKEMAKE = ".venv/bin/snakemake --cores all"


def figures_of(plan: Plan, table: str) -> list[str]:
    """Figures that read a table, those about the fewest experiments first.

    Where none does, those that read another table made from the same experiments.
    """
    tables = plan.config.tables
    about = {
        name: {e for other in plan.figure_tables(name) for e in tables[other].experiments}
        for name in plan.config.figures
    }
    found = [name for name in about if table in plan.figure_tables(name)]
    if not found:
        found = [name for name in about if about[name] & set(tables[table].experiments)]
    return sorted(found, key=lambda name: (len(about[name]), len(plan.figure_tables(name))))


def command(plan: Plan, table: str) -> str:
    """The command that makes the first figure of a table, and the table if none reads it."""
    figures = figures_of(plan, table)
    wanted = [f"{plan.config.paths.figures}/{name}.png" for name in figures[:1]]
    if not figures or table not in plan.figure_tables(figures[0]):
        wanted.insert(0, f"{plan.config.paths.tables}/{table}.csv")
    size = " --configfile config/smoke.yaml" if plan.config.size == "smoke" else ""
    return " ".join([SNAKEMAKE, *wanted]) + size


def traced(plan: Plan, claims: Claims, scorecard: pd.DataFrame) -> pd.DataFrame:
    """The scorecard with the columns figure and command."""
    tables = {one.id: one.instances[0].table for one in claims.statements}
    return scorecard.assign(
        figure=[", ".join(figures_of(plan, tables[name])) for name in scorecard["id"]],
        command=[command(plan, tables[name]) for name in scorecard["id"]],
    )
