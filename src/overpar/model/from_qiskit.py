"""Qiskit's circuits and operators as ours."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.angles import Linear, NotLinearError, linear
from overpar.model.circuits import Circuit
from overpar.model.generators import commute
from overpar.model.observables import PauliSum
from overpar.model.translate import Translator

_SKIPPED = ("barrier", "delay", "global_phase", "id")
_NOT_UNITARY = ("reset", "initialize", "if_else", "for_loop", "while_loop", "switch_case")
# Gates of the same name whose angles or qubits mean something else.
_OTHERS = ("rv", "pauli")


def qiskit_circuit(circuit: Any) -> Circuit:
    """A Qiskit circuit as a `Circuit`; every free parameter becomes an angle.

    Parameters are numbered in the order of `circuit.parameters`. A gate's angle may be any linear
    expression of them. Qubit k stays qubit k, which here is the k-th letter of a basis state. Gates
    that are no standard ones are unpacked; measurements at the end are left out. States agree up to
    a global phase.

    Args:
        circuit: a unitary QuantumCircuit.

    Raises:
        UserError: naming the first instruction that cannot be translated.
    """
    out = Translator(circuit.num_qubits, {p: k for k, p in enumerate(circuit.parameters)})
    _add(out, circuit, list(range(circuit.num_qubits)), "")
    return out.circuit("qiskit")


def _add(out: Translator, circuit: Any, where: Sequence[int], inside: str) -> None:
    """The instructions of a circuit on some of our qubits."""
    measured: set[int] = set()
    for number, instruction in enumerate(circuit.data):
        operation = instruction.operation
        qubits = [where[circuit.find_bit(q).index] for q in instruction.qubits]
        place = inside or f"Qiskit instruction {number}, {operation.name!r} on qubits {qubits}"
        if operation.name in _SKIPPED:
            continue
        if operation.name == "measure":
            measured.update(qubits)
            continue
        require(
            operation.name not in _NOT_UNITARY and not instruction.clbits,
            f"{place}: it is not unitary.",
        )
        require(not measured & set(qubits), f"{place}: a gate after a measurement.")
        _apply(out, operation, qubits, place)


def _apply(out: Translator, operation: Any, qubits: Sequence[int], place: str) -> None:
    name = operation.name
    if name == "PauliEvolution":
        _evolve(out, operation, qubits, place)
        return
    every = 2 ** getattr(operation, "num_ctrl_qubits", 0) - 1
    standard = out.knows(name) and name not in _OTHERS
    if standard and getattr(operation, "ctrl_state", every) == every:
        angles = [_angle(value, place) for value in operation.params]
        out.apply(name, angles, qubits, place)
        return
    try:
        definition = operation.definition
        matrix = None if definition is not None else np.asarray(operation.to_matrix())
    except Exception as error:
        raise UserError(f"{place}: it has no definition: {error}") from None
    if definition is not None:
        _add(out, definition, qubits, place)
    else:
        # Qiskit's first qubit is the least significant of a matrix.
        out.fix(np.asarray(matrix, np.complex128), qubits[::-1])


def _angle(value: Any, place: str) -> Linear:
    """A parameter of a gate, a number or an expression, as what is linear."""
    names = list(getattr(value, "parameters", ()))
    try:
        return linear(lambda *at: _number(value, dict(zip(names, at, strict=True))), names)
    except (NotLinearError, TypeError, ValueError) as error:
        raise UserError(f"{place}: its angle {value} is refused: {error}.") from None


def _number(value: Any, at: dict[Any, float]) -> float:
    return float(value.bind(at)) if at else float(value)


def _evolve(out: Translator, gate: Any, qubits: Sequence[int], place: str) -> None:
    """exp(−itH) as a rotation for each string of H, which must commute."""
    operators = gate.operator if isinstance(gate.operator, list) else [gate.operator]
    time = _angle(gate.time, place)
    for operator in operators:
        require(hasattr(operator, "coeffs"), f"{place}: its operator is no SparsePauliOp.")
        terms = [t for t in qiskit_operator(operator, place).terms if t[1]]
        require(
            all(commute(a, b) for k, a in enumerate(terms) for b in terms[:k]),
            f"{place}: the strings of its operator do not commute, so that it is no product of"
            " rotations; decompose it.",
        )
        for coefficient, letters, where in terms:
            out.turn(letters, [qubits[q] for q in where], 2 * coefficient * time)


def qiskit_operator(operator: Any, place: str = "Observable") -> PauliSum:
    """A SparsePauliOp as a sum of Pauli strings.

    Args:
        operator: with real coefficients; the last letter of a label is qubit 0.
        place: for messages.

    Raises:
        UserError: if it is none.
    """
    require(
        hasattr(operator, "to_list") and hasattr(operator, "coeffs"),
        f"{place}: it must be a SparsePauliOp, but is {type(operator).__name__}.",
    )
    terms = []
    for label, coefficient in operator.to_list():
        value = complex(coefficient)
        require(
            abs(value.imag) < 1e-12,
            f"{place}: {label} must have a real coefficient, but has {value}.",
        )
        pairs = [(letter, q) for q, letter in enumerate(reversed(label)) if letter != "I"]
        letters = "".join(letter for letter, _ in pairs)
        terms.append((value.real, letters, tuple(q for _, q in pairs)))
    return PauliSum(tuple(terms))
