"""Circuits of PennyLane against ours; skipped where it is not installed."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from elsewhere import KEYS, distance, gradient, random_numbers, random_terms

import overpar as op
from overpar.base.errors import UserError

qml = pytest.importorskip("pennylane")

# Wires and angles.
GATES = {
    **{name: (1, 0) for name in ("Hadamard", "PauliX", "PauliY", "PauliZ", "S", "T", "SX")},
    **{name: (1, 1) for name in ("RX", "RY", "RZ", "PhaseShift", "U1")},
    **{name: (1, 3) for name in ("Rot", "U3")},
    **{name: (2, 0) for name in ("CNOT", "CY", "CZ", "CH", "SWAP", "ISWAP", "ECR")},
    **{name: (2, 1) for name in ("CRX", "CRY", "CRZ", "IsingXX", "IsingXY", "SingleExcitation")},
    **{"U2": (1, 2), "CRot": (2, 3), "Toffoli": (3, 0), "MultiRZ": (3, 1), "CSWAP": (3, 0)},
    **{"ControlledPhaseShift": (2, 1), "FermionicSWAP": (2, 1), "SingleExcitationPlus": (2, 1)},
}


def random_case(key: int) -> tuple[Callable[[Any], None], np.ndarray]:
    """Gates on four wires, and values of their parameters."""
    random = random_numbers("pennylane", key)
    chosen = []
    for name in random.choice(list(GATES), 12):
        wires, angles = GATES[str(name)]
        where = [int(q) for q in random.permutation(4)[:wires]]
        chosen.append((getattr(qml, str(name)), where, random.integers(3, size=angles).tolist()))

    def gates(t: Any) -> None:
        for q in range(4):
            qml.RY(t[q % 3], wires=q)
        for gate, where, numbers in chosen:
            gate(*(t[k] * -0.5 + t[0] / 3 + 0.25 for k in numbers), wires=where)
        qml.DoubleExcitation(t[1], wires=[2, 0, 3, 1])
        qml.ctrl(qml.RX(t[2], wires=1), control=[0, 3], control_values=[1, 0])
        qml.adjoint(qml.PauliRot(t[0], "XY", wires=[2, 0]))

    return gates, random.uniform(-3, 3, 3)


def node(gates: Callable[[Any], None], seen: Callable[[], Any]) -> Any:
    """A QNode of four wires that returns something after the gates."""

    @qml.qnode(qml.device("default.qubit", wires=4), diff_method="backprop")
    def circuit(t: Any) -> Any:
        gates(t)
        return seen()

    return circuit


@pytest.mark.parametrize("key", KEYS)
def test_states(key: int) -> None:
    gates, values = random_case(key)
    circuit = node(gates, qml.state)
    task = op.from_pennylane(circuit, values).task()
    assert task.parameters == 3
    assert distance(np.ravel(op.state(task, values)), np.asarray(circuit(values))) < 1e-12


@pytest.mark.parametrize("key", KEYS)
def test_gradients(key: int) -> None:
    gates, values = random_case(key)
    terms = random_terms(random_numbers("terms", key), 4)
    words = [qml.pauli.PauliWord(dict(zip(where, p, strict=True))) for _, p, where in terms]
    observable = qml.Hamiltonian([c for c, _, _ in terms], [word.operation() for word in words])
    circuit = node(gates, lambda: qml.expval(observable))
    task = op.from_pennylane(circuit, values, observable=observable).task()
    with warnings.catch_warnings():
        # Autograd drops imaginary parts, which are zero, of the derivatives of real angles.
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        theirs = qml.grad(circuit)(qml.numpy.array(values, requires_grad=True))
    np.testing.assert_allclose(gradient(task, values), theirs, rtol=0, atol=1e-9)


def test_ansaetze_keep_their_angles() -> None:
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

    def clustered(angles: Any) -> None:
        singles, doubles, filled = (
            [[0, 1, 2], [1, 2, 3]],
            [[[0, 1], [2, 3]]],
            np.array([1, 1, 0, 0]),
        )
        qml.UCCSD(angles, range(4), singles, doubles, filled)

    model = op.from_pennylane(clustered, np.zeros(3))
    assert model.task().parameters == 3
    values = np.array([0.3, -0.8, 0.5])
    theirs = np.asarray(node(clustered, qml.state)(values))
    assert distance(np.ravel(op.state(model.task(), values)), theirs) < 1e-12
    tape = qml.tape.QuantumScript([qml.RX(0.1, 0), qml.RY(0.2, 1), qml.CNOT([0, 1])])
    assert op.from_pennylane(tape).task().parameters == 2


def test_what_is_refused() -> None:

    def turns(t: Any) -> None:
        qml.RX(t[0] * t[1], wires=0)

    def switched(t: Any) -> None:
        (qml.RX if t[0] > 0 else qml.RY)(t[0], wires=0)

    def prepared(t: Any) -> None:
        qml.StatePrep(np.array([0, 1]), wires=[0])
        qml.RX(t[0], wires=0)

    def flipped(t: Any) -> None:
        qml.RX(t[0], wires=0)
        qml.BasisState(np.array([1]), wires=[0])

    def batched(t: Any) -> None:
        qml.RX(t, wires=0)

    def failing(t: Any) -> None:
        raise ValueError("no")

    at = np.zeros(2)
    for function, message in (
        (turns, r"operation 0, RX on wires \[0\]: its angle is not linear"),
        (switched, "the gates of the circuit depend on the values of its parameters"),
        (prepared, r"operation 0, StatePrep on wires \[0\]: it is no gate"),
        (flipped, r"operation 1, BasisState on wires \[0\]: it is no gate, and stands behind one"),
        (batched, "a batch of angles is not supported"),
        (failing, r"fails with arguments of shapes \[\(2,\)\]: ValueError: no"),
    ):
        with pytest.raises(UserError, match=message) as caught:
            op.from_pennylane(function, at)
        assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="no sum of Pauli strings"):
        op.from_pennylane(lambda t: qml.RX(t, 0), 0.1, observable=qml.NumberOperator(0))
