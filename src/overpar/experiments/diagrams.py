"""Gates of the circuits that are simulated, so that diagrams show these and no others."""

import json
from collections.abc import Callable
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from overpar.base.checks import require
from overpar.base.records import Variable
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.ansatz import hardware_efficient_circuit, tfim_hva_circuit
from overpar.model.circuits import Circuit, Rotation

SOURCE = "arXiv:2109.11676, Fig. 5"

CIRCUITS: dict[str, Callable[[int, int], Circuit]] = {
    "hva_open": lambda qubits, layers: tfim_hva_circuit(qubits, "open", layers),
    "hva_periodic": lambda qubits, layers: tfim_hva_circuit(qubits, "periodic", layers),
    "hardware_efficient": hardware_efficient_circuit,
}


class Spec(CellSpec):
    """One circuit of one layer."""

    LABEL: ClassVar[dict[str, str]] = {"circuit": "circuit", "qubits": "n"}
    BATCH: ClassVar[tuple[str, ...]] = ("qubits",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = None
    circuit: Literal["hva_open", "hva_periodic", "hardware_efficient"] = Field(
        description="ansatz of the Ising chain by boundary, or the hardware-efficient one"
    )
    qubits: int = Field(ge=2, le=10, description="number of qubits")


def listed(circuit: Circuit) -> list[dict[str, Any]]:
    """Gates in the order they act: name, qubits and parameter, −1 for none.

    Source: `overpar.model.circuits`.
    """
    return [
        {"name": f"R{gate.pauli}", "qubits": list(gate.qubits), "parameter": gate.parameter}
        if isinstance(gate, Rotation)
        else {"name": gate.name, "qubits": list(gate.qubits), "parameter": -1}
        for gate in circuit.gates
    ]


def layer_start(build: Callable[[int, int], Circuit], qubits: int) -> int:
    """Number of gates before the first layer: what a second layer does not repeat.

    Args:
        build: circuit from qubits and layers.
        qubits: number of qubits.

    Raises:
        UserError: if a second layer is not the first again, with other angles.

    Source: definition.
    """
    one, two = (listed(build(qubits, layers)) for layers in (1, 2))
    start = 2 * len(one) - len(two)
    bare = [[(g["name"], g["qubits"]) for g in gates] for gates in (one[start:], two[len(one) :])]
    require(
        start >= 0 and bare[0] == bare[1] and two[: len(one)] == one,
        f"Argument `build` must repeat its layer, but adds {bare[1]} to {bare[0]}.",
    )
    return start


def run(spec: Spec, context: Context) -> Result:
    """List the gates of one layer and of what comes before it."""
    build = CIRCUITS[spec.circuit]
    circuit = build(spec.qubits, 1)
    gates = listed(circuit)
    start = layer_start(build, spec.qubits)
    layer = np.arange(len(gates)) >= start
    return Result(
        {
            "layer": Variable(("gate",), layer.astype(np.int8), "1 within the layer, 0 before it"),
            "parameters": Variable((), np.array(circuit.parameters), "angles of one layer"),
        },
        {"gates": json.dumps(gates)},
    )
