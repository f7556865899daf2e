"""How the engine of a task is chosen. Each is imported only when it is."""

from typing import Literal

from overpar.base.checks import choice
from overpar.engines.interface import CurvatureEngine, Engine, EngineName, Objective
from overpar.model.observables import Task


def make_objective(task: Task, name: str = "auto", threads: int = 1) -> Objective:
    """The engine of that name for training a task; "auto" takes the fastest that applies.

    Args:
        task: what is trained.
        name: one of `EngineName`.
        threads: threads that share a batch; results do not depend on it.

    Raises:
        UserError: for an unknown name, or an engine that does not apply to the task.
    """
    choice("engine", name, EngineName)
    from overpar.engines import fermions

    if name == "fermions" or (name == "auto" and fermions.applies(task)):
        return fermions.Fermions(task, threads)
    return make_engine(task, name, threads)


def make_engine(task: Task, name: str = "auto", threads: int = 1) -> Engine:
    """The engine of that name for states and tangents of a task, or for training it.

    Args:
        task: what is simulated.
        name: one of `EngineName` except "fermions", which has no state vectors.
        threads: threads that share a batch; results do not depend on it.

    Raises:
        UserError: for an unknown name.
    """
    choice("engine", name, Literal["auto", "statevector", "qibo"])
    if name == "qibo":
        # Qibo takes 1.5 s to import, which no simulation job should pay.
        from overpar.engines.qibo import QiboEngine

        return QiboEngine(task)
    return curvature_engine(task, threads)


def curvature_engine(task: Task, threads: int = 1) -> CurvatureEngine:
    """The engine that gives second derivatives of a task: the state vector."""
    from overpar.engines.statevector import StateVector

    return StateVector(task, threads)
