"""Circuits to and from Qibo."""

import numpy as np
import pytest
from cases import CASES, angles, random_pauli_sum, task
from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend
from qibo.callbacks import EntanglementEntropy
from scipy.stats import unitary_group

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine
from overpar.engines.qibo import to_qibo
from overpar.model.circuits import Circuit, Rotation, fixed
from overpar.model.from_qibo import qibo_circuit
from overpar.model.observables import PauliSum, Task

BACKEND = NumpyBackend()
# Every trainable gate that converts, on other qubits than the obvious ones.
TRAINABLE = {
    "rx": lambda a: gates.RX(1, a),
    "ry": lambda a: gates.RY(2, a),
    "rz": lambda a: gates.RZ(0, a),
    "u1": lambda a: gates.U1(1, a),
    "u3": lambda a: gates.U3(2, a, 0.4, -1.3),
    "rxx": lambda a: gates.RXX(2, 0, a),
    "ryy": lambda a: gates.RYY(0, 1, a),
    "rzz": lambda a: gates.RZZ(1, 2, a),
    "rzx": lambda a: gates.RZX(2, 1, a),
    "crx": lambda a: gates.CRX(2, 0, a),
    "cry": lambda a: gates.CRY(0, 2, a),
    "crz": lambda a: gates.CRZ(1, 0, a),
    "cu1": lambda a: gates.CU1(2, 1, a),
    "controlled rx": lambda a: gates.RX(2, a).controlled_by(1),
    "u2": lambda a: gates.U2(0, a, 0.2),
    "cu3": lambda a: gates.CU3(0, 2, a, 0.2, 0.3),
    "fsim": lambda a: gates.fSim(1, 2, a, 0.7),
    "givens": lambda a: gates.GIVENS(2, 1, a),
    "rbs": lambda a: gates.RBS(0, 1, a),
    "rxxyy": lambda a: gates.RXXYY(1, 0, a),
    "prx": lambda a: gates.PRX(2, a, 0.6),
}
FIXED = {
    "h": gates.H(1),
    "y": gates.Y(0),
    "t†": gates.TDG(2),
    "toffoli": gates.TOFFOLI(2, 0, 1),
    "x controlled twice": gates.X(0).controlled_by(1, 2),
    "unitary": gates.Unitary(unitary_group.rvs(4, random_state=1), 2, 0),
    "fixed rx": gates.RX(0, 0.3, trainable=False),
    "fixed fsim": gates.fSim(2, 1, 0.3, 0.8, trainable=False),
    "iswap": gates.iSWAP(2, 0),
    "several i": gates.I(0, 1, 2),
    "align": gates.Align(1, 5),
}
OUTSIDE = {
    "gpi": gates.GPI(0, 0.1),
    "align": gates.Align(0, 5, trainable=True),
    "rx": gates.RX(0, 0.1).controlled_by(1, 2),
}


def prepared(*more: gates.Gate) -> QiboCircuit:
    """A circuit of three qubits whose state has no symmetry, and more gates."""
    out = QiboCircuit(3)
    out.add(gates.Unitary(unitary_group.rvs(8, random_state=3), 0, 1, 2))
    out.add(more)
    return out


def state_of(circuit: Circuit, at: np.ndarray) -> np.ndarray:
    return make_engine(Task(circuit, PauliSum(()))).state(np.atleast_2d(at))[0, 0]


def overlap(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(abs(np.vdot(ours, theirs)))


def parameters(circuit: QiboCircuit) -> np.ndarray:
    """`get_parameters`, without the matrices of fixed unitaries."""
    listed = [
        values for values in circuit.get_parameters() if not isinstance(values[0], np.ndarray)
    ]
    return np.array([float(value) for values in listed for value in values])


@pytest.mark.parametrize("name", TRAINABLE)
def test_a_trainable_gate(name: str) -> None:
    for angle in (0.0, 0.9, -2.2, 5.0):
        theirs = prepared(TRAINABLE[name](angle))
        ours = qibo_circuit(theirs)
        want = BACKEND.execute_circuit(theirs).state()
        assert ours.parameters == len(parameters(theirs))
        assert overlap(state_of(ours, parameters(theirs)), want) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", FIXED)
def test_a_fixed_gate(name: str) -> None:
    theirs = prepared(FIXED[name])
    ours = qibo_circuit(theirs)
    assert ours.parameters == 0
    want = BACKEND.execute_circuit(theirs).state()
    assert overlap(state_of(ours, np.zeros((1, 0))), want) == pytest.approx(1, abs=1e-12)


def test_everything_at_once_in_the_order_of_get_parameters() -> None:
    values = np.random.default_rng(4).uniform(-4, 4, len(TRAINABLE))
    pairs = zip(TRAINABLE.values(), values, strict=True)
    turning = [make(value) for make, value in pairs]
    mixed = [gate for k, t in enumerate(turning) for gate in (t, *list(FIXED.values())[k : k + 1])]
    theirs = prepared(*mixed, gates.M(0, 1, 2))
    ours, at = qibo_circuit(theirs), parameters(theirs)
    assert ours.parameters == len(at) == len(TRAINABLE) + 7
    want = BACKEND.execute_circuit(theirs).state()
    assert overlap(state_of(ours, at), want) == pytest.approx(1, abs=1e-12)
    # No two angles are interchangeable, so the order is seen in the state.
    for k in range(len(at) - 1):
        swapped = at.copy()
        swapped[[k, k + 1]] = swapped[[k + 1, k]]
        assert overlap(state_of(ours, swapped), want) < 1 - 1e-6


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_trainable_gate_that_does_not_convert(name: str) -> None:
    circuit = QiboCircuit(3)
    circuit.add(OUTSIDE[name])
    with pytest.raises(UserError, match=f"'{name}' on qubits .* set trainable=False to keep it"):
        qibo_circuit(circuit)


@pytest.mark.parametrize("gate", [gates.RXX, gates.RYY, gates.RZZ, gates.RZX])
def test_a_controlled_two_qubit_rotation_is_refused(gate: type[gates.Gate]) -> None:
    circuit = QiboCircuit(3)
    circuit.add(gate(0, 1, 0.4).controlled_by(2))
    with pytest.raises(UserError, match="has a parameter but is not one of"):
        qibo_circuit(circuit)


def test_a_collapsing_measurement_is_refused() -> None:
    circuit = QiboCircuit(2)
    circuit.add([gates.H(0), gates.M(0, collapse=True), gates.RX(1, 0.1)])
    with pytest.raises(UserError, match="measure"):
        qibo_circuit(circuit)


@pytest.mark.parametrize(
    "channel",
    [
        gates.PauliNoiseChannel(0, [("X", 0.1)]),
        gates.DepolarizingChannel([0, 1], 0.1),
        gates.ResetChannel(0, [0.1, 0.1]),
    ],
)
def test_a_channel_is_refused(channel: gates.Gate) -> None:
    circuit = QiboCircuit(2, density_matrix=True)
    circuit.add(channel)
    with pytest.raises(UserError, match="is a channel; only unitary circuits convert"):
        qibo_circuit(circuit)


@pytest.mark.parametrize("gate", [gates.CallbackGate(EntanglementEntropy([0])), gates.FusedGate(0)])
def test_what_is_no_gate_of_its_own_is_refused(gate: gates.Gate) -> None:
    circuit = QiboCircuit(2)
    circuit.add(gate)
    with pytest.raises(UserError, match="is not a gate of its own"):
        qibo_circuit(circuit)


@pytest.mark.parametrize(("name", "n"), [case for case in CASES if case[1] in (2, 3)])
def test_there_and_back(name: str, n: int) -> None:
    """States return exactly; every rotation Qibo knows returns as one angle of its own."""
    circuit, at = task(name, n).circuit, angles(name, n, 1)[0]
    there = to_qibo(circuit, at)
    back = qibo_circuit(there)
    one = Task(back, PauliSum(()), task(name, n).inputs)
    other = Task(circuit, PauliSum(()), task(name, n).inputs)
    assert back.parameters == len(circuit.rotations)
    np.testing.assert_allclose(
        make_engine(one).state(parameters(there)[None]),
        make_engine(other).state(at[None]),
        rtol=0,
        atol=1e-12,
    )


def test_strings_that_qibo_lacks_become_unitaries() -> None:
    circuit = Circuit(3, (fixed("H", 1), Rotation("ZYX", (2, 0, 1), 0, 0.7)), 1)
    there = to_qibo(circuit, np.array([0.8]))
    want = state_of(circuit, np.array([0.8]))
    np.testing.assert_allclose(BACKEND.execute_circuit(there).state(), want, atol=1e-13)
    assert qibo_circuit(there).parameters == 0


def test_a_converted_circuit_has_the_gradient_of_qibo() -> None:
    """Controlled rotations are not turned by parameter shift: compare with differences."""
    theirs = prepared(gates.CRX(0, 1, 0.2), gates.U3(2, 0.1, 0.2, 0.3), gates.CU1(1, 2, 1.0))
    at, observable = parameters(theirs), random_pauli_sum(3, 4)
    engine = make_engine(Task(qibo_circuit(theirs), observable))
    shifts = 1e-5 * np.eye(len(at))
    plus, minus = (engine.loss_and_gradient(at + s)[0] for s in (shifts, -shifts))
    _, gradient = engine.loss_and_gradient(at[None])
    np.testing.assert_allclose(gradient[0], (plus - minus) / 2e-5, rtol=0, atol=1e-8)


def test_wrong_number_of_angles() -> None:
    with pytest.raises(UserError, match=r"`angles` must have shape \(1,\), but has shape \(2,\)"):
        to_qibo(Circuit(1, (Rotation("X", (0,), 0),), 1), np.zeros(2))
