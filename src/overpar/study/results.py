"""Tables and records for notebooks, wherever in the project they are started."""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from overpar.base.errors import UserError
from overpar.base.records import Record, read_record
from overpar.base.validation import check
from overpar.study import config as configuration
from overpar.study.config import Config
from overpar.study.plan import PUBLISHED, Plan

VARIABLE = "OVERPAR_CONFIG"
DEFAULT = Path("config/config.yaml")


@dataclass(frozen=True)
class Results:
    """What a run of the workflow has made.

    Args:
        plan: of the run.
    """

    plan: Plan

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name in the config.

        Raises:
            UserError: if the config has no such table, or it was not made yet.
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
        return pd.read_csv(path)

    def published(self, name: str) -> pd.DataFrame:
        """Published facts: a file of data/published.

        Raises:
            UserError: if there is no such file.
        """
        known = sorted(path.name for path in (self.plan.project / PUBLISHED).glob("*.csv"))
        if name not in known:
            raise UserError(f"There is no {name!r} in {PUBLISHED}; allowed: {', '.join(known)}.")
        return pd.read_csv(self.plan.project / PUBLISHED / name)

    def record(self, experiment: str, label: str) -> Record:
        """The record of one cell, checked to be of this config and code.

        Raises:
            UserError: if there is no such cell, or its record is missing, damaged or outdated.
        """
        cell = self.plan.cell(experiment, label)
        return read_record(cell.path, self.plan.identity(cell))


def open_results() -> Results:
    """Results of config/config.yaml with the files in OVERPAR_CONFIG laid upon it.

    The project is this directory or the nearest one above it that has a config; relative paths
    in OVERPAR_CONFIG, separated as in PATH, are relative to it.

    Raises:
        UserError: if there is none, or the configuration is wrong.
    """
    here = Path.cwd()
    found = [folder for folder in (here, *here.parents) if (folder / DEFAULT).is_file()]
    if not found:
        raise UserError(f"There is no {DEFAULT} in {here} or above it; start in the project.")
    project = found[0]
    extra = [name for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    values = configuration.read([project / DEFAULT, *(project / name for name in extra)])
    return Results(Plan(check(Config, values), project))
