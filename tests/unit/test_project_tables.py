"""The tables of the project: each has the columns that its function declares, and all of them."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from xarray import Dataset

from overpar.base.records import Variable, write_record
from overpar.base.validation import check
from overpar.experiments.common.datasets import DataSet
from overpar.experiments.common.spec import Context, Inputs
from overpar.study.config import Config, read
from overpar.study.kinds import kind_module
from overpar.study.plan import Cell, Plan
from overpar.study.tables import table_columns, table_function

# Settings that make a cell small without changing the columns of its table.
SMALL = {
    "initialisations": 2,
    "steps": 3,
    "newton": 150,
    "samples": 3,
    "hessian": True,
    "states": "regenerated",
}
# These need fetched files; see test_entanglement_tables.
FETCHED = "entanglement:"


@pytest.fixture(scope="module")
def plan(root: Path) -> Plan:
    return Plan(check(Config, read([root / "config/config.yaml"])), root)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inputs") / "weights.nc"
    write_record(
        path, {"weights": Variable(("a", "b", "c"), np.ones((2, 4, 3)), "")}, {"identity": "a"}
    )
    return path


def cheapest(plan: Plan, table: str) -> list[Cell]:
    """The cheapest cell of a table; of several kinds the three cheapest of every sort.

    Laws need three sizes, and cells on both sides of the transition; rates several depths.
    """
    ready = [c for c in plan.table_cells(table) if "training" not in c.spec.needs()]
    ready.sort(key=lambda c: c.spec.seconds())
    if ready[0].kind == "census":
        return [c for c in ready if c.label.startswith("model=tfim_open") and c.spec.qubits < 9][
            :40
        ]  # type: ignore[attr-defined]
    if ready[0].kind == "noisy_spectra":
        return [c for c in ready if "n=4" in c.label and c.spec.depth in (4, 6, 8)]  # type: ignore[attr-defined]
    if ready[0].kind == "noisy_training":
        return [c for c in ready if "n=4" in c.label and c.spec.depth == 1]  # type: ignore[attr-defined]
    if len({c.kind for c in ready}) == 1:
        return ready[:1]
    sorts: dict[tuple[str, ...], list[Cell]] = {}
    for cell in ready:
        fields = [str(value) for _, value in cell.spec if not isinstance(value, int | float)]
        sorts.setdefault((cell.experiment, *fields), []).append(cell)
    return [cell for cells in sorts.values() for cell in cells[:3]]


def small_records(plan: Plan, table: str, weights: Path) -> Iterator[Dataset]:
    """Records of a few cells of a table, run small."""
    absent = DataSet("", "", weights.parent, {}, "a test")
    inputs = Inputs({"ntangled": absent}, {"regenerated": (weights, "a")})
    for cell in cheapest(plan, table):
        small = {key: value for key, value in SMALL.items() if key in type(cell.spec).model_fields}
        # A model without such states stays as it is.
        small |= {} if getattr(cell.spec, "states", "") else {"states": None}
        spec = cell.spec.model_copy(update={k: v for k, v in small.items() if k in dict(cell.spec)})
        context = Context(cell.experiment, spec.label, 1, inputs=inputs)
        result = kind_module(cell.kind).run(spec, context)
        arrays = {name: (v.dims, v.values) for name, v in result.variables.items()}
        text = json.dumps(spec.model_dump(), sort_keys=True)
        yield Dataset(arrays, attrs={"spec": text, "kind": cell.kind, **result.attributes})


@pytest.mark.slow
def test_tables_have_the_columns_that_the_plan_says(plan: Plan, weights: Path) -> None:
    """In order; and no function declares one that none of its tables has."""
    missing: dict[str, set[str]] = {}
    for table, block in plan.config.tables.items():
        function, planned = table_function(plan, table), table_columns(plan, table)
        records = list(small_records(plan, table, weights))
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            # Three samples are too few for some statistics, but enough for a column.
            made, bare = function(records), function.make(records)
        optional = function.optional - set(made)
        assert made.columns.tolist() == [name for name in planned if name not in optional], table
        lacking = missing.setdefault(block.function, set(planned))
        lacking &= set(function.names) - set(bare)
    assert len(missing) > 20
    known = {name: lacking for name, lacking in missing.items() if not name.startswith(FETCHED)}
    assert not any(known.values()), known
