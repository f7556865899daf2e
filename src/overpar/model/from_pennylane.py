"""PennyLane's circuits and operators as ours."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.angles import Linear, linear
from overpar.model.circuits import Circuit
from overpar.model.observables import PauliSum
from overpar.model.standard_gates import ROTATIONS, on_controls
from overpar.model.translate import Translator

# PennyLane's gates by the names of standard ones.
_NAMES = {
    **{f"R{p}": f"r{p.lower()}" for p in "XYZ"},
    **{f"Ising{p}": f"r{p.lower()}" for p in ("XX", "YY", "ZZ")},
    **{f"CR{p}": f"cr{p.lower()}" for p in "XYZ"},
    **{name: name.lower() for name in ("U1", "U2", "U3", "Rot", "CRot")},
    "PhaseShift": "p",
    "ControlledPhaseShift": "cp",
    "CPhase": "cp",
    "IsingXY": "ixy",
    "SingleExcitation": "excitation",
    "Identity": "id",
    "Hadamard": "h",
    **{f"Pauli{p}": p.lower() for p in "XYZ"},
    "S": "s",
    "T": "t",
    "Adjoint(S)": "sdg",
    "Adjoint(T)": "tdg",
    "SX": "sx",
    "CNOT": "cx",
    **{name: name.lower() for name in ("CZ", "CY", "CH", "SWAP", "ISWAP", "ECR", "CCZ")},
    "Toffoli": "ccx",
    "CSWAP": "cswap",
}
# Before the letters of a rotation that has no name.
_TURN = "exp "
_SKIPPED = ("Barrier", "WireCut", "GlobalPhase", "Snapshot")


class _Line:
    """The gates of a circuit at some values of its parameters, unpacked to those that are known.

    Args:
        operations: of a tape.
        wires: the number of each wire.
    """

    def __init__(self, operations: Sequence[Any], wires: dict[Any, int]) -> None:
        self.wires = wires
        # (name or Pauli string, its angles or its matrix, qubits, place)
        self.gates: list[tuple[str, Any, tuple[int, ...], str]] = []
        for number, operation in enumerate(operations):
            where = [wires[w] for w in operation.wires]
            self.add(operation, f"PennyLane operation {number}, {operation.name} on wires {where}")

    def add(self, operation: Any, place: str) -> None:
        """Add one, or what it is made of."""
        name = operation.name
        where = tuple(self.wires[w] for w in operation.wires)
        if name in _SKIPPED:
            return
        touched = {qubit for _, _, qubits, _ in self.gates for qubit in qubits}
        require(
            name != "BasisState" or touched.isdisjoint(where),
            f"{place}: it is no gate, and stands behind one.",
        )
        for value in operation.parameters:
            batched = name in _NAMES and np.ndim(value) > 0
            require(not batched, f"{place}: a batch of angles is not supported.")
        if name in _NAMES:
            angles = [float(value) for value in operation.parameters]
            self.gates.append((_NAMES[name], angles, where, place))
        elif _string(operation):
            self._turn(_string(operation), operation.wires, operation.parameters[0], place)
        elif name.startswith("C(") and _string(operation.base):
            self._control(operation, place)
        elif name in ("StatePrep", "AmplitudeEmbedding", "MidMeasureMP"):
            raise UserError(f"{place}: it is no gate; give the input with `state`.")
        elif operation.has_decomposition:
            for part in operation.decomposition():
                self.add(part, place)
        elif operation.has_matrix:
            self.gates.append(("", np.asarray(operation.matrix()), where, place))
        else:
            raise UserError(f"{place}: it has neither a decomposition nor a matrix.")

    def _turn(self, letters: str, wires: Sequence[Any], angle: Any, place: str) -> None:
        """A rotation about a string."""
        pairs = [(p, self.wires[w]) for p, w in zip(letters, wires, strict=True) if p != "I"]
        if pairs:
            string = _TURN + "".join(p for p, _ in pairs)
            self.gates.append((string, [float(angle)], tuple(q for _, q in pairs), place))

    def _control(self, operation: Any, place: str) -> None:
        """A rotation under controls."""
        controls = zip(operation.control_wires, operation.control_values, strict=True)
        letters, wires = _string(operation.base), list(operation.base.wires)
        for share, chosen in on_controls([(wire, bool(value)) for wire, value in controls]):
            angle = share * float(operation.parameters[0])
            self._turn(letters + "Z" * len(chosen), [*wires, *chosen], angle, place)


def _string(operation: Any) -> str:
    """The string that an operation is a rotation about; "" if it is none."""
    if operation.name == "MultiRZ":
        return "Z" * len(operation.wires)
    if operation.name == "PauliRot":
        return str(operation.hyperparameters["pauli_word"])
    return ROTATIONS.get(_NAMES.get(operation.name, ""), "")


def pennylane_circuit(circuit: Any, *arguments: Any) -> Circuit:
    """A PennyLane circuit as a `Circuit`; every number in its arguments becomes an angle.

    The circuit is looked at for several values of its parameters, and must have the same gates in
    each, with angles linear in them. Wire k is qubit k; wires with
    other names are numbered in the order of the device.
    States agree up to a global phase.

    Args:
        circuit: a QuantumScript, each parameter of which is an angle; or a QNode or a quantum
            function with its arguments.
        arguments: numbers and arrays, of which only the shapes are looked at; each entry is an
            angle, in order.

    Raises:
        UserError: naming the first operation that cannot be translated.
    """
    run, count, wires = _tapes(circuit, arguments)
    base = _Line(run([0.37 + 0.11 * k for k in range(count)]), wires)
    shifted = [_Line(run(np.eye(count)[k].tolist()), wires) for k in range(count)]
    lines = {
        "zero": _Line(run([0.0] * count), wires),
        "base": base,
        **{str(k): line for k, line in enumerate(shifted)},
        "last": _Line(run([-0.91 + 0.07 * k**2 for k in range(count)]), wires),
    }
    shape = [(name, where) for name, _, where, _ in base.gates]
    for line in lines.values():
        require(
            [(name, where) for name, _, where, _ in line.gates] == shape,
            "PennyLane: the gates of the circuit depend on the values of its parameters.",
        )
    out = Translator(max(len(wires), 1), {k: k for k in range(count)})
    for number, (name, value, where, place) in enumerate(base.gates):
        found = {key: line.gates[number][1] for key, line in lines.items()}
        if not name:
            same = all(np.allclose(matrix, value, atol=1e-12) for matrix in found.values())
            require(same, f"{place}: it has parameters, but is no product of rotations.")
            out.fix(np.asarray(value, np.complex128), where)
            continue
        angles = [
            _angle({key: values[k] for key, values in found.items()}, count, place)
            for k in range(len(value))
        ]
        if name.startswith(_TURN):
            out.turn(name.removeprefix(_TURN), where, angles[0])
        else:
            out.apply(name, angles, where, place)
    return out.circuit("pennylane")


def _angle(values: dict[str, float], count: int, place: str) -> Linear:
    """The angle that has these values: at zero, at each parameter alone, and at two others."""

    def value(*at: float) -> float:
        alone = [k for k in range(count) if at[k]]
        return values["zero" if not alone else str(alone[0])]

    found = linear(value, range(count), checked=False)
    at = {
        "base": [0.37 + 0.11 * k for k in range(count)],
        "last": [-0.91 + 0.07 * k**2 for k in range(count)],
    }
    for key, point in at.items():
        if abs(found.at(dict(enumerate(point))) - values[key]) > 1e-9:
            raise UserError(f"{place}: its angle is not linear in the parameters.")
    return found


_Run = Callable[[Sequence[float]], Sequence[Any]]


def _tapes(circuit: Any, arguments: Sequence[Any]) -> tuple[_Run, int, dict[Any, int]]:
    """What gives the operations from all parameters; how many these are; and the wires."""
    import pennylane as qml

    if isinstance(circuit, qml.tape.QuantumScript):
        require(not arguments, "PennyLane: a QuantumScript takes no arguments.")
        values = circuit.get_parameters(trainable_only=True)
        shapes = [np.shape(value) for value in values]
        where = list(circuit.trainable_params)

        def operations(angles: Sequence[float]) -> Sequence[Any]:
            return circuit.bind_new_parameters(_split(angles, shapes), where).operations

        wires = circuit.wires
    else:
        function = getattr(circuit, "func", circuit)
        require(callable(function), "PennyLane: a circuit is a QuantumScript, QNode or function.")
        shapes = [np.shape(argument) for argument in arguments]

        def operations(angles: Sequence[float]) -> Sequence[Any]:
            return qml.tape.make_qscript(function)(*_split(angles, shapes)).operations

        device = getattr(circuit, "device", None)
        try:
            used = qml.tape.make_qscript(function)(*_split([0.0] * _total(shapes), shapes)).wires
        except Exception as error:
            raise UserError(
                f"PennyLane: the circuit fails with arguments of shapes {shapes}:"
                f" {type(error).__name__}: {error}."
            ) from error
        wires = getattr(device, "wires", None) or used
    names = list(wires)
    if all(isinstance(wire, int) and wire >= 0 for wire in names):
        names = list(range(max(names, default=0) + 1))
    return operations, _total(shapes), {wire: k for k, wire in enumerate(names)}


def _total(shapes: Sequence[tuple[int, ...]]) -> int:
    return sum(int(np.prod(shape)) for shape in shapes)


def _split(values: Sequence[float], shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """Arrays of some shapes from all their entries; a number where the shape is ()."""
    out, start = [], 0
    for shape in shapes:
        stop = start + int(np.prod(shape))
        part = np.asarray(values[start:stop], np.float64).reshape(shape)
        out.append(part if shape else float(part))
        start = stop
    return out


def pennylane_operator(operator: Any) -> PauliSum:
    """A PennyLane operator as a sum of Pauli strings.

    Args:
        operator: with a Pauli representation and real coefficients, on wires that are integers.

    Raises:
        UserError: if it is none.
    """
    sentence = getattr(operator, "pauli_rep", None)
    require(
        sentence is not None,
        f"Observable: a PennyLane {type(operator).__name__} is no sum of Pauli strings.",
    )
    assert sentence is not None
    terms = []
    for word, coefficient in sentence.items():
        value = complex(coefficient)
        require(abs(value.imag) < 1e-12, f"Observable: {word} must have a real coefficient.")
        require(
            all(isinstance(wire, int) for wire in word),
            f"Observable: {word} has wires that are no integers; write the observable as text.",
        )
        terms.append((value.real, "".join(word[w] for w in word), tuple(word)))
    return PauliSum(tuple(terms))
