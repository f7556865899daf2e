"""Random circuits of everything a circuit may hold: engines agree with Qibo."""

import itertools
from functools import reduce

import numpy as np
import pytest
from cases import ENGINES, random_pauli_sum, random_states
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import unitary_group

from overpar.engines.choose import make_engine
from overpar.model.circuits import FIXED_GATES, Circuit, Gate, Rotation, fixed, unitary
from overpar.model.observables import PauliSum, Projector, Task
from overpar.quantities.information import qfim_from_tangents, spectrum

PARAMETERS = 3
PAULIS = {
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
SCALES = st.sampled_from([1.0, 1.0, -1.0, 0.5, 2.0]) | st.floats(-3, 3)


@st.composite
def places(draw: st.DrawFn, n: int, most: int) -> tuple[int, ...]:
    """Different qubits in any order."""
    count = draw(st.integers(1, min(n, most)))
    return tuple(draw(st.permutations(range(n)))[:count])


@st.composite
def rotations(draw: st.DrawFn, n: int) -> list[Gate]:
    """One rotation about any Pauli string."""
    where = draw(places(n, 4))
    letters = "".join(draw(st.sampled_from("XYZ")) for _ in where)
    return [Rotation(letters, where, draw(st.integers(0, PARAMETERS - 1)), draw(SCALES))]


@st.composite
def diagonal_blocks(draw: st.DrawFn, n: int) -> list[Gate]:
    """Z-strings in a row, most of them tied: what the engine merges into one operation."""
    parameter, scale = draw(st.integers(0, PARAMETERS - 1)), draw(SCALES)
    strings = draw(st.lists(places(n, 3), min_size=2, max_size=4))
    odd = draw(st.integers(0, 8))
    return [
        Rotation("Z" * len(w), w, (parameter + (k == odd)) % PARAMETERS, scale)
        for k, w in enumerate(strings)
    ]


@st.composite
def single_turns(draw: st.DrawFn, n: int) -> list[Gate]:
    """Single-qubit rotations in a row, RX after RY often: what the engine fuses into one."""
    one = st.tuples(
        st.sampled_from("YXYXZ"), st.integers(0, n - 1), st.integers(0, PARAMETERS - 1), SCALES
    )
    turns = draw(st.lists(one, min_size=2, max_size=5))
    return [Rotation(letter, (q,), k, scale) for letter, q, k, scale in turns]


@st.composite
def fixed_gates(draw: st.DrawFn, n: int) -> list[Gate]:
    """A named gate or a random unitary on 1–3 qubits."""
    if draw(st.booleans()):
        where = draw(places(n, 3))
        seed = draw(st.integers(0, 99))
        return [unitary(unitary_group.rvs(2 ** len(where), random_state=seed), *where)]
    names = [name for name, m in FIXED_GATES.items() if len(m) <= 2**n]
    name = draw(st.sampled_from(names))
    return [fixed(name, *draw(st.permutations(range(n)))[: len(FIXED_GATES[name]) // 2])]


@st.composite
def tasks(draw: st.DrawFn) -> tuple[Task, np.ndarray]:
    """A task of 1–4 qubits and angles for two runs."""
    n = draw(st.integers(1, 4))
    blocks = st.one_of(rotations(n), single_turns(n), diagonal_blocks(n), fixed_gates(n))
    gates = [gate for block in draw(st.lists(blocks, max_size=7)) for gate in block]
    used = {gate.parameter for gate in gates if isinstance(gate, Rotation)}
    gates += [Rotation("Y", (0,), k) for k in range(PARAMETERS) if k not in used]
    turning = [k for k, gate in enumerate(gates) if isinstance(gate, Rotation)]
    tie = st.tuples(st.sampled_from(turning), st.integers(0, PARAMETERS - 1))
    ties = draw(st.lists(tie, max_size=2))
    k = draw(st.integers(0, 3))
    inputs = random_states(n, k) if k else None
    if draw(st.booleans()):
        joint = random_states(n, max(k, 1), "target") / np.sqrt(max(k, 1))
        observable = Projector(joint, draw(st.sampled_from([1.0, -1.0, 0.3])))
    else:
        observable = random_pauli_sum(n, 4)
    circuit = Circuit(n, tuple(gates), PARAMETERS, tuple(ties))
    seed = draw(st.integers(0, 2**32 - 1))
    angles = np.random.default_rng(seed).uniform(-9, 9, (2, PARAMETERS))
    return Task(circuit, observable, inputs, constant=0.25), angles


@pytest.mark.parametrize("name", ENGINES)
@given(drawn=tasks())
def test_agrees_with_qibo(name: str, drawn: tuple[Task, np.ndarray]) -> None:
    task, angles = drawn
    engine, qibo = make_engine(task, name), make_engine(task, "qibo")
    np.testing.assert_allclose(engine.state(angles), qibo.state(angles), rtol=0, atol=1e-12)
    tolerances = (1e-12, 1e-10)
    for ours, theirs, tolerance in zip(
        engine.loss_and_gradient(angles), qibo.loss_and_gradient(angles), tolerances, strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)
    for ours, theirs in zip(engine.tangents(angles[0]), qibo.tangents(angles[0]), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", ENGINES)
@given(drawn=tasks())
def test_laws_of_the_qfim(name: str, drawn: tuple[Task, np.ndarray]) -> None:
    """QFIM ⪰ 0, rank ≤ min(M, 2D−2), and nothing changes under a global phase of ψ."""
    task, angles = drawn
    state, tangents = make_engine(task, name).tangents(angles[0])
    assert np.linalg.norm(state) == pytest.approx(1, abs=1e-12)
    matrix = qfim_from_tangents(state, tangents)
    eigenvalues = spectrum(matrix)
    top = max(eigenvalues[0], 1.0)
    assert eigenvalues[-1] > -1e-10 * top
    assert (eigenvalues > 1e-8 * top).sum() <= 2 * len(state) - 2
    turned = qfim_from_tangents(1j * state, 1j * tangents - 0.3j * np.outer(np.ones(3), 1j * state))
    np.testing.assert_allclose(turned, matrix, rtol=0, atol=1e-9 * top)


@pytest.mark.parametrize("name", [*ENGINES, "qibo"])
@pytest.mark.parametrize("gates", [(), (Rotation("X", (1,), 0), fixed("H", 0))])
def test_an_unused_angle_has_derivative_zero(name: str, gates: tuple[Gate, ...]) -> None:
    engine = make_engine(Task(Circuit(2, gates, 2), random_pauli_sum(2, 3)), name)
    _, gradient = engine.loss_and_gradient(np.ones((3, 2)))
    _, tangents = engine.tangents(np.ones(2))
    assert gradient.shape == (3, 2)
    assert tangents.shape == (2, 4)
    assert not gradient[:, 1].any()
    assert not tangents[1].any()


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    "letters", ["".join(word) for word in itertools.product("XYZ", repeat=4) if "Y" in word]
)
def test_long_strings_have_the_right_power_of_i(name: str, letters: str) -> None:
    """exp(−iθP/2) = cos θ/2 − i sin θ/2 P for each string of four with a Y."""
    state = random_states(4, 1, letters)
    circuit = Circuit(4, (Rotation(letters, (0, 1, 2, 3), 0),), 1)
    engine = make_engine(Task(circuit, PauliSum(()), state), name)
    string = reduce(np.kron, [PAULIS[letter] for letter in letters])
    expected = np.cos(0.35) * state[0] - 1j * np.sin(0.35) * string @ state[0]
    np.testing.assert_allclose(engine.state(np.array([[0.7]]))[0, 0], expected, atol=1e-14)
