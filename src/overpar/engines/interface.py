"""What every engine provides."""

from typing import TYPE_CHECKING, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from overpar.model.observables import Task

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
EngineName = Literal["auto", "fermions", "paulis", "statevector", "qibo"]
# What computes states and gradients: auto is the fastest that applies, qibo the slow reference.
ENGINES: tuple[EngineName, ...] = get_args(EngineName)


class Objective(Protocol):
    """Loss and gradient of one task.

    Laws: run k of a batch equals run k alone, bitwise, for any number of threads; all engines
    agree to 1e-12.
    """

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """Loss (runs,) and its gradient (runs, M) for a batch of angles (runs, M)."""
        ...


class Curved(Objective, Protocol):
    """An objective whose second derivatives can be had as well."""

    def qfim(self, angles: Floats) -> Floats:
        """QFIM for a batch of angles (runs, M): shape (runs, M, M)."""
        ...

    def hessian(self, angles: Floats) -> Floats:
        """Hessian of the loss for a batch of angles (runs, M): shape (runs, M, M)."""
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

    A *row* is a run of commuting neighbours that turn by one angle; rows are in circuit order.
    """

    task: Task

    def row_tangents(
        self, angles: Floats, start: Complexes | None = None
    ) -> tuple[Complexes, Complexes]:
        """Uψ (D,) and its derivatives row by row (R, D), from ψ = `start` or the inputs."""
        ...

    @property
    def links(self) -> "csr_array":
        """Sparse (M, R): ∂/∂θ = links @ row derivatives."""
        ...

    def pull_back(self, angles: Floats, vector: Complexes) -> Complexes:
        """U†v for a joint vector (D,)."""
        ...
