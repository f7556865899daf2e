"""Optimisers beside Adam, against closed forms, SciPy's end points and one run alone."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import minimize

from overpar.base.errors import UserError
from overpar.engines.choose import make_objective
from overpar.model.circuits import Circuit, Rotation
from overpar.model.observables import PauliSum, Task
from overpar.model.papers import tfim_hva
from overpar.quantities.curved import make_curved
from overpar.quantities.optimisers import (
    gradient_descent,
    lbfgs,
    optimise,
    quantum_natural_gradient,
)
from overpar.quantities.training import DIVERGED, FINISHED, Training, train

START = np.random.default_rng(0).uniform(-2, 2, (5, 3))
CENTRES = np.array([0.5, -1.0, 3.0])
STIFFNESS = np.array([0.2, 1.0, 30.0])
FIELDS = ("losses", "initial_angles", "best_angles", "final_angles", "status")
Method = Callable[..., Training]


class Valley:
    """A loss by its function of angles (runs, M); `bad` where the second angle exceeds `wall`."""

    def __init__(self, function: Callable, wall: float = np.inf, bad: float = np.nan):
        self.function, self.wall, self.bad = function, wall, bad
        self.seen: list[np.ndarray] = []

    def loss_and_gradient(self, angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.seen.append(angles.copy())
        loss, gradient = self.function(angles)
        behind = angles[:, 1] > self.wall
        return np.where(behind, self.bad, loss), gradient


def quadratic(angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    distance = angles - CENTRES
    return (STIFFNESS * distance**2).sum(axis=1), 2 * STIFFNESS * distance


def rosenbrock(angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = angles[:, :-1], angles[:, 1:]
    gradient = np.zeros_like(angles)
    gradient[:, :-1] = -400 * x * (y - x**2) - 2 * (1 - x)
    gradient[:, 1:] += 200 * (y - x**2)
    return (100 * (y - x**2) ** 2 + (1 - x) ** 2).sum(axis=1), gradient


def same(left: Training, right: Training, runs: list[int]) -> None:
    for name in FIELDS:
        assert getattr(left, name)[runs].tobytes() == getattr(right, name)[runs].tobytes(), name


@pytest.mark.parametrize("function", [quadratic, rosenbrock])
def test_lbfgs_ends_where_scipy_does(function: Callable) -> None:
    runs = lbfgs(Valley(function), START, 400)
    for k, start in enumerate(START):
        found = minimize(
            lambda x: [part[0] for part in function(x[None])],
            start,
            jac=True,
            method="L-BFGS-B",
            options={"gtol": 1e-10, "ftol": 1e-15},
        )
        np.testing.assert_allclose(runs.final_angles[k], found.x, rtol=0, atol=1e-6)
        # No more evaluations than half as many again.
        assert np.argmin(runs.losses[k]) <= 1.5 * found.nfev
    _, gradient = function(runs.final_angles)
    assert (np.linalg.norm(gradient, axis=1) < 1e-9).all()


def test_what_lbfgs_records() -> None:
    """A record per evaluation, of the point accepted last; a run that has arrived rests."""
    valley, seen = Valley(rosenbrock), []
    runs = lbfgs(valley, START, 300, progress=lambda *at: seen.append(at))
    assert runs.losses.shape == (5, 301)
    assert seen == [(k, 300) for k in range(1, 301)]
    np.testing.assert_array_equal(runs.losses[:, 0], rosenbrock(START)[0])
    np.testing.assert_array_equal(runs.losses[:, -1], rosenbrock(runs.final_angles)[0])
    np.testing.assert_array_equal(runs.losses.min(axis=1), rosenbrock(runs.best_angles)[0])
    assert (np.diff(runs.losses) <= 1e-11).all()
    # Some steps are rejected, and then the loss of the record is not that of the evaluation.
    alone = Valley(rosenbrock)
    first = lbfgs(alone, START[:1], 30)
    tried = np.array([rosenbrock(x)[0][0] for x in alone.seen])
    assert len(tried) == 31
    assert (first.losses[0] < tried).any()
    kept = first.losses[0, 1:] == first.losses[0, :-1]
    assert kept.any()
    np.testing.assert_array_equal(first.losses[0, 1:][~kept], tried[1:][~kept])
    # The batch shrinks as runs arrive, and nothing is evaluated once all have.
    sizes = [len(x) for x in valley.seen]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) < 301


def test_lbfgs_stops_at_the_tolerance_and_where_there_is_no_step() -> None:
    rough = lbfgs(Valley(rosenbrock), START, 400, tolerance=1e-2)
    norms = np.linalg.norm(rosenbrock(rough.final_angles)[1], axis=1)
    assert (norms < 1e-2).all()
    assert (norms > 1e-9).all()

    def uphill(angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        loss, gradient = quadratic(angles)
        return loss, -gradient

    valley = Valley(uphill)
    wrong = lbfgs(valley, START[:1], 200)
    np.testing.assert_array_equal(wrong.final_angles, START[:1])
    assert len(valley.seen) == 31
    assert wrong.status.tolist() == [FINISHED]


def test_lbfgs_gives_up_at_a_cliff() -> None:
    """The pairs' direction and the gradient lead over it; then no step is left."""
    valley = Valley(quadratic, wall=-1.4, bad=1e3)
    runs = lbfgs(valley, np.array([[0.4, -1.9, 2.9]]), 2000)
    assert runs.status.tolist() == [FINISHED]
    assert len(valley.seen) < 300
    assert runs.final_angles[0, 1] == pytest.approx(-1.4, abs=1e-3)


def test_lbfgs_goes_through_negative_curvature() -> None:
    """Between two maxima of Σ cos x the first steps have no useful pair."""
    angles = np.array([[0.1, 3.0, 0.2], [0.01, -0.02, 0.3]])
    runs = lbfgs(Valley(lambda x: (np.cos(x).sum(axis=1), -np.sin(x))), angles, 200, memory=2)
    np.testing.assert_allclose(runs.losses[:, -1], -3, rtol=0, atol=1e-14)


def test_gradient_descent_on_a_quadratic() -> None:
    """θ_t − c = (1 − 2 rate a)^t (θ_0 − c)."""
    runs = gradient_descent(Valley(quadratic), START, 50, rate=0.02)
    want = CENTRES + (1 - 0.04 * STIFFNESS) ** 50 * (START - CENTRES)
    np.testing.assert_allclose(runs.final_angles, want, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(runs.losses[:, 0], quadratic(START)[0])
    np.testing.assert_array_equal(runs.losses[:, -1], quadratic(runs.final_angles)[0])


def test_natural_gradient_on_one_qubit() -> None:
    """RZ(φ)RX(θ)|0⟩ with O = X + 2Z: L = 2 cos θ + sin θ sin φ, F = diag(1, sin²θ)."""
    circuit = Circuit(1, (Rotation("X", (0,), 0, 1.0), Rotation("Z", (0,), 1, 1.0)), 2)
    curved = make_curved(Task(circuit, PauliSum(((1.0, "X", (0,)), (2.0, "Z", (0,))))))
    at = np.array([[0.7, 0.4], [-1.2, 2.0], [2.5, -0.3]])
    theta, phi = at.T
    slope = np.stack(
        [-2 * np.sin(theta) + np.cos(theta) * np.sin(phi), np.sin(theta) * np.cos(phi)], axis=1
    )
    metric = np.stack([np.full(3, 0.25), np.sin(theta) ** 2 / 4], axis=1)
    runs = quantum_natural_gradient(curved, at, 1, rate=0.05, regularisation=0.01)
    want = at - 0.05 * slope / (metric + 0.01)
    np.testing.assert_allclose(runs.final_angles, want, rtol=0, atol=1e-13)
    np.testing.assert_allclose(
        runs.losses[:, 0], 2 * np.cos(theta) + np.sin(theta) * np.sin(phi), atol=1e-13
    )
    assert optimise("qng", curved, at, 200).losses[:, -1].max() < -(5**0.5) + 1e-6


@pytest.mark.parametrize("name", ["adam", "gd", "lbfgs", "qng"])
def test_runs_do_not_influence_each_other(name: str) -> None:
    """In another order, and alone, every run has the same bits."""
    task = tfim_hva("open").task(4, 3)
    make = make_curved if name == "qng" else make_objective
    start = np.random.default_rng(1).uniform(0, 2, (7, 6))
    batch = optimise(name, make(task), start, 40)
    order = [4, 0, 6, 2, 5, 1, 3]
    turned = optimise(name, make(task), start[order], 40)
    for name_of in FIELDS:
        assert getattr(turned, name_of).tobytes() == getattr(batch, name_of)[order].tobytes()
    for k in range(7):
        alone = optimise(name, make(task), start[k : k + 1], 40)
        assert alone.losses[0].tobytes() == batch.losses[k].tobytes()
        assert alone.final_angles[0].tobytes() == batch.final_angles[k].tobytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("method", [gradient_descent, lbfgs, train])
def test_a_run_that_diverges(method: Method, bad: float) -> None:
    """It stops at the last point known; the others are the same bits as without it."""
    rate = {} if method is lbfgs else {"rate": 0.01}
    start = START.copy()
    start[:, 1] = [-1.5, -1.4, 0.9, -1.2, -1.3]
    runs = method(Valley(quadratic, wall=0.0, bad=bad), start, 20, **rate)
    same(runs, method(Valley(quadratic), start, 20, **rate), [0, 1, 3, 4])
    assert runs.status.tolist() == [FINISHED, FINISHED, DIVERGED, FINISHED, FINISHED]
    assert np.isnan(runs.losses[2]).all()
    np.testing.assert_array_equal(runs.final_angles[2], start[2])
    # A wall on the way to the minimum, behind which the run goes at some step.
    late = method(Valley(quadratic, wall=-1.4, bad=bad), start[[0]], 90, **rate)
    spoilt = np.isnan(late.losses[0])
    assert late.status.tolist() == [DIVERGED]
    assert not spoilt[0]
    assert spoilt[np.argmax(spoilt) :].all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "newton"}, "`name` must be one of 'adam', 'gd', 'lbfgs', 'qng', but is 'newton'"),
        ({"steps": 0}, "`steps` must be an integer of at least 1, but is 0"),
        ({"rate": 0.1}, "`rate` must be None for optimiser 'lbfgs', but is 0.1"),
        ({"name": "gd", "rate": -1.0}, "`rate` must be positive and finite, but is -1.0"),
        ({"name": "qng"}, "'qng' needs an objective with a QFIM.* it is Valley"),
        ({"angles": START[0]}, r"`angles` must have shape \(any, any\), but has shape \(3,\)"),
    ],
)
def test_refused(change: dict, message: str) -> None:
    given = {"name": "lbfgs", "angles": START, "steps": 2, **change}
    with pytest.raises(UserError, match=message):
        optimise(
            given.pop("name"), Valley(quadratic), given.pop("angles"), given.pop("steps"), **given
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tolerance": 0.0}, "`tolerance` must be positive and finite, but is 0.0"),
        ({"memory": 0}, "`memory` must be an integer of at least 1, but is 0"),
    ],
)
def test_lbfgs_refuses(change: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        lbfgs(Valley(quadratic), START, 2, **change)
