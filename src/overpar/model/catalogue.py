"""The papers' ansätze by name."""

from collections.abc import Callable
from dataclasses import dataclass

from overpar.model.ansatz import (
    Boundary,
    Tying,
    hardware_efficient_circuit,
    tfim_hva_circuit,
)
from overpar.model.circuits import Circuit
from overpar.model.generators import (
    Generators,
    hardware_efficient_generators,
    tfim_generators,
)


@dataclass(frozen=True)
class Ansatz:
    """A circuit of the papers, for every size and depth.

    Args:
        circuit: from qubits, depth, boundary and tying.
        generators: of its Lie algebra, from qubits and boundary.
        state: the input that the circuit prepares itself; None if it takes any.
    """

    circuit: Callable[[int, int, Boundary, Tying], Circuit]
    generators: Callable[[int, Boundary], Generators]
    state: str | None = None


ANSATZE = {
    "tfim_hva": Ansatz(
        lambda qubits, depth, boundary, tying: tfim_hva_circuit(qubits, boundary, depth, tying),
        tfim_generators,
        state="+",
    ),
    "hardware_efficient": Ansatz(
        lambda qubits, depth, boundary, tying: hardware_efficient_circuit(qubits, depth),
        lambda qubits, boundary: hardware_efficient_generators(qubits),
    ),
}
