"""Every engine × every ansatz × n = 2…6 against Qibo's own simulation."""

from functools import cache

import numpy as np
import pytest
from cases import CASES, ENGINES, OBJECTIVES, angles, case_of, crossed, task

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine, make_objective
from overpar.model.ansatz import bonds
from overpar.model.circuits import Circuit, Rotation
from overpar.model.observables import PauliSum, Task
from overpar.quantities.information import qfim_from_tangents, spectrum

RUNS = 2
STEP = 1e-5


@cache
def expected(name: str, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """States, losses and parameter-shift gradients of Qibo."""
    qibo = make_engine(task(name, n), "qibo")
    at = angles(name, n, RUNS)
    return qibo.state(at), *qibo.loss_and_gradient(at)


@cache
def finite_differences(name: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Joint state of Qibo and its central differences along every angle."""
    qibo, at = make_engine(task(name, n), "qibo"), angles(name, n, 1)[0]
    shifts = STEP * np.eye(len(at))
    states = qibo.state(np.concatenate([[at], at + shifts, at - shifts]))
    joint = states.reshape(len(states), -1) / np.sqrt(states.shape[1])
    plus, minus = np.split(joint[1:], 2)
    return joint[0], (plus - minus) / (2 * STEP)


@pytest.mark.parametrize(("engine", "name", "n"), crossed(ENGINES))
def test_states(engine: str, name: str, n: int) -> None:
    states = make_engine(task(name, n), engine).state(angles(name, n, RUNS))
    np.testing.assert_allclose(states, expected(name, n)[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("engine", "name", "n"), crossed(OBJECTIVES))
def test_loss_and_gradient(engine: str, name: str, n: int) -> None:
    _, want_loss, want_gradient = expected(name, n)
    loss, gradient = make_objective(task(name, n), engine).loss_and_gradient(angles(name, n, RUNS))
    assert loss.shape == (RUNS,)
    np.testing.assert_allclose(loss, want_loss, rtol=0, atol=1e-12)
    np.testing.assert_allclose(gradient, want_gradient, rtol=0, atol=1e-10)


# Qibo's own released tying is what the others are compared with; test_laws derives it.
WITH_QIBO = [
    case
    for case in crossed({**ENGINES, "qibo": lambda _: True})
    if case[:2] != ("qibo", "vqe-released")
]


@pytest.mark.parametrize(("engine", "name", "n"), WITH_QIBO)
def test_tangents_and_qfim(engine: str, name: str, n: int) -> None:
    state, tangents = make_engine(task(name, n), engine).tangents(angles(name, n, 1)[0])
    if name == "vqe-released":
        # Not the derivative of the state: half turns of Qibo's gates instead.
        want = make_engine(task(name, n), "qibo").tangents(angles(name, n, 1)[0])
    else:
        want = finite_differences(name, n)
    np.testing.assert_allclose(state, want[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(tangents, want[1], rtol=0, atol=1e-6)
    matrix = qfim_from_tangents(state, tangents)
    np.testing.assert_allclose(matrix, qfim_from_tangents(*want), rtol=0, atol=1e-6)
    np.testing.assert_array_equal(matrix, matrix.T)
    eigenvalues = spectrum(matrix)
    assert eigenvalues[-1] > -1e-10 * eigenvalues[0]


@pytest.mark.parametrize(("name", "n"), CASES)
def test_auto_gives_what_statevector_gives(name: str, n: int) -> None:
    at = angles(name, n, RUNS)
    for auto, named in zip(
        make_objective(task(name, n)).loss_and_gradient(at),
        make_objective(task(name, n), "statevector").loss_and_gradient(at),
        strict=True,
    ):
        np.testing.assert_allclose(auto, named, rtol=0, atol=1e-11)


@pytest.mark.parametrize("make", [make_engine, make_objective])
def test_unknown_engine(make) -> None:
    with pytest.raises(UserError, match=r"`engine` must be one of 'auto'.*but is 'warp'"):
        make(task("vqe-open", 2), "warp")


def test_fermions_are_for_the_ising_chain_only() -> None:
    for name in ("autoencoder", "vqe-released"):
        with pytest.raises(UserError, match="'fermions' works for model tfim_hva"):
            make_objective(task(name, 4), "fermions")
    with pytest.raises(UserError, match="must be one of 'auto', 'statevector', 'qibo'"):
        make_engine(task("vqe-open", 4), "fermions")


@pytest.mark.parametrize("engine", [*OBJECTIVES, "qibo"])
def test_wrong_angles(engine: str) -> None:
    case = task(case_of(engine), 2)
    objective, wrong = make_objective(case, engine), np.zeros((2, case.parameters))
    wrong[1, 2] = np.nan
    shape = rf"`angles` must have shape \(any, {case.parameters}\), but has .*\(2, 5\)"
    with pytest.raises(UserError, match=shape):
        objective.loss_and_gradient(np.zeros((2, 5)))
    with pytest.raises(UserError, match=r"`angles` must be finite, but has nan at index \(1, 2\)"):
        objective.loss_and_gradient(wrong)


@pytest.mark.parametrize("engine", ["statevector", "qibo"])
@pytest.mark.parametrize("letters", ["Y", "YY", "YYY", "YYYY", "YYYYY", "XYYYY", "ZYYYY"])
def test_strings_of_many_y(letters: str, engine: str) -> None:
    """exp(−iθP/2)|0…0⟩ = cos(θ/2)|0…0⟩ − i sin(θ/2) P|0…0⟩, and Y|0⟩ = i|1⟩."""
    n, theta = 5, 0.7
    circuit = Circuit(n, (Rotation(letters, tuple(range(len(letters))), 0),), 1)
    (state,) = make_engine(Task(circuit, PauliSum(())), engine).state(np.array([[theta]]))
    flipped = int("".join("01"[letter in "XY"] for letter in letters).ljust(n, "0"), 2)
    expected = np.zeros(2**n, complex)
    expected[0] = np.cos(theta / 2)
    expected[flipped] = -1j * np.sin(theta / 2) * 1j ** letters.count("Y")
    np.testing.assert_allclose(state.ravel(), expected, rtol=0, atol=1e-14)


def test_bonds_of_a_ring() -> None:
    """The last one from its lower qubit on, as the released noisy circuits have it."""
    assert bonds(4, "periodic") == [(0, 1), (1, 2), (2, 3), (0, 3)]
    assert bonds(4, "open") == [(0, 1), (1, 2), (2, 3)]
