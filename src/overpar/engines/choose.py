"""How the engine of a task is chosen. Each is imported only when it is."""

from typing import Literal

from overpar.base.checks import choice, require
from overpar.engines.interface import CurvatureEngine, Engine, EngineName, Objective
from overpar.model.clifford import is_clifford
from overpar.model.observables import Projector, Task


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
    fits = fermions_apply(task)
    require(
        fits or name != "fermions",
        "Engine 'fermions' works for model tfim_hva with the correct tying only, periodic with an"
        " even number of qubits; use 'statevector'.",
    )
    if fits and name in ("auto", "fermions"):
        from overpar.engines.fermions import Fermions

        return Fermions(task, threads)
    fits = paulis_apply(task)
    require(
        fits or name != "paulis",
        "Engine 'paulis' compiles unitaries with rotations and Clifford gates only;"
        " use 'statevector'.",
    )
    if fits and name in ("auto", "paulis"):
        from overpar.engines.paulis import Paulis

        return Paulis(task, threads)
    return make_engine(task, name, threads)


def fermions_apply(task: Task) -> bool:
    """Whether a task is the Ising chain trained with its ansatz, which free fermions simulate."""
    return (
        task.chain is not None
        and not task.circuit.derivative_ties
        # The momenta of a periodic chain pair up for an even number of qubits only.
        and (task.chain[0] == "open" or task.circuit.qubits % 2 == 0)
    )


def paulis_apply(task: Task) -> bool:
    """Whether a task reads a whole unitary, made of rotations and Clifford gates."""
    return (
        isinstance(task.observable, Projector)
        and len(task.observable.target) == 2**task.circuit.qubits
        and not task.circuit.derivative_ties
        and is_clifford(task.circuit)
    )


def make_engine(task: Task, name: str = "auto", threads: int = 1) -> Engine:
    """The engine of that name for states and tangents of a task, or for training it.

    Args:
        task: what is simulated.
        name: one of `EngineName` except "fermions" and "paulis", which have no state vectors.
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
