"""`overpar diagnose`: what it finds, and one message for whatever is wrong."""

import json
import resource
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from overpar import cli
from overpar.model.circuits import Circuit, Rotation
from overpar.model.model import Model
from overpar.quantities import diagnosis

CHAIN: dict[str, Any] = {"model": {"ansatz": "tfim_hva"}, "qubits": [3, 4, 5, 6], "samples": 200}


def spec(tmp_path: Path, **changes: Any) -> str:
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump({**CHAIN, **changes}))
    return str(path)


def test_the_open_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diagnose", spec(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    sizes = found["sizes"]
    assert [row["dimension"] for row in sizes] == [9, 16, 25, 36]
    assert [row["rank"] for row in sizes] == [4, 8, 12, 18]
    # Every depth is looked at: no angle is wasted where the rank is even.
    assert [row["angles"] for row in sizes] == [4, 8, 12, 18]
    assert all(row["rank_is_full"] for row in sizes)
    assert sizes[1]["ideals"] == "su(4) + centre of dimension 1"
    # At twice the depth of full rank the loss is near that of deep circuits.
    for row in sizes:
        assert row["loss_variance"] == pytest.approx(row["predicted_loss_variance"], rel=0.4)
    assert found["trends"]["dimension"]["law"] == "power"
    assert found["trends"]["dimension"]["extrapolated"]["power"] == pytest.approx(144)
    assert found["verdict"] == "trainable"


def test_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diagnose", spec(tmp_path)]) == 0
    text = capsys.readouterr().out
    for part in ("dim g", "verdict: trainable", "as n^2.00", "what this cannot know", "su(6)"):
        assert part in text


def test_without_an_observable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = spec(tmp_path, model={"generators": ["X", "Z"]}, qubits=2)
    assert cli.main(["diagnose", path, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert (row["dimension"], row["rank"], row["gradient_variance"]) == (3, 2, None)
    assert "no observable" in row["notes"][-1]


def test_angles_that_the_loss_does_not_depend_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """⟨Z₀⟩ = cos θ₀ whatever the other qubits do: variance ½ of its derivative."""
    model = {"generators": ["X@0", "X@1", "X@2"], "observable": "Z@0"}
    path = spec(tmp_path, model=model, qubits=[3], depth=1, samples=4000)
    assert cli.main(["diagnose", path, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert row["gradient_variance"] == pytest.approx(0.5, abs=row["gradient_half"])
    assert 0 < row["gradient_half"] < 0.02
    assert "the loss does not depend on 2 of its 3 angles" in row["notes"]


def test_variances_are_averaged_over_the_angles() -> None:
    """⟨Z₀ + 3Z₁⟩ has ½ along one angle and 9/2 along the other."""
    model = Model(generators=["X@0", "X@1"], observable="Z@0 + 3*Z@1")
    found = diagnosis.diagnose_size(
        model, 2, samples=4000, max_dim=10, max_angles=20, depth=1, seed=3
    )
    assert found.squares is not None
    assert found.squares.mean() == pytest.approx(2.5, rel=0.05)


def test_depths_that_add_nothing_do_not_end_the_search() -> None:
    """A circuit that turns a further qubit at its first, second, third and fifth layer."""

    def steps(qubits: int, depth: int) -> Circuit:
        turned = [{0: 0, 1: 1, 2: 2, 4: 3}.get(layer, 0) for layer in range(depth)]
        gates = tuple(Rotation("X", (qubit,), k) for k, qubit in enumerate(turned))
        return Circuit(qubits, gates, depth)

    found = diagnosis.diagnose_size(Model(circuit=steps), 4, samples=10, max_dim=10, max_angles=40)
    assert (found.rank, found.rank_is_full, found.depth, found.angles) == (4, True, 5, 5)


def test_a_small_gradient_is_not_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twelve qubits that must all be turned: 2⁻¹² each, and no angle left out."""
    model = {"generators": ["X"], "local": True, "observable": "1e-6*" + "Z" * 12}
    path = spec(tmp_path, model=model, qubits=[12], depth=1, samples=2000, max_dim=100)
    assert cli.main(["diagnose", path, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert row["gradient_variance"] == pytest.approx(1e-12 * 2.0**-12, rel=0.3)
    assert not any("does not depend" in note for note in row["notes"])


def test_a_loss_that_depends_on_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = spec(tmp_path, model={"generators": ["Z"], "observable": "Z"}, qubits=[2, 3, 4])
    assert cli.main(["diagnose", path]) == 0
    text = capsys.readouterr().out
    assert "verdict: flat: its loss does not depend on any angle" in text
    assert "n = 3: the loss does not depend on any of its" in text


def test_an_algebra_of_strings_of_any_size_is_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All operators of six qubits: Haar-random states have Var⟨Z⟩ = 1/(2ⁿ + 1)."""
    model = {"generators": ["X", "Y", "ZZ"], "local": True, "observable": "Z@0"}
    path = spec(tmp_path, model=model, qubits=[6], max_dim=5000, max_angles=30, samples=10)
    assert cli.main(["diagnose", path, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert (row["dimension"], row["ideals"]) == (4095, "su(64)")
    assert row["predicted_loss_variance"] == pytest.approx(1 / 65, abs=1e-12)
    assert "dimension on the state was not found" in "\n".join(row["notes"])


def test_what_is_not_looked_for_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnosis, "MAX_STRUCTURE", 30)
    model = {"generators": ["X", "Y", "ZZ"], "observable": "Z@0"}
    path = spec(tmp_path, model=model, qubits=[4], max_angles=30, samples=10)
    assert cli.main(["diagnose", path, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert row["ideals"] is None
    assert "ideals are not looked for beyond dimension 30" in "\n".join(row["notes"])


def test_sizes_beyond_state_vectors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diagnose", spec(tmp_path, qubits=[20]), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert (row["dimension"], row["rank"]) == (400, None)
    assert "not computed beyond 12 qubits" in row["notes"][0]


def test_a_rank_that_is_not_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = {"generators": ["ZZ + 1.4142135*Z", "X"], "state": "+"}
    path = spec(tmp_path, model=model, qubits=[3])
    assert cli.main(["diagnose", path, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert row["rank_is_full"]
    assert any("not exact: angle 0 turns gates by multiples" in note for note in row["notes"])


def test_a_large_algebra_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = spec(tmp_path, model={"ansatz": "hardware_efficient"}, qubits=[40])
    assert cli.main(["diagnose", path, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert (row["dimension"], row["exceeds"]) == (None, 2048)
    assert cli.main(["diagnose", path, "--json", "--max-dim", "500"]) == 0
    assert json.loads(capsys.readouterr().out)["sizes"][0]["exceeds"] == 500
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kilobytes


def test_circuits_that_are_not_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["diagnose", spec(tmp_path, qubits=[6], max_angles=10), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sizes"]
    assert not row["rank_is_full"]
    assert (row["rank"], row["angles"]) == (10, 10)
    assert row["notes"] == ["circuits of more than 10 angles were not looked at"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"qubit": 4}, "unknown key qubit = 4; allowed: model, qubits"),
        ({"qubits": 0}, "`qubits` must be sizes from 1 to 256, but is [0]"),
        ({"qubits": []}, "qubits is []; allowed: a list of at least one"),
        ({"qubits": "4"}, "qubits is '4'"),
        ({"samples": 1}, "samples is 1; allowed: an integer from 10 to 1000000"),
        ({"model": {"generator": ["X"]}}, "unknown key model.generator"),
        ({"model": {"generators": ["1j*X"]}}, "with real coefficients"),
        ({"model": {"generators": [""]}}, "is not a sum of Pauli strings"),
        ({"model": {"generators": ["X - X"]}}, "is zero on 3 qubits"),
        ({"model": {"generators": ["XX + YY"]}}, "do not commute"),
        ({"model": {"circuit": "no.py:f"}}, "with an existing file"),
    ],
)
def test_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], message: str
) -> None:
    assert cli.main(["diagnose", spec(tmp_path, **changes)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert "Traceback" not in said.err


def test_a_spec_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diagnose", "nowhere.yaml"]) == 2
    assert "nowhere.yaml cannot be read" in capsys.readouterr().err


def test_the_schema_is_that_of_the_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diagnose", "--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    for changes in ({}, {"qubits": [20]}, {"model": {"generators": ["Z"], "observable": "Z"}}):
        assert cli.main(["diagnose", spec(tmp_path, **changes), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        jsonschema.validate(found, schema)
    del found["sizes"][0]["rank"]
    with pytest.raises(jsonschema.ValidationError, match="'rank' is a required property"):
        jsonschema.validate(found, schema)


def test_the_verdict_as_an_exit_code_and_as_a_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, picture = spec(tmp_path, samples=50), tmp_path / "trends.png"
    assert cli.main(["diagnose", path, "--expect", "trainable", "--plot", str(picture)]) == 0
    assert picture.stat().st_size > 10_000
    assert cli.main(["diagnose", path, "--expect", "hard"]) == 1
    assert "the verdict is trainable, not hard" in capsys.readouterr().err
    assert cli.main(["diagnose", path, "--plot", str(tmp_path / "no" / "a.png")]) == 2
    assert cli.main(["diagnose"]) == 2
    assert "needs a MODEL" in capsys.readouterr().err
