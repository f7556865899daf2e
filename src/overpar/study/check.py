"""A study: the plan of a configuration with its identities; checked before the first job."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overpar.base.validation import check
from overpar.study.claims_file import check_claims
from overpar.study.config import DEFAULT, Config, read
from overpar.study.identity import Identities
from overpar.study.plan import Plan


@dataclass(frozen=True)
class Study:
    """What a configuration asks for, and what decides each part of it."""

    plan: Plan
    identities: Identities


def opened(values: Mapping[str, Any], project: Path = Path()) -> Study:
    """The study of a configuration of which only keys, types and ranges are checked.

    For jobs of the workflow, whose start-up counts: the main process has checked the rest.

    Args:
        values: the configuration as read.
        project: the project's root directory.

    Raises:
        UserError: for the first thing that is wrong.
    """
    plan = Plan(check(Config, dict(values)), project)
    return Study(plan, Identities(plan))


def checked(values: Mapping[str, Any], project: Path = Path()) -> Study:
    """The study of a configuration, with everything checked that can be before the first job.

    Args:
        values: the configuration as read.
        project: the project's root directory.

    Raises:
        UserError: for the first thing that is wrong.
    """
    study = opened(values, project)
    config, identities = study.plan.config, study.identities
    for cell in study.plan.cells.values():
        study.plan.inputs(cell)
        identities.cell(cell)
    for name in config.tables:
        identities.table(name)
    for name in config.figures:
        identities.figure(name)
    identities.scorecard()
    check_claims(study.plan)
    for name in config.notebooks:
        identities.notebook(name)
    return study


def read_study(project: Path = Path(), *extra: Path) -> Study:
    """The checked study of a project's config/config.yaml with further files laid upon it.

    Args:
        project: the project's root directory.
        extra: files, relative to it.

    Raises:
        UserError: for the first thing that is wrong.
    """
    return checked(read([project / DEFAULT, *(project / path for path in extra)]), project)
