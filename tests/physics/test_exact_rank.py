"""Exact ranks: known circuits, random ones against 50 digits and against singular values."""

from functools import cache, reduce

import mpmath
import numpy as np
import pytest
from cases import random_states, rng
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import unitary_group

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine
from overpar.engines.exact import ExactTangents, NotExactError
from overpar.model.ansatz import ntangled_conv, ntangled_hwe
from overpar.model.circuits import FIXED_GATES, Circuit, Gate, Rotation, fixed, unitary
from overpar.model.model import Model
from overpar.model.observables import PauliSum, Task
from overpar.model.papers import autoencoder, compilation, hardware_efficient, tfim_hva
from overpar.quantities import exact_rank
from overpar.quantities.exact_rank import (
    exact_ranks,
    generic_rank,
    generic_ranks,
    ranks_by_depth,
)
from overpar.quantities.information import Rank, horizontal, tangent_rank
from overpar.quantities.modular import root_of_unity

PARAMETERS = 6
NOTHING = PauliSum(())


def value(task: Task) -> int:
    """The exact rank of a task."""
    return int(exact_ranks(task)[0][-1])


def numerical(task: Task, *key: str | int) -> Rank:
    """The numerical rank of a task at random angles."""
    at = rng("angles", *key).uniform(0, 2 * np.pi, task.parameters)
    return tangent_rank(horizontal(*make_engine(task).tangents(at)))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7, 8, 9, 10])
def test_the_open_chain(n: int) -> None:
    """min(2p, n²/2) at every depth, and ⌊n²/2⌋ for odd n: all of it from one circuit."""
    ranks, primes = exact_ranks(tfim_hva("open").task(n, n * n // 4 + 3))
    depths = np.arange(n * n // 4 + 4)
    assert ranks[::2].tolist() == np.minimum(2 * depths, n * n // 2).tolist()
    assert len(primes) == 2


@pytest.mark.parametrize("n", [2, 4, 6, 8, 10])
def test_the_periodic_chain(n: int) -> None:
    ranks, _ = exact_ranks(tfim_hva("periodic").task(n, n + 2))
    assert ranks[::2].tolist() == np.minimum(2 * np.arange(n + 3), n).tolist()


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 8])
def test_the_released_tying(n: int) -> None:
    """n(n−1): so(2n) instead of its reflection-symmetric part."""
    assert value(tfim_hva("open", tying="released").task(n, n * n)) == n * (n - 1)


@pytest.mark.parametrize(("n", "full"), [(2, 3), (3, 8), (4, 21)])
def test_compilation(n: int, full: int) -> None:
    """min(M, 4ⁿ − 1), reached by 3, 8 and 21 layers."""
    circuits = {layers: compilation().build(n, layers) for layers in range(full)}
    rank, before = ranks_by_depth(compilation().task(n, full), circuits)
    assert rank.exact
    assert rank.value == 4**n - 1 > before[full - 1]
    assert before == {d: min(c.parameters, 4**n - 1) for d, c in circuits.items()}


def test_the_hardware_efficient_ansatz_on_one_state() -> None:
    """All real directions of n qubits but norm and phase."""
    assert value(hardware_efficient().task(4, 6)) == 2 * 2**4 - 2


def test_theorem_of_one_qubit() -> None:
    """RX, RZ, RX on |0⟩: the sphere has two dimensions; RZ on |0⟩ turns a phase alone."""
    assert exact_ranks(Model(generators=["X", "Z"]).task(1, 3))[0].tolist() == [0, 1, 2, 2, 2, 2, 2]
    assert exact_ranks(Model(generators=["Z"]).task(1, 1))[0].tolist() == [0, 0]


UNDONE: list[list[Gate]] = [
    [Rotation("X", (0,), 0), Rotation("X", (0,), 0, 0.5), Rotation("X", (0,), 0, -1.5)],
    [Rotation("X", (0,), 0), fixed("S", 0), Rotation("Y", (0,), 0, -1.0)],
    [Rotation("X", (0,), 0), fixed("H", 0), Rotation("Z", (0,), 0, -1.0)],
    [Rotation("YX", (0, 1), 0), fixed("S", 1), Rotation("YY", (0, 1), 0, -1.0)],
]


@pytest.mark.parametrize("gates", UNDONE)
def test_turns_that_undo_each_other(gates: list[Gate]) -> None:
    """Since SXS† = Y and HXH = Z, the angle moves nothing; signs and scales decide that."""
    before = (fixed("H", 0), fixed("T", 0), fixed("H", 0))
    assert value(Task(Circuit(2, (*before, *gates), 1), NOTHING)) == 0


# ---- random circuits


@st.composite
def rotations(draw: st.DrawFn, n: int) -> list[Gate]:
    """Rotations about strings, tied and scaled, some of them diagonal neighbours."""
    where = tuple(draw(st.permutations(range(n)))[: draw(st.integers(1, n))])
    letters = draw(st.sampled_from(["Z" * len(where), None])) or "".join(
        draw(st.sampled_from("XYZ")) for _ in where
    )
    scale = draw(st.sampled_from([1.0, 1.0, 1.0, -1.0, 0.5, 2.0, 1 / 3]))
    parameter = draw(st.integers(0, PARAMETERS - 1))
    gates: list[Gate] = [Rotation(letters, where, parameter, scale)]
    if draw(st.booleans()):
        gates.append(Rotation("Z", (draw(st.integers(0, n - 1)),), parameter, scale))
    return gates


@st.composite
def clifford_and_t(draw: st.DrawFn, n: int) -> list[Gate]:
    names = [name for name, m in FIXED_GATES.items() if len(m) <= 2**n]
    name = draw(st.sampled_from(names))
    return [fixed(name, *draw(st.permutations(range(n)))[: len(FIXED_GATES[name]) // 2])]


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """1–4 qubits, one or several basis states, some derivatives tied."""
    n = draw(st.integers(1, 4))
    blocks = draw(st.lists(st.one_of(rotations(n), clifford_and_t(n)), min_size=3, max_size=12))
    gates = [gate for block in blocks for gate in block]
    turning = [k for k, gate in enumerate(gates) if isinstance(gate, Rotation)]
    ties: list[tuple[int, int]] = []
    if turning:
        tie = st.tuples(st.sampled_from(turning), st.integers(0, PARAMETERS - 1))
        ties = draw(st.lists(tie, max_size=2))
    chosen = draw(st.sets(st.integers(0, 2**n - 1), max_size=3))
    inputs = np.eye(2**n, dtype=complex)[sorted(chosen)] if chosen else None
    return Task(Circuit(n, tuple(gates), PARAMETERS, tuple(ties)), NOTHING, inputs)


@cache
def digits(name: str) -> mpmath.matrix:
    """A fixed gate in 50 digits."""
    with mpmath.workdps(60):
        root, eighth = mpmath.sqrt(0.5), mpmath.expjpi(mpmath.mpf(1) / 4)
        exact = {"H": [[root, root], [root, -root]], "T": [[1, 0], [0, eighth]]}
        exact["TDG"] = [[1, 0], [0, mpmath.conj(eighth)]]
        return mpmath.matrix(exact.get(name) or FIXED_GATES[name].tolist())


def pushed(task: Task, at: list[mpmath.mpf], shift: dict[int, mpmath.mpf]) -> list[mpmath.mpc]:
    """The joint output state, amplitude by amplitude, with the angles of some gates shifted."""
    n, circuit = task.circuit.qubits, task.circuit
    inputs = np.eye(1, 2**n) if task.inputs is None else task.inputs
    out: list[mpmath.mpc] = []
    for row in inputs:
        psi = [mpmath.mpc(complex(x)) for x in row]
        for index, gate in enumerate(circuit.gates):
            if isinstance(gate, Rotation):
                scale = mpmath.mpf(1) / 3 if gate.scale == 1 / 3 else mpmath.mpf(gate.scale)
                half = scale * (at[gate.parameter] + shift.get(index, 0)) / 2
                letters = {q: letter for letter, q in zip(gate.pauli, gate.qubits, strict=True)}
                turned = [mpmath.mpc(0)] * len(psi)
                for r, x in enumerate(psi):
                    to, factor = r, mpmath.mpc(x)
                    for q, letter in letters.items():
                        bit = r >> (n - 1 - q) & 1
                        to ^= (letter != "Z") << (n - 1 - q)
                        factor *= {"X": 1, "Y": (-1j if bit else 1j), "Z": 1 - 2 * bit}[letter]
                    turned[to] = factor
                c, s = mpmath.cos(half), mpmath.sin(half)
                psi = [c * x - 1j * s * y for x, y in zip(psi, turned, strict=True)]
            else:
                matrix, new = digits(gate.name), [mpmath.mpc(0)] * len(psi)
                places = [n - 1 - q for q in gate.qubits]
                for r, x in enumerate(psi):
                    column = reduce(lambda a, b: 2 * a + b, (r >> p & 1 for p in places))
                    for line in range(matrix.rows):
                        to = r
                        for k, p in enumerate(reversed(places)):
                            to = to & ~(1 << p) | (line >> k & 1) << p
                        new[to] += matrix[line, column] * x
                psi = new
        out += psi
    return out


def rank_in_digits(task: Task) -> int:
    """Rank of [∂ψ, iψ] minus one by central differences, in 50 digits, above 1e-20."""
    with mpmath.workdps(60):
        random = rng("digits", len(task.circuit.gates))
        at = [mpmath.mpf(x) for x in random.uniform(0, 6, task.parameters)]
        step = mpmath.mpf(10) ** -16
        state = pushed(task, at, {})
        rows = [[-x.imag for x in state] + [x.real for x in state]]
        for k in range(task.parameters):
            moved = [i for i, g in task.circuit.rotations if g.parameter == k]
            moved += [i for i, parameter in task.circuit.derivative_ties if parameter == k]
            total = [mpmath.mpf(0)] * (2 * len(state))
            for gate in moved:
                # The derivative of a gate is along its parameter, whatever its scale.
                plus, minus = (pushed(task, at, {gate: sign * step}) for sign in (1, -1))
                found = [(a - b) / (2 * step) for a, b in zip(plus, minus, strict=True)]
                total = [
                    t + x
                    for t, x in zip(
                        total, [x.real for x in found] + [x.imag for x in found], strict=True
                    )
                ]
            rows.append(total)
        rank = 0
        while rows:
            place = max(
                ((r, c) for r in range(len(rows)) for c in range(len(rows[0]))),
                key=lambda rc: abs(rows[rc[0]][rc[1]]),
            )
            pivot = rows.pop(place[0])
            if abs(pivot[place[1]]) < 1e-20:
                break
            rank += 1
            for row in rows:
                factor = row[place[1]] / pivot[place[1]]
                row[:] = [x - factor * y for x, y in zip(row, pivot, strict=True)]
        return rank - 1


@given(task=tasks())
def test_random_circuits_against_fifty_digits(task: Task) -> None:
    assert value(task) == rank_in_digits(task)


def random_circuit(key: int) -> Task:
    """A longer circuit of everything that is exact."""
    random = rng("exact", key)
    n = int(random.integers(2, 6))
    gates: list[Gate] = []
    parameters = int(random.integers(4, 40))
    for k in range(parameters):
        where = tuple(random.permutation(n)[: random.integers(1, n + 1)].tolist())
        letters = "".join(random.choice([*"XYZ"], len(where)))
        tied = k if random.random() < 0.8 else int(random.integers(0, parameters))
        gates.append(Rotation(letters, where, tied, float(random.choice([1.0, -1.0, 0.5, 3.0]))))
        name = str(random.choice(["H", "S", "T", "CNOT", "CZ", "SWAP"]))
        gates.append(fixed(name, *random.permutation(n)[: len(FIXED_GATES[name]) // 2].tolist()))
    several = np.eye(2**n, dtype=complex)[: int(random.integers(1, 5))]
    return Task(Circuit(n, tuple(gates), parameters), NOTHING, several)


@pytest.mark.parametrize("key", range(60))
def test_random_circuits_against_singular_values(key: int) -> None:
    task = random_circuit(key)
    found = numerical(task, key)
    assert found.gap >= 4
    assert value(task) == found.value


@pytest.mark.parametrize("ansatz", [ntangled_hwe, ntangled_conv])
def test_tied_angles_of_ntangled(ansatz: type) -> None:
    """U3 twice with the same angles, in no order that the gates have."""
    task = Task(ansatz(3, 2), NOTHING)
    assert value(task) == numerical(task).value


# ---- what qualifies


def test_a_product_of_clifford_and_t_is_recognised() -> None:
    """One fixed gate of many: entries (a + b√2 + …)/√2ᵏ."""
    parts = [fixed("H", 0), fixed("T", 0), fixed("CNOT", 0, 1), fixed("TDG", 1), fixed("H", 1)]
    one = [Rotation("XY", (0, 1), 0), Rotation("Z", (1,), 1)]
    two = [Rotation("YZ", (0, 1), 2), Rotation("X", (0,), 3)]
    apart = Task(Circuit(2, (*one, *parts, *two), 4), NOTHING)
    columns = [Task(Circuit(2, tuple(parts), 0), NOTHING, np.eye(4, dtype=complex))]
    matrix = make_engine(columns[0]).state(np.empty((1, 0)))[0].T
    whole = Task(Circuit(2, (*one, unitary(matrix, 0, 1), *two), 4), NOTHING)
    assert exact_ranks(whole)[0].tolist() == exact_ranks(apart)[0].tolist()


def test_stabiliser_inputs_are_exact() -> None:
    plus = np.full((1, 8), 8**-0.5, complex)
    task = Task(Circuit(3, (Rotation("X", (0,), 0), Rotation("Z", (1,), 1)), 2), NOTHING, plus)
    assert exact_ranks(task)[0].tolist() == [0, 0, 1]


OTHER: list[tuple[Task, str]] = [
    (Task(Circuit(2, (unitary(unitary_group.rvs(2, random_state=1), 0),), 0), NOTHING), "UNITARY"),
    (autoencoder(random_states(2, 2)).task(depth=2), "an input state"),
    (
        Task(Circuit(1, (Rotation("X", (0,), 0, 1.0), Rotation("Y", (0,), 0, 2**0.5)), 1), NOTHING),
        "angle 0 turns gates by multiples",
    ),
]


@pytest.mark.parametrize(("task", "reason"), OTHER, ids=["gate", "input", "scale"])
def test_others_have_a_numerical_rank(task: Task, reason: str) -> None:
    with pytest.raises(NotExactError, match=reason):
        exact_ranks(task)
    found = generic_rank(task)
    assert not found.exact
    assert reason in found.reason
    assert found.value == numerical(task).value
    assert ranks_by_depth(task, {1: task.circuit})[1] == {}


def test_a_scale_that_all_gates_of_an_angle_share_is_a_unit() -> None:
    chain = Model(generators=["1.2345*ZZ", "0.777*X"], state="+").task(4, 6)
    assert value(chain) == 8


def test_not_exact_is_an_error_of_the_user() -> None:
    assert issubclass(NotExactError, UserError)


# ---- depths and primes


def test_ranks_of_depths_are_those_of_each_alone() -> None:
    """On the inputs of the longest; RX after the end makes another circuit, not a longer one."""
    hea = {depth: hardware_efficient().build(3, depth) for depth in range(5)}
    closed = {
        depth: Circuit(3, (*c.gates, Rotation("X", (0,), 0)), c.parameters)
        for depth, c in hea.items()
    }
    for inputs in (None, np.eye(8)[:3].astype(complex)):
        whole = Task(hea[4], NOTHING, inputs)
        rank, known = ranks_by_depth(whole, hea)
        assert rank == generic_rank(whole)
        assert known == {depth: value(Task(c, NOTHING, inputs)) for depth, c in hea.items()}
        assert ranks_by_depth(whole, closed)[1] == {}
        alone = {depth: value(Task(c, NOTHING, inputs)) for depth, c in closed.items()}
        assert generic_ranks(whole, closed) == (rank, alone)


@pytest.mark.parametrize(("short", "long"), [("released", "correct"), ("correct", "released")])
def test_a_circuit_with_other_derivatives_begins_no_other(short: str, long: str) -> None:
    other = {6: tfim_hva("open", tying=short).build(4, 6)}
    assert ranks_by_depth(tfim_hva("open", tying=long).task(4, 7), other)[1] == {}
    same = {6: tfim_hva("open", tying=long).build(4, 6)}
    known = ranks_by_depth(tfim_hva("open", tying=long).task(4, 7), same)[1]
    assert known == {6: 8 if long == "correct" else 12}


def test_an_angle_that_a_later_gate_shares_counts_it() -> None:
    """The shorter circuit has the same gates, but its tangent lacks that of the last one."""
    short = Circuit(1, (Rotation("Z", (0,), 0),), 1)
    long = Circuit(1, (*short.gates, Rotation("X", (0,), 0)), 1)
    assert ranks_by_depth(Task(long, NOTHING), {1: short}) == (
        generic_rank(Task(long, NOTHING)),
        {},
    )
    assert (value(Task(short, NOTHING)), value(Task(long, NOTHING))) == (0, 1)


def test_ranks_that_cannot_be_larger_need_one_prime() -> None:
    """As many as angles, or as directions of a state; 255 of 510 of compilation need two."""
    assert exact_ranks(compilation().task(4, 20))[1] == exact_rank.PRIMES[:1]
    assert exact_ranks(Model(generators=["X", "Z"]).task(1, 3))[1] == exact_rank.PRIMES[:1]
    assert exact_ranks(compilation().task(4, 21))[1] == exact_rank.PRIMES[:2]


def test_a_prime_that_is_too_small_is_outvoted(monkeypatch: pytest.MonkeyPatch) -> None:
    task = compilation().task(3, 9)
    monkeypatch.setattr(exact_rank, "PRIMES", (17, *exact_rank.PRIMES))
    ranks, primes = exact_ranks(task)
    assert ranks[-1] == 63
    assert primes == exact_rank.PRIMES[1:3]
    monkeypatch.setattr(exact_rank, "PRIMES", (17, 2147483497))
    with pytest.raises(ArithmeticError, match="disagree"):
        exact_ranks(task)


@pytest.mark.parametrize("prime", exact_rank.PRIMES)
def test_the_sweep_back_ends_where_it_began(prime: int) -> None:
    """U†U = 1 modulo the prime: the tangent of the angle that turns first is −iY|0⟩ = |1⟩."""
    rest = random_circuit(3).circuit
    first = rest.parameters
    gates = (Rotation("Y", (0,), first), *rest.gates)
    task = Task(Circuit(rest.qubits, gates, first + 1), NOTHING)
    random = np.random.default_rng(0)
    phase, tangents = ExactTangents(task).tangents(prime, root_of_unity(8, prime), random)
    size = 2**rest.qubits
    assert np.flatnonzero(tangents[first]).tolist() == [size // 2, size + size // 2]
    assert np.flatnonzero(phase[0]).tolist() == [0, size]
    assert tangents[first, size // 2] == tangents[first, size + size // 2]
    assert phase[0, 0] + phase[0, size] == prime
