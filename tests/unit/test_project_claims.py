"""The claims of the project: about columns, published facts and cells that there are."""

import importlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.base.records import Variable, write_record
from overpar.experiments.common.spec import Context
from overpar.report.claims import select
from overpar.report.tables.settings import settings
from overpar.report.tables.theory import MODELS
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
from overpar.study.kinds import kind_module
from overpar.study.plan import PUBLISHED, Cell, Plan


def plan_of(root: Path) -> Plan:
    return read_study(root).plan


# Settings that make a cell small without changing the columns of its table.
SMALL = {"initialisations": 2, "steps": 3, "samples": 3, "hessian": True, "states": "regenerated"}


def settings_of(cell: Cell) -> dict[str, Any]:
    """The settings of a cell as a table has them."""
    return settings(Dataset(attrs={"spec": cell.spec.model_dump_json()}))


def cheapest(plan: Plan, table: str) -> list[Cell]:
    """The cheapest cell of a table; of several kinds the three cheapest of every sort."""
    ready = [c for c in plan.table_cells(table) if "training" not in c.spec.needs()]
    ready.sort(key=lambda c: c.spec.seconds())
    if len({c.kind for c in ready}) == 1:
        return ready[:1]
    sorts: dict[tuple[str, ...], list[Cell]] = {}
    for cell in ready:
        fields = [str(value) for _, value in cell.spec if not isinstance(value, int | float)]
        sorts.setdefault((cell.experiment, *fields), []).append(cell)
    return [cell for cells in sorts.values() for cell in cells[:3]]


def columns(plan: Plan, table: str, weights: Path) -> set[str]:
    """Columns of a table, made from a few of its cells, run small."""
    module, _, function = plan.config.tables[table].function.partition(":")
    made = getattr(importlib.import_module(f"overpar.report.tables.{module}"), function)
    absent = weights.with_name("ntangled.json")
    absent.write_text('{"status": "unavailable", "reason": "a test"}', encoding="utf-8")
    inputs = {"regenerated": weights, "ntangled": absent}
    records = []
    for cell in cheapest(plan, table):
        small = {key: value for key, value in SMALL.items() if key in type(cell.spec).model_fields}
        spec = cell.spec.model_copy(update=small)
        context = Context(cell.experiment, spec.label, 1, inputs=inputs)
        result = kind_module(cell.kind).run(spec, context)
        arrays = {name: (v.dims, v.values) for name, v in result.variables.items()}
        about = {"spec": spec.model_dump_json(), "kind": cell.kind, **result.attributes}
        records.append(Dataset(arrays, attrs=about))
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        # Three samples are too few for some statistics, but enough for a column.
        return set(made(records).columns)


def test_the_claims_of_the_project_name_what_exists(root: Path, tmp_path: Path) -> None:
    plan, weights = plan_of(root), tmp_path / "weights.nc"
    write_record(weights, {"weights": Variable(("a", "b", "c"), np.ones((2, 4, 3)), "")}, {})
    claims = read_claims(plan).claims
    assert len(claims) > 40
    known = {table: columns(plan, table, weights) for table in {c.table for c in claims}}
    for c in claims:
        test = c.test.model_dump()
        used = {test.get(key) for key in ("column", "per", "low", "high")} - {None}
        used |= set(c.where) | set(test.get("match", ()))
        used |= set(test.get("columns", ()))
        used |= {name for rows in test.get("exclude", ()) for name in rows}
        assert used <= known[c.table], c.id
        if "published" in test:
            one = test.get("published_column") or test.get("column")
            named = test["columns"].values() if "columns" in test else {one}
            facts = pd.read_csv(root / PUBLISHED / test["published"])
            counted = {"runs"} if test["kind"] in ("same_counts", "same_median") else set()
            assert {*test["match"].values(), *named, *counted} <= set(facts.columns), c.id


def test_every_claim_is_about_cells_of_the_published_configuration(root: Path) -> None:
    plan = plan_of(root)
    for c in read_claims(plan).claims:
        if c.table == "theory":  # its rows are models of papers, not cells
            assert c.where["model"] in MODELS, c.id
            continue
        table = pd.DataFrame([settings_of(cell) for cell in plan.table_cells(c.table)])
        where = {key: value for key, value in c.where.items() if key in table}
        assert not select(table, where).empty, c.id
