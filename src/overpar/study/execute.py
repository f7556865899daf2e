"""Run one cell and write its record."""

import importlib.metadata
import json
import platform
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from overpar.base.progress import Progress, reporter, say, silent
from overpar.base.records import write_record
from overpar.experiments.common.spec import Context
from overpar.study.check import Study
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
        inputs=plan.inputs(cell),
        source=plan.config.ntangled.source,
        threads=threads,
        progress=progress,
    )
    module = kind_module(cell.kind)
    # Taken before the run: an edit meanwhile changes the source, not the code that is running.
    identity, identity_text = identities.cell(cell), identities.text(cell)
    code = identities.code(cell)
    started = time.perf_counter()
    result = module.run(cell.spec, context)
    seconds = time.perf_counter() - started
    versions = {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in ("numpy", "numba", "scipy", "qibo")
    }
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
        "data": json.dumps(plan.data_status(cell)),
        "git_commit": git_commit(plan.project),
        "versions": json.dumps(versions),
        "machine": platform.processor() or platform.machine(),
        "seconds": seconds,
        **result.attributes,
    }
    write_record(cell.path, result.variables, attributes)
    return cell.path


def git_commit(project: Path) -> str:
    """Commit of the project's checkout, with "+changes" if it differs; "unknown" without git."""
    try:
        out = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+changes"],
            cwd=project,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return out.stdout.strip()


def prepare_inputs(study: Study, needs: Mapping[str, str]) -> dict[str, Path]:
    """Fetch or simulate what is needed and not there yet; the paths by name.

    Args:
        study: where inputs come from.
        needs: as `CellSpec.needs` says them.
    """
    paths = {}
    for key, need in needs.items():
        sort, _, name = need.partition(":")
        if sort == "dataset":
            paths[key] = study.plan.manifest(name)
            if not paths[key].exists():
                # The network, which jobs of the workflow do not pay for.
                from overpar.study.datasets import obtain

                obtain(study.plan, name, say)
        else:
            experiment, _, label = name.partition("/")
            other = study.plan.cell(experiment, label)
            paths[key] = other.path
            if not other.path.exists():
                execute(study, other, reporter(f"{experiment} {label}"))
    return paths
