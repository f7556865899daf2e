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


def plan_of(root: Path) -> Plan:
    return read_study(root).plan


def settings_of(cell: Cell) -> dict[str, Any]:
    """The settings of a cell as a table has them."""
    return settings(Dataset(attrs={"spec": cell.spec.model_dump_json()}))


def test_every_claim_is_about_cells_of_the_published_configuration(root: Path) -> None:
    plan = plan_of(root)
    for c in read_claims(plan).claims:
        if c.table == "theory":  # its rows are models of papers, not cells
            assert c.where["model"] in MODELS, c.id
            continue
        table = pd.DataFrame([settings_of(cell) for cell in plan.table_cells(c.table)])
        where = {key: value for key, value in c.where.items() if key in table}
        assert not select(table, where).empty, c.id
