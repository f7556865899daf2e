"""The claims of the project are about cells that there are."""

from pathlib import Path
from typing import Any

import pandas as pd
from xarray import Dataset

from overpar.report.claims import select
from overpar.report.tables.settings import settings
from overpar.report.tables.theory import MODELS
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
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
    for c in read_claims(plan).claims:
        if c.table == "theory":  # its rows are models of papers, not cells
            assert c.where["model"] in MODELS, c.id
            continue
        cells = [*plan.table_cells(c.table), *large.table_cells(c.table)]
        table = pd.DataFrame([settings_of(cell) for cell in cells])
        where = {key: value for key, value in c.where.items() if key in table}
        assert not select(table, where).empty, c.id
