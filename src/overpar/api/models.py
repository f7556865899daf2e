"""Circuits of other libraries as models."""

from pathlib import Path
from typing import Any

from overpar.base.checks import require
from overpar.model.foreign import read_circuit
from overpar.model.given import is_circuit, library
from overpar.model.model import Model
from overpar.model.sums import written_sum


def from_qibo(
    circuit: Any, *, observable: str | None = None, state: str | None = None, name: str = "qibo"
) -> Model:
    """A Qibo circuit, or a function that returns one for every size, as a model.

    Every parameter of a trainable gate is an angle, in the order of `circuit.get_parameters()`. A
    function may return with its circuit a list of the angle that each parameter takes, to let
    several turn by one.

    Args:
        circuit: a unitary Qibo circuit, or a function of those of `qubits` and `depth` it takes.
        observable: sum of Pauli strings whose lowest eigenvalue is sought; None for no loss.
        state: product state that the circuit acts on, letters 0, 1, +, -; 0 if None.
        name: for labels and messages.

    Raises:
        UserError: if it is neither; what a gate cannot be converted for is said when it is used.

    Examples:
        >>> import overpar as op
        >>> from qibo import Circuit, gates
        >>> circuit = Circuit(2)
        >>> circuit.add(gates.RX(q, 0.0) for q in range(2))
        >>> op.from_qibo(circuit, observable="Z").task().parameters
        2
    """
    _circuit_or_function(circuit, "Qibo")
    return Model(name=name, circuit=circuit, observable=observable, state=state)


def from_qasm(
    text: str | Path,
    *,
    observable: str | None = None,
    state: str | None = None,
    name: str = "qasm",
) -> Model:
    """A circuit in OpenQASM as a model.

    Names in angles are its parameters, in the order in which they come; in a text without names,
    every number that a gate is given is an angle of its own, but 0 and those written with pi or a
    constant. Gate definitions are unpacked, and measurements at the end left out.

    Args:
        text: OpenQASM 2, or of OpenQASM 3 gate definitions, `input float`, `const`, `qubit`, gates
            with modifiers and loops over integers; or the path of a file of it.
        observable: sum of Pauli strings whose lowest eigenvalue is sought; None for no loss.
        state: product state that the circuit acts on, letters 0, 1, +, -; 0 if None.
        name: for labels and messages.

    Raises:
        UserError: with the line of the first thing that cannot be read.

    Examples:
        >>> import overpar as op
        >>> model = op.from_qasm("qreg q[2]; h q; rzz(2*a) q[0],q[1]; rx(b) q;", observable="ZZ")
        >>> model.task().parameters
        2
    """
    from overpar.model.qasm import qasm_circuit

    made = read_circuit(str(text)) if isinstance(text, Path) else qasm_circuit(text)
    return Model(name=name, circuit=made, observable=observable, state=state)


def from_qiskit(
    circuit: Any, *, observable: Any = None, state: str | None = None, name: str = "qiskit"
) -> Model:
    """A Qiskit circuit, or a function that returns one for every size, as a model.

    Every free parameter is an angle, in the order of `circuit.parameters`; a gate's angle may be
    any linear expression of them. Qubit k stays qubit k, the k-th letter of a basis state here.

    Args:
        circuit: a unitary QuantumCircuit, or a function of those of `qubits` and `depth` it takes.
        observable: a SparsePauliOp, or a sum of Pauli strings, whose lowest eigenvalue is sought;
            None for no loss.
        state: product state that the circuit acts on, letters 0, 1, +, -; 0 if None.
        name: for labels and messages.

    Raises:
        UserError: if it is neither; what cannot be translated is said when it is used.

    Examples:
        >>> from qiskit.circuit.library import efficient_su2  # doctest: +SKIP
        >>> op.from_qiskit(efficient_su2(4), observable="ZZ").task().parameters  # doctest: +SKIP
        32
    """
    _circuit_or_function(circuit, "Qiskit")
    if library(observable) == "qiskit":
        from overpar.model.from_qiskit import qiskit_operator

        observable = written_sum(qiskit_operator(observable))
    return Model(name=name, circuit=circuit, observable=observable, state=state)


def from_pennylane(
    circuit: Any,
    *arguments: Any,
    observable: Any = None,
    state: str | None = None,
    name: str = "pennylane",
) -> Model:
    """A PennyLane circuit as a model.

    Every number in the arguments of a QNode, and every parameter of a QuantumScript, is an angle,
    in order; a gate's angle may be any linear expression of them.

    Args:
        circuit: a QuantumScript; a QNode or quantum function with its arguments; or, without any,
            a function of those of `qubits` and `depth` it takes that returns a QuantumScript.
        arguments: numbers and arrays, of which only the shapes are looked at.
        observable: a PennyLane operator, or a sum of Pauli strings, whose lowest eigenvalue is
            sought; None for no loss.
        state: product state that the circuit acts on, letters 0, 1, +, -; 0 if None.
        name: for labels and messages.

    Raises:
        UserError: naming the first operation that cannot be translated.

    Examples:
        >>> layers = lambda weights: qml.StronglyEntanglingLayers(weights, wires=range(3))
        >>> op.from_pennylane(layers, np.zeros((2, 3, 3))).task().parameters  # doctest: +SKIP
        18
    """
    _circuit_or_function(circuit, "PennyLane")
    if arguments:
        from overpar.model.from_pennylane import pennylane_circuit

        circuit = pennylane_circuit(circuit, *arguments)
    if library(observable) == "pennylane":
        from overpar.model.from_pennylane import pennylane_operator

        observable = written_sum(pennylane_operator(observable))
    return Model(name=name, circuit=circuit, observable=observable, state=state)


def _circuit_or_function(circuit: Any, title: str) -> None:
    require(
        library(circuit) == title.lower() or (callable(circuit) and not is_circuit(circuit)),
        f"Argument `circuit` must be a {title} circuit or a function that returns one, but is"
        f" {circuit!r}.",
    )
