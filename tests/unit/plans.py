"""A small configuration, its variations, and what it asks for."""

import copy
from pathlib import Path
from typing import Any

from overpar.study.check import Study, opened
from overpar.study.plan import Plan

BASE: dict[str, Any] = {
    "seed": 1,
    "size": "smoke",
    "experiments": {
        "ntangled": {"cells": [{"qubits": 4, "depth": 2, "target": 0.15}]},
        "autoencoder": {"cells": [{"layers": 5, "states": ["ntangled", "released"]}]},
        "vqe": {
            "every": {"steps": 10, "initial": "data"},
            "cells": [{"qubits": 4, "boundary": "open", "depth": [4, 8]}],
        },
    },
    "tables": {
        "vqe": {"function": "training:cells", "experiments": ["vqe"]},
        "both": {"function": "training:runs", "experiments": ["vqe", "autoencoder"]},
    },
    "figures": {},
}
VQE = ("vqe", "n=4,boundary=open,depth=4,initial=data")
CODER = ("autoencoder", "L=5,states=ntangled")

FIGURE: dict[str, Any] = {
    "function": "vqe:draw",
    "tables": {"cells": "vqe", "curves": "vqe"},
    "published": {"success": "vqe_success.csv", "loss": "vqe_loss.csv"},
    "category": "A",
    "title": "T",
}


def changed(base: dict[str, Any] = BASE, **changes: Any) -> dict[str, Any]:
    """A configuration with dotted keys replaced: experiments__vqe__cells=[…]."""
    values = copy.deepcopy(base)
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = values
        for part in parents:
            at = at.setdefault(part, {})
        at[last] = value
    return values


def study(project: Path, values: dict[str, Any] = BASE) -> Study:
    return opened(values, project)


def make(project: Path, values: dict[str, Any] = BASE) -> Plan:
    return study(project, values).plan


def identities(study: Study) -> dict[tuple[str, str], str]:
    return {key: study.identities.cell(cell) for key, cell in study.plan.cells.items()}
