"""Where training states come from, with a mirror and without, and that it is said everywhere."""

import csv
import json
import shutil
from pathlib import Path

import pandas as pd
from scratch import AUTOENCODER, ERRATA, FETCHED, FIGURES, FROM_AUTOENCODER, Project

from overpar.base.records import read_attributes
from overpar.report.plots import autoencoder

OWNERS = {"ntangled": "LSchatzki", "released": "DiegoGM91"}


def commits(project: Project) -> dict[str, str]:
    """Commits by data set, from the table of sources."""
    with (project.path / "data/sources.csv").open(newline="", encoding="utf-8") as handle:
        return {row["dataset"]: row["version"] for row in csv.DictReader(handle)}


def caption(project: Project) -> str:
    return (project.path / "figures/sup_fig_5.txt").read_text(encoding="utf-8")


def texts_on_the_figure(project: Project) -> str:
    """What stands on the figure when it is drawn from the project's tables."""
    block, data = FIGURES["sup_fig_5"], project.path / "data"
    files = {role: data / f"tables/{table}.csv" for role, table in block["tables"].items()}
    files |= {role: data / f"published/{file}" for role, file in block["published"].items()}
    drawn = autoencoder.draw(**{role: pd.read_csv(path) for role, path in files.items()})
    return " ".join(text.get_text() for text in drawn.figure.texts)


def confirmed(project: Project) -> dict[str, str]:
    """What is said of each finding."""
    table = pd.read_csv(project.path / "figures/errata.csv").set_index("id")
    return table["confirmed"].to_dict()


def arm(project: Project, states: str) -> dict[str, object]:
    return read_attributes(project.record(f"records/autoencoder/L=1,states={states}"))


def test_without_network_states_are_regenerated_and_that_is_said(offline: Project) -> None:
    """On the console, in the record, in the caption and on the figure."""
    said = (offline.path / "run.log").read_text(encoding="utf-8")
    assert "ntangled is unavailable; the workflow goes on without it" in said
    assert "the training states are regenerated here" in said
    for states in ("ntangled", "regenerated"):
        assert arm(offline, states)["states_source"] == "regenerated"
        assert arm(offline, states)["provenance"] == "regenerated here"
        assert arm(offline, states)["data_commit"] == ""
    assert str(arm(offline, "released")["provenance"]).startswith("not available")
    assert "NTangled was not fetched: these states are regenerated" in caption(offline)
    assert "released: not available" in caption(offline)
    assert "NTangled was not fetched" in texts_on_the_figure(offline)
    assert confirmed(offline) == {
        "compilation-2q-layers": "not checked: file not there",
        "compilation-truncated": "confirmed",
    }


def test_a_mirror_found_later_is_used_and_the_commits_are_recorded(
    finished: Project, mirror: Path
) -> None:
    """The way that the message of the run without a network advises."""
    before = finished.contents()
    run = finished.run("--forcerun", "fetch", mirror=mirror)
    assert run.code == 0, run.text
    assert run.started() == FETCHED | {ERRATA} | AUTOENCODER | FROM_AUTOENCODER
    after = finished.contents()
    same = {name for name in AUTOENCODER if before[name] == after[name]}
    assert same == {"records/autoencoder/L=1,states=regenerated"}
    expected = commits(finished)
    for states, dataset in (("ntangled", "ntangled"), ("released", "released_states")):
        about = arm(finished, states)
        assert about["states_source"] == states
        assert about["data_commit"] == expected[dataset]
        assert "verified by sha256" in str(about["provenance"])
        assert expected[dataset][:7] in caption(finished)
    assert arm(finished, "regenerated")["states_source"] == "regenerated"
    assert "not fetched" not in caption(finished) + texts_on_the_figure(finished)
    assert set(confirmed(finished).values()) == {"confirmed"}
    # The mirror serves once; what was fetched stays.
    assert finished.planned() == set()


def test_a_required_data_set_that_cannot_be_had_stops_before_simulations(fresh: Project) -> None:
    """With ntangled.source: ntangled, no network and no mirror."""
    fresh.configure(ntangled__source="ntangled")
    run = fresh.run()
    assert run.code != 0
    assert "Dataset 'ntangled': 126 of 126 files could not be had" in run.text
    assert "set OVERPAR_MIRROR" in run.text
    assert "Traceback" not in run.text
    assert fresh.records() == {}


def test_a_wrong_file_in_the_mirror_is_named_and_refused(
    fresh: Project, mirror: Path, tmp_path: Path
) -> None:
    """One flipped byte in the weights that the training states are made of."""
    repository = "LSchatzki/NTangled_Datasets"
    wrong = tmp_path / "mirror"
    shutil.copytree(mirror / repository, wrong / repository)
    weights = next((wrong / repository).rglob("hwe_4q_ps_15_2_weights.npy"))
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    fresh.configure(ntangled__source="ntangled")
    run = fresh.run(mirror=wrong)
    assert run.code != 0
    assert "Dataset 'ntangled': 1 of 126 files could not be had" in run.text
    assert "hwe_4q_ps_15_2_weights.npy" in run.text
    assert "wrong sha256" in run.text
    assert "Traceback" not in run.text
    assert fresh.records() == {}
    held = list((fresh.path / "data/external").rglob("hwe_4q_ps_15_2_weights.npy"))
    assert held == []
    manifest = fresh.path / "data/external/ntangled.json"
    assert not manifest.exists() or json.loads(manifest.read_text())["status"] != "fetched"
