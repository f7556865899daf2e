"""What every engine provides, and how one is chosen."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from overpar.base.errors import UserError
from overpar.model.observables import Task

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]


class Engine(Protocol):
    """State, loss, gradient and tangents of one task.

    Laws: run k of a batch equals run k alone, bitwise; all engines agree to 1e-12.
    """

    def __init__(self, task: Task) -> None: ...

    def state(self, angles: Floats) -> Complexes:
        """U|ψ_i⟩ for a batch of angles (runs, M): shape (runs, inputs, 2ⁿ), each normalised."""
        ...

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """Loss (runs,) and its gradient (runs, M) for a batch of angles (runs, M)."""
        ...

    def tangents(self, angles: Floats) -> tuple[Complexes, Complexes]:
        """Joint state (D,) and its derivatives (M, D), D = inputs·2ⁿ, at one point (M,)."""
        ...


def make_engine(task: Task, name: str = "auto") -> Engine:
    """The engine of that name for a task; "auto" takes the fastest that applies.

    Raises:
        UserError: for an unknown name.
    """
    if name == "qibo":
        # Qibo takes 1.5 s to import, which no simulation job should pay.
        from overpar.engines.qibo_bridge import QiboEngine

        return QiboEngine(task)
    if name in ("auto", "statevector"):
        from overpar.engines.statevector import StateVector

        return StateVector(task)
    raise UserError(
        f"Argument `engine` must be one of 'auto', 'statevector', 'qibo', but is {name!r}."
    )
