"""Roles of a figure or chart: what its function's arguments are, tables or published facts."""

from collections.abc import Iterable

from overpar.base.errors import UserError
from overpar.base.validation import choices
from overpar.study.config import Chart, Figure
from overpar.study.digest import functions


def check_roles(
    key: str, block: Figure | Chart, *, tables: Iterable[str], published: Iterable[str]
) -> None:
    """Check that the function of a figure or chart takes its roles and is given all that it needs.

    Args:
        key: where the block stands, e.g. "figures.fig3".
        block: its function must be there.
        tables: names of all tables.
        published: names of all files of published facts.

    Raises:
        UserError: for the first role, table or file that is wrong or missing.
    """
    where, function = f"Config: {key}", block.function
    module, _, own = function.partition(":")
    takes = functions(f"{block.PACKAGE}.{module}")[own]
    for part, noun, given, known in (
        ("tables", "table", block.tables, tables),
        ("published", "file", block.published, published),
    ):
        for role, value in given.items():
            if role not in takes:
                raise UserError(
                    f"{where}.{part} has the role {role!r}, which {function} does not take;"
                    f" {choices(role, takes)}"
                )
            if value not in known:
                raise UserError(
                    f"{where}.{part}.{role} is the unknown {noun} {value!r};"
                    f" {choices(value, known)}"
                )
    for role in block.tables:
        if role in block.published:
            raise UserError(f"{where} has {role!r} under tables and under published; allowed: one.")
    for role, needed in takes.items():
        if needed and role not in {**block.tables, **block.published}:
            roles = ", ".join(takes)
            raise UserError(
                f"{where} lacks {role!r}, which {function} needs under tables or published;"
                f" it takes: {roles}."
            )
