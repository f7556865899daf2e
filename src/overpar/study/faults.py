"""Records that are there but must not be used: damaged, or of another specification."""

from overpar.base.records import RecordError, check_record
from overpar.study.check import Study
from overpar.study.plan import Cell


def fault(study: Study, cell: Cell) -> str:
    """Why the record that a cell has must not be used; empty if it may, or there is none."""
    try:
        if cell.path.exists():
            check_record(cell.path, study.identities.cell(cell), study.plan.data_status(cell))
    except RecordError as error:
        return str(error)
    return ""


def faults(study: Study) -> dict[str, str]:
    """Records that must not be used, by path, and why."""
    found = {str(cell.path): fault(study, cell) for cell in study.plan.cells.values()}
    return {path: why for path, why in found.items() if why}
