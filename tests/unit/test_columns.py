"""Tables have the columns that their functions declare."""

import importlib
import json
import pkgutil
from collections.abc import Iterable

import pandas as pd
import pytest
from xarray import Dataset

from overpar.base.errors import UserError
from overpar.report import tables
from overpar.report.tables.columns import TableFunction, columns, interval


def record(rows: list[dict[str, float]], **settings: int) -> Dataset:
    return Dataset(attrs={"rows": json.dumps(rows), "spec": json.dumps(settings)})


def rows(records: Iterable[Dataset]) -> pd.DataFrame:
    return pd.DataFrame([row for one in records for row in json.loads(one.attrs["rows"])])


DECLARE = columns("loss", "depth", "rank", "gap", optional=["gap"], with_settings=True)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ([{"loss": 1, "rank": 2}], ["depth", "n", "loss", "rank"]),
        ([{"rank": 2, "loss": 1, "n": 4}], ["depth", "n", "loss", "rank"]),
        ([{"gap": 9}], ["depth", "n", "loss", "rank", "gap"]),
        ([], ["depth", "n", "loss", "rank"]),
    ],
)
def test_columns_are_those_declared(made: list[dict[str, float]], expected: list[str]) -> None:
    """In order, settings first; only an optional one may be missing, and only from all rows."""
    table = DECLARE(rows)([record(made, depth=3, n=4)])
    assert table.columns.tolist() == expected
    assert len(table) == len(made)


def test_settings_are_those_of_all_records() -> None:
    """Also of records that have no rows."""
    table = DECLARE(rows)([record([{"loss": 1}], n=4), record([], width=1)])
    assert table.columns.tolist() == ["n", "width", "loss", "depth", "rank"]


def test_settings_are_not_asked_for_where_they_are_no_columns() -> None:
    assert columns("loss")(rows)([record([{"loss": 1}], n=4)]).columns.tolist() == ["loss"]


def test_a_column_that_is_not_declared_is_refused() -> None:
    message = "rows makes the column 'los', which it does not declare; declared: n, loss, depth, ra"
    with pytest.raises(UserError, match=message):
        DECLARE(rows)([record([{"los": 1}], n=4)])


def test_intervals() -> None:
    assert interval("a", "b") == ("a", "a_low", "a_high", "b", "b_low", "b_high")


FUNCTIONS = [
    found
    for info in pkgutil.iter_modules(tables.__path__, f"{tables.__name__}.")
    for found in vars(importlib.import_module(info.name)).values()
    if isinstance(found, TableFunction) and found.make.__module__ == info.name
]


@pytest.mark.parametrize("make", FUNCTIONS, ids=lambda f: f"{f.make.__module__}:{f.make.__name__}")
def test_an_empty_table_has_its_columns(make: TableFunction) -> None:
    assert len(FUNCTIONS) > 20
    table = make([])
    assert table.empty
    assert table.columns.tolist() == [c for c in make.names if c not in make.optional]
    assert make.optional <= set(make.names)
    assert len(set(make.names)) == len(make.names)
