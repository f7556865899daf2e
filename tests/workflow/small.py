"""A project of a dozen small jobs, with data sets of its own, for many runs in minutes."""

import csv
import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scratch import FIGURES, FINDINGS, ROOT, TABLES, Project, made

from overpar.engines.lanes import _CACHE
from overpar.experiments.common.states import BASIS_STATES, RELEASED, WEIGHTS
from overpar.study.kernels import compile_kernels

CONFIG: dict[str, Any] = {
    "seed": 18,
    "size": "smoke",
    "ntangled": {"source": "auto"},
    "models": {"spin": {"generators": ["ZZ", "X"], "state": "+", "observable": "-ZZ - X"}},
    "experiments": {
        "vqe": {
            "every": {"initial": "data", "qubits": 4, "boundary": "open"},
            "cells": [{"depth": [2, 3], "initialisations": 3, "steps": 50}],
        },
        "spectra": {
            "every": {"qubits": 4, "boundary": "open", "samples": 2},
            "cells": [{"depth": 2, "at": "optimised"}],
        },
        "spin": {
            "kind": "circuit_training",
            "every": {"model": "spin", "initialisations": 2, "steps": 50},
            "cells": [{"qubits": 3, "depth": [1, 2, 3]}],
        },
        "autoencoder": {
            "every": {"initialisations": 2, "steps": 5},
            "cells": [{"layers": 1, "states": "released"}],
        },
    },
    "tables": {name: TABLES[name] for name in ("vqe", "vqe_curves")}
    | {
        "spin": {"function": "training:cells", "experiments": ["spin", "autoencoder"]},
    },
    "figures": {"fig3": FIGURES["fig3"]},
}


def made_small(path: Path) -> tuple[Project, Path]:
    """The project, in which nothing has been run, and the mirror of its data sets."""
    project = made(path / "project")
    (project.path / "config/config.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    findings = yaml.safe_load((project.path / "config/errata.yaml").read_text(encoding="utf-8"))
    kept = [finding for finding in findings["findings"] if finding["id"] == FINDINGS[1]]
    text = yaml.safe_dump({"findings": kept})
    (project.path / "config/errata.yaml").write_text(text, encoding="utf-8")
    _own_kernels(project)
    return project, _published(project, path / "mirror")


def _own_kernels(project: Project) -> None:
    """Compiled kernels that may be damaged, in place of those that all copies use."""
    compile_kernels(["exact", "fermions", "statevector"])
    shared = next(path for path in (project.path / _CACHE.relative_to(ROOT)).iterdir())
    ours = shared.resolve()
    shared.unlink()
    shutil.copytree(ours, shared)
    for path in ours.parent.glob("*.compiled"):
        shutil.copy(path, shared.parent)


def _published(project: Project, mirror: Path) -> Path:
    """Small data sets in the place of the published ones, which are not at hand everywhere."""
    draw = np.random.default_rng(18)
    files: dict[str, dict[str, Any]] = {
        "ntangled": {WEIGHTS: draw.uniform(0, 2 * np.pi, (2, 4, 3))},
        "released_states": {RELEASED.format(k): np.eye(16)[k] for k in BASIS_STATES},
        "released_data": {"raw_data/any.npy": draw.uniform(size=20)},
    }
    with (project.path / "data/sources.csv").open(encoding="utf-8") as handle:
        sources = {row["dataset"]: row for row in csv.DictReader(handle)}
    lines = ["dataset,path,sha256,bytes"]
    for dataset, arrays in files.items():
        of = sources[dataset]
        for name, array in arrays.items():
            path = mirror / of["owner"] / of["repository"] / of["version"] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, array)
            content = path.read_bytes()
            lines.append(f"{dataset},{name},{hashlib.sha256(content).hexdigest()},{len(content)}")
    (project.path / "data/checksums.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return mirror
