"""State vectors of runs that each begin with inputs of their own."""

from dataclasses import replace

import numpy as np

from overpar.engines.interface import Complexes, Floats
from overpar.engines.lanes import LANES
from overpar.engines.statevector import StateVector
from overpar.model.observables import Task


class _Group(StateVector):
    """As many runs as there are lanes."""

    def __init__(self, task: Task, inputs: Complexes) -> None:
        super().__init__(replace(task, inputs=inputs[0]))
        lanes = inputs[np.minimum(np.arange(LANES), len(inputs) - 1)]
        joint = lanes.reshape(LANES, -1).T / np.sqrt(inputs.shape[1])
        self._start = np.ascontiguousarray(np.stack([joint.real, joint.imag], 1))


class Ensemble:
    """One circuit and observable, and inputs for every run; see `interface.Engine` for the laws.

    Args:
        task: circuit, observable and constant; its inputs do not count.
        inputs: normalised, shape (runs, k, 2ⁿ).
    """

    def __init__(self, task: Task, inputs: Complexes) -> None:
        starts = range(0, len(inputs), LANES)
        self._groups = [_Group(task, inputs[first : first + LANES]) for first in starts]

    def _shared(self, angles: Floats) -> list[tuple[_Group, Floats]]:
        parts = [angles[LANES * k : LANES * (k + 1)] for k in range(len(self._groups))]
        return list(zip(self._groups, parts, strict=True))

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Objective`; run k has the k-th inputs."""
        found = [group.loss_and_gradient(part) for group, part in self._shared(angles)]
        losses, gradients = zip(*found, strict=True)
        return np.concatenate(losses), np.concatenate(gradients)

    def state(self, angles: Floats) -> Complexes:
        """See `interface.Engine.state`."""
        return np.concatenate([group.state(part) for group, part in self._shared(angles)])
