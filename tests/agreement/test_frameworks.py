"""Circuits of Qiskit and PennyLane against these; skipped where they are not installed."""

from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

import overpar as op
from overpar.base.errors import UserError
from overpar.model.circuits import Circuit
from overpar.model.observables import PauliSum, Task

KEYS = range(200)


def state(circuit: Circuit, at: object) -> np.ndarray:
    return np.ravel(op.state(Task(circuit, PauliSum(())), np.asarray(at)))


def fidelity(first: np.ndarray, second: np.ndarray) -> float:
    return float(abs(np.vdot(first, second)))


def random_numbers(name: str, key: int) -> Generator:
    return np.random.default_rng([len(name), key])


# ------------------------------------------------------------------ Qiskit

QISKIT = {
    **{name: (1, 0) for name in ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx", "sxdg")},
    **{name: (1, 1) for name in ("rx", "ry", "rz", "p")},
    **{name: (2, 0) for name in ("cx", "cy", "cz", "ch", "csx", "swap", "iswap", "ecr", "dcx")},
    **{name: (2, 1) for name in ("crx", "cry", "crz", "cp", "rxx", "ryy", "rzz", "rzx")},
    **{"u": (1, 3), "r": (1, 2), "cu": (2, 4), "ccx": (3, 0), "cswap": (3, 0), "ccz": (3, 0)},
}


def qiskit_case(key: int) -> tuple[Any, np.ndarray]:
    """A random circuit, and values of its parameters."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector
    from qiskit.circuit.library import XXMinusYYGate, XXPlusYYGate

    random = random_numbers("qiskit", key)
    n, names = int(random.integers(3, 6)), ParameterVector("t", 3)
    out = QuantumCircuit(n)
    for q in range(n):
        out.ry(names[q % 3], q)
    for name in random.choice(list(QISKIT), 12):
        qubits, angles = QISKIT[str(name)]
        where = [int(q) for q in random.permutation(n)[:qubits]]
        given = [
            names[int(k)] * -0.5 + names[0] / 3 + 0.25 for k in random.integers(3, size=angles)
        ]
        getattr(out, str(name))(*given, *where)
    pair = [int(q) for q in random.permutation(n)[:2]]
    out.append((XXMinusYYGate, XXPlusYYGate)[key % 2](2 * names[1], names[2]), pair)
    return out, random.uniform(-3, 3, 3)


@pytest.mark.parametrize("key", KEYS)
def test_qiskit_states(key: int) -> None:
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    circuit, values = qiskit_case(key)
    bound = circuit.assign_parameters(dict(zip(circuit.parameters, values, strict=True)))
    theirs = quantum_info.Statevector(bound).reverse_qargs().data
    task = op.from_qiskit(circuit).task()
    assert task.parameters == 3
    assert fidelity(np.ravel(op.state(task, values)), theirs) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("key", range(10))
def test_qiskit_gradients(key: int) -> None:
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    circuit, values = qiskit_case(key)
    observable = quantum_info.SparsePauliOp.from_sparse_list(
        [("ZX", [0, 2], 1.0), ("Y", [1], -0.5)], circuit.num_qubits
    )
    task = op.from_qiskit(circuit, observable=observable).task()

    def energy(at: np.ndarray) -> float:
        bound = circuit.assign_parameters(dict(zip(circuit.parameters, at, strict=True)))
        return float(quantum_info.Statevector(bound).expectation_value(observable).real)

    gradient = np.ravel(op.loss_and_gradient(task, values)[1])
    weights, steps = np.array([-1, 9, -45, 45, -9, 1]) / 60, (-3, -2, -1, 1, 2, 3)
    for k in range(3):
        ends = [energy(values + j * 1e-2 * np.eye(3)[k]) for j in steps]
        assert gradient[k] == pytest.approx(weights @ ends / 1e-2, abs=1e-9)


def test_qiskit_ansaetze_keep_their_angles() -> None:
    library = pytest.importorskip("qiskit.circuit.library")
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    terms = [("ZZ", [0, 1], 1.0), ("ZZ", [1, 2], 0.5), ("Z", [0], 0.3)]
    cost = quantum_info.SparsePauliOp.from_sparse_list(terms, 3)
    assert op.from_qiskit(library.efficient_su2(4, reps=3)).task().parameters == 32
    qaoa = library.qaoa_ansatz(cost, reps=3)
    assert op.from_qiskit(qaoa, observable=cost).task().parameters == 6
    from qiskit import QuantumCircuit
    from qiskit.circuit import Parameter

    evolved = QuantumCircuit(3)
    evolved.ry(0.4, range(3))
    evolved.append(library.PauliEvolutionGate(cost, Parameter("t")), [2, 0, 1])
    evolved.h(range(3))
    bound = evolved.assign_parameters([0.7])
    theirs = quantum_info.Statevector(bound).reverse_qargs().data
    ours = np.ravel(op.state(op.from_qiskit(evolved).task(), [0.7]))
    assert fidelity(ours, theirs) == pytest.approx(1, abs=1e-12)


def test_what_qiskit_has_and_we_do_not() -> None:
    qiskit = pytest.importorskip("qiskit")
    from qiskit.circuit import Parameter
    from qiskit.circuit.library import PauliEvolutionGate
    from qiskit.quantum_info import SparsePauliOp

    a, b = Parameter("a"), Parameter("b")

    def circuit(*calls: Any) -> Any:
        out = qiskit.QuantumCircuit(2, 2)
        for name, *arguments in calls:
            getattr(out, name)(*arguments)
        return out

    evolution = PauliEvolutionGate(SparsePauliOp(["XX", "ZI"]), a)
    for made, message in (
        (circuit(("x", 0), ("reset", 1)), r"instruction 1, 'reset' on qubits \[1\]: .* unitary"),
        (circuit(("rx", a * b, 0)), r"instruction 0, 'rx' on qubits \[0\]: its angle a\*b is ref"),
        (circuit(("rx", a.sin(), 0)), "not linear in the parameters"),
        (circuit(("measure", 0, 0), ("x", 0)), "a gate after a measurement"),
        (circuit(("initialize", [0, 1], [0])), "'initialize' on qubits .* not unitary"),
        (circuit(("append", evolution, [0, 1])), "strings of its operator do not commute"),
    ):
        with pytest.raises(UserError, match=message) as caught:
            op.from_qiskit(made).task()
        assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="must have a real coefficient"):
        op.from_qiskit(circuit(("rx", a, 0)), observable=SparsePauliOp(["XX"], [1j]))


# ------------------------------------------------------------------ PennyLane

PENNYLANE = {
    **{name: (1, 0) for name in ("Hadamard", "PauliX", "PauliY", "PauliZ", "S", "T", "SX")},
    **{name: (1, 1) for name in ("RX", "RY", "RZ", "PhaseShift", "U1")},
    **{name: (1, 3) for name in ("Rot", "U3")},
    **{name: (2, 0) for name in ("CNOT", "CY", "CZ", "CH", "SWAP", "ISWAP", "ECR")},
    **{name: (2, 1) for name in ("CRX", "CRY", "CRZ", "IsingXX", "IsingXY", "SingleExcitation")},
    **{"U2": (1, 2), "CRot": (2, 3), "Toffoli": (3, 0), "MultiRZ": (3, 1), "CSWAP": (3, 0)},
    **{"ControlledPhaseShift": (2, 1), "FermionicSWAP": (2, 1), "SingleExcitationPlus": (2, 1)},
}


def pennylane_case(key: int) -> tuple[Any, np.ndarray]:
    """A QNode of four wires that returns its state, and values of its parameters."""
    qml = pytest.importorskip("pennylane")
    random = random_numbers("pennylane", key)
    chosen = []
    for name in random.choice(list(PENNYLANE), 12):
        wires, angles = PENNYLANE[str(name)]
        where = [int(q) for q in random.permutation(4)[:wires]]
        chosen.append((getattr(qml, str(name)), where, random.integers(3, size=angles).tolist()))

    @qml.qnode(qml.device("default.qubit", wires=4))
    def circuit(t: Any) -> Any:
        for q in range(4):
            qml.RY(t[q % 3], wires=q)
        for gate, where, numbers in chosen:
            gate(*(t[k] * -0.5 + t[0] / 3 + 0.25 for k in numbers), wires=where)
        qml.DoubleExcitation(t[1], wires=[2, 0, 3, 1])
        qml.ctrl(qml.RX(t[2], wires=1), control=[0, 3], control_values=[1, 0])
        qml.adjoint(qml.PauliRot(t[0], "XY", wires=[2, 0]))
        return qml.state()

    return circuit, random.uniform(-3, 3, 3)


@pytest.mark.parametrize("key", KEYS)
def test_pennylane_states(key: int) -> None:
    circuit, values = pennylane_case(key)
    task = op.from_pennylane(circuit, values).task()
    assert task.parameters == 3
    ours = np.ravel(op.state(task, values))
    assert fidelity(ours, np.asarray(circuit(values))) == pytest.approx(1, abs=1e-12)


def test_pennylane_ansaetze_keep_their_angles() -> None:
    qml = pytest.importorskip("pennylane")
    weights = np.zeros((2, 3, 3))
    entangling = op.from_pennylane(
        lambda w: qml.StronglyEntanglingLayers(w, wires=range(3)), weights
    )
    assert entangling.task().parameters == 18
    cost = qml.Hamiltonian([1.0, 0.5], [qml.Z(0) @ qml.Z(1), qml.Z(1) @ qml.Z(2)])
    mixer = qml.Hamiltonian([1.0] * 3, [qml.X(q) for q in range(3)])

    def qaoa(angles: Any) -> None:
        for q in range(3):
            qml.Hadamard(q)
        for layer in range(3):
            qml.qaoa.cost_layer(angles[0, layer], cost)
            qml.qaoa.mixer_layer(angles[1, layer], mixer)

    model = op.from_pennylane(qaoa, np.zeros((2, 3)), observable=cost)
    assert model.task().parameters == 6
    assert (
        op.dla(model, 3, ideals=False).dimension
        == op.dla(
            op.Model(generators=["ZZ", "X"], edges=[[0, 1], [1, 2, 0.5]]), 3, ideals=False
        ).dimension
    )

    def coupled(angles: Any) -> None:
        qml.X(0)
        qml.X(1)
        qml.DoubleExcitation(angles[0], wires=[0, 1, 2, 3])
        qml.SingleExcitation(angles[1], wires=[0, 2])
        qml.SingleExcitation(angles[2], wires=[1, 3])

    assert op.from_pennylane(coupled, np.zeros(3)).task().parameters == 3
    tape = qml.tape.QuantumScript([qml.RX(0.1, 0), qml.RY(0.2, 1), qml.CNOT([0, 1])])
    assert op.from_pennylane(tape).task().parameters == 2


def test_what_pennylane_has_and_we_do_not() -> None:
    qml = pytest.importorskip("pennylane")

    def turns(t: Any) -> None:
        qml.RX(t[0] * t[1], wires=0)

    def switched(t: Any) -> None:
        (qml.RX if t[0] > 0 else qml.RY)(t[0], wires=0)

    def prepared(t: Any) -> None:
        qml.BasisState(np.array([1]), wires=[0])
        qml.RX(t[0], wires=0)

    def batched(t: Any) -> None:
        qml.RX(t, wires=0)

    def failing(t: Any) -> None:
        raise ValueError("no")

    at = np.zeros(2)
    for function, message in (
        (turns, r"operation 0, RX on wires \[0\]: its angle is not linear"),
        (switched, "the gates of the circuit depend on the values of its parameters"),
        (prepared, r"operation 0, BasisState on wires \[0\]: it is no gate"),
        (batched, "a batch of angles is not supported"),
        (failing, r"fails with arguments of shapes \[\(2,\)\]: ValueError: no"),
    ):
        with pytest.raises(UserError, match=message) as caught:
            op.from_pennylane(function, at)
        assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="no sum of Pauli strings"):
        op.from_pennylane(lambda t: qml.RX(t, 0), 0.1, observable=qml.NumberOperator(0))
