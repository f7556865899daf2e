"""Variance of loss and gradient over random angles: expressivity against trainability."""

from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from overpar.base.records import Variable
from overpar.engines.choose import make_objective
from overpar.engines.interface import ENGINES, EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.generators import simplified
from overpar.model.model import Model

SOURCE = "our own protocol, after arXiv:2606.31536 and arXiv:2309.09342"

AT_ONCE = 500


class Spec(CellSpec):
    """One size and depth of a model at angles U[0, 2π)."""

    LABEL: ClassVar[dict[str, str]] = {"model": "model", "qubits": "n", "depth": "depth"}
    BATCH: ClassVar[tuple[str, ...]] = ("model",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ENGINES
    model: Model
    qubits: int = Field(ge=1, le=16, description="number of qubits")
    depth: int = Field(ge=1, le=5000, description="layers")
    samples: int = Field(2000, ge=10, le=10_000_000, description="random points")

    @model_validator(mode="after")
    def _has_loss(self) -> "Spec":
        if not self.model.trainable:
            raise ValueError(f"model {self.model.name} needs an observable")
        return self

    def ising(self) -> bool:
        """Whether the model is the Ising chain's own."""
        return self.model.ising(self.qubits) and self.model.tying == "correct"

    def compiles(self) -> bool:
        """Whether the model has a target."""
        return self.model.compiles

    def files(self) -> list[str]:
        """The user's own code."""
        return self.model.files()

    def seconds(self) -> float:
        """Rough time of this cell on one core, for gates in proportion to qubits and depth."""
        layer = 4e-8 * self.qubits * (1 + 2**self.qubits / 16)
        if self.model.ansatz == "tfim_hva" and self.engine in ("auto", "fermions"):
            layer = 2e-8 + 8e-10 * self.qubits**2
        return 0.5 + self.samples * self.depth * layer


def run(spec: Spec, context: Context) -> Result:
    """Loss, derivative along the middle angle, and mean squared derivative at random points."""
    task = spec.model.task(spec.qubits, spec.depth)
    objective = make_objective(task, spec.engine, context.threads)
    parameters = task.circuit.parameters
    random = context.generator("angles")
    losses, middle, square = [], [], []
    done = 0
    while done < spec.samples:
        count = min(AT_ONCE, spec.samples - done)
        angles = 2 * np.pi * random.random((count, parameters))
        loss, gradient = objective.loss_and_gradient(angles)
        losses.append(loss)
        middle.append(gradient[:, parameters // 2])
        square.append((gradient**2).mean(axis=1))
        done += count
        context.progress(done, spec.samples)
    variables = {
        "loss": Variable(("sample",), np.concatenate(losses), "loss at random angles"),
        "derivative": Variable(("sample",), np.concatenate(middle), "∂L/∂θ of the middle angle"),
        "gradient_square": Variable(
            ("sample",), np.concatenate(square), "mean over angles of (∂L/∂θ)²"
        ),
    }
    observable = spec.model.operator(spec.qubits)
    norm = sum(c**2 for c, _, _ in simplified(observable).terms) if observable else 0.0
    return Result(variables, {"parameters": parameters, "observable_norm": norm})
