"""The file of claims, read and checked against the plan."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from overpar.base.errors import UserError
from overpar.base.validation import check, choices
from overpar.report.criteria import Named, Published
from overpar.report.statements import Claims, Where
from overpar.study.config import read
from overpar.study.plan import PUBLISHED, Plan
from overpar.study.tables import fixed_values, table_columns


def read_claims(plan: Plan) -> Claims:
    """The claims of a plan, of which keys and types are checked.

    Raises:
        UserError: naming the file, the key and what is allowed.
    """
    return check(Claims, read([plan.project / plan.config.claims]), source=plan.config.claims)


def check_claims(plan: Plan) -> None:
    """Check that every table, column, value and file that the claims name is there.

    Not done by jobs: it needs the specifications of all kinds.

    Raises:
        UserError: naming the file, the claim and what is wrong with it.
    """
    columns = {name: table_columns(plan, name) for name in plan.config.tables}
    values = {name: fixed_values(plan, name) for name in plan.config.tables}
    for statement in read_claims(plan).statements:
        where = f"{plan.config.claims}: statement {statement.id!r}"
        for instance in statement.instances:
            table = instance.table
            if table not in columns:
                raise UserError(
                    f"{where} reads the unknown table {table!r}; {choices(table, columns)}"
                )
            rows = [("where", instance.where)]
            rows += [("leave_out", rows.where) for rows in statement.leave_out]
            ours = [(key, column) for key, chosen in rows for column in chosen]
            ours += instance.test.ours()
            _check_columns(where, ours, columns[table], f"the table {table!r}")
            _check_values(where, rows, values[table])
            if isinstance(instance.test, Published):
                facts = plan.project / PUBLISHED / instance.test.published
                if not facts.is_file():
                    raise UserError(f"{where} compares with {str(facts)!r}; there is no such file.")
                theirs = instance.test.theirs()
                _check_columns(where, theirs, header(facts), instance.test.published)


def header(path: Path) -> list[str]:
    """The columns of a CSV file."""
    with open(path, newline="", encoding="utf-8") as handle:
        return next(csv.reader(handle), [])


def _check_columns(where: str, named: Named, known: Sequence[str], place: str) -> None:
    for key, column in named:
        if column not in known:
            raise UserError(
                f"{where}: {key} names the column {column!r}, which {place} does not have;"
                f" {choices(column, known)}"
            )


def _check_values(
    where: str, rows: Sequence[tuple[str, Where]], allowed: Mapping[str, Sequence[Any]]
) -> None:
    """Refuse values that no cell can have: a test of them would only be "not testable"."""
    for key, chosen in rows:
        for column, wanted in chosen.items():
            for value in wanted if isinstance(wanted, list) else [wanted]:
                if value not in allowed.get(column, [value]):
                    raise UserError(
                        f"{where}: {key}.{column} is {value!r};"
                        f" {choices(str(value), allowed[column])}"
                    )
