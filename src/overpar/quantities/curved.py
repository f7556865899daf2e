"""Second derivatives of any task for a batch of points, by the fastest engine that applies."""

import numpy as np

from overpar.engines.choose import curvature_engine, fermions_apply
from overpar.engines.interface import Curved, Floats
from overpar.model.observables import Task
from overpar.quantities.information import hessian, qfim


class Pointwise:
    """Second derivatives from state vectors, point by point; see `interface.Curved`.

    Args:
        task: any.
        threads: threads that share a batch of losses and gradients.
    """

    def __init__(self, task: Task, threads: int = 1) -> None:
        self._engine = curvature_engine(task, threads)

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Objective.loss_and_gradient`."""
        return self._engine.loss_and_gradient(angles)

    def qfim(self, angles: Floats) -> Floats:
        """See `interface.Curved.qfim`."""
        return np.array([qfim(self._engine, point) for point in angles])

    def hessian(self, angles: Floats) -> Floats:
        """See `interface.Curved.hessian`."""
        return np.array([hessian(self._engine, point) for point in angles])


def make_curved(task: Task, threads: int = 1) -> Curved:
    """Second derivatives of a task: by free fermions where they apply, else by state vectors."""
    if fermions_apply(task):
        from overpar.engines.gaussian import Gaussian

        return Gaussian(task, threads)
    return Pointwise(task, threads)
