"""What the circuits of other libraries are compared by."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

import overpar as op
from overpar.model.circuits import Circuit
from overpar.model.observables import PauliSum, Task

KEYS = range(200)
# Eighth order: with steps of 1e-2 the error is below 1e-11 for the angles of these circuits.
STEP = 1e-2
WEIGHTS = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}


def random_numbers(name: str, key: int) -> Generator:
    return np.random.default_rng([len(name), key])


def random_terms(random: Generator, qubits: int) -> list[tuple[float, str, tuple[int, ...]]]:
    """Five Pauli strings: coefficient, letters, qubits."""
    found = []
    for _ in range(5):
        where = random.permutation(qubits)[: int(random.integers(1, qubits + 1))].tolist()
        letters = "".join(random.choice([*"XYZ"], len(where)))
        found.append((round(float(random.normal()), 3), letters, tuple(where)))
    return found


def state(circuit: Circuit, at: object) -> np.ndarray:
    return np.ravel(op.state(Task(circuit, PauliSum(())), np.asarray(at)))


def distance(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference of amplitudes, but for a global phase."""
    overlap = np.vdot(ours, theirs)
    return float(np.abs(ours * overlap / abs(overlap) - theirs).max())


def slopes(energy: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    """The gradient of a function from differences."""
    return np.array(
        [
            sum(w * (energy(at + k * e) - energy(at - k * e)) for k, w in WEIGHTS.items()) / STEP
            for e in STEP * np.eye(len(at))
        ]
    )


def gradient(task: Task, at: np.ndarray) -> np.ndarray:
    return np.ravel(op.loss_and_gradient(task, at)[1])
