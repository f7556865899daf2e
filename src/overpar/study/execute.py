"""Run one cell and write its record."""

import importlib.metadata
import json
import platform
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from overpar.base.errors import UserError
from overpar.base.progress import Progress, reporter, say, silent
from overpar.base.records import write_record
from overpar.experiments.common.spec import Context, Inputs
from overpar.study.check import Study
from overpar.study.checkout import git_commit
from overpar.study.faults import fault
from overpar.study.inputs import check_fetched, data_status, inputs
from overpar.study.kinds import kind_module
from overpar.study.plan import Cell


def execute(study: Study, cell: Cell, progress: Progress = silent, threads: int = 1) -> Path:
    """Simulate a cell and write its record.

    Args:
        study: what the cell belongs to.
        cell: the cell.
        progress: called with (done, total).
        threads: how many the cell may use; no number depends on it.

    Returns:
        Path of the record.

    Raises:
        UserError: if an input is missing or the record cannot be written.
    """
    plan, identities = study.plan, study.identities
    context = Context(
        experiment=cell.experiment,
        label=cell.label,
        seed=cell.seed,
        inputs=inputs(study, cell.spec.needs()),
        source=plan.config.ntangled.source,
        threads=threads,
        progress=progress,
    )
    module = kind_module(cell.kind)
    # Taken before the run: an edit meanwhile changes the source, not the code that is running.
    identity, identity_text = identities.cell(cell), identities.text(cell)
    code = identities.code(cell)
    started, used = time.perf_counter(), time.process_time()
    result = module.run(cell.spec, context)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    attributes = {
        "experiment": cell.experiment,
        "kind": cell.kind,
        "label": cell.label,
        "source": module.SOURCE,
        "spec": json.dumps(cell.spec.model_dump(), sort_keys=True),
        "identity": identity,
        "identity_text": identity_text,
        "seed": str(cell.seed),
        "code": code,
        "data": json.dumps(data_status(plan, cell)),
        **_running(plan.project),
        "seconds": seconds,
        "processor_seconds": used,
        **result.attributes,
    }
    write_record(cell.path, result.variables, attributes)
    return cell.path


@cache
def _running(project: Path) -> dict[str, str]:
    """What a process runs, and on what: as it was at its first record, like the code itself."""
    versions = {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in ("numpy", "numba", "scipy", "qibo")
    }
    return {
        "git_commit": git_commit(project),
        "versions": json.dumps(versions),
        "machine": platform.processor() or platform.machine(),
    }


def prepare(study: Study, needs: Mapping[str, str]) -> Inputs:
    """Fetch or simulate what is needed, where it is not there or must not be used.

    Args:
        study: where it comes from.
        needs: as `CellSpec.needs` says them.
    """
    for name in study.plan.datasets(needs).values():
        try:
            check_fetched(study.plan, name)
        except UserError as error:
            # The network, which jobs of the workflow do not pay for.
            from overpar.study.datasets import obtain

            say(f"{error} {name} is fetched.")
            obtain(study.plan, name, say)
    for other in study.plan.records(needs).values():
        prepare(study, other.spec.needs())
        why = fault(study, other)
        if why or not other.path.exists():
            say(f"{why} It is made again." if why else f"There is no {other.path}; it is made.")
            execute(study, other, reporter(f"{other.experiment} {other.label}"))
    return inputs(study, needs)
