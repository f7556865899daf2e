"""Numbers of the article, looked up in tables, and how they are written."""

import math
import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.base.validation import choices

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Absent(UserError):
    """A number that is not among the results at hand."""


class Numbers:
    """Looks numbers up in tables.

    Every method takes a table, and keyword arguments that say which of its rows count: column =
    value, or a list of values one of which must be met.

    Args:
        read: gives a table by its name; raises a UserError if there is none.
    """

    def __init__(self, read: Callable[[str], pd.DataFrame]) -> None:
        self._read = read

    def functions(self) -> dict[str, Callable[..., Any]]:
        """What a reference of the article may call, by name."""
        return {f.__name__: f for f in (self.value, self.each, self.total, self.count)}

    def value(self, table: str, column: str, **where: Any) -> Any:
        """The value of a column in the one row that is meant.

        Raises:
            Absent: if there is no such row, or it has no value there.
            UserError: if there are several rows, with more than one value.
        """
        found = self.each(table, column, **where)
        require(
            len(set(found)) == 1,
            f"{_said(table, where)} has {len(found)} rows, and more than one {column}.",
        )
        return found[0]

    def each(self, table: str, column: str, **where: Any) -> list[Any]:
        """The values of a column in all rows that are meant, in the order of the table.

        Raises:
            Absent: if there is no such row, or one has no value there.
        """
        rows = self._rows(table, where)
        found = _column(rows, column, table)
        if rows.empty or found.isna().any():
            missing = f"no {column} in" if len(rows) else "no"
            raise Absent(f"{_said(table, where)} has {missing} such row.")
        return found.tolist()

    def total(self, table: str, column: str, **where: Any) -> Any:
        """The sum of a column over all rows that are meant.

        Raises:
            Absent: as for `each`.
        """
        return sum(self.each(table, column, **where))

    def count(self, table: str, **where: Any) -> int:
        """The number of rows that are meant; it may be zero."""
        return len(self._rows(table, where))

    def _rows(self, table: str, where: dict[str, Any]) -> pd.DataFrame:
        rows = self._read(table)
        for column, wanted in where.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            rows = rows[_column(rows, column, table).isin(values)]
        return rows


def _column(rows: pd.DataFrame, column: str, table: str) -> pd.Series:
    require(
        column in rows, f"Table {table} has no column {column!r}; {choices(column, list(rows))}"
    )
    return rows[column]


def _said(table: str, where: dict[str, Any]) -> str:
    return f"Table {table}, {', '.join(f'{key}={value!r}' for key, value in where.items())},"


def shown(value: Any, digits: int = 3) -> str:
    """A number as it stands in the text; a list with commas, and text as it is.

    Args:
        value: what is shown.
        digits: significant ones of what is not a whole number.

    Examples:
        >>> shown([1, 0.5, 12345.0]), shown(1.0999), shown(-2.5e-13, 2), shown(1e-4)
        ('1, 0.500 and 12,345', '1.10', '−2.5 × 10⁻¹³', '10⁻⁴')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        *first, last = [shown(item, digits) for item in value]
        return f"{', '.join(first)} and {last}" if first else last
    number = float(value)
    if number == round(number) and abs(number) < 1e7:
        return f"{round(number):,}".replace("-", "−")
    text = f"{number:.{digits - 1}e}"
    factor, power = text.split("e")
    if -4 < int(power) < 6:
        places = max(digits - 1 - int(power), 0)
        return f"{number:.{places}f}".replace("-", "−")
    # A bare power of ten, such as a threshold.
    factor = "" if math.isclose(abs(number), 10.0 ** int(power)) else f"{factor} × "
    return f"{factor}10{str(int(power)).translate(RAISED)}".replace("-", "−")


def span(values: list[float], digits: int = 3) -> str:
    """The smallest and the largest of some numbers.

    Examples:
        >>> span([1.2, 1.1, 1.3]), span([2, 2])
        ('1.10 to 1.30', '2')
    """
    ends = [shown(end, digits) for end in (min(values), max(values))]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def seen(text: str, number: int = 0) -> str:
    """One of the numbers in a sentence that a table says.

    Examples:
        >>> seen("18 of 24", 1)
        '24'
    """
    found = re.findall(r"\d[\d.,]*(?:e-?\d+)?", text)
    require(number < len(found), f"{text!r} has no number {number + 1}.")
    return found[number]


FILTERS: dict[str, Callable[..., str]] = {"digits": shown, "span": span, "seen": seen}
