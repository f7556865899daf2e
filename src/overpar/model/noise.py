"""Noise as data, and circuits written in the gates that the noise acts on."""

import re
from dataclasses import dataclass, replace

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.circuits import Circuit, Gate, Rotation, fixed

PLACES = ("local", "both", "global")
_WRITTEN = re.compile(r"(\w+):(-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|nan|-?inf)")


@dataclass(frozen=True)
class Noise:
    """A noise model.

    Args:
        place: "local": after every gate, the Pauli channel (1−3λ)ρ + λ(XρX + YρY + ZρZ) on each
            qubit that the gate touches; "both": before every gate as well; "global":
            qρ + (1−q)·1/2ⁿ on all qubits after each of the `moments` of the circuit.
        strength: λ in [0, ¼] for local noise; the survival probability q in [0, 1] for global.
    """

    place: str
    strength: float

    def __post_init__(self) -> None:
        require(
            self.place in PLACES,
            f"Argument `noise` must be of kind {', '.join(PLACES)}, but is {self.place!r}.",
        )
        limit = 1.0 if self.place == "global" else 0.25
        require(
            0 <= self.strength <= limit,
            f"Argument `noise` of kind {self.place} must be in [0, {limit:g}],"
            f" but is {self.strength}.",
        )

    @classmethod
    def parse(cls, text: str) -> "Noise":
        """Noise from text such as "local:0.001", "both:0.001" or "global:0.99".

        Raises:
            UserError: if the text is not of this form or the strength is out of range.
        """
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise UserError(
                f"Argument `noise` is {text!r}; it is written local:λ, both:λ or global:q."
            )
        return cls(written[1], float(written[2]))


def in_native_gates(circuit: Circuit) -> Circuit:
    """The circuit with every exp(−iθZZ/2) written as CNOT · RZ(θ) · CNOT.

    This is the circuit that the authors' noisy simulations act on.
    """
    require(not circuit.derivative_ties, "Noise needs the correct tying.")
    gates: list[Gate] = []
    for gate in circuit.gates:
        if isinstance(gate, Rotation) and gate.pauli == "ZZ":
            cnot = fixed("CNOT", *gate.qubits)
            gates += [cnot, replace(gate, pauli="Z", qubits=gate.qubits[1:]), cnot]
        else:
            gates.append(gate)
    return replace(circuit, gates=tuple(gates))
