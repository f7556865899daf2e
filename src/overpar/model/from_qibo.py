"""Qibo's circuits as ours."""

from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend
from qibo.gates.special import SpecialGate

from overpar.base.errors import UserError
from overpar.model.angles import Linear
from overpar.model.circuits import Circuit
from overpar.model.translate import Translator

# Trainable gates of Qibo, by the names of standard gates.
_NAMES = {name: name for name in ("rx", "ry", "rz", "u1", "u2", "u3", "rxx", "ryy", "rzz", "rzx")}
_NAMES |= {name: name for name in ("crx", "cry", "crz", "cu1", "fsim")}
_NAMES |= {"prx": "r", "g": "givens", "rbs": "rbs", "rxxyy": "rxxyy"}
# Qibo's u3 has determinant one, which its phase under a control shows.
_NAMES["cu3"] = "crot"
_ORDER = {"cu3": (2, 0, 1)}
_CONTROLLED = ("crx", "cry", "crz", "cu1", "cu3")


def qibo_circuit(circuit: QiboCircuit) -> Circuit:
    """A Qibo circuit as a `Circuit`; every parameter of a trainable gate becomes an angle.

    Parameters are numbered in the order of `circuit.get_parameters()`. Other gates become fixed
    unitaries; measurements and delays (`Align`) are dropped. States agree up to a global phase.

    Args:
        circuit: a unitary Qibo circuit.

    Raises:
        UserError: for a channel, a callback or fused gate, or a trainable gate that is no product
            of rotations by its parameters.
    """
    out = Translator(circuit.nqubits)
    for gate in circuit.queue:
        if isinstance(gate, gates.M):
            if gate.collapse:
                raise UserError("A collapsing measurement is not unitary; remove it to convert.")
            continue
        trainable = bool(gate.parameters) and getattr(gate, "trainable", False)
        if trainable and not isinstance(gate, gates.Unitary):
            controls = 1 if gate.name in _CONTROLLED else 0
            if gate.name not in _NAMES or len(gate.control_qubits) != controls:
                raise UserError(
                    f"Qibo gate {gate.name!r} on qubits {gate.qubits} has a parameter but is not "
                    f"one of {', '.join(_NAMES)}; set trainable=False to keep it fixed."
                )
            first = len(out.numbers)
            angles = [Linear.of(first + k) for k in range(len(gate.parameters))]
            out.numbers |= {first + k: first + k for k in range(len(angles))}
            order = _ORDER.get(gate.name, range(len(angles)))
            out.apply(_NAMES[gate.name], [angles[k] for k in order], gate.qubits)
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
        out.fix(small.unitary(NumpyBackend()), gate.qubits)
    return out.circuit("qibo")
