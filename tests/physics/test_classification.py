"""The circuits that classify, their limits and laws, and the states that they are given."""

import json
from math import comb

import numpy as np
import pytest
from scipy.stats import unitary_group
from xarray import Dataset

from overpar.engines.ensemble import Ensemble
from overpar.engines.spins import Spins, coupled, reduced
from overpar.engines.statevector import StateVector
from overpar.experiments import classification
from overpar.experiments.common.classifiers import Permutation, Unstructured, _deep
from overpar.experiments.common.labelled import DATA, Data, labelled
from overpar.experiments.common.spec import Context
from overpar.model.layers import layered
from overpar.model.observables import PauliSum, Task
from overpar.quantities.algebra import dla_dimension
from overpar.quantities.entanglement import concentratable_entanglement
from overpar.report.tables import classification as table


def sums(n: int) -> tuple[PauliSum, ...]:
    """ΣY, ΣX and Σ ZZ over all pairs."""
    pairs = tuple((1.0, "ZZ", (i, j)) for i in range(n) for j in range(i + 1, n))
    return *(PauliSum(tuple((1.0, p, (q,)) for q in range(n))) for p in "YX"), PauliSum(pairs)


def states(runs: int, count: int, n: int) -> np.ndarray:
    """Random normalised states."""
    random = np.random.default_rng(n)
    real, imaginary = random.normal(size=(2, runs, count, 2**n))
    out = real + 1j * imaginary
    return out / np.linalg.norm(out, axis=2, keepdims=True)


def mean_z(n: int) -> PauliSum:
    return PauliSum(tuple((1 / n, "Z", (q,)) for q in range(n)))


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_states_of_total_spin_are_orthonormal(n: int) -> None:
    """C(n+3, 3) matrix elements in all, and Σ_j copies · (2J+1) = 2ⁿ states."""
    basis = np.concatenate([part.reshape(-1, 2**n) for part in coupled(n).values()])
    np.testing.assert_allclose(basis @ basis.T, np.eye(2**n), rtol=0, atol=1e-13)
    assert sum(dimension**2 for dimension in coupled(n)) == comb(n + 3, 3)


@pytest.mark.parametrize(("n", "depth"), [(2, 2), (3, 3), (4, 4)])
def test_blocks_of_spin_are_the_state_vector(n: int, depth: int) -> None:
    circuit = layered(sums(n), n, depth)
    inputs = states(3, 2, n)
    angles = np.random.default_rng(1).uniform(0, 7, (3, circuit.parameters))
    loss, gradient = Ensemble(Task(circuit, mean_z(n)), inputs).loss_and_gradient(angles)
    seen = reduced(inputs)
    spins = Spins([block.mean(axis=1) for block in seen], depth, 0.25)
    ours, slope = spins.loss_and_gradient(angles)
    np.testing.assert_allclose(ours, loss + 0.25, rtol=0, atol=1e-13)
    np.testing.assert_allclose(slope, gradient, rtol=0, atol=1e-13)
    np.testing.assert_allclose(spins.means(angles, seen).mean(axis=1), loss, atol=1e-13)


def test_runs_with_inputs_of_their_own_are_those_alone() -> None:
    circuit = layered(sums(3), 3, 2)
    inputs, angles = states(10, 2, 3), np.random.default_rng(2).uniform(0, 7, (10, 6))
    loss, gradient = Ensemble(Task(circuit, mean_z(3)), inputs).loss_and_gradient(angles)
    for k in (0, 7, 8, 9):
        alone = StateVector(Task(circuit, mean_z(3), inputs[k])).loss_and_gradient(angles[[k]])
        np.testing.assert_array_equal(alone[0], loss[[k]])
        np.testing.assert_array_equal(alone[1], gradient[[k]])


@pytest.mark.parametrize("n", [3, 4, 5])
def test_dimension_of_the_permutations_algebra(n: int) -> None:
    """One trace less in each of ⌊n/2⌋ + 1 blocks, but for the direction of Σ ZZ."""
    assert dla_dimension(sums(n), n).value == comb(n + 3, 3) - n // 2


@pytest.mark.parametrize("kind", [Permutation, Unstructured])
def test_classifiers_by_definition(kind: type[Permutation] | type[Unstructured]) -> None:
    """Loss from the means, and no circuit below the limit, which deep training reaches."""
    sets = {"train": states(2, 6, 4), "test": states(2, 4, 4)}
    found = kind(20, sets)
    angles = np.random.default_rng(3).uniform(0, 7, (2, found.parameters))
    means = found.means(angles, "train")
    loss, gradient = found.loss_and_gradient(angles)
    expected = 0.5 * (1 - np.repeat([1, -1], 3) * means).mean(axis=1)
    np.testing.assert_allclose(loss, expected, rtol=0, atol=1e-13)
    step = np.zeros(found.parameters)
    step[4] = 1e-5
    rise = found.loss_and_gradient(angles + step)[0] - found.loss_and_gradient(angles - step)[0]
    np.testing.assert_allclose(rise / 2e-5, gradient[:, 4], rtol=0, atol=1e-9)
    for _ in range(1500):
        angles -= 0.2 * found.loss_and_gradient(angles)[1]
    final = found.loss_and_gradient(angles)[0]
    assert (final >= found.limit - 1e-12).all()
    np.testing.assert_allclose(final, found.limit, rtol=0, atol=5e-3)


def test_gradients_of_deep_circuits() -> None:
    """The law against random unitaries, and against circuits that are deep."""
    random = np.random.default_rng(4)
    weights, observed, generator = np.array([0.5, -0.2, 0.1]), np.array([1, 0, -1]), [1.0, 0, 2]
    squares = []
    for _ in range(4000):
        before, after = unitary_group.rvs(3, size=2, random_state=random)
        rho = before @ np.diag(weights) @ before.conj().T
        seen = after.conj().T @ np.diag(observed) @ after
        g = np.diag(generator)
        squares.append(np.trace(seen @ (g @ rho - rho @ g)).imag ** 2)
    law = _deep(weights[None], observed, np.array(generator))
    error = np.std(squares) / np.sqrt(len(squares))
    assert abs(np.mean(squares) - law[0]) < 4 * error
    for kind, depth in ((Permutation, 40), (Unstructured, 20)):
        found = kind(depth, {"train": np.repeat(states(1, 4, 3), 64, axis=0)})
        gradient = found.loss_and_gradient(random.uniform(0, 7, (64, found.parameters)))[1]
        assert (gradient**2).mean() == pytest.approx(found.deep[0], rel=0.15)


@pytest.mark.parametrize("data", DATA)
def test_half_of_the_states_have_each_label(data: Data) -> None:
    found, labels = labelled(data, 4, 60, np.random.default_rng(5))
    assert found.shape == (60, 16)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    assert labels.tolist() == [1.0] * 30 + [-1.0] * 30
    again = labelled(data, 4, 60, np.random.default_rng(5))[0]
    np.testing.assert_array_equal(again, found)


def test_labels_say_what_they_are_about() -> None:
    random = np.random.default_rng(6)
    copies, labels = labelled("entanglement", 4, 60, random)
    single = copies.reshape(60, 4, 4)
    np.testing.assert_allclose(np.linalg.svd(single, compute_uv=False)[:, 1:], 0, atol=1e-7)
    one = np.linalg.svd(single)[0][:, :, 0]
    entanglement = concentratable_entanglement(one)
    assert entanglement[labels > 0].min() > entanglement[labels < 0].max()
    graphs, labels = labelled("graphs", 4, 60, random)
    # A vertex without an edge is |+⟩: there is one in every graph of 4 vertices that is not
    # connected, unless it is two pairs.
    lone = [
        any(
            np.allclose(g.reshape(2**q, 2, -1)[:, 0], g.reshape(2**q, 2, -1)[:, 1])
            for q in range(4)
        )
        for g in graphs
    ]
    assert not np.any(np.array(lone)[labels > 0])
    assert np.mean(np.array(lone)[labels < 0]) > 0.7
    for data, places in (("all_pairs", None), ("one_pair", (0, 1))):
        points, labels = labelled(data, 4, 60, random)
        z = np.array([[np.sum(p.conj() * _z(q) * p).real for q in range(4)] for p in points])
        pairs = z.sum(axis=1) ** 2 - (z**2).sum(axis=1) if places is None else z[:, 0] * z[:, 1]
        np.testing.assert_array_equal(np.sign(pairs), labels)


def _z(qubit: int) -> np.ndarray:
    return 1 - 2.0 * (np.arange(16) >> (3 - qubit) & 1)


def record(**settings: object) -> Dataset:
    spec = classification.Spec(qubits=4, initialisations=3, steps=30, test_states=20, **settings)  # type: ignore[arg-type]
    result = classification.run(spec, Context("classification", spec.label, 7))
    values = {name: (v.dims, v.values) for name, v in result.variables.items()}
    about = {"spec": spec.model_dump_json(), "kind": "classification", **result.attributes}
    return Dataset(values, attrs=json.loads(json.dumps(about)))


def test_table_compares_both_circuits_run_by_run() -> None:
    both = {"permutation": 15, "hardware_efficient": 3}
    records = [
        record(circuit=circuit, depth=depth, data="graphs", shots=shots)
        for circuit, depth in both.items()
        for shots in (0, 1000)
    ]
    for found in records:
        assert (found["loss"][:, -1] < found["loss"][:, 0]).all()
        assert np.allclose(found["train_error"] * 16 % 1, 0)
    # Shots make another way from the same start, the more so the fewer they are.
    assert (records[0]["loss"][:, 0] == records[1]["loss"][:, 0]).all()
    assert (records[0]["loss"][:, -1] != records[1]["loss"][:, -1]).all()
    cells = table.cells(records)
    row = cells[(cells["circuit"] == "hardware_efficient") & (cells["shots"] == 0)].iloc[0]
    ours, theirs = (records[k]["test_error"].values for k in (2, 0))
    assert (ours > theirs).any()
    assert row["loss"] == pytest.approx(records[2]["loss"].values[:, -1].mean())
    assert row["test_error_excess"] == pytest.approx((ours - theirs).mean())
    assert row["underfitting"] == pytest.approx(row["train_error"] - row["gap"])
    assert cells["train_error_excess"].isna().sum() == 2
    assert (cells["signal"].notna() == (cells["shots"] > 0)).all()
    assert table.slopes(records)["gradient_rate"].isna().all()
