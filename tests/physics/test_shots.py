"""The ring's sector against state vectors, and measured gradients against exact ones."""

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.engines.choose import curvature_engine, make_objective
from overpar.engines.ring import Ring
from overpar.model.papers import tfim_hva
from overpar.quantities.shots import Shots, shot_variance


@pytest.mark.parametrize("n", [4, 6])
def test_outcomes_are_those_of_the_state_vector(n: int) -> None:
    ring, task = Ring(n), tfim_hva("periodic").task(n, 3)
    at = np.random.default_rng(n).uniform(0, 7, (2, 6))
    state = curvature_engine(task).state(at)[:, 0]
    walsh = np.array([[1.0]])
    for _ in range(n):
        walsh = np.kron(walsh, np.array([[1, 1], [1, -1]]) / np.sqrt(2))
    strings = np.arange(2**n)
    bonds = n - 2.0 * np.bitwise_count(strings ^ ((strings << 1 | strings >> (n - 1)) & (2**n - 1)))
    up = n - 2.0 * np.bitwise_count(strings)
    seen = ring.outcomes(ring.states(at))
    for (values, share), full, level in zip(seen, (state, state @ walsh), (bonds, up), strict=True):
        for value, part in zip(values, share.T, strict=True):
            wanted = (np.abs(full[:, level == value]) ** 2).sum(axis=1)
            np.testing.assert_allclose(part, wanted, rtol=0, atol=1e-13)


@pytest.mark.parametrize("n", [4, 6, 8])
def test_two_circuits_an_angle_give_the_gradient(n: int) -> None:
    at = np.random.default_rng(n).uniform(0, 7, (3, 10))
    loss, gradient = Shots(Ring(n), 0, []).loss_and_gradient(at)
    exact = make_objective(tfim_hva("periodic").task(n, 5)).loss_and_gradient(at)
    np.testing.assert_allclose(loss, exact[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(gradient, exact[1], rtol=0, atol=1e-12)


def test_measured_gradients_have_the_mean_and_the_variance_of_shots() -> None:
    """Over 4000 repetitions: mean to 5 standard errors, variance (σ₊² + σ₋²)/S to a tenth."""
    ring, shots, times = Ring(4), 3, 4000
    at = np.random.default_rng(1).uniform(0, 7, (1, 4))
    exact = Shots(ring, 0, []).loss_and_gradient(at)[1][0]
    generators = [np.random.default_rng([2, k]) for k in range(times)]
    drawn = Shots(ring, shots, generators).loss_and_gradient(np.repeat(at, times, axis=0))[1]
    sides = [ring.states(at + s * np.pi / 4 * np.eye(4)) for s in (1, -1)]
    variance = sum(shot_variance(ring, side) for side in sides) / shots
    assert (np.abs(drawn.mean(axis=0) - exact) < 5 * np.sqrt(variance / times)).all()
    np.testing.assert_allclose(drawn.var(axis=0), variance, rtol=0.1)


@pytest.mark.parametrize("n", [4, 6, 8])
def test_a_shot_of_the_ground_state_varies_by_2n(n: int) -> None:
    """Var ΣZZ = Var ΣX = n at the critical field: ⟨Z_i Z_j Z_k Z_l⟩ of free fermions."""
    ring = Ring(n)
    ground = np.linalg.eigh(ring.hamiltonian)[1][:, 0].astype(complex)
    assert shot_variance(ring, ground) == pytest.approx(2 * n, abs=1e-10)


@pytest.mark.parametrize("n", [4, 6])
def test_gradients_of_deep_circuits(n: int) -> None:
    """The ideals are n/2 rotations of spins: E(∂L)² = 8/3 Var L = 32n/9."""
    at = np.random.default_rng(0).uniform(0, 2 * np.pi, (1000, 400))
    gradient = make_objective(tfim_hva("periodic").task(n, 200)).loss_and_gradient(at)[1]
    assert (gradient**2).mean() == pytest.approx(32 * n / 9, rel=0.06)


def test_what_is_refused() -> None:
    for n, message in ((5, "must be even and at most 12, but is 5"), (14, "but is 14")):
        with pytest.raises(UserError, match=message):
            Ring(n)
    with pytest.raises(UserError, match="must have 2 runs, but has 1"):
        Shots(Ring(4), 1, [np.random.default_rng(k) for k in range(2)]).loss_and_gradient(
            np.zeros((1, 2))
        )
