"""Qibo's circuits as ours."""

from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend
from qibo.gates.special import SpecialGate

from overpar.base.errors import UserError
from overpar.model.circuits import Circuit, Gate, Rotation, unitary

# Trainable Qibo gates as products of rotations, first to act first: (letters, positions among
# the gate's qubits, which of its parameters, scale). Equal up to a global phase.
_FROM_QIBO: dict[str, tuple[tuple[str, tuple[int, ...], int, float], ...]] = {
    "rx": (("X", (0,), 0, 1.0),),
    "ry": (("Y", (0,), 0, 1.0),),
    "rz": (("Z", (0,), 0, 1.0),),
    "u1": (("Z", (0,), 0, 1.0),),
    "u3": (("Z", (0,), 2, 1.0), ("Y", (0,), 0, 1.0), ("Z", (0,), 1, 1.0)),
    "rxx": (("XX", (0, 1), 0, 1.0),),
    "ryy": (("YY", (0, 1), 0, 1.0),),
    "rzz": (("ZZ", (0, 1), 0, 1.0),),
    "rzx": (("ZX", (0, 1), 0, 1.0),),
    "crx": (("X", (1,), 0, 0.5), ("ZX", (0, 1), 0, -0.5)),
    "cry": (("Y", (1,), 0, 0.5), ("ZY", (0, 1), 0, -0.5)),
    "crz": (("Z", (1,), 0, 0.5), ("ZZ", (0, 1), 0, -0.5)),
    "cu1": (("Z", (0,), 0, 0.5), ("Z", (1,), 0, 0.5), ("ZZ", (0, 1), 0, -0.5)),
}

_CONTROLLED = ("crx", "cry", "crz", "cu1")


def qibo_circuit(circuit: QiboCircuit) -> Circuit:
    """A Qibo circuit as a `Circuit`; every parameter of a trainable gate becomes an angle.

    Parameters are numbered in the order of `circuit.get_parameters()`. Other gates become fixed
    unitaries; measurements and delays (`Align`) are dropped. States agree up to a global phase.

    Args:
        circuit: a unitary Qibo circuit.

    Raises:
        UserError: for a channel, a callback or fused gate, or a trainable gate outside rx, ry, rz,
            u1, u3, rxx, ryy, rzz, rzx, crx, cry, crz, cu1.
    """
    out: list[Gate] = []
    count = 0
    for gate in circuit.queue:
        if isinstance(gate, gates.M):
            if gate.collapse:
                raise UserError("A collapsing measurement is not unitary; remove it to convert.")
            continue
        trainable = bool(gate.parameters) and getattr(gate, "trainable", False)
        if trainable and not isinstance(gate, gates.Unitary):
            controls = 1 if gate.name in _CONTROLLED else 0
            if gate.name not in _FROM_QIBO or len(gate.control_qubits) != controls:
                raise UserError(
                    f"Qibo gate {gate.name!r} on qubits {gate.qubits} has a parameter but is not "
                    f"one of {', '.join(_FROM_QIBO)}; set trainable=False to keep it fixed."
                )
            for letters, positions, parameter, scale in _FROM_QIBO[gate.name]:
                where = tuple(gate.qubits[p] for p in positions)
                out.append(Rotation(letters, where, count + parameter, scale))
            count += len(gate.parameters)
            continue
        if isinstance(gate, gates.Align):
            continue  # a delay in time, which no state sees
        if isinstance(gate, gates.Channel):
            raise UserError(f"Qibo gate {gate.name!r} is a channel; only unitary circuits convert.")
        if isinstance(gate, SpecialGate):
            raise UserError(
                f"Qibo gate {gate.name!r} is not a gate of its own; remove it to convert."
            )
        small = QiboCircuit(len(gate.qubits))
        small.add(gate.on_qubits({q: k for k, q in enumerate(gate.qubits)}))
        out.append(unitary(small.unitary(NumpyBackend()), *gate.qubits))
    return Circuit(circuit.nqubits, tuple(out), count, name="qibo")
