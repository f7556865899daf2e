"""Adam against a scalar version of Keras' formula, and what becomes of runs that diverge."""

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.experiments.common.training import stored
from overpar.quantities.training import DIVERGED, FINISHED, train

START = np.random.default_rng(0).uniform(-2, 2, (5, 3))
CENTRES = np.array([0.5, -1.0, 3.0])
STIFFNESS = np.array([0.2, 1.0, 30.0])


class Quadratic:
    """Loss Σ a_i (θ_i − c_i)²; from a given call on, one run's loss or gradient is spoilt."""

    def __init__(self, run: int = -1, call: int = -1, loss: float = 0.0, slope: float = 0.0):
        self.run, self.call, self.loss, self.slope = run, call, loss, slope
        self.calls = 0

    def loss_and_gradient(self, angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        distance = angles - CENTRES
        loss = (STIFFNESS * distance**2).sum(axis=1)
        gradient = 2 * STIFFNESS * distance
        if 0 <= self.call <= self.calls:
            loss[self.run] += self.loss
            gradient[self.run, 1] += self.slope
        self.calls += 1
        return loss, gradient


def keras_adam(start: np.ndarray, steps: int, rate: float, beta: tuple[float, float], eps: float):
    """One run, angle by angle, as keras.optimizers.Adam.update_step writes it."""
    theta = [float(x) for x in start]
    m, v, losses = [0.0] * len(theta), [0.0] * len(theta), []
    for t in range(1, steps + 2):
        losses.append(
            sum(a * (x - c) ** 2 for a, x, c in zip(STIFFNESS, theta, CENTRES, strict=True))
        )
        if t > steps:
            return losses, theta
        alpha = rate * (1 - beta[1] ** t) ** 0.5 / (1 - beta[0] ** t)
        for i, x in enumerate(theta):
            g = 2 * STIFFNESS[i] * (x - CENTRES[i])
            m[i] = beta[0] * m[i] + (1 - beta[0]) * g
            v[i] = beta[1] * v[i] + (1 - beta[1]) * g * g
            theta[i] = x - alpha * m[i] / (v[i] ** 0.5 + eps)


@pytest.mark.parametrize(
    ("rate", "beta", "eps"),
    [(0.01, (0.9, 0.999), 1e-7), (0.03, (0.5, 0.9), 1e-7), (0.1, (0.9, 0.999), 0.5)],
)
def test_as_in_keras(rate: float, beta: tuple[float, float], eps: float) -> None:
    runs = train(Quadratic(), START, 200, rate=rate, decay=beta, epsilon=eps)
    for k, start in enumerate(START):
        losses, theta = keras_adam(start, 200, rate, beta, eps)
        np.testing.assert_allclose(runs.losses[k], losses, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(runs.final_angles[k], theta, rtol=1e-9, atol=1e-12)


def test_defaults_are_those_of_keras_but_for_the_rate() -> None:
    usual = train(Quadratic(), START, 30)
    named = train(Quadratic(), START, 30, rate=1e-2, decay=(0.9, 0.999), epsilon=1e-7)
    assert usual.losses.tobytes() == named.losses.tobytes()


def test_the_first_step_is_the_rate() -> None:
    """m/√v = ±1 after one step, whatever the gradient, if ε is small against it."""
    runs = train(Quadratic(), START, 1, rate=0.05, epsilon=1e-12)
    np.testing.assert_allclose(np.abs(runs.final_angles - START), 0.05, rtol=1e-4)


def test_what_is_recorded() -> None:
    seen: list[tuple[int, int]] = []
    given = START.copy()
    runs = train(Quadratic(), given, 40, rate=0.5, progress=lambda *at: seen.append(at))
    assert runs.losses.shape == (5, 41)
    assert seen == [(k, 40) for k in range(1, 41)]
    assert given.tobytes() == runs.initial_angles.tobytes() == START.tobytes()
    loss = Quadratic().loss_and_gradient
    np.testing.assert_array_equal(runs.losses[:, 0], loss(START)[0])
    np.testing.assert_array_equal(runs.losses[:, -1], loss(runs.final_angles)[0])
    np.testing.assert_array_equal(runs.losses.min(axis=1), loss(runs.best_angles)[0])
    # A rate this large overshoots, so best and last differ.
    assert (runs.losses.min(axis=1) < runs.losses[:, -1]).all()
    assert (runs.status == FINISHED).all()
    variables = stored(runs)
    assert variables["loss"].dims == ("init", "step")
    assert {name for name, v in variables.items() if v.units == "rad"} == {
        "initial_angles",
        "best_angles",
        "final_angles",
    }


def test_the_last_record_can_be_the_best() -> None:
    """Far from the minimum every step goes down, and nothing is recorded after the last."""
    runs = train(Quadratic(), START, 3, rate=1e-3)
    assert runs.losses.argmin(axis=1).tolist() == 5 * [3]
    np.testing.assert_array_equal(runs.best_angles, runs.final_angles)


@pytest.mark.parametrize("call", [0, 7, 20])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["loss", "slope"])
def test_a_run_that_diverges(where: str, bad: float, call: int) -> None:
    """It stops there; the others are the same bits as without it."""
    clean = train(Quadratic(), START, 20, rate=0.1)
    runs = train(Quadratic(run=2, call=call, **{where: bad}), START, 20, rate=0.1)
    assert runs.status.tolist() == [FINISHED, FINISHED, DIVERGED, FINISHED, FINISHED]
    others = [0, 1, 3, 4]
    for name in ("losses", "initial_angles", "best_angles", "final_angles"):
        assert getattr(runs, name)[others].tobytes() == getattr(clean, name)[others].tobytes()
    assert runs.losses[2, :call].tobytes() == clean.losses[2, :call].tobytes()
    assert np.isnan(runs.losses[2, call:]).all()
    stopped = train(Quadratic(), START, call, rate=0.1).final_angles[2] if call else START[2]
    np.testing.assert_array_equal(runs.final_angles[2], stopped)
    best = Quadratic().loss_and_gradient(runs.best_angles)[0][2]
    assert best == (np.nanmin(runs.losses[2]) if call else clean.losses[2, 0])


def test_all_runs_diverge() -> None:
    runs = train(Quadratic(run=0, call=0, loss=np.nan), START[:1], 3)
    assert runs.status.tolist() == [DIVERGED]
    assert np.isnan(runs.losses).all()
    np.testing.assert_array_equal(runs.best_angles, START[:1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "`steps` must be an integer of at least 1, but is 0"),
        ({"steps": 2.0}, "`steps` must be an integer of at least 1, but is 2.0"),
        ({"rate": 0.0}, "`rate` must be positive, but is 0.0"),
        ({"rate": -1.0}, "`rate` must be positive"),
        ({"rate": np.nan}, "`rate` must be positive, but is nan"),
        ({"angles": START[0]}, r"`angles` must have shape \(any, any\), but has shape \(3,\)"),
        ({"angles": START * np.nan}, "`angles` must be finite, but has nan"),
        ({"angles": START * 1j}, "`angles` must hold real numbers"),
        ({"angles": [["x"]]}, "`angles` must hold real numbers"),
    ],
)
def test_refused(change: dict, message: str) -> None:
    arguments = {"angles": START, "steps": 2, **change}
    angles, steps = arguments.pop("angles"), arguments.pop("steps")
    with pytest.raises(UserError, match=message):
        train(Quadratic(), angles, steps, **arguments)
