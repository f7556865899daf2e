"""What a cell reads is what the configuration and the project say, or it is made or refused."""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import plans
import pytest

from overpar.base.errors import UserError
from overpar.base.records import read_attributes
from overpar.study.execute import execute, prepare
from overpar.study.inputs import DamagedManifest, check_fetched, data_set
from overpar.study.plan import Plan

TRAINED = ("vqe", "n=2,boundary=open,depth=2,initial=data")
CELL = {"qubits": 2, "boundary": "open", "depth": 2}
EXPERIMENTS = {
    "vqe": {"cells": [CELL | {"initial": "data", "initialisations": 2, "steps": 300}]},
    "spectra": {"cells": [CELL | {"at": "optimised", "samples": 1}]},
}


def test_an_outdated_input_is_made_again(tmp_path: Path) -> None:
    """Optimised angles of another seed must not enter a spectrum of this one."""
    angles = {}
    for seed in (1, 777, 777):
        values = plans.changed(seed=seed, experiments=EXPERIMENTS, tables={}, figures={})
        study = plans.study(tmp_path, values)
        (cell,) = study.plan.block("spectra").values()
        found = prepare(study, cell.spec.needs())
        record = study.plan.cells[TRAINED].path
        assert read_attributes(record)["identity"] == study.identities.cell(
            study.plan.cells[TRAINED]
        )
        written = record.stat().st_mtime_ns
        execute(study, cell)
        assert record.stat().st_mtime_ns == written
        angles.setdefault(seed, []).append(
            (written, found.record("training")["initial_angles"].values.tolist())
        )
    assert angles[777][0] == angles[777][1]
    assert angles[1][0][1] != angles[777][0][1]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """A project that has fetched a data set of one file."""
    plan = plans.make(tmp_path)
    file = tmp_path / "data/external/o/r/v/a.npy"
    file.parent.mkdir(parents=True)
    np.save(file, np.arange(3))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    for name, row in (
        ("sources", {"dataset": "ntangled", "owner": "o", "repository": "r", "version": "v"}),
        ("checksums", {"dataset": "ntangled", "path": "a.npy", "sha256": sha256}),
    ):
        with (tmp_path / f"data/{name}.csv").open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, row)
            writer.writeheader()
            writer.writerow(row)
    (tmp_path / "data/external/ntangled.json").write_text('{"status": "fetched"}')
    return plan


def test_a_replaced_file_is_refused_whatever_its_manifest_says(plan: Plan) -> None:
    assert data_set(plan, "ntangled").array("a.npy").tolist() == [0, 1, 2]
    check_fetched(plan, "ntangled")
    file = plan.manifest("ntangled").parent / "o/r/v/a.npy"
    np.save(file, np.arange(4))
    sums = {"a.npy": hashlib.sha256(file.read_bytes()).hexdigest()}
    plan.manifest("ntangled").write_text(json.dumps({"status": "fetched", "sha256": sums}))
    with pytest.raises(UserError, match=r"a\.npy has the wrong sha256"):
        data_set(plan, "ntangled").array("a.npy")
    with pytest.raises(UserError, match=r"a\.npy is missing or has another sha256"):
        check_fetched(plan, "ntangled")
    file.unlink()
    with pytest.raises(UserError, match=r"a\.npy is missing"):
        check_fetched(plan, "ntangled")
    with pytest.raises(UserError, match="no file 'b\\.npy'"):
        data_set(plan, "ntangled").array("b.npy")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"status": "fine"}', '{"status": "unavailable"}', "\x00"]
)
def test_a_damaged_manifest_is_named(plan: Plan, text: str) -> None:
    plan.manifest("ntangled").write_text(text)
    with pytest.raises(DamagedManifest, match=r"ntangled\.json does not say how fetching ended"):
        data_set(plan, "ntangled")
