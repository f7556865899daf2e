"""Exact laws of the kernel over the printed ones, up to dimensions that no simulation reaches."""

from collections.abc import Callable
from math import comb, sqrt
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from overpar.base.records import Variable
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.quantities import kernel_moments as moments
from overpar.quantities import kernel_theory as theory

SOURCE = "arXiv:2203.16711, eqs. (9), (12), (15) and (17)"

QUBITS = range(2, 41)


class Spec(CellSpec):
    """One observable and depth, D = 2² … 2⁴⁰."""

    LABEL: ClassVar[dict[str, str]] = {"observable": "observable", "layers": "L"}
    BATCH: ClassVar[tuple[str, ...]] = ()
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = None
    observable: Literal["extensive", "low_rank"] = Field(
        description="ΣZ over all qubits, or a projector on one state"
    )
    layers: int = Field(ge=2, le=100_000, description="layers L, one angle each")

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 1.0


def spectral_sums(observable: str, qubits: int) -> theory.Traces:
    """Power sums of ΣZ, whose eigenvalue n − 2k comes as often as n choose k, or of a projector.

    Examples:
        >>> spectral_sums("extensive", 2).powers
        (0.0, 8.0, 0.0, 32.0, 0.0, 128.0)

    Source: definition.
    """
    powers = [1] * 6
    if observable == "extensive":
        powers = [
            sum(comb(qubits, k) * (qubits - 2 * k) ** power for k in range(qubits + 1))
            for power in range(1, 7)
        ]
    return theory.Traces(2**qubits, tuple(float(power) for power in powers))


def run(spec: Spec, context: Context) -> Result:
    """Ratios at every size."""
    values = []
    for qubits in QUBITS:
        o = spectral_sums(spec.observable, qubits)
        values.append([ratio(o, spec.layers) for _, ratio, _ in RATIOS])
    columns = zip(RATIOS, np.array(values).T, strict=True)
    return Result(
        {"qubits": Variable(("size",), np.array(QUBITS), "number of qubits")}
        | {name: Variable(("size",), found, text) for (name, _, text), found in columns}
    )


RATIOS: tuple[tuple[str, Callable[[theory.Traces, int], float], str], ...] = (
    (
        "eq. (9)",
        lambda o, layers: theory.mean(o, layers) / theory.printed_mean(o, layers),
        "exact K̄ over eq. (9)",
    ),
    (
        "eq. (17)",
        lambda o, layers: (
            theory.data_kernel(o, layers, 0.5) / theory.printed_data_kernel(o, layers, 0.5)
        ),
        "exact K̄ over eq. (17), σ = ½",
    ),
    (
        "eq. (12)",
        lambda o, layers: moments.deviation(o, layers) / theory.printed_deviation(o, layers),
        "exact ΔK over eq. (12)",
    ),
    (
        "eq. (15)",
        lambda o, layers: (
            sqrt(moments.meta_square(o, layers)) / theory.printed_meta_deviation(o, layers)
        ),
        "exact Δμ over eq. (15)",
    ),
    (
        "spread",
        lambda o, layers: moments.deviation(o, layers) / theory.mean(o, layers),
        "exact ΔK/K̄",
    ),
)
