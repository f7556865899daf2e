"""Whole unitaries by Pauli coefficients, on circuits of every gate that the engine takes."""

import numpy as np
import pytest
from cases import random_states, rng

from overpar.base.errors import UserError
from overpar.engines.choose import make_objective, paulis_apply
from overpar.engines.pauli_kernels import Column, Kind
from overpar.engines.paulis import Program
from overpar.model.circuits import FIXED_GATES, Circuit, Fixed, Gate, Rotation, fixed, pauli_masks
from overpar.model.clifford import String, fixed_product, is_clifford, moved_rotations
from overpar.model.observables import PauliSum, Projector, Task
from overpar.model.papers import compilation

CLIFFORD = [name for name in FIXED_GATES if name not in ("T", "TDG")]
# Quarter turns and their neighbours, where tangents are zero or without bound.
SPECIAL = np.pi * np.array([0, 0.5, 1, 1 - 1e-16, 1 + 1e-16, 1.5, 2, 3, -1, 1 + 1e-9, 1e8])


def random_circuit(n: int, gates: int = 60) -> Circuit:
    """Rotations about strings of any length, tied and scaled, and every Clifford gate."""
    random = rng("circuit", n)
    out: list[Gate] = []
    for _ in range(gates):
        names = [c for c in CLIFFORD if FIXED_GATES[c].shape[0] <= 2**n]
        name = random.choice(names)
        size = FIXED_GATES[name].shape[0] // 2
        out.append(fixed(name, *(int(q) for q in random.permutation(n)[:size])))
        letters = "".join(random.choice([*"XYZ"], int(random.integers(1, n + 1))))
        where = tuple(int(q) for q in random.permutation(n)[: len(letters)])
        scale = float(random.choice([1, -2, 0.5]))
        out.append(Rotation(letters, where, int(random.integers(12)), scale))
    return Circuit(n, tuple(out), 12)


def random_task(n: int) -> Task:
    """Some 2ⁿ inputs, not orthogonal, and any joint target."""
    target = random_states(n, 2**n, "target") / np.sqrt(2**n)
    inputs = random_states(n, 2**n, "inputs")
    return Task(random_circuit(n), Projector(target, -1.7), inputs, constant=0.3)


def agree(task: Task, angles: np.ndarray) -> None:
    one, other = (
        make_objective(task, e).loss_and_gradient(angles) for e in ("paulis", "statevector")
    )
    np.testing.assert_allclose(one[0], other[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(one[1], other[1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("n", range(1, 7))
def test_any_strings_and_clifford_gates(n: int) -> None:
    agree(random_task(n), rng("angles", n).uniform(-9, 9, (9, 12)))


@pytest.mark.parametrize("n", range(2, 6))
def test_what_may_be_one_operation(n: int) -> None:
    """RY and RX, with or without a Z beside them, which does not commute with its neighbours."""
    random = rng("neighbours", n)
    gates: list[Gate] = []
    for k in range(80):
        one, other = (int(q) for q in random.permutation(n)[:2])
        letters = str(random.choice(["Y", "X", "ZY", "ZX", "Z"]))
        gates.append(Rotation(letters, (one, other)[-len(letters) :], k))
        if k % 3:
            gates[-1:] = [Rotation("Y", (one,), k), Rotation("X", (one,), k)]
    given = random_task(n)
    task = Task(Circuit(n, tuple(gates), 80), given.observable, given.inputs)
    kinds = set(Program(task.circuit).forward[:, Column.KIND])
    assert kinds >= {Kind.PAIR, Kind.ALIKE}
    agree(task, random.uniform(-9, 9, (3, 80)))


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_where_cosines_vanish(n: int) -> None:
    random = rng("special", n)
    agree(random_task(n), random.choice(SPECIAL, (16, 12)))
    task = compilation(3).task(max(n, 2), 6)
    agree(task, np.full((1, task.parameters), np.pi))
    agree(task, random.choice(SPECIAL, (24, task.parameters)))


@pytest.mark.parametrize("n", range(1, 5))
def test_moving_clifford_gates_leaves_the_unitary(n: int) -> None:
    """The gates, one by one, and F ∏ exp(−iθP/2) with the moved strings."""
    circuit = random_circuit(n)
    before, found = np.eye(2**n, dtype=complex), iter(moved_rotations(circuit))
    for gate in circuit.gates:
        if isinstance(gate, Fixed):
            before = fixed_product(Circuit(n, (gate,), 0)) @ before
            continue
        string = String(*pauli_masks(gate.pauli, gate.qubits, n)[:2]).matrix(n)
        expected = before.conj().T @ string @ before
        np.testing.assert_allclose(next(found).matrix(n), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fixed_product(circuit), before, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n", range(2, 7))
def test_rotations_of_two_qubits_are_one_operation(n: int) -> None:
    circuit = compilation(1).task(n, 5).circuit
    program = Program(circuit)
    kinds = program.forward[:, Column.KIND]
    assert set(kinds[:-1]) <= {Kind.ALIKE, Kind.OPPOSITE}
    assert 4 * len(kinds) - len(circuit.rotations) in (0, 2)
    assert 2 * len(program.backward) == len(circuit.rotations)


def test_where_the_engine_does_not_apply() -> None:
    n, target = 2, np.eye(4, dtype=complex) / 2
    turn, inputs = Rotation("X", (0,), 0), np.eye(4, dtype=complex)
    fits = Task(Circuit(n, (fixed("S", 0), turn), 1), Projector(target), inputs)
    tied = Circuit(n, (turn, Rotation("Y", (1,), 1)), 2, ((0, 1),))
    assert paulis_apply(fits)
    for task in (
        Task(Circuit(n, (fixed("T", 0), turn), 1), Projector(target), inputs),
        Task(tied, Projector(target), inputs),
        Task(fits.circuit, Projector(2 * target[:1]), inputs[:1]),
        Task(fits.circuit, PauliSum(((1.0, "Z", (0,)),)), inputs),
    ):
        assert not paulis_apply(task)
        with pytest.raises(UserError, match="Engine 'paulis' compiles unitaries"):
            make_objective(task, "paulis")
        assert type(make_objective(task)).__name__ == "StateVector"


def test_only_clifford_gates_are_moved() -> None:
    almost = Circuit(
        1, (Fixed("UNITARY", (0,), np.diag([1, np.exp(1e-10j)])), Rotation("X", (0,), 0)), 1
    )
    assert not is_clifford(almost)
    with pytest.raises(UserError, match=r"Gate UNITARY on qubits \(0,\) is no Clifford gate"):
        moved_rotations(almost)
