"""Overparametrization of quantum neural networks: circuits, training, ranks, Lie algebras.

What is listed in `__all__` is public; docs/api.md describes it. Every name is imported when it is
first used, so that `import overpar` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overpar.api.algebra import Algebra, dla
    from overpar.api.diagnosis import Diagnosis, diagnose
    from overpar.api.models import from_pennylane, from_qasm, from_qibo, from_qiskit
    from overpar.api.tasks import (
        hessian,
        loss_and_gradient,
        qfim,
        random_angles,
        rank,
        spectrum,
        state,
    )
    from overpar.api.training import Runs, train
    from overpar.base.errors import UserError
    from overpar.base.progress import reporter
    from overpar.engines.interface import ENGINES
    from overpar.model.model import Model
    from overpar.model.observables import Task
    from overpar.model.papers import autoencoder, compilation, hardware_efficient, tfim_hva
    from overpar.report.plots.style import COLOURS, PUBLISHED
    from overpar.study.models import load_model
    from overpar.study.results import Results, results

# Public names in the order of docs/api.md, by the module that they live in.
_MODULES = {
    "model.model": ("Model",),
    "model.papers": ("tfim_hva", "hardware_efficient", "compilation", "autoencoder"),
    "api.models": ("from_qasm", "from_qiskit", "from_pennylane", "from_qibo"),
    "study.models": ("load_model",),
    "model.observables": ("Task",),
    "api.tasks": (
        "random_angles",
        "state",
        "loss_and_gradient",
        "qfim",
        "hessian",
        "spectrum",
        "rank",
    ),
    "api.training": ("train", "Runs"),
    "api.algebra": ("dla", "Algebra"),
    "api.diagnosis": ("diagnose", "Diagnosis"),
    "study.results": ("results", "Results"),
    "base.progress": ("reporter",),
    "base.errors": ("UserError",),
    "engines.interface": ("ENGINES",),
    "report.plots.style": ("COLOURS", "PUBLISHED"),
}
_HOME = {name: f"overpar.{module}" for module, names in _MODULES.items() for name in names}
__all__ = [
    "COLOURS",
    "ENGINES",
    "PUBLISHED",
    "Algebra",
    "Diagnosis",
    "Model",
    "Results",
    "Runs",
    "Task",
    "UserError",
    "autoencoder",
    "compilation",
    "diagnose",
    "dla",
    "from_pennylane",
    "from_qasm",
    "from_qibo",
    "from_qiskit",
    "hardware_efficient",
    "hessian",
    "load_model",
    "loss_and_gradient",
    "qfim",
    "random_angles",
    "rank",
    "reporter",
    "results",
    "spectrum",
    "state",
    "tfim_hva",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'overpar' has no attribute {name!r}")
    from overpar.base.errors import extras

    with extras():
        value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(_HOME)
