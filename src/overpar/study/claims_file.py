"""The file of claims, read and checked against the plan."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from overpar.base.errors import UserError
from overpar.base.validation import check, choices
from overpar.report.criteria import Claim, Claims, Named, Published
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
    seen: set[str] = set()
    for claim in read_claims(plan).claims:
        where = f"{plan.config.claims}: claim {claim.id!r}"
        if claim.id in seen:
            raise UserError(f"{where} appears twice.")
        seen.add(claim.id)
        if claim.table not in columns:
            raise UserError(
                f"{where} reads the unknown table {claim.table!r}; {choices(claim.table, columns)}"
            )
        ours = [*(("where", column) for column in claim.where), *claim.test.ours()]
        _check_columns(where, ours, columns[claim.table], f"the table {claim.table!r}")
        _check_values(where, claim, values[claim.table])
        if isinstance(claim.test, Published):
            facts = plan.project / PUBLISHED / claim.test.published
            if not facts.is_file():
                raise UserError(f"{where} compares with {str(facts)!r}; there is no such file.")
            _check_columns(where, claim.test.theirs(), header(facts), claim.test.published)


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


def _check_values(where: str, claim: Claim, allowed: Mapping[str, Sequence[Any]]) -> None:
    """Refuse values that no cell can have: a claim about them would only be "not testable"."""
    excluded = claim.test.exclude if isinstance(claim.test, Published) else []
    named = [("where", *item) for item in claim.where.items()]
    named += [("test.exclude", *item) for rows in excluded for item in rows.items()]
    for key, column, wanted in named:
        for value in wanted if isinstance(wanted, list) else [wanted]:
            if value not in allowed.get(column, [value]):
                raise UserError(
                    f"{where}: {key}.{column} is {value!r}; {choices(str(value), allowed[column])}"
                )
