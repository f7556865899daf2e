"""Binary classification of encoded points: training and test accuracy, and gradients."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from overpar.base import seeds
from overpar.base.records import Variable
from overpar.engines.choose import make_engine, make_objective
from overpar.engines.interface import Complexes, Floats
from overpar.experiments.common.spec import Context, Result, TrainingSpec
from overpar.experiments.common.training import stored, train_cell
from overpar.model.circuits import Circuit
from overpar.model.model import Model
from overpar.model.observables import PauliSum, Task

SOURCE = "our own protocol, after arXiv:2606.31536"


class Spec(TrainingSpec):
    """One circuit, number of qubits and depth, trained from several initial angles."""

    LABEL: ClassVar[dict[str, str]] = {"model": "model", "qubits": "n", "depth": "depth"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits",)
    USES: ClassVar[frozenset[str]] = frozenset({"statevector"})
    model: Model
    qubits: int = Field(ge=2, le=12, description="number of qubits, and coordinates of a point")
    depth: int = Field(ge=1, le=1000, description="layers")
    train_points: int = Field(40, ge=1, le=10_000, description="points that are trained on")
    test_points: int = Field(400, ge=1, le=100_000, description="further points")
    initialisations: int = Field(10, ge=1, le=100_000, description="runs per cell")
    steps: int = Field(300, ge=1, le=1_000_000, description="Adam updates")
    rate: float = Field(0.02, gt=0, le=1, description="Adam learning rate")

    def files(self) -> list[str]:
        """The user's own code."""
        return self.model.files()

    def seconds(self) -> float:
        """Rough time of this cell on one core, for gates in proportion to qubits and depth."""
        layer = 4e-8 * self.qubits * (1 + 2**self.qubits / 8) * self.train_points
        return self.steps * self.initialisations * self.depth * layer


def points(qubits: int, count: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Points and labels of a non-linear problem with the symmetries of a ring.

    # ASSUME: coordinates are U[−π, π); the label is the sign of Σ_j cos(x_j − x_{j+1}) on a ring,
    which shifts and reflections of the coordinates leave alone; both labels are equally likely.

    Returns:
        Coordinates (count, qubits), radians, and labels ±1 (count,).
    """
    x = random.uniform(-np.pi, np.pi, (count, qubits))
    return x, np.where(np.cos(x - np.roll(x, -1, axis=1)).sum(axis=1) > 0, 1.0, -1.0)


def encoded(x: Floats) -> Complexes:
    """Product states Π_j RY(x_j)|0⟩ of points (count, n): shape (count, 2ⁿ)."""
    qubit = np.stack([np.cos(x / 2), np.sin(x / 2)], axis=-1)
    out = np.ones((len(x), 1))
    for j in range(x.shape[1]):
        out = (out[:, :, None] * qubit[:, j, None, :]).reshape(len(x), -1)
    return out.astype(np.complex128)


def task(circuit: Circuit, x: Floats, y: Floats) -> Task:
    """The loss mean_i ½(1 − y_i ⟨Z̄⟩_i), with Z̄ = Σ_j Z_j/n after the circuit.

    One qubit more, which the circuit does not touch, holds the label: |0⟩ for 1 and |1⟩ for −1.
    """
    n = circuit.qubits
    label = np.stack([y > 0, y < 0], axis=1).astype(np.complex128)
    states = (encoded(x)[:, :, None] * label[:, None, :]).reshape(len(x), -1)
    terms = tuple((-0.5 / n, "ZZ", (q, n)) for q in range(n))
    return Task(replace(circuit, qubits=n + 1), PauliSum(terms), states, 0.5)


def accuracy(circuit: Circuit, x: Floats, y: Floats, angles: Floats) -> Floats:
    """Fraction of points whose label is the sign of ⟨Z̄⟩, for angles (runs, M): shape (runs,)."""
    n = circuit.qubits
    states = make_engine(Task(circuit, PauliSum(()), encoded(x))).state(angles)
    ones = np.bitwise_count(np.arange(2**n)).astype(float)
    means = (np.abs(states) ** 2) @ (1 - 2 * ones / n)
    return np.asarray((np.sign(means) == y).mean(axis=1))


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations, and classify both sets of points at the best angles."""
    circuit = spec.model.build(spec.qubits, spec.depth)
    # Not keyed by the label: all circuits get the same points.
    sets = {
        name: points(
            spec.qubits,
            count,
            seeds.generator(context.seed, context.experiment, f"n={spec.qubits}", name),
        )
        for name, count in (("train", spec.train_points), ("test", spec.test_points))
    }
    trained = task(circuit, *sets["train"])
    runs = train_cell(trained, 2 * np.pi, spec, context)
    gradient = make_objective(trained).loss_and_gradient(runs.initial_angles)[1]
    found = stored(runs)
    best = found["best_angles"].values
    for name, (x, y) in sets.items():
        found[f"{name}_accuracy"] = Variable(
            ("init",), accuracy(circuit, x, y, best), f"{name} accuracy at the best angles"
        )
    found["gradient_square"] = Variable(
        ("init",), (gradient**2).mean(axis=1), "mean over angles of (∂L/∂θ)² at the initial angles"
    )
    return Result(found, {"parameters": circuit.parameters})
