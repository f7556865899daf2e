"""What is known of a table before any of its records: its function, columns and their values."""

import importlib
from typing import Any, Literal, get_args, get_origin

from overpar.base.errors import UserError
from overpar.base.validation import choices
from overpar.experiments.common.spec import CellSpec
from overpar.report.tables.columns import TableFunction
from overpar.study.plan import Plan


def table_function(plan: Plan, table: str) -> TableFunction:
    """The function that makes a table.

    Raises:
        UserError: if there is none of that name that declares its columns.
    """
    reference = plan.config.tables[table].function
    module = reference.partition(":")[0]
    path = f"overpar.report.tables.{module}"
    try:
        members = vars(importlib.import_module(path))
    except ModuleNotFoundError:
        raise UserError(
            f"Config: tables.{table}.function is {reference!r}; there is no module {path}."
        ) from None
    known = {
        f"{module}:{key}": found
        for key, found in members.items()
        if isinstance(found, TableFunction) and found.make.__module__ == path
    }
    if reference not in known:
        raise UserError(
            f"Config: tables.{table}.function is {reference!r}; {choices(reference, known)}"
        )
    return known[reference]


def table_columns(plan: Plan, table: str) -> list[str]:
    """All columns of a table in order, with those that are left out where no record has them."""
    settings = (name for spec in _specs(plan, table) for name in sorted(spec.model_fields))
    return table_function(plan, table).columns(settings)


def fixed_values(plan: Plan, table: str) -> dict[str, list[Any]]:
    """The values that a column can have, of those named as a setting with a few allowed ones."""
    out: dict[str, list[Any]] = {}
    for column in table_columns(plan, table):
        found = [
            spec.model_fields[column].annotation
            for spec in _specs(plan, table)
            if column in spec.model_fields
        ]
        if found and all(get_origin(annotation) is Literal for annotation in found):
            out[column] = list(dict.fromkeys(value for a in found for value in get_args(a)))
    return out


def _specs(plan: Plan, table: str) -> list[type[CellSpec]]:
    """The specifications of the kinds whose records a table reads."""
    return list(dict.fromkeys(type(cell.spec) for cell in plan.table_cells(table)))
