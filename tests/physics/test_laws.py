"""Laws that every engine obeys: runs are independent; tying changes derivatives only."""

import numpy as np
import pytest
from cases import ENGINES, OBJECTIVES, angles, case_of, crossed, random_states, task

from overpar.engines.choose import make_engine, make_objective
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.circuits import Circuit, Rotation
from overpar.model.observables import Task
from overpar.model.papers import tfim_hva
from overpar.quantities.information import qfim, spectrum

# Around the number of runs that the engines hold side by side.
BATCHES = (1, 7, 8, 9, 50)
SMALL = [case for case in crossed(OBJECTIVES) if case[2] in (3, 4)]


@pytest.mark.parametrize(("engine", "name", "n"), SMALL)
def test_a_run_does_not_depend_on_its_batch(engine: str, name: str, n: int) -> None:
    at = angles(name, n, max(BATCHES))
    objective = make_objective(task(name, n), engine)
    alone = [objective.loss_and_gradient(row[None]) for row in at]
    for runs in BATCHES:
        loss, gradient = objective.loss_and_gradient(at[:runs])
        assert loss.tobytes() == np.concatenate([x for x, _ in alone[:runs]]).tobytes()
        assert gradient.tobytes() == np.concatenate([g for _, g in alone[:runs]]).tobytes()


@pytest.mark.parametrize(("engine", "name", "n"), SMALL)
def test_neighbours_and_order_do_not_matter(engine: str, name: str, n: int) -> None:
    at = angles(name, n, 20)
    objective = make_objective(task(name, n), engine)
    loss, gradient = objective.loss_and_gradient(at)
    order = np.random.default_rng(0).permutation(20)
    shuffled = objective.loss_and_gradient(at[order])
    assert shuffled[0].tobytes() == loss[order].tobytes()
    assert shuffled[1].tobytes() == gradient[order].tobytes()
    huge = objective.loss_and_gradient(np.concatenate([at, 1e8 * at]))
    assert huge[0][:20].tobytes() == loss.tobytes()


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize(("engine", "name", "n"), SMALL)
def test_threads_change_nothing(engine: str, name: str, n: int, threads: int) -> None:
    at = angles(name, n, 50)
    one = make_objective(task(name, n), engine).loss_and_gradient(at)
    many = make_objective(task(name, n), engine, threads).loss_and_gradient(at)
    assert [x.tobytes() for x in one] == [x.tobytes() for x in many]


@pytest.mark.parametrize(("engine", "name", "n"), [c for c in crossed(ENGINES) if c[2] == 3])
def test_states_do_not_depend_on_their_batch(engine: str, name: str, n: int) -> None:
    at = angles(name, n, 17)
    simulator = make_engine(task(name, n), engine)
    alone = np.concatenate([simulator.state(row[None]) for row in at])
    assert simulator.state(at).tobytes() == alone.tobytes()
    np.testing.assert_allclose(np.linalg.norm(alone, axis=2), 1, rtol=0, atol=1e-12)


@pytest.mark.parametrize("engine", OBJECTIVES)
def test_an_engine_keeps_nothing(engine: str) -> None:
    at = angles(case_of(engine), 4, 9)
    objective = make_objective(task(case_of(engine), 4), engine)
    given, first = at.copy(), objective.loss_and_gradient(at)
    kept = [x.copy() for x in first]
    objective.loss_and_gradient(at[::-1])
    for x, y, z in zip(first, kept, objective.loss_and_gradient(at), strict=True):
        assert x.tobytes() == y.tobytes() == z.tobytes()
    assert at.tobytes() == given.tobytes()


def with_free_first_x(depth: int, n: int) -> Circuit:
    """The open chain's ansatz, RX on qubit 0 of each layer with an angle 2·depth + l of its own."""
    gates = [
        Rotation("X", (0,), 2 * depth + gate.parameter // 2)
        if isinstance(gate, Rotation) and gate.pauli == "X" and gate.qubits == (0,)
        else gate
        for gate in tfim_hva_circuit(n, "open", depth).gates
    ]
    return Circuit(n, tuple(gates), 3 * depth)


@pytest.mark.parametrize("engine", [*ENGINES, "qibo"])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_released_tying_adds_the_first_x_of_the_layer(engine: str, n: int) -> None:
    """Released ∂/∂θ_l = ∂/∂θ_l + ∂/∂χ_l, where χ_l turns qubit 0 alone; ∂/∂φ_l is untouched."""
    depth = 3
    released = tfim_hva("open", tying="released").task(n, depth)
    free = Task(with_free_first_x(depth, n), released.observable, constant=released.constant)
    at = np.random.default_rng(n).uniform(0, 7, 2 * depth)
    theta, phi = np.arange(0, 2 * depth, 2), np.arange(1, 2 * depth, 2)
    extended = np.concatenate([at, at[phi]])

    def derivatives(task: Task, angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        simulator = make_engine(task, engine)
        return simulator.loss_and_gradient(angles[None])[1][0], simulator.tangents(angles)[1]

    results = zip(
        derivatives(released, at),
        derivatives(tfim_hva("open").task(n, depth), at),
        derivatives(free, extended),
        strict=True,
    )
    for ours, correct, apart in results:
        np.testing.assert_allclose(ours[phi], correct[phi], rtol=0, atol=1e-12)
        np.testing.assert_allclose(ours[theta], correct[theta] + apart[2 * depth :], atol=1e-12)
        assert np.abs(ours[theta] - correct[theta]).max() > 1e-3


@pytest.mark.parametrize("boundary", ["open", "periodic"])
@pytest.mark.parametrize("engine", ENGINES)
def test_tying_leaves_states_and_losses(engine: str, boundary: str) -> None:
    at = np.random.default_rng(1).uniform(0, 7, (2, 8))
    one, other = (
        make_engine(tfim_hva(boundary, tying=tying).task(4, 4), engine)
        for tying in ("correct", "released")
    )
    np.testing.assert_allclose(one.state(at), other.state(at), rtol=0, atol=1e-13)
    losses = [e.loss_and_gradient(at)[0] for e in (one, other)]
    np.testing.assert_allclose(*losses, rtol=0, atol=1e-12)


def test_tying_leaves_the_periodic_chain() -> None:
    correct, released = (
        tfim_hva_circuit(4, "periodic", 3, tying) for tying in ("correct", "released")
    )
    assert correct.derivative_ties == released.derivative_ties == ()
    for ours, theirs in zip(correct.incidence, released.incidence, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("tying", "rank"), [("correct", 8), ("released", 12)])
def test_rank_of_either_tying(tying: str, rank: int) -> None:
    """n²/2 and n(n−1) for n = 4: so(2n) instead of its reflection-symmetric part."""
    engine = make_engine(tfim_hva("open", tying=tying).task(4, 12))
    eigenvalues = spectrum(qfim(engine, np.random.default_rng(3).uniform(0, 7, 24)))
    assert (eigenvalues > 1e-8 * eigenvalues[0]).sum() == rank
    assert eigenvalues[rank - 1] > 1e4 * abs(eigenvalues[rank])


def test_permuting_inputs_permutes_states() -> None:
    inputs = random_states(3, 4)
    base = task("ntangled_sea", 3)
    at = angles("ntangled_sea", 3, 2)
    order = [1, 2, 0, 3]
    one = make_engine(Task(base.circuit, base.observable, inputs))
    other = make_engine(Task(base.circuit, base.observable, inputs[order]))
    np.testing.assert_allclose(one.state(at)[:, order], other.state(at), rtol=0, atol=1e-14)
    np.testing.assert_allclose(
        one.loss_and_gradient(at)[0], other.loss_and_gradient(at)[0], rtol=0, atol=1e-12
    )
