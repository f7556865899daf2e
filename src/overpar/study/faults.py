"""What lies in a checkout and must not be used: damaged, or of another specification."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from overpar.base.errors import UserError
from overpar.base.records import OutdatedRecord, check_record
from overpar.study.artefacts import Outdated, artefacts
from overpar.study.check import Study
from overpar.study.inputs import check_fetched, data_status
from overpar.study.plan import DATASETS, Cell

WHOLE, MISSING, OUTDATED, DAMAGED = "whole", "missing", "outdated", "damaged"


@dataclass(frozen=True)
class State:
    """How something that a plan makes or fetches is found.

    Args:
        path: its file, or the first of them.
        name: what messages call it.
        state: whole, missing, outdated (of other settings, seed or code) or damaged.
        why: it must not be used; empty if it may.
    """

    path: Path
    name: str
    state: str
    why: str = ""


def fault(study: Study, cell: Cell) -> str:
    """Why the record that a cell has must not be used; empty if it may, or there is none."""
    return _record(study, cell).why


def faults(study: Study) -> dict[str, str]:
    """Files that must not be used, by path, and why."""
    return {str(found.path): found.why for found in states(study) if found.why}


def states(study: Study) -> Iterator[State]:
    """The state of all that a plan makes or fetches; everything is read and compared."""
    plan = study.plan
    for name in DATASETS:
        path = plan.manifest(name)
        yield _state(path, f"data set {name}", path.exists(), partial(check_fetched, plan, name))
    for cell in plan.cells.values():
        yield _record(study, cell)
    for made in artefacts(study):
        yield _state(made.files[0], made.name, made.exists, made.check)


def _record(study: Study, cell: Cell) -> State:
    def check() -> None:
        check_record(cell.path, study.identities.cell(cell), data_status(study.plan, cell))

    return _state(cell.path, f"record {cell.experiment} {cell.label}", cell.path.exists(), check)


def _state(path: Path, name: str, exists: bool, check: Callable[[], None]) -> State:
    if not exists:
        return State(path, name, MISSING)
    try:
        check()
    except (Outdated, OutdatedRecord) as error:
        return State(path, name, OUTDATED, str(error))
    except UserError as error:
        return State(path, name, DAMAGED, str(error))
    return State(path, name, WHOLE)
