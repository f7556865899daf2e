"""QFIM and Hessian of the Ising chain by free fermions, against state vectors and differences."""

import numpy as np
import pytest

from overpar.engines.choose import curvature_engine, make_objective
from overpar.engines.gaussian import Gaussian
from overpar.model.observables import spectral_width
from overpar.model.papers import hardware_efficient, tfim_hva
from overpar.quantities.curved import Pointwise, make_curved
from overpar.quantities.information import curvature

SIZES = [("open", n) for n in (2, 3, 4, 5, 7, 8, 10)] + [("periodic", n) for n in (2, 4, 8, 10)]


@pytest.mark.parametrize(("boundary", "n"), SIZES)
@pytest.mark.parametrize("depth", [1, 4])
def test_agrees_with_the_state_vector(boundary: str, n: int, depth: int) -> None:
    task = tfim_hva(boundary, field=0.7).task(n, depth)
    angles = np.random.default_rng(n).uniform(-7, 7, (3, 2 * depth))
    gaussian, engine = Gaussian(task), curvature_engine(task)
    fisher, second = zip(*(curvature(engine, at) for at in angles), strict=True)
    np.testing.assert_allclose(gaussian.qfim(angles), fisher, rtol=0, atol=1e-11)
    np.testing.assert_allclose(gaussian.hessian(angles), second, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("boundary", "n"), [("open", 24), ("open", 33), ("periodic", 120)])
def test_sizes_without_a_state_vector(boundary: str, n: int) -> None:
    """The Hessian is the derivative of the gradient, one run alone has the same bits."""
    depth = 3
    task = tfim_hva(boundary).task(n, depth)
    gaussian = make_curved(task)
    at = np.random.default_rng(n).uniform(-2, 2, (2, 2 * depth))
    hessians = gaussian.hessian(at)
    shifts = 1e-5 * np.eye(2 * depth)
    plus, minus = (gaussian.loss_and_gradient(at[1] + s)[1] for s in (shifts, -shifts))
    np.testing.assert_allclose(hessians[1], (plus - minus) / 2e-5, rtol=0, atol=1e-5)
    assert gaussian.hessian(at[1:]).tobytes() == hessians[1].tobytes()
    assert gaussian.qfim(at[1:]).tobytes() == gaussian.qfim(at)[1].tobytes()


def test_the_qfim_of_the_first_layer() -> None:
    """F = 4 Var(ΣZZ/2) = n − 1 in |+…+⟩, and no X gate moves that state."""
    fisher = Gaussian(tfim_hva("open").task(40, 1)).qfim(np.zeros((1, 2)))[0]
    np.testing.assert_allclose(fisher, np.diag([39.0, 0.0]), rtol=0, atol=1e-12)


def test_other_models_are_left_to_the_state_vector() -> None:
    """Also the chain with the derivatives of the released code, which fermions do not have."""
    for task in (
        hardware_efficient("-ZZ - X").task(4, 2),
        tfim_hva("open", tying="released").task(4, 2),
        tfim_hva("open").task(4, 2),
    ):
        curved = make_curved(task)
        at = np.random.default_rng(0).uniform(-2, 2, (2, task.parameters))
        fisher, second = zip(*(curvature(curvature_engine(task), x) for x in at), strict=True)
        np.testing.assert_allclose(curved.qfim(at), fisher, rtol=0, atol=1e-11)
        np.testing.assert_allclose(curved.hessian(at), second, rtol=0, atol=1e-11)
        loss, _ = make_objective(task).loss_and_gradient(at)
        np.testing.assert_allclose(curved.loss_and_gradient(at)[0], loss, rtol=0, atol=1e-12)
    assert isinstance(make_curved(tfim_hva("open", tying="released").task(4, 2)), Pointwise)


@pytest.mark.parametrize(("boundary", "n"), [("open", 4), ("open", 5), ("periodic", 6)])
def test_the_spectral_width_of_the_chain(boundary: str, n: int) -> None:
    task = tfim_hva(boundary, field=0.7).task(n, 1)
    flips, diagonals = task.observable.by_flip(n)
    rows = np.arange(2**n)
    matrix = np.zeros((2**n, 2**n), complex)
    for flip, diagonal in zip(flips, diagonals, strict=True):
        matrix[rows, rows ^ flip] += diagonal
    want = np.ptp(np.linalg.eigvalsh(matrix))
    assert spectral_width(task) == pytest.approx(want, abs=1e-10)
