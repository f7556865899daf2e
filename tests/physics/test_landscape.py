"""The landscape around a trap: the same state at every depth, and what curvature says there."""

from typing import Any

import numpy as np
import pytest
from cases import rng
from pydantic import ValidationError

from overpar.engines.choose import make_engine, make_objective
from overpar.experiments import landscape
from overpar.experiments.common.spec import Context
from overpar.model.papers import tfim_hva
from overpar.quantities.information import hessian

SMALL: dict[str, Any] = {
    "qubits": 4,
    "boundary": "periodic",
    "trained": 1,
    "initialisations": 5,
    "steps": 1500,
    "points": 5,
}


def run(depth: int) -> dict[str, np.ndarray]:
    spec = landscape.Spec(**SMALL, depth=depth)
    result = landscape.run(spec, Context("landscape", spec.label, 5))
    return {name: np.asarray(v.values) for name, v in result.variables.items()}


@pytest.fixture(scope="module")
def shallow() -> dict[str, np.ndarray]:
    return run(1)


@pytest.fixture(scope="module")
def deep() -> dict[str, np.ndarray]:
    return run(3)


@pytest.mark.parametrize("depth", [2, 3, 4, 7])
@pytest.mark.parametrize("boundary", ["open", "periodic"])
def test_layers_of_angle_zero_change_no_state(boundary: Any, depth: int) -> None:
    angles = rng("spread", boundary, depth).uniform(0, 7, 4)
    longer = landscape.spread(angles, depth)
    assert longer.shape == (2 * depth,)
    assert np.count_nonzero(longer) == 4
    states = [
        make_engine(tfim_hva(boundary).task(4, p)).state(x[None])
        for p, x in ((2, angles), (depth, longer))
    ]
    np.testing.assert_allclose(states[0], states[1], atol=1e-14)


def test_every_point_of_a_slice_is_a_loss() -> None:
    task = tfim_hva("open").task(4, 2)
    objective = make_objective(task)
    point, axis = rng("slice").uniform(0, 7, 4), np.array([-0.3, 0.0, 0.7])
    ways = np.linalg.qr(rng("ways").normal(size=(4, 2)))[0].T
    found = landscape.plane(objective, point, ways, axis)
    qibo = make_engine(task, "qibo")
    for i, y in enumerate(axis):
        for j, x in enumerate(axis):
            at = (point + x * ways[0] + y * ways[1])[None]
            assert found[i, j] == pytest.approx(qibo.loss_and_gradient(at)[0][0], abs=1e-11)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_plane_holds_the_point_it_is_to_show(sign: int) -> None:
    lowest = np.eye(2, 5)
    towards = sign * np.array([0.4, 0.1, -0.2, 0.5, 0.3])
    seen = landscape.directions(lowest, towards)
    np.testing.assert_allclose(seen @ seen.T, np.eye(2), atol=1e-15)
    np.testing.assert_allclose((seen @ towards) @ seen, towards, atol=1e-15)
    assert seen[0] @ towards > 0
    np.testing.assert_array_equal(landscape.directions(lowest, None), lowest)


def test_the_centre_of_a_slice_is_the_trap(
    shallow: dict[str, np.ndarray], deep: dict[str, np.ndarray]
) -> None:
    """Also in the deeper ansatz, where the gradient stays zero."""
    for found in (shallow, deep):
        assert found["slice"][2, 2] == pytest.approx(float(found["loss"]), abs=1e-13)
        assert found["gradient"] < 1e-6
    assert deep["loss"] == pytest.approx(float(shallow["loss"]), abs=1e-12)


def test_a_minimum_becomes_a_saddle(
    shallow: dict[str, np.ndarray], deep: dict[str, np.ndarray]
) -> None:
    """One layer is too few for the ground state of 4 qubits, two are enough."""
    assert shallow["loss"] > 0.05
    assert shallow["curvature"].min() > 0.1
    assert deep["curvature"].min() < -0.05
    assert np.nanmin(shallow["descent"]) == pytest.approx(float(shallow["loss"]), rel=1e-4)
    np.testing.assert_allclose(shallow["end"], 0, atol=1e-3)
    assert np.nanmin(deep["descent"]) < 1e-6
    assert np.linalg.norm(deep["end"]) > 0.3


def test_curvature_is_that_of_the_loss(deep: dict[str, np.ndarray]) -> None:
    """Along the first direction, by central differences of the loss."""
    objective = make_objective(tfim_hva("periodic").task(4, 3))
    step, way = 1e-3, deep["directions"][0]
    shifted = deep["point"] + np.array([[step], [0], [-step]]) * way
    up, middle, down = objective.loss_and_gradient(shifted)[0]
    assert (up - 2 * middle + down) / step**2 == pytest.approx(deep["curvature"][0], abs=1e-4)
    dense = np.linalg.eigvalsh(hessian(make_engine(tfim_hva("periodic").task(4, 3)), deep["point"]))
    np.testing.assert_allclose(dense, deep["curvature"], atol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth": 0}, "depth"),
        ({"depth": 1, "trained": 2}, "depth must be at least 2, but is 1"),
        ({"depth": 2, "points": 4}, "points must be odd, but is 4"),
    ],
)
def test_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        landscape.Spec(**{**SMALL, **change})
