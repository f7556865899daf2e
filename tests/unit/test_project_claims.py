"""The claims of the project are about cells that there are."""

import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from xarray import Dataset

from overpar.report.outcomes import select
from overpar.report.tables.settings import settings
from overpar.report.tables.theory import MODELS
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
from overpar.study.history import early
from overpar.study.plan import Cell, Plan

LARGE = Path("config/large.yaml")


def plan_of(root: Path, *more: Path) -> Plan:
    return read_study(root, *more).plan


def settings_of(cell: Cell) -> dict[str, Any]:
    """The settings of a cell as a table has them."""
    return settings(Dataset(attrs={"spec": cell.spec.model_dump_json()}))


def test_every_claim_is_about_cells_of_the_published_configuration(root: Path) -> None:
    """Or of the larger one, whose tables are committed."""
    plan, large = plan_of(root), plan_of(root, LARGE)
    tables: dict[str, pd.DataFrame] = {}
    for statement in read_claims(plan).statements:
        for c in statement.instances:
            if c.table == "theory":  # its rows are models of papers, not cells
                assert c.where["model"] in MODELS, statement.id
                continue
            if c.table not in tables:
                cells = [*plan.table_cells(c.table), *large.table_cells(c.table)]
                tables[c.table] = pd.DataFrame([settings_of(cell) for cell in cells])
            table = tables[c.table]
            where = {key: value for key, value in c.where.items() if key in table}
            assert not select(table, where).empty, (statement.id, c.label)


def test_the_scorecard_stays_readable(root: Path) -> None:
    """Statements are counted first: more of them are merged, not added."""
    statements = read_claims(plan_of(root)).statements
    assert len(statements) <= 90
    assert all(len(one.statement) < 260 for one in statements)


def test_what_was_fixed_before_its_results_is_in_the_history(root: Path) -> None:
    claims = read_claims(plan_of(root))
    try:
        found = early(root, claims)
    except subprocess.CalledProcessError:
        pytest.skip("no history here")
    if not any(found.values()):
        pytest.skip("the history is cut off")
    assert [
        one.id for one in claims.statements if one.fixed == "before" and not found[one.id]
    ] == []
