"""Circuits with fixed gates say the same of themselves as the generators that they stand for."""

import dense
import numpy as np
import pytest
from cases import random_pauli_sum, rng
from scipy.special import ndtri
from scipy.stats import unitary_group

from overpar.base.errors import UserError
from overpar.engines.choose import make_objective
from overpar.model.circuits import FIXED_GATES, Circuit, Fixed, Gate, Rotation, fixed, unitary
from overpar.model.model import Model
from overpar.model.observables import PauliSum
from overpar.quantities.absorbed import absorb, moved, moved_generators
from overpar.quantities.algebra import dla_dimension
from overpar.quantities.algebra_structure import structure
from overpar.quantities.loss_moments import deep_loss

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


@pytest.mark.parametrize("key", range(CASES))
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
    generators = moved_generators(Circuit(4, tuple(gates), 4))
    assert len(generators) == 2
    assert dla_dimension(generators, 4).value == 16


def test_the_angles_of_one_generator_may_stand_apart() -> None:
    """Z₀ and Z₁ by one angle, with another about Z₂ between them, and then X₀, which does not
    commute."""
    order = [("Z", 0, 0), ("Z", 2, 1), ("Z", 1, 0), ("X", 0, 2), ("Z", 0, 0)]
    gates = tuple(Rotation(letter, (q,), angle) for letter, q, angle in order)
    found = [g.terms for g in moved_generators(Circuit(3, gates, 3))]
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
