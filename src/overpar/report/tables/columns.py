"""The columns of a table, which are known before any record is read."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd
from xarray import Dataset

from overpar.base.checks import require
from overpar.report.tables.settings import settings


@dataclass(frozen=True)
class TableFunction:
    """A function from records to a table that says which columns the table has.

    Args:
        make: the function; a column that none of its rows has may be missing.
        names: columns in order.
        optional: those of them that a table has only if one of its rows does.
        with_settings: the settings of the records come first, and a name that is one of them is
            not repeated.
    """

    make: Callable[[Iterable[Dataset]], pd.DataFrame]
    names: tuple[str, ...]
    optional: frozenset[str]
    with_settings: bool

    def columns(self, settings: Iterable[str]) -> list[str]:
        """All columns in order.

        Args:
            settings: names of the settings of the records.
        """
        return list(dict.fromkeys([*(settings if self.with_settings else ()), *self.names]))

    def __call__(self, records: Iterable[Dataset]) -> pd.DataFrame:
        """The table of some records, with all its columns even where it has no rows.

        Raises:
            UserError: if the function makes a column that it does not declare.
        """
        seen: dict[str, None] = {}

        def watched() -> Iterator[Dataset]:
            for record in records:
                seen.update(dict.fromkeys(settings(record)))
                yield record

        table = self.make(watched())
        declared = self.columns(seen)
        for column in table:
            require(
                column in declared,
                f"Table function {self.make.__name__} makes the column {column!r}, which it does"
                f" not declare; declared: {', '.join(declared)}.",
            )
        return table.reindex(
            columns=[name for name in declared if name in table or name not in self.optional]
        )


def columns(
    *names: str, optional: Collection[str] = (), with_settings: bool = False
) -> Callable[[Callable[[Iterable[Dataset]], pd.DataFrame]], TableFunction]:
    """Declare the columns of the table that a function makes; see `TableFunction`."""
    return lambda make: TableFunction(make, names, frozenset(optional), with_settings)


def interval(*names: str) -> tuple[str, ...]:
    """Columns of values with intervals: for each name itself, `<name>_low` and `<name>_high`."""
    return tuple(f"{name}{end}" for name in names for end in ("", "_low", "_high"))


def stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames one below the other; an empty one if there are none."""
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
