"""What every engine provides, and how one is chosen."""

from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from overpar.base.checks import choice
from overpar.model.observables import Task

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
EngineName = Literal["auto", "fermions", "statevector", "qibo"]
NAMES: tuple[str, ...] = get_args(EngineName)


class Objective(Protocol):
    """Loss and gradient of one task.

    Laws: run k of a batch equals run k alone, bitwise, for any number of threads; all engines
    agree to 1e-12.
    """

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """Loss (runs,) and its gradient (runs, M) for a batch of angles (runs, M)."""
        ...


class Engine(Objective, Protocol):
    """An objective whose states can be had as well."""

    def state(self, angles: Floats) -> Complexes:
        """U|ψ_i⟩ for a batch of angles (runs, M): shape (runs, inputs, 2ⁿ), each normalised."""
        ...

    def tangents(self, angles: Floats) -> tuple[Complexes, Complexes]:
        """Joint state (D,) and its derivatives (M, D), D = inputs·2ⁿ, at one point (M,)."""
        ...


class CurvatureEngine(Engine, Protocol):
    """An engine that gives second derivatives as well.

    A *row* is a block of commuting neighbours that turn by one angle; rows are in circuit order.
    """

    task: Task

    def row_tangents(
        self, angles: Floats, start: Complexes | None = None
    ) -> tuple[Complexes, Complexes]:
        """Uψ (D,) and its derivatives row by row (R, D), from ψ = `start` or the inputs."""
        ...

    @property
    def links(self) -> csr_array:
        """Sparse (M, R): ∂/∂θ = links @ row derivatives."""
        ...

    def pull_back(self, angles: Floats, vector: Complexes) -> Complexes:
        """U†v for a joint vector (D,)."""
        ...


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
        from overpar.engines.qibo_bridge import QiboEngine

        return QiboEngine(task)
    return curvature_engine(task, threads)


def curvature_engine(task: Task, threads: int = 1) -> CurvatureEngine:
    """The engine that gives second derivatives of a task: the state vector."""
    from overpar.engines.statevector import StateVector

    return StateVector(task, threads)
