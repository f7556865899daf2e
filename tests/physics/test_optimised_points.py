"""Which angles of a training record count as optimised ones."""

from pathlib import Path

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.base.records import Variable, read_record, write_record
from overpar.engines.choose import curvature_engine, make_objective
from overpar.experiments.common.spectra import CONVERGED, POLISHED, optimised_points
from overpar.model.papers import tfim_hva
from overpar.quantities.training import train

TASK = tfim_hva("periodic").task(4, 4)
STEPS = 600


@pytest.fixture(scope="module")
def angles() -> np.ndarray:
    """The angles of five runs, all close to the ground state, but not polished."""
    start = np.random.default_rng(3).uniform(0, np.pi / 2, (5, TASK.parameters))
    runs = train(make_objective(TASK), start, STEPS, rate=0.05)
    assert (runs.losses.min(axis=1) < CONVERGED).all()
    return runs.best_angles + 1e-4


def points(path: Path, angles: np.ndarray, lowest: list[float], samples: int) -> np.ndarray:
    losses = np.array([[1.0, value] for value in lowest])
    loss = Variable(("init", "step"), losses, "loss")
    best = Variable(("init", "parameter"), angles, "best")
    write_record(path, {"loss": loss, "best_angles": best}, {})
    return optimised_points(curvature_engine(TASK), read_record(path), samples)


def test_the_first_that_converged_are_polished(tmp_path: Path, angles: np.ndarray) -> None:
    """In the order of the runs, at most as many as asked for, each below 1e-12."""
    objective = make_objective(TASK)
    assert objective.loss_and_gradient(angles)[0].min() > POLISHED
    lowest = [CONVERGED, 9e-5, 2e-4, 1e-6, 1e-7]
    every = points(tmp_path / "a.nc", angles, lowest, 9)
    assert len(every) == 3
    assert objective.loss_and_gradient(every)[0].max() < POLISHED
    # Polishing moves angles little: which run each comes from is seen.
    distances = np.abs(every[:, None] - angles[None]).max(axis=2)
    assert distances.argmin(axis=1).tolist() == [1, 3, 4]
    np.testing.assert_array_equal(points(tmp_path / "b.nc", angles, lowest, 2), every[:2])


def test_a_run_that_polishing_does_not_bring_down_does_not_count(
    tmp_path: Path, angles: np.ndarray
) -> None:
    """What the record says of a run is not believed: the loss after polishing decides."""
    wrong = angles.copy()
    wrong[0] = 0
    assert len(points(tmp_path / "a.nc", wrong, [1e-6] * 5, 9)) == 4
    assert points(tmp_path / "b.nc", angles, [1.0] * 5, 9).shape == (0, TASK.parameters)
    with pytest.raises(UserError, match="does not have 8 angles"):
        points(tmp_path / "c.nc", angles[:, :-1], [1e-6] * 5, 9)
