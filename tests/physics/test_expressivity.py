"""Variances against the prediction of the algebra, and the classification's own problem."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from xarray import Dataset

from overpar.engines.choose import make_engine, make_objective
from overpar.experiments import algebra, classification, variance
from overpar.experiments.common.spec import Context
from overpar.model.ansatz import hardware_efficient_circuit
from overpar.model.circuits import Circuit, Rotation
from overpar.model.model import Model
from overpar.model.observables import PauliSum, Task
from overpar.report.tables import algebra as algebra_table
from overpar.report.tables import expressivity

RING = Model(name="ring", ansatz="tfim_hva", boundary="periodic")
CHAIN = Model(name="chain", ansatz="tfim_hva")
HEA = Model(name="hea", ansatz="hardware_efficient", observable="-ZZ - X")


def record(module: Any, **settings: Any) -> Dataset:
    """A record as the workflow would make it."""
    spec = module.Spec(**settings)
    kind = module.__name__.rpartition(".")[2]
    result = module.run(spec, Context(kind, spec.label, 7))
    values = {name: (v.dims, v.values) for name, v in result.variables.items()}
    about = {"spec": spec.model_dump_json(), "kind": kind, **result.attributes}
    return Dataset(values, attrs=json.loads(json.dumps(about)))


@pytest.mark.parametrize("model", [RING, CHAIN, HEA], ids=str)
def test_sampled_variance_is_the_predicted_one(model: Model) -> None:
    deep = {"depth": 12 if model is HEA else 150, "samples": 2000}
    records = [record(variance, model=model, qubits=n, **deep) for n in (2, 3, 4)]
    records += [record(algebra, model=model, qubits=n) for n in (2, 3, 4)]
    table = expressivity.variances(records)
    assert len(table) == 3
    assert (table["distance"] <= 1).all()
    assert (table["loss_high"] - table["loss"] < 0.2 * table["loss"]).all()
    norms = [6.0, 6.0, 8.0] if model is RING else [3.0, 5.0, 7.0]
    assert table["observable_norm"].tolist() == norms
    slopes = expressivity.slopes(records)
    if model is HEA:
        assert slopes["loss_rate"].item() == pytest.approx(-0.88, abs=0.15)


def test_algebra_record_and_table() -> None:
    table = algebra_table.dimensions(
        [record(algebra, model=RING, qubits=4), record(algebra, model=HEA, qubits=4, max_dim=99)]
    )
    ring, hea = (row for _, row in table.iterrows())
    assert ring[["dimension", "sector", "centre"]].tolist() == [11, 6, 2]
    assert ring["ideals"] == "su(2) + su(2) + su(2)"
    assert (hea["exceeds"], hea["ideals"]) == (99, "")
    assert np.isnan(hea["dimension"])
    assert np.isnan(hea["variance"])


TURNS = """
from overpar.model.circuits import Circuit, Rotation, fixed, unitary

TURNS = tuple(Rotation(p, (q,), 3 * k + q) for k, p in enumerate("XY") for q in range(3))
CHAIN = (fixed("CNOT", 0, 1), fixed("CNOT", 1, 2))
ODD = unitary([[0.6, 0.8j], [0.8j, 0.6]], 0)

def chain():
    return Circuit(3, (*TURNS, *CHAIN), 6)

def odd():
    return Circuit(3, (Rotation("Z", (0,), 0), ODD, *TURNS[:1], ODD, TURNS[3], *CHAIN), 6)
"""


def test_record_of_a_circuit_with_fixed_gates(tmp_path: Path) -> None:
    """The observable is that after the gates: Z₁ becomes Z₀Z₁, of variance 1/9."""
    path = tmp_path / "turns.py"
    path.write_text(TURNS)
    chain, odd = (
        record(algebra, model=Model(circuit=f"{path}:{name}", observable="Z@1"), qubits=3)
        for name in ("chain", "odd")
    )
    assert (chain["dimension"], chain["variance"]) == (9, pytest.approx(1 / 9))
    assert chain.attrs["note"] == "the observable is outside the algebra"
    assert "observable_purity" not in chain
    # Z₀Z₁ with qubit 1 at rest: one sphere.
    assert (odd["dimension"], odd["variance"]) == (3, pytest.approx(1 / 3))
    assert odd.attrs["note"].startswith("the algebra is numerical")
    assert odd.attrs["note"].endswith("; the observable is outside the algebra")


def test_points_have_the_symmetries_of_a_ring() -> None:
    x, y = classification.points(5, 4000, np.random.default_rng(0))
    assert abs(y.mean()) < 0.06
    for same in (np.roll(x, 2, axis=1), x[:, ::-1], -x, x + 0.3):
        other = np.cos(same - np.roll(same, -1, axis=1)).sum(axis=1)
        np.testing.assert_array_equal(np.sign(other), y)


def test_encoding_is_a_product_of_rotations() -> None:
    x = np.random.default_rng(1).uniform(-np.pi, np.pi, (3, 4))
    turns = Circuit(4, tuple(Rotation("Y", (q,), q) for q in range(4)), 4)
    states = make_engine(Task(turns, PauliSum(()))).state(x)[:, 0]
    np.testing.assert_allclose(classification.encoded(x), states, rtol=0, atol=1e-14)


def test_loss_and_accuracy_by_definition() -> None:
    circuit = hardware_efficient_circuit(3, 2)
    x, y = classification.points(3, 20, np.random.default_rng(2))
    angles = np.random.default_rng(3).uniform(0, 6, (2, circuit.parameters))
    task = Task(circuit, PauliSum(()), classification.encoded(x))
    states = make_engine(task).state(angles)
    z = np.array([np.mean([1 - 2 * int(b) for b in f"{k:03b}"]) for k in range(8)])
    mean = (np.abs(states) ** 2) @ z
    loss = make_objective(classification.task(circuit, x, y)).loss_and_gradient(angles)[0]
    np.testing.assert_allclose(loss, (0.5 * (1 - y * mean)).mean(axis=1), rtol=0, atol=1e-12)
    right = (np.sign(mean) == y).mean(axis=1)
    np.testing.assert_allclose(classification.accuracy(circuit, x, y, angles), right)


def test_both_circuits_get_the_same_points_and_training_helps() -> None:
    small = {"qubits": 3, "train_points": 10, "test_points": 50, "initialisations": 3, "steps": 60}
    symmetric = Model(name="equivariant", generators=["ZZ", "X", "Y", "Z"], boundary="periodic")
    records = [
        record(classification, model=symmetric, depth=5, **small),
        record(classification, model=HEA, depth=2, **small),
    ]
    for found in records:
        loss = found["loss"]
        assert (loss[:, -1] < loss[:, 0]).all()
        # Accuracies are counts of the points there are.
        assert np.allclose(found["train_accuracy"] * 10 % 1, 0)
        assert np.allclose(found["test_accuracy"] * 50 % 1, 0)
    table = expressivity.classification(records).set_index("model")
    assert table.loc["hea", "gap_excess"] == pytest.approx(
        table.loc["hea", "gap_low"] - table.loc["equivariant", "gap_high"]
    )
    assert pd.isna(table.loc["equivariant", "gap_excess"])
