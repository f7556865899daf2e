"""Readings of NTangled's weights, and what is measured of them."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import dense
import numpy as np
import pytest
from cases import rng
from pydantic import ValidationError

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine
from overpar.experiments import ntangled_audit as audit
from overpar.experiments.common.datasets import DataSet
from overpar.experiments.common.spec import Context, Inputs
from overpar.experiments.ntangled import product_states
from overpar.model.ansatz import ntangled_sea
from overpar.model.circuits import FIXED_GATES, Fixed, Rotation
from overpar.model.ntangled_readings import (
    READINGS,
    conv_three_cnots,
    generator,
    hwe_single_u3,
    sea_cycled_range,
)
from overpar.model.observables import PauliSum, Task
from overpar.quantities.entanglement import concentratable_entanglement

CELL: dict[str, Any] = {"ansatz": "hwe", "qubits": 2, "inputs": 5}


@pytest.mark.parametrize(("ansatz", "reading"), READINGS)
@pytest.mark.parametrize("qubits", [2, 3, 4])
def test_every_weight_is_one_angle(ansatz: Any, reading: Any, qubits: int) -> None:
    circuit = generator(ansatz, reading, qubits, 2)
    assert circuit.parameters == (60 * (qubits // 2) if ansatz == "conv" else 6 * qubits)
    assert {r.parameter for _, r in circuit.rotations} == set(range(circuit.parameters))


def test_single_u3_has_no_rotation_after_the_first_entanglers_of_a_layer() -> None:
    circuit = hwe_single_u3(3, 1)
    assert [g.name for g in circuit.gates if isinstance(g, Fixed)] == ["CZ", "CZ"]
    assert all(isinstance(g, Rotation) for g in circuit.gates[:9])
    assert len(circuit.rotations) == circuit.parameters == 9


def test_ranges_cycle() -> None:
    """CNOT pairs i → i+1, i+2, i+3, i+1 for four qubits: r = l mod 3 + 1."""
    pairs = [g.qubits for g in sea_cycled_range(4, 4).gates if isinstance(g, Fixed)]
    reaches = [(b - a) % 4 for a, b in pairs]
    assert reaches == 4 * [1] + 4 * [2] + 4 * [3] + 4 * [1]


def test_one_layer_differs_from_the_documented_in_the_order_of_angles_only() -> None:
    weights = rng("sea").uniform(0, 7, (1, 3, 3))
    documented = weights[..., [1, 2, 0]]  # θ, φ, λ act as 1, 2, 0
    got = dense.circuit(sea_cycled_range(3, 1), weights.ravel())
    np.testing.assert_allclose(got, dense.circuit(ntangled_sea(3, 1), documented.ravel()), 0, 1e-13)


def test_three_cnots_at_angle_zero_are_a_swap() -> None:
    """CNOT(b,a) CNOT(a,b) CNOT(b,a) exchanges a and b; n = 2 has the blocks (0,1) and (1,0)."""
    circuit = conv_three_cnots(2, 1)
    np.testing.assert_allclose(dense.circuit(circuit, np.zeros(30)), np.eye(4), atol=1e-14)
    first = circuit.gates[: len(circuit.gates) // 2]
    middle = [g.name for g in first if isinstance(g, Fixed)]
    assert middle == 3 * ["CNOT"]
    swap = np.eye(4)
    for gate in (g for g in first if isinstance(g, Fixed)):
        matrix = FIXED_GATES["CNOT"]
        flip = FIXED_GATES["SWAP"]
        swap = (matrix if gate.qubits == (0, 1) else flip @ matrix @ flip).real @ swap
    np.testing.assert_allclose(swap, FIXED_GATES["SWAP"].real, atol=1e-14)


def test_the_middle_of_three_cnots() -> None:
    """CNOT(b,a), Rz on a and Ry on b, CNOT(a,b), Ry on b, CNOT(b,a), between U3 on both."""
    gates = conv_three_cnots(2, 1).gates[6:12]
    assert [(getattr(g, "pauli", "CNOT"), g.qubits) for g in gates] == [
        *[("CNOT", (1, 0)), ("Z", (0,)), ("Y", (1,))],
        *[("CNOT", (0, 1)), ("Y", (1,)), ("CNOT", (1, 0))],
    ]
    assert [g.parameter for g in gates if isinstance(g, Rotation)] == [6, 7, 8]


def test_pairs_of_the_convolution_close_the_ring() -> None:
    """(0,1), (2,3), then (1,2), (3,0)."""
    pairs = [r.qubits for _, r in generator("conv", "documented", 4, 1).rotations]
    assert [pair for pair in pairs if len(pair) == 2][::3] == [(0, 1), (2, 3), (1, 2), (3, 0)]


def test_an_ansatz_has_its_own_readings() -> None:
    with pytest.raises(UserError, match="documented, single_u3 for hwe, but is 'three_cnots'"):
        generator("hwe", "three_cnots", 3, 1)
    with pytest.raises(ValidationError, match="documented, cycled_range for sea, but is 'single"):
        audit.Spec(ansatz="sea", qubits=3, reading="single_u3")
    with pytest.raises(ValidationError, match="'qibo' cannot be used by this kind"):
        audit.Spec(**CELL, engine="qibo")


@pytest.mark.parametrize("n", [1, 3])
def test_haar_product_states(n: int) -> None:
    """Products, normalised; ⟨Z⟩² of a Haar qubit averages 1/3, with uniform angles 1/2."""
    count = 20_000
    z = np.array([1 - 2 * (np.arange(2**n) >> (n - 1) & 1)])
    mean = {}
    for make in (audit.haar_product_states, product_states):
        states = make(n, count, rng("product", n))
        np.testing.assert_allclose(np.linalg.norm(states, axis=1), 1, atol=1e-13)
        assert np.abs(concentratable_entanglement(states[:50])).max() < 1e-13
        mean[make] = (((np.abs(states) ** 2 * z).sum(axis=1)) ** 2).mean()
    # Standard deviations of ⟨Z⟩²: √(1/5 − 1/9) = 0.30 and √(3/8 − 1/4) = 0.35.
    assert mean[audit.haar_product_states] == pytest.approx(1 / 3, abs=0.01)
    assert mean[product_states] == pytest.approx(1 / 2, abs=0.011)


def test_measured_is_the_entanglement_of_the_outputs() -> None:
    weights = rng("weights").uniform(0, 7, (2, 3, 3))
    inputs = product_states(3, 4, rng("inputs"))
    found, note = audit.measure(weights, "sea", "documented", 2, inputs)
    engine = make_engine(Task(ntangled_sea(3, 2), PauliSum(()), inputs), "qibo")
    want = concentratable_entanglement(engine.state(weights.reshape(1, -1))[0])
    assert note == ""
    assert found is not None
    np.testing.assert_allclose(found, want, atol=1e-12)


@pytest.mark.parametrize(
    ("ansatz", "weights", "reason"),
    [
        ("hwe", np.zeros((2, 3)), r"have shape \(2, 3\), not \(2, 2, 3\)"),
        ("hwe", np.zeros((1, 2, 3)), r"have shape \(1, 2, 3\), not \(2, 2, 3\)"),
        ("conv", np.zeros((2, 15)), r"have shape \(2, 15\), not \(2, 30\)"),
        ("conv", np.full((2, 30), np.nan), "not finite"),
        ("hwe", np.zeros((2, 2, 3), complex), "not finite real numbers"),
    ],
)
def test_what_does_not_fit_has_a_reason_and_no_number(
    ansatz: Any, weights: np.ndarray, reason: str
) -> None:
    found, note = audit.measure(weights, ansatz, "documented", 2, np.eye(4, dtype=complex))
    assert found is None
    assert re.search(reason, note)


def context(root: Path, sha256: dict[str, str], missing: str = "") -> Context:
    data = DataSet("o/r", "0123456789", root, sha256, missing)
    return Context("ntangled_audit", "cell", 1, inputs=Inputs({"ntangled": data}))


def test_a_cell_without_the_data_set_says_so(tmp_path: Path) -> None:
    absent = context(tmp_path, {}, "no network")
    result = audit.run(audit.Spec(**CELL), absent)
    assert result.variables == {}
    assert result.attributes["provenance"] == "not available: no network"


def test_files_of_a_folder(tmp_path: Path) -> None:
    """At angle zero the generator is CZ, which entangles product states but no basis state."""
    weights = np.zeros((1, 2, 3))
    names = ("hwe_2q_cb_0_1", "hwe_2q_ps_25_1_tangle", "hwe_2q_ps_25_2", "other")
    sums = {}
    for name in names:
        file = f"Hardware_Efficient/2_Qubits/Depth_1/{name}_weights.npy"
        path = tmp_path / "data" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, weights)
        sums[file] = hashlib.sha256(path.read_bytes()).hexdigest()
    sums |= {"Hardware_Efficient/3_Qubits/hwe_3q_cb_0_1_weights.npy": "not read"}
    result = audit.run(audit.Spec(**CELL), context(tmp_path / "data", sums))
    about = json.loads(result.attributes["files"])
    values = {name: v.values for name, v in result.variables.items()}
    assert [row["file"].removesuffix("_weights.npy") for row in about] == sorted(names)
    assert [row["input_kind"] for row in about] == ["cb", "ps", "ps", ""]
    assert about[0]["note"] == ""
    assert "suffix 'tangle'" in about[1]["note"]
    assert "not (2, 2, 3)" in about[2]["note"]
    assert "name does not say" in about[3]["note"]
    np.testing.assert_array_equal(values["nominal"], [0, 0.25, 0.25, np.nan])
    np.testing.assert_array_equal(values["depth"], [1, 1, 2, 0])
    assert values["mean"][0] == pytest.approx(0, abs=1e-14)  # CZ leaves basis states alone
    assert values["mean"][1] > 0.01
    assert np.isnan(values["mean"][2:]).all()
    assert result.attributes["provenance"] == "o/r at 0123456, verified by sha256"
