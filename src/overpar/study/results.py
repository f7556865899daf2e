"""What a run of the workflow has made: tables and records."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overpar.base.checks import require
from overpar.base.errors import UserError, extras
from overpar.base.records import read_record
from overpar.study.check import Study, opened
from overpar.study.config import DEFAULT, read
from overpar.study.plan import PUBLISHED, Plan

if TYPE_CHECKING:
    import pandas as pd
    from xarray import Dataset

    from overpar.experiments.common.spec import CellSpec

VARIABLE = "OVERPAR_CONFIG"


@dataclass(frozen=True, repr=False)
class Results:
    """What a run of the workflow has made.

    Args:
        study: of the run.
    """

    study: Study

    @property
    def plan(self) -> Plan:
        """What the run makes, and where."""
        return self.study.plan

    def __repr__(self) -> str:
        parts = ("tables", self.plan.config.tables), ("experiments", self.plan.config.experiments)
        lines = [f"{what}: {', '.join(names)}" for what, names in parts]
        return "\n".join([f"Results in {self.plan.project}", *lines])

    def table(self, name: str, **settings: Any) -> "pd.DataFrame":
        """A table by its name in the config.

        Args:
            name: of the table.
            settings: columns and the value that they have in the rows wanted, all if none is
                given, e.g. qubits=6, boundary="open".

        Raises:
            UserError: if the config has no such table, it is missing, damaged or outdated, or has
                no such column or row.
        """
        if name not in self.plan.config.tables:
            known = ", ".join(self.plan.config.tables)
            raise UserError(f"There is no table {name!r}; allowed: {known}.")
        path = self.plan.table_path(name)
        if not path.is_file():
            raise UserError(
                f"There is no {path} yet; `make reproduce` makes it. After `make smoke`, start"
                f" Jupyter with {VARIABLE}=config/smoke.yaml."
            )
        with extras():
            from overpar.study.build import read_table

            found = read_table(self.study, name)
        for column, value in settings.items():
            values = list(dict.fromkeys(found[column])) if column in found else []
            require(
                value in values,
                f"Table {name!r} has no rows with {column} = {value!r}; allowed:"
                f" {', '.join(map(str, values or found))}.",
            )
            found = found[found[column] == value]
        return found

    def published(self, name: str) -> "pd.DataFrame":
        """Published facts: a file of data/published.

        Raises:
            UserError: if there is no such file.
        """
        known = sorted(path.name for path in (self.plan.project / PUBLISHED).glob("*.csv"))
        if name not in known:
            raise UserError(f"There is no {name!r} in {PUBLISHED}; allowed: {', '.join(known)}.")
        with extras():
            import pandas as pd

        return pd.read_csv(self.plan.project / PUBLISHED / name)

    def record(self, experiment: str, label: str = "", **settings: Any) -> "Dataset":
        """The record of one cell, checked to be of this config and code.

        Args:
            experiment: name of a block of the config.
            label: of the cell, as `overpar plan` prints it; or, in its place,
            settings: that single out one cell, e.g. qubits=6, boundary="open", depth=16.

        Returns:
            All that was stored of it, e.g. `record["loss"]`, shape (runs, steps+1).

        Raises:
            UserError: if there is no such cell, or its record is missing, damaged or outdated.
        """
        require(not (label and settings), "Give a `label`, or settings in its place, and not both.")
        cell = self.plan.cell(experiment, label or self._label(experiment, settings))
        require(
            cell.path.is_file(),
            f"There is no {cell.path} yet; `make reproduce` makes it, and"
            f' `overpar run {experiment} "{cell.label}"` it alone.',
        )
        with extras():
            return read_record(cell.path, self.study.identities.cell(cell))

    def dataset(self, experiment: str, variables: Sequence[str] = (), **settings: Any) -> "Dataset":
        """The records of an experiment as one data set, with an axis `cell`.

        Its coordinates are `label` and the settings that tell cells apart, e.g. `depth`. Where
        cells differ in the length of an axis, such as the number of angles, the shorter ones end
        with NaN, and integers become floating-point numbers.

        Args:
            experiment: name of a block of the config.
            variables: only these, e.g. ["loss"]; all if empty.
            settings: only cells with these, e.g. qubits=6, boundary="open".

        Returns:
            What was stored, e.g. `data["loss"]`, shape (cells, runs, steps+1); its attributes are
            those that all records share.

        Raises:
            UserError: if there is no such cell, or a record is missing, damaged or outdated.
        """
        with extras():
            from xarray import concat

        labels = self._labels(experiment, settings)
        cells = [self.plan.cell(experiment, label) for label in labels]
        require(bool(cells), f"No cell of {experiment!r} has {_listed(settings)}.")
        records = [self.record(experiment, label) for label in labels]
        known = dict.fromkeys(str(name) for record in records for name in record)
        for name in variables:
            require(name in known, f"No record of {experiment!r} has {name!r}: {', '.join(known)}.")
        if variables:
            records = [r[[name for name in variables if name in r]] for r in records]
        size: dict[Any, int] = {}
        for record in records:
            for dim, length in record.sizes.items():
                size[dim] = max(length, size.get(dim, 0))
        short = [{d: (0, size[d] - n) for d, n in r.sizes.items() if n < size[d]} for r in records]
        padded = [r.pad(s) if s else r for r, s in zip(records, short, strict=True)]
        joined: Dataset = concat(
            padded, dim="cell", data_vars="all", combine_attrs="drop_conflicts"
        )
        settings_of = {n: [_value(c.spec, n) for c in cells] for n in cells[0].spec.LABEL}
        coordinates = {"label": labels, **settings_of}
        return joined.assign_coords({n: ("cell", values) for n, values in coordinates.items()})

    def _label(self, experiment: str, settings: Mapping[str, Any]) -> str:
        """Label of the one cell with these settings."""
        found = self._labels(experiment, settings)
        names = next(iter(self.plan.cells_of(experiment).values())).spec.LABEL
        require(
            len(found) == 1,
            f"{len(found)} cells of {experiment!r} have {_listed(settings)}; they are told"
            f" apart by {', '.join(names)}, and `overpar plan` lists all.",
        )
        return found[0]

    def _labels(self, experiment: str, settings: Mapping[str, Any]) -> list[str]:
        """Labels of the cells with these settings."""
        cells = self.plan.cells_of(experiment)
        names = next(iter(cells.values())).spec.LABEL
        for name in settings:
            require(
                name in names,
                f"Cells of {experiment!r} are told apart by {', '.join(names)}, not by {name!r}.",
            )
        return [
            label
            for label, cell in cells.items()
            if all(cell.spec.shown(key) == str(value) for key, value in settings.items())
        ]


def _listed(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in settings.items()) or "no settings"


def _value(spec: "CellSpec", name: str) -> Any:
    """A setting as a coordinate: a number or a text."""
    value = getattr(spec, name)
    return value if isinstance(value, int | float | str) else spec.shown(name)


def results() -> Results:
    """What a run of the workflow has made, wherever in the project one is.

    That is of config/config.yaml with the files in OVERPAR_CONFIG laid upon it, whose relative
    paths, separated as in PATH, are relative to the project.

    Returns:
        What was made of it; prints the names of its tables and experiments.

    Raises:
        UserError: if this directory is in no project, or the configuration is wrong.
    """
    return Results(open_study())


def open_study() -> Study:
    """The study of the project that this directory is in; see `results`.

    Raises:
        UserError: if it is in none, or the configuration is wrong.
    """
    project = find_project()
    if project is None:
        raise UserError(
            f"There is no {DEFAULT} in {Path.cwd()} or above it: results are what `make reproduce`"
            " makes in a checkout of the project; start there."
        )
    extra = [name for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    return opened(read([project / DEFAULT, *(project / name for name in extra)]), project)


def find_project() -> Path | None:
    """This directory or the nearest one above it that has a config."""
    here = Path.cwd()
    return next((f for f in (here, *here.parents) if (f / DEFAULT).is_file()), None)
