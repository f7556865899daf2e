"""Numbers of the article, looked up in tables, and how they are written."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
        return {
            f.__name__: f for f in (self.value, self.each, self.total, self.count, self.verdict)
        }

    def value(self, table: str, column: str, **where: Any) -> Any:
        """The value of a column in the one row that is meant.

        Raises:
            Absent: if there is no such row, or it has no value there.
            UserError: if there are several rows, with more than one value.
        """
        found = self.each(table, column, **where)
        require(
            len(set(found)) == 1,
            f"{_said(table, where)}: {len(found)} rows have more than one {column}.",
        )
        return found[0]

    def each(self, table: str, column: str, **where: Any) -> list[Any]:
        """The values of a column in all rows that are meant, in the order of the table.

        Raises:
            Absent: if there is no such row, or one has no value there.
        """
        rows = self._read(table)
        found = _column(rows, column, table)[self._meant(table, where)]
        if found.empty:
            raise Absent(f"{_said(table, where)}: there is no such row.")
        if found.isna().any():
            raise Absent(
                f"{_said(table, where)}: {column} is missing in {found.isna().sum()} rows."
            )
        return found.tolist()

    def total(self, table: str, column: str, **where: Any) -> Any:
        """The sum of a column over all rows that are meant.

        Raises:
            Absent: as for `each`.
        """
        return sum(self.each(table, column, **where))

    def count(self, table: str, **where: Any) -> int:
        """The number of rows that are meant; it may be zero."""
        return int(self._meant(table, where).sum())

    def verdict(self, name: str, expected: str) -> str:
        """The name of a statement on whose verdict a sentence rests.

        Raises:
            Absent: if the scorecard has another verdict.
        """
        found = self.value("scorecard", "verdict", id=name)
        if found != expected:
            raise Absent(f"The text takes {name} for {expected}; the scorecard has: {found}.")
        return name

    def _meant(self, table: str, where: dict[str, Any]) -> NDArray[np.bool_]:
        """Which rows count."""
        rows = self._read(table)
        meant = np.ones(len(rows), bool)
        for column, wanted in where.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            meant &= _column(rows, column, table).isin(values).to_numpy()
        return meant


def _column(rows: pd.DataFrame, column: str, table: str) -> pd.Series:
    require(
        column in rows, f"Table {table} has no column {column!r}; {choices(column, list(rows))}"
    )
    return rows[column]


def _said(table: str, where: dict[str, Any]) -> str:
    return ", ".join([f"Table {table}", *(f"{key}={value!r}" for key, value in where.items())])


def shown(value: Any, digits: int = 3) -> str:
    """A number as it stands in the text; a list with commas, and text as it is.

    Args:
        value: what is shown.
        digits: significant ones of what is not a whole number; settings with fewer, such as a
            rate of 0.01, are shown with theirs.

    Examples:
        >>> shown([1, 0.5, 12345.0]), shown(1.0999), shown(-2.5e-13), shown(1e-4), shown(0.01)
        ('1, 0.5 and 12,345', '1.10', '−2.5 × 10⁻¹³', '10⁻⁴', '0.01')
        >>> shown([1.5, 1.28, 1.2899])
        '1.50, 1.28 and 1.29'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        *first, last = _alike(value, digits)
        return f"{', '.join(first)} and {last}" if first else last
    return _alike([value], digits)[0]


def _alike(values: list[Any], digits: int) -> list[str]:
    """Numbers with trailing zeros, unless none of them needs all its digits."""
    numbers = [float(x) for x in values]
    short = all(x in (round(x), float(f"{x:.{digits - 1}g}")) for x in numbers)
    return [_number(x, digits, short) for x in numbers]


def _number(number: float, digits: int, short: bool) -> str:
    if number == round(number) and abs(number) < 1e7:
        return f"{round(number):,}".replace("-", "−")
    factor, power = f"{number:.{digits - 1}e}".split("e")
    if -4 < int(power) < 6:
        text = f"{number:.{max(digits - 1 - int(power), 0)}f}"
        return (text.rstrip("0") if short else text).replace("-", "−")
    factor = factor.rstrip("0").rstrip(".") if short else factor
    # A bare power of ten, such as a threshold.
    factor = "" if factor == "1" else f"{factor} × "
    return f"{factor}10{str(int(power)).translate(RAISED)}".replace("-", "−")


def span(values: list[float], digits: int = 3) -> str:
    """The smallest and the largest of some numbers.

    Examples:
        >>> span([1.2, 1.1, 1.3]), span([2, 2])
        ('1.1 to 1.3', '2')
    """
    low, high = _alike([min(values), max(values)], digits)
    return low if low == high else f"{low} to {high}"


def largest(values: list[float]) -> float:
    """The largest of some numbers."""
    return max(values)


def seen(text: str, number: int = 0) -> float:
    """One of the numbers in a sentence of a table.

    Raises:
        Absent: if it has fewer.

    Examples:
        >>> seen("18 of 24", 1), seen("p = 8.3e-10 the smallest")
        (24.0, 8.3e-10)
    """
    found = re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", text)
    if number >= len(found):
        raise Absent(f"{text!r} has no number {number + 1}.")
    return float(found[number])


FILTERS: dict[str, Callable[..., Any]] = {
    "digits": shown,
    "largest": largest,
    "span": span,
    "seen": seen,
}
