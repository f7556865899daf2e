"""The free-fermion engine beyond the sizes that Qibo is run at."""

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.engines.choose import make_objective
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.observables import Task, tfim
from overpar.model.papers import tfim_hva


@pytest.mark.parametrize(
    ("n", "boundary"), [(7, "open"), (9, "open"), (10, "open"), (8, "periodic"), (10, "periodic")]
)
@pytest.mark.parametrize("field", [0.6, 1.0])
def test_agrees_with_the_state_vector(n: int, boundary: str, field: float) -> None:
    task = tfim_hva(boundary, field=field).task(n, 6)
    angles = np.random.default_rng(n).uniform(-7, 7, (3, 12))
    loss, gradient = make_objective(task, "fermions").loss_and_gradient(angles)
    want_loss, want_gradient = make_objective(task, "statevector").loss_and_gradient(angles)
    np.testing.assert_allclose(loss, want_loss, rtol=0, atol=1e-12)
    np.testing.assert_allclose(gradient, want_gradient, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("n", "boundary"), [(40, "open"), (33, "open"), (200, "periodic")])
def test_sizes_without_a_state_vector(n: int, boundary: str) -> None:
    """⟨H⟩ = −n in |+…+⟩; the gradient is that of the loss; a run does not depend on its batch."""
    depth = 3
    objective = make_objective(tfim_hva(boundary).task(n, depth))
    at = np.random.default_rng(n).uniform(-2, 2, 2 * depth)
    start, _ = objective.loss_and_gradient(np.zeros((1, 2 * depth)))
    assert start[0] == pytest.approx(objective.task.constant - n, abs=1e-10)
    loss, gradient = objective.loss_and_gradient(at[None])
    shifts = 1e-5 * np.eye(2 * depth)
    plus, minus = (objective.loss_and_gradient(at + s)[0] for s in (shifts, -shifts))
    np.testing.assert_allclose(gradient[0], (plus - minus) / 2e-5, rtol=0, atol=1e-6)
    batch = np.concatenate([at + shifts, at[None], at - shifts])
    among = objective.loss_and_gradient(batch)[0][2 * depth]
    assert among.tobytes() == loss[0].tobytes()


def test_an_odd_periodic_chain_is_left_to_the_state_vector() -> None:
    """Its momenta do not pair up; the numbers would be wrong without a word."""
    circuit, observable = tfim_hva_circuit(5, "periodic", 3), tfim(5, "periodic")
    task = Task(circuit, observable, chain=("periodic", 1.0))
    at = np.random.default_rng(5).uniform(-2, 2, (1, 6))
    plain = make_objective(Task(circuit, observable)).loss_and_gradient(at)
    np.testing.assert_array_equal(make_objective(task).loss_and_gradient(at)[0], plain[0])
    with pytest.raises(UserError, match="even number of qubits"):
        make_objective(task, "fermions")
