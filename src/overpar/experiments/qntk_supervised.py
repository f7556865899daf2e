"""Spectrum of the quantum neural tangent kernel of several orthogonal inputs."""

from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from overpar.base.records import Variable
from overpar.engines.choose import make_engine
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.qntk import random_task
from overpar.quantities import kernel_theory as theory
from overpar.quantities.kernel import conditional_kernel, data_eigenvalues, data_kernel

SOURCE = "arXiv:2203.16711, Fig. 3"


class Spec(CellSpec):
    """One number of inputs: several instances (W, P, O) at random angles."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "layers": "L", "inputs": "inputs"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits", "layers")
    qubits: int = Field(ge=1, le=8, description="number of qubits")
    layers: int = Field(ge=1, le=1000, description="layers L, one angle each")
    inputs: int = Field(ge=2, le=256, description="orthogonal inputs |A|, the first basis states")
    instances: int = Field(50, ge=2, le=100_000, description="random circuits and observables")

    @model_validator(mode="after")
    def _fits(self) -> "Spec":
        if self.inputs > 2**self.qubits:
            raise ValueError(f"inputs must be at most {2**self.qubits}, but is {self.inputs}")
        return self

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 0.1 + self.instances * self.layers * (1e-4 + 3e-8 * self.inputs * 4**self.qubits)


def run(spec: Spec, context: Context) -> Result:
    """Kernel eigenvalues of every instance, and what theory says of their means."""
    spectra, found, predicted = [], [], []
    for k in range(spec.instances):
        random = context.generator("instance", k)
        task = random_task(spec.qubits, spec.layers, random, spec.inputs)
        angles = context.generator("angles", k).uniform(0, 2 * np.pi, spec.layers)
        engine = make_engine(task, spec.engine, context.threads)
        kernel = data_kernel(engine, task, angles)
        spectra.append(np.linalg.eigvalsh(kernel))
        outputs = engine.tangents(angles)[0].reshape(spec.inputs, -1) * np.sqrt(spec.inputs)
        given = np.linalg.eigvalsh(conditional_kernel(task, outputs, spec.layers))[0]
        found.append((*data_eigenvalues(kernel)[1:], given))
        o = theory.traces(theory.eigenvalues(task))
        predicted.append(
            (
                theory.smallest_eigenvalue(o, spec.layers, spec.inputs),
                theory.other_eigenvalues(o, spec.layers),
                theory.printed_data_kernel(o, spec.layers, 1.0),
            )
        )
        context.progress(k + 1, spec.instances)
    uniform, rest, given = np.array(found).T
    smallest, others, printed = np.array(predicted).T
    one = ("instance",)
    return Result(
        {
            "eigenvalues": Variable(("instance", "input"), np.array(spectra), "of K, ascending"),
            "uniform": Variable(one, uniform, "K in the direction (1, …, 1)"),
            "rest": Variable(one, rest, "mean of K in the directions orthogonal to it"),
            "conditional": Variable(one, given, "smallest of its mean given the output states"),
            "predicted_uniform": Variable(one, smallest, "its mean, eq. (21)"),
            "predicted_rest": Variable(one, others, "its mean at finite D"),
            "printed_rest": Variable(one, printed, "both means by eq. (17)"),
        }
    )
