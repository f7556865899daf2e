"""The provenance of a finished run as an RO-Crate."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scratch import ROOT, Project

NAME = "ro-crate-metadata.json"
VALIDATOR = ROOT / ".venv-crate/bin/rocrate-validator"


def made(project: Project) -> subprocess.CompletedProcess[str]:
    """Run `overpar crate` there."""
    for name in ("CITATION.cff", "codemeta.json", "requirements.lock"):
        shutil.copy2(ROOT / name, project.path)
    return subprocess.run(
        [sys.executable, "-m", "overpar.cli", "crate"],
        cwd=project.path,
        env=project.environment(),
        capture_output=True,
        text=True,
    )


def graph(root: Path) -> dict[str, dict[str, Any]]:
    """Entities of the crate by identifier."""
    content = json.loads((root / NAME).read_text(encoding="utf-8"))
    return {entity["@id"]: entity for entity in content["@graph"]}


def of_kind(entities: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Those of a type; some have several."""
    kinds = {
        name: {e["@type"]} if isinstance(e["@type"], str) else set(e["@type"])
        for name, e in entities.items()
    }
    return [entities[name] for name, types in kinds.items() if kind in types]


def references(value: Any) -> Iterator[str]:
    """All identifiers that an entity points to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        yield value["@id"]


def wrong_files(root: Path) -> list[str]:
    """Files that are not as the crate says."""
    return [
        e["@id"]
        for e in of_kind(graph(root), "File")
        if "sha256" in e
        and hashlib.sha256((root / e["@id"]).read_bytes()).hexdigest() != e["sha256"]
    ]


def test_the_crate_of_a_run(finished: Project) -> None:
    done = made(finished)
    assert (done.returncode, done.stdout) == (0, f"{NAME}\n"), done.stderr
    entities = graph(finished.path)
    pointed = {
        other
        for entity in entities.values()
        for key, value in entity.items()
        if not key.startswith("@")
        for other in references(value)
    }
    # What is not described here is a term of another vocabulary.
    assert all(name.startswith("http") for name in pointed - entities.keys())
    names = {action["name"] for action in of_kind(entities, "CreateAction")}
    steps = {step["name"] for step in of_kind(entities, "HowToStep")}
    assert names - steps == {"run of config/config.yaml at smoke size"}
    assert {"simulate vqe", "tabulate vqe", "Figure fig3", "The scorecard", "The errata"} <= steps
    figure = {f["@id"] for f in of_kind(entities, "File")} & {
        "figures/fig3.png",
        "figures/fig3.csv",
    }
    assert len(figure) == 2
    assert wrong_files(finished.path) == []
    assert entities[f"#numpy-{np.__version__}"]["version"] == np.__version__
    assert entities["./"]["mainEntity"] == {"@id": "Snakefile"}
    first = (finished.path / NAME).read_bytes()
    assert made(finished).returncode == 0
    assert (finished.path / NAME).read_bytes() == first
    if VALIDATOR.exists():
        command = [VALIDATOR, "-y", "validate", "-p", "provenance-run-crate", "--no-paging", "."]
        said = subprocess.run(command, cwd=finished.path, capture_output=True, text=True)
        assert said.returncode == 0, said.stdout


def test_no_crate_of_what_is_damaged_or_missing(finished: Project) -> None:
    figure = finished.path / "figures/fig3.csv"
    whole = figure.read_bytes()
    figure.write_bytes(whole + b"\n")
    done = made(finished)
    assert done.returncode == 2
    assert done.stderr == "overpar: figures/fig3.csv is not as it was written.\n"
    figure.write_bytes(whole)
    record = next(iter(finished.records().values()))
    record.unlink()
    done = made(finished)
    assert (done.returncode, "There is no data/records/" in done.stderr) == (2, True)
    assert not (finished.path / NAME).exists()


def test_the_committed_crate_is_of_the_committed_files() -> None:
    if not (ROOT / NAME).exists():
        pytest.skip(f"no {NAME}: `make crate` writes it after `make reproduce`")
    assert wrong_files(ROOT) == [], "run `make crate`"
