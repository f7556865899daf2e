"""Variances against the prediction of the algebra."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from xarray import Dataset

from overpar.experiments import algebra, variance
from overpar.experiments.common.spec import Context
from overpar.model.model import Model
from overpar.report.tables import algebra as algebra_table
from overpar.report.tables import variance as variance_table

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
    table = variance_table.variances(records)
    assert len(table) == 3
    assert (table["distance"] <= 1).all()
    assert (table["loss_high"] - table["loss"] < 0.2 * table["loss"]).all()
    norms = [6.0, 6.0, 8.0] if model is RING else [3.0, 5.0, 7.0]
    assert table["observable_norm"].tolist() == norms
    slopes = variance_table.slopes(records)
    if model is HEA:
        # Two qubits are at rest after half of a layer: 12 layers are deep for the loss alone.
        assert (table["haar_distance"] <= 1).all()
        assert (table["derivative_haar_distance"][1:] <= 1).all()
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
