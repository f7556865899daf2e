"""Circuits with fixed gates say the same of themselves as the generators that they stand for."""

import dense
import dense_algebra
import numpy as np
import pytest
from cases import random_pauli_sum, random_states, rng
from scipy.special import ndtri
from scipy.stats import unitary_group

from overpar.base.errors import UserError
from overpar.engines.choose import make_objective
from overpar.model.circuits import FIXED_GATES, Circuit, Fixed, Gate, Rotation, fixed, unitary
from overpar.model.model import Model
from overpar.model.observables import PauliSum
from overpar.quantities.absorbed import Absorbed, absorb, moved, moved_generators
from overpar.quantities.algebra import dla_dimension
from overpar.quantities.algebra_structure import structure
from overpar.quantities.loss_moments import deep_loss
from overpar.quantities.model_algebra import model_dimension, model_sector, model_structure

CLIFFORD = ("H", "S", "SDG", "X", "Y", "CZ", "CNOT", "SWAP")
# Generators, input and observable; those of the last two are outside the algebra.
FAMILIES = [
    (["ZZ", "X"], "+", "-ZZ - X"),
    (["ZZ", "XX@0::2 + YY@0::2", "XX@1::2 + YY@1::2", "Z@0"], "010", "XX + YY"),
    (["X@0", "Y@0", "ZZ@1", "X@1"], "0", "Z@0 + 0.5*X@1"),
    (["X@0", "Y@0", "X@1", "Y@1", "X@2", "Y@2"], "0", "ZZ@0 - 0.5*XIX@0 + Z"),
    (["ZZ", "X"], "+", "0.7*Y + Z@0 + XX"),
]


def random_gates(random: np.random.Generator, names: tuple[str, ...], count: int) -> list[Fixed]:
    """Named gates on random ones of three qubits."""
    found = []
    for name in random.choice(names, count):
        size = len(FIXED_GATES[name]).bit_length() - 1
        found.append(fixed(str(name), *map(int, random.permutation(3)[:size])))
    return found


def undone(gates: list[Fixed]) -> list[Fixed]:
    return [unitary(gate.matrix.conj().T, *gate.qubits) for gate in reversed(gates)]


def text(operator: PauliSum) -> str:
    """As a model's observable: one word of three letters per term."""
    parts = []
    for value, letters, where in operator.terms:
        at = dict(zip(where, letters, strict=True))
        word = "".join(at.get(q, "I") for q in range(3))
        parts.append(f"{'-' if value < 0 else '+'} {abs(value)!r}*{word}@0")
    return " ".join(parts)


def test_operators_are_moved_as_matrices_are() -> None:
    random = rng("moved operators")
    for key in range(20):
        gates = random_gates(random, (*CLIFFORD, "T"), 6)
        gates.insert(3, unitary(unitary_group.rvs(4, random_state=key), 2, 0))
        operator = random_pauli_sum(3, key)
        whole = np.eye(8)
        for gate in gates:
            whole = dense.spread(gate.matrix, gate.qubits, 3) @ whole
        expected = whole.conj().T @ dense.operator(operator, 3) @ whole
        found = moved(operator, gates)
        np.testing.assert_allclose(dense.operator(found, 3), expected, rtol=0, atol=1e-11)


def test_clifford_gates_give_whole_coefficients() -> None:
    random = rng("clifford")
    operator = PauliSum(((1.0, "XYZ", (0, 1, 2)), (-3.0, "ZZ", (0, 2))))
    found = moved(operator, random_gates(random, CLIFFORD, 30))
    assert sorted(c for c, _, _ in found.terms) in ([-3, -1], [-3, 1], [-1, 3], [1, 3])


def dressed(key: int) -> tuple[Model, Model]:
    """A model of generators, and a circuit of it in which fixed gates stand between rotations."""
    generators, state, observable = FAMILIES[key % len(FAMILIES)]
    plain = Model(generators=generators, state=state, observable=observable)
    given = plain.build(3, DEPTH)
    random = rng("dressed", key)
    gates: list[Gate] = []
    before: list[Fixed] = []
    for gate in given.gates:
        if isinstance(gate, Fixed):  # the input
            continue
        # A dozen gates, then single ones: what is moved past many is tested with few layers.
        more = random_gates(random, CLIFFORD, 12 if not before else int(random.integers(2)))
        before += more
        string = PauliSum(((1.0, gate.pauli, gate.qubits),))
        ((sign, letters, where),) = moved(string, undone(before)).terms
        gates += [*more, Rotation(letters, where, gate.parameter, sign * gate.scale)]
    operator = plain.operator(3)
    assert operator is not None
    circuit = Circuit(3, tuple(gates), given.parameters)
    words = text(moved(operator, undone(before)))
    return plain, Model(circuit=circuit, state=state, observable=words)


DEPTH, SAMPLES, CASES = 30, 1000, 50
# So many are no slow tests.
QUICK = 10


@pytest.mark.parametrize(
    "key", [pytest.param(k, marks=[pytest.mark.slow] * (k >= QUICK)) for k in range(CASES)]
)
def test_a_dressed_circuit_is_diagnosed_as_its_generators(key: int) -> None:
    plain, circuit = dressed(key)
    found = []
    for model in (plain, circuit):
        given = absorb(model, 3, DEPTH)
        parts = structure(given.generators, 3)
        moments = deep_loss(parts, given)
        shape = (parts.centre.dimension, [ideal.name for ideal in parts.ideals])
        found.append((len(given.generators), shape, moments.mean, moments.variance))
    assert found[0][:2] == found[1][:2]
    assert found[1][2:] == pytest.approx(found[0][2:], abs=1e-9)
    # The sample's 99 % intervals, jointly for all cases.
    task = circuit.task(3)
    angles = rng("losses", key).uniform(0, 2 * np.pi, (SAMPLES, task.parameters))
    losses = make_objective(task).loss_and_gradient(angles)[0] - task.constant
    mean, variance = found[1][2:]
    quantile = ndtri(1 - 0.005 / (2 * CASES))
    error = np.std((losses - losses.mean()) ** 2) / np.sqrt(SAMPLES)
    assert abs(losses.var(ddof=1) - variance) < quantile * error + 1e-12
    assert abs(losses.mean() - mean) < quantile * losses.std() / np.sqrt(SAMPLES) + 1e-12


def test_an_observable_that_fixed_gates_move_out_of_the_algebra() -> None:
    """The chain of CNOTs turns Z₁ into Z₀Z₁: two independent spheres, variance 1/3·1/3."""
    turns = [Rotation(p, (q,), 3 * k + q) for k, p in enumerate("XY") for q in range(3)]
    gates = (*turns, fixed("CNOT", 0, 1), fixed("CNOT", 1, 2))
    given = absorb(Model(circuit=Circuit(3, gates, 6), observable="Z@1"), 3)
    assert given.observable == PauliSum(((1.0, "ZZ", (0, 1)),))
    moments = deep_loss(structure(given.generators, 3), given)
    assert (moments.mean, moments.variance) == pytest.approx((0, 1 / 9), abs=1e-9)


@pytest.mark.parametrize(("observable", "variance"), [("Z@0", 0), ("Z@1", 1 / 3)])
def test_an_observable_that_swap_takes_away(observable: str, variance: float) -> None:
    gates = (Rotation("X", (0,), 0), Rotation("Y", (0,), 1), fixed("SWAP", 0, 1))
    given = absorb(Model(circuit=Circuit(2, gates, 2), observable=observable), 2)
    moments = deep_loss(structure(given.generators, 2), given)
    assert moments.variance == pytest.approx(variance, abs=1e-12)
    assert moments.mean == pytest.approx(0 if variance else 1)


def test_one_angle_across_fixed_gates_is_one_generator() -> None:
    """RZZ written as CNOT RZ CNOT, all bonds with one angle, is the Ising chain: n²."""
    gates: list[Gate] = []
    for layer in range(2):
        for q in range(3):
            gates += [fixed("CNOT", q, q + 1), Rotation("Z", (q + 1,), 2 * layer)]
            gates.append(fixed("CNOT", q, q + 1))
        gates += [Rotation("X", (q,), 2 * layer + 1) for q in range(4)]
    generators, _ = moved_generators(Circuit(4, tuple(gates), 4))
    assert len(generators) == 2
    assert dla_dimension(generators, 4).value == 16


def test_the_angles_of_one_generator_may_stand_apart() -> None:
    """Z₀ and Z₁ by one angle, with another about Z₂ between them, and then X₀, which does not
    commute."""
    order = [("Z", 0, 0), ("Z", 2, 1), ("Z", 1, 0), ("X", 0, 2), ("Z", 0, 0)]
    gates = tuple(Rotation(letter, (q,), angle) for letter, q, angle in order)
    found = [g.terms for g in moved_generators(Circuit(3, gates, 3))[0]]
    assert found == [
        ((1.0, "Z", (0,)), (1.0, "Z", (1,))),
        ((1.0, "Z", (2,)),),
        ((1.0, "X", (0,)),),
        ((1.0, "Z", (0,)),),
    ]


def test_an_observable_with_too_large_an_orbit_is_refused() -> None:
    model = Model(generators=["X", "Z", "ZZ"], local=True, observable="Y", boundary="open")
    given = absorb(model, 4)
    parts = structure(absorb(Model(generators=["Z"]), 4).generators, 4)
    with pytest.raises(UserError, match="span more than 128 dimensions"):
        deep_loss(parts, given)


def closed(generators: tuple[PauliSum, ...], n: int) -> np.ndarray:
    return dense_algebra.closure(list(generators), n)


@pytest.mark.parametrize("key", range(6))
def test_gates_before_the_first_rotation_leave_the_algebra_as_it_is(key: int) -> None:
    """Whatever they are: the same algebra, exactly, from another input."""
    first = unitary(unitary_group.rvs(8, random_state=key), 2, 0, 1)
    rest = (fixed("CNOT", 0, 1), *Model(generators=["ZZ", "X"]).build(3, 3).gates)
    circuit = Circuit(3, (fixed("S", 0), first, *rest), 6)
    given = absorb(Model(circuit=circuit, observable="0.5*ZZ + X"), 3)
    assert given.exact
    assert given.states is not None
    state = first.matrix.copy()
    np.testing.assert_allclose(
        given.states[0],
        (dense.spread(state, first.qubits, 3) @ np.eye(8)[0]),
        rtol=0,
        atol=1e-12,
    )
    assert model_dimension(given, None).value == 9
    algebra = closed(given.generators, 3)
    assert model_sector(given).value == dense_algebra.sector_dimension(algebra, given.states[0])
    check_sample(given, circuit, key)


def check_sample(given: Absorbed, circuit: Circuit, key: int) -> None:
    """Mean and variance from the algebra against random elements of its group."""
    moments = deep_loss(model_structure(given), given)
    size = 2**given.qubits
    algebra = closed(given.generators, given.qubits)
    assert given.observable is not None
    observable = dense.operator(given.observable, given.qubits)
    states = given.states if given.states is not None else np.eye(1, size)
    random, unitary_ = rng("group", key), np.eye(size, dtype=complex)
    values = np.empty(4000)
    for k in range(len(values)):
        step = np.tensordot(random.normal(scale=20.0, size=len(algebra)), algebra, 1)
        energies, vectors = np.linalg.eigh(step)
        unitary_ = (vectors * np.exp(-1j * energies)) @ vectors.conj().T @ unitary_
        moved_states = states @ unitary_.T
        values[k] = np.mean(
            np.einsum("ki,ij,kj->k", moved_states.conj(), observable, moved_states).real
        )
    error = np.std((values - values.mean()) ** 2) / np.sqrt(len(values))
    assert abs(values.var() - moments.variance) < 3.5 * error + 1e-12
    assert abs(values.mean() - moments.mean) < 3.5 * values.std() / np.sqrt(len(values)) + 1e-12


@pytest.mark.parametrize("key", range(8))
def test_gates_that_are_not_clifford_are_taken_by_numbers(key: int) -> None:
    """Dimension, centre, ideals and sector as dense matrices have them."""
    random = rng("not clifford", key)
    gates: list[Gate] = []
    for k in range(4):
        gates.append(Rotation("XYZ"[k % 3], (k % 2,), k))
        gates += random_gates(random, ("H", "S", "CNOT", "SWAP"), 2)
        angle = (0.3, np.pi / 4)[key % 2]
        if k % 2:
            where = int(random.integers(3))
            gates.append(unitary(np.diag(np.exp([-0.5j * angle, 0.5j * angle])), where))
    circuit = Circuit(3, tuple(gates), 4)
    given = absorb(Model(circuit=circuit, observable="ZZ + 0.3*X@0"), 3)
    algebra = closed(given.generators, 3)
    assert model_dimension(given, None).value == len(algebra)
    assert model_dimension(given, len(algebra) - 1).exceeds == len(algebra) - 1
    state = np.eye(8)[0].astype(complex)
    assert model_sector(given).value == dense_algebra.sector_dimension(algebra, state)
    assert model_structure(given).dimension == len(algebra)
    check_sample(given, circuit, key)


def test_one_t_gate_is_exact() -> None:
    """T†XT is (X − Y)/√2, of which the direction alone matters."""
    gates = (Rotation("Z", (0,), 0), fixed("T", 0), Rotation("X", (0,), 1))
    (_, found), exact = moved_generators(Circuit(1, gates, 2))
    assert exact
    assert sorted(found.terms) == [(-1.0, "Y", (0,)), (1.0, "X", (0,))]
    more = (*gates, fixed("H", 0), fixed("T", 0), Rotation("X", (0,), 2))
    assert not moved_generators(Circuit(1, more, 3))[1]


def test_sums_that_commute_by_cancelling_are_one_generator() -> None:
    """X₀X₁ and Z₀Z₁ by one angle after a gate that turns either into a sum of four."""
    turn = unitary(unitary_group.rvs(4, random_state=3), 0, 1)
    gates = (Rotation("Z", (0,), 0), turn, Rotation("XX", (0, 1), 1), Rotation("ZZ", (0, 1), 1))
    assert len(moved_generators(Circuit(2, gates, 2))[0]) == 2


def test_several_inputs_have_the_mean_of_their_losses() -> None:
    inputs = random_states(2, 2)
    model = Model(generators=["X", "Z@0", "ZZ"], inputs=inputs, observable="Z@0 + XX")
    given = absorb(model, 2)
    check_sample(given, model.build(2, 1), 0)
    assert model_sector(given).value == dense_algebra.sector_dimension(
        np.array([np.kron(np.eye(2), a) for a in closed(given.generators, 2)]),
        inputs.ravel() / np.sqrt(2),
    )


def test_too_many_strings_are_refused() -> None:
    five = unitary(unitary_group.rvs(32, random_state=1), *range(5))
    gates = [five, unitary(unitary_group.rvs(16, random_state=2), 4, 5, 6, 7)]
    with pytest.raises(UserError, match="more than 4096 Pauli strings"):
        moved(PauliSum(((1.0, "X", (5,)),)), gates)
