"""Concentration of the quantum neural tangent kernel with the number of layers."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from overpar.base.records import Variable
from overpar.engines.choose import make_objective
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.qntk import random_task
from overpar.quantities import kernel_moments as moments
from overpar.quantities import kernel_theory as theory
from overpar.quantities.kernel import meta_kernel, tangent_kernel

SOURCE = "arXiv:2203.16711, Fig. 1"


class Spec(CellSpec):
    """One size and depth: several instances (W, P, O), each at several random angles.

    One instance at 1000 angles is what is published. Others say how much of the result is due to
    the instance, and their mean is what theory is about.
    """

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "layers": "L"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits",)
    qubits: int = Field(ge=1, le=8, description="number of qubits")
    layers: int = Field(ge=1, le=1000, description="layers L, one angle each")
    instances: int = Field(100, ge=2, le=100_000, description="random circuits and observables")
    samples: int = Field(1000, ge=2, le=1_000_000, description="angles for each, from U[0, 2π)")
    meta_samples: int = Field(
        16, ge=1, le=1_000_000, description="how many of them have their meta-kernel computed"
    )

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        work = self.instances * self.layers * 4**self.qubits
        return 0.1 + work * (2e-7 + 1.5e-9 * (self.samples + 5 * self.meta_samples))


def run(spec: Spec, context: Context) -> Result:
    """Kernel and meta-kernel at every sample, and what theory says for each instance."""
    kernel = np.empty((spec.instances, spec.samples))
    meta = np.empty((spec.instances, min(spec.meta_samples, spec.samples)))
    predicted = []
    for k in range(spec.instances):
        task = random_task(spec.qubits, spec.layers, context.generator("instance", k))
        objective = make_objective(task, spec.engine, context.threads)
        angles = context.generator("angles", k).uniform(0, 2 * np.pi, (spec.samples, spec.layers))
        kernel[k] = tangent_kernel(objective, angles)
        meta[k] = meta_kernel(objective, angles[: meta.shape[1]])
        o = theory.traces(theory.eigenvalues(task))
        predicted.append([formula(o, spec.layers) for _, formula, _ in FORMULAS])
        context.progress(k + 1, spec.instances)
    variables = {
        "kernel": Variable(("instance", "sample"), kernel, "K"),
        "meta": Variable(("instance", "meta_sample"), meta, "μ"),
    }
    for (name, _, text), values in zip(FORMULAS, np.array(predicted).T, strict=True):
        variables[name] = Variable(("instance",), values, text)
    return Result(variables)


FORMULAS = (
    ("mean", theory.mean, "K̄ at finite D"),
    ("deviation", moments.deviation, "ΔK at finite D"),
    ("square", moments.kernel_square, "E K² at finite D"),
    ("meta_mean", moments.meta_mean, "E μ at finite D"),
    ("meta_square", moments.meta_square, "E μ² at finite D"),
    ("printed_mean", theory.printed_mean, "K̄ as printed, eq. (9)"),
    ("printed_deviation", theory.printed_deviation, "ΔK as printed, eq. (12)"),
    ("printed_meta_deviation", theory.printed_meta_deviation, "Δμ as printed, eq. (15)"),
)
