"""Newton's method: where it ends, what it does at saddles, and what it says of itself."""

import numpy as np
import pytest

from overpar.model.papers import tfim_hva
from overpar.quantities.curved import make_curved
from overpar.quantities.newton import newton


class Surface:
    """L(x, y) = scale·[(x² − 1)² + stiff·(y − x²)²]: minima ±(1, 1), a saddle at the origin."""

    def __init__(self, stiff: float, scale: float = 1.0):
        self.stiff, self.scale, self.calls = stiff, scale, 0

    def loss_and_gradient(self, angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = angles.T
        bend = y - x**2
        loss = (x**2 - 1) ** 2 + self.stiff * bend**2
        gradient = np.stack(
            [4 * x * (x**2 - 1) - 4 * self.stiff * x * bend, 2 * self.stiff * bend], axis=1
        )
        return self.scale * loss, self.scale * gradient

    def qfim(self, angles: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def hessian(self, angles: np.ndarray) -> np.ndarray:
        self.calls += len(angles)
        x, y = angles.T
        out = np.empty((len(angles), 2, 2))
        out[:, 0, 0] = 12 * x**2 - 4 - 4 * self.stiff * (y - 3 * x**2)
        out[:, 0, 1] = out[:, 1, 0] = -4 * self.stiff * x
        out[:, 1, 1] = 2 * self.stiff
        return self.scale * out


STARTS = np.array([[-2.0, 3.0], [0.3, 0.1], [1e-3, 0.0], [2.5, -1.0]])


@pytest.mark.parametrize("stiff", [1.0, 100.0, 1e4])
def test_a_curved_valley(stiff: float) -> None:
    """From anywhere but the saddle itself, also where the Hessian is indefinite, to a minimum."""
    surface = Surface(stiff)
    ends = newton(surface, STARTS)
    np.testing.assert_allclose(ends.angles, [[-1, 1], [1, 1], [1, 1], [1, 1]], atol=1e-9)
    assert ends.losses.max() < 1e-18
    assert ends.gradients.max() < 1e-11
    assert surface.calls == ends.iterations.sum()
    assert ends.iterations.max() < 100


def test_runs_do_not_influence_each_other() -> None:
    surface = Surface(100.0)
    batch = newton(surface, STARTS)
    for k in range(len(STARTS)):
        alone = newton(surface, STARTS[k : k + 1])
        assert alone.angles.tobytes() == batch.angles[k].tobytes()
        assert alone.iterations[0] == batch.iterations[k]


@pytest.mark.parametrize("stiff", [1.0, 1e4])
def test_the_loss_never_rises(stiff: float) -> None:
    surface = Surface(stiff)
    before = surface.loss_and_gradient(STARTS)[0]
    for steps in range(1, 12):
        losses = newton(surface, STARTS, steps=steps).losses
        assert (losses <= before).all()
        before = losses


def test_a_run_that_is_cut_short_says_so() -> None:
    """Its loss has not risen, its gradient is that of the point it reached."""
    surface = Surface(100.0)
    before = surface.loss_and_gradient(STARTS)[0]
    ends = newton(surface, STARTS, steps=3)
    assert ends.iterations.tolist() == [3, 3, 3, 3]
    assert (ends.losses < before).all()
    loss, gradient = surface.loss_and_gradient(ends.angles)
    np.testing.assert_array_equal(ends.losses, loss)
    np.testing.assert_array_equal(ends.gradients, np.linalg.norm(gradient, axis=1))
    assert (ends.gradients > 1e-6).all()


def test_a_stationary_start_stays() -> None:
    """Even on a saddle: nothing tells a run there where to go."""
    ends = newton(Surface(1.0), np.zeros((1, 2)))
    assert ends.iterations.tolist() == [0]
    assert ends.angles.tolist() == [[0.0, 0.0]]


def test_too_short_a_ring_has_one_trap() -> None:
    """6 qubits, periodic, 2 layers: every run ends at the published plateau 0.263305."""
    task = tfim_hva("periodic").task(6, 2)
    start = np.random.default_rng(3).uniform(0, np.pi / 2, (20, 4))
    ends = newton(make_curved(task), start)
    assert ends.gradients.max() < 1e-11
    np.testing.assert_allclose(np.median(ends.losses), 0.263305, atol=1e-6)
