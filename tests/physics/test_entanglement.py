"""Concentratable entanglement in closed form, and its derivative."""

import numpy as np
import pytest
from cases import random_states
from scipy.stats import unitary_group

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine
from overpar.experiments.ntangled import product_states
from overpar.model.ansatz import ntangled_hwe
from overpar.model.observables import PauliSum, Task
from overpar.quantities.entanglement import concentratable_entanglement as entanglement
from overpar.quantities.entanglement import entanglement_and_jacobian

SIZES = range(1, 7)


def ghz(n: int) -> np.ndarray:
    return (np.eye(2**n)[0] + np.eye(2**n)[-1]) / np.sqrt(2)


def w_state(n: int) -> np.ndarray:
    return np.eye(2**n)[[2**q for q in range(n)]].sum(axis=0) / np.sqrt(n)


@pytest.mark.parametrize("n", SIZES)
def test_product_states(n: int) -> None:
    """All purities are 1: CE = 1 − 2⁻ⁿ·2ⁿ = 0."""
    states = product_states(n, 5, np.random.default_rng(n))
    np.testing.assert_allclose(np.linalg.norm(states, axis=1), 1, atol=1e-14)
    np.testing.assert_allclose(entanglement(states), 0, atol=1e-14)


@pytest.mark.parametrize("n", range(2, 7))
def test_ghz(n: int) -> None:
    """Purity ½ for every subset but the empty and the full: 1 − 2⁻ⁿ(2 + ½(2ⁿ−2)) = ½ − 2⁻ⁿ."""
    assert entanglement(ghz(n)) == pytest.approx(0.5 - 2.0**-n, abs=1e-14)


@pytest.mark.parametrize("n", SIZES)
def test_w_state(n: int) -> None:
    """k qubits of W are (k |W_k⟩⟨W_k| + (n−k)|0⟩⟨0|)/n, of purity (k² + (n−k)²)/n².

    With Σ_k C(n,k) k² = n(n+1)2ⁿ⁻², CE = 1 − 2⁻ⁿ · 2n(n+1)2ⁿ⁻²/n² = (n−1)/(2n).
    """
    assert entanglement(w_state(n)) == pytest.approx((n - 1) / (2 * n), abs=1e-14)


@pytest.mark.parametrize("pairs", [1, 2, 3])
def test_bell_pairs(pairs: int) -> None:
    """1 − CE is the mean purity, which factorises: (1+½+½+1)/4 = ¾ for each pair."""
    state = np.ones(1)
    for _ in range(pairs):
        state = np.kron(state, ghz(2))
    assert entanglement(state) == pytest.approx(1 - 0.75**pairs, abs=1e-14)


def test_local_unitaries_and_order_change_nothing() -> None:
    state = random_states(3, 1)[0]
    local = np.kron(np.kron(*(unitary_group.rvs(2, random_state=k) for k in (0, 1))), np.eye(2))
    swapped = state.reshape(2, 2, 2).transpose(2, 0, 1).ravel()
    want = entanglement(state)
    assert want > 0.1
    assert entanglement(local @ state) == pytest.approx(want, abs=1e-14)
    assert entanglement(swapped) == pytest.approx(want, abs=1e-14)


def test_a_batch_keeps_its_shape() -> None:
    states = random_states(3, 6).reshape(2, 3, 8)
    values = entanglement(states)
    assert values.shape == (2, 3)
    assert values[1, 2] == pytest.approx(float(entanglement(states[1, 2])), abs=1e-15)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_jacobian(n: int) -> None:
    """Against central differences of the states of a circuit on several inputs."""
    inputs = random_states(n, 3)
    engine = make_engine(Task(ntangled_hwe(n, 2), PauliSum(()), inputs))
    at = np.random.default_rng(n).uniform(0, 7, 6 * n)
    joint, tangents = engine.tangents(at)
    scale = np.sqrt(3)
    value, jacobian = entanglement_and_jacobian(
        joint.reshape(3, -1) * scale, tangents.reshape(-1, 3, 2**n) * scale
    )
    np.testing.assert_allclose(value, entanglement(engine.state(at[None])[0]), atol=1e-14)
    shifts = 1e-5 * np.eye(len(at))
    plus, minus = (entanglement(engine.state(at + s)) for s in (shifts, -shifts))
    np.testing.assert_allclose(jacobian, (plus - minus).T / 2e-5, rtol=0, atol=1e-8)


def test_the_last_axis_must_be_a_power_of_two() -> None:
    with pytest.raises(UserError, match="must have last axis 2ⁿ, but it is 6"):
        entanglement(np.ones((2, 6)))
