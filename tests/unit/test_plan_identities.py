"""Identities of a plan follow from what decides a number, and from nothing else."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from plans import FIGURE, VQE, changed, identities, study

from overpar.base.records import write_record
from overpar.study import identity
from overpar.study.check import checked
from overpar.study.config import read
from overpar.study.faults import fault, faults


def test_identity_is_the_hash_of_a_readable_text(project: Path) -> None:
    one, other = study(project), study(project)
    cell = one.plan.cell(*VQE)
    text = json.loads(one.identities.text(cell))
    assert text["spec"]["depth"] == 4
    assert text["inputs"] == {}
    assert text["source"] == ""
    assert identities(one) == identities(other)
    assert one.identities.cell(cell) == sha256(one.identities.text(cell).encode()).hexdigest()


@pytest.mark.parametrize(
    "changes",
    [
        {"size": "published"},
        {"paths__records": "elsewhere"},
        {"paths__figures": "pictures"},
        {"ntangled__timeout": 99.0},
        {"claims": "config/other.yaml"},
        {"tables": {}},
        {"experiments__vqe__every": {"initial": "data", "steps": 10, "field": 1.0, "rate": 0.01}},
        {"experiments__vqe__every": {"initial": ["code", "data"], "steps": 10}},
        {"experiments__vqe__cells": [{"qubits": 4, "boundary": "open", "depth": [2, 8, 4, 6]}]},
        {
            "experiments__other": {
                "kind": "vqe",
                "cells": [{"qubits": 2, "boundary": "open", "depth": 1, "initial": "data"}],
            }
        },
    ],
)
def test_what_changes_no_identity(project: Path, changes: dict[str, Any]) -> None:
    before, after = identities(study(project)), identities(study(project, changed(**changes)))
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    ("changes", "which"),
    [
        ({"seed": 2}, {"vqe", "autoencoder", "ntangled"}),
        ({"experiments__vqe__every": {"steps": 11, "initial": "data"}}, {"vqe"}),
        (
            {"experiments__vqe__every": {"steps": 10, "initial": "data", "engine": "statevector"}},
            {"vqe"},
        ),
        ({"experiments__vqe__every": {"steps": 10, "initial": "data", "field": 1.1}}, {"vqe"}),
        ({"ntangled__source": "regenerated"}, {"autoencoder"}),
        (
            {"experiments__ntangled__every": {"restarts": 6}},
            {"ntangled", "autoencoder"},
        ),
    ],
)
def test_what_changes_identities(project: Path, changes: dict[str, Any], which: set[str]) -> None:
    before, after = identities(study(project)), identities(study(project, changed(**changes)))
    assert before.keys() == after.keys()
    assert {name for name, label in before if before[name, label] != after[name, label]} == which


def test_code_changes_the_identities_of_its_kind(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = identities(study(project))
    real = identity.code_digest
    monkeypatch.setattr(
        identity,
        "code_digest",
        lambda m, *chosen: "edited" if m.endswith("experiments.vqe") else real(m, *chosen),
    )
    after = identities(study(project))
    assert {name for name, label in before if before[name, label] != after[name, label]} == {"vqe"}


def test_a_data_set_changes_the_identities_of_its_readers(project: Path) -> None:
    before = identities(study(project))
    checksums = project / "data" / "checksums.csv"
    lines = checksums.read_text().splitlines(keepends=True)
    checksums.write_text("".join([lines[0], *reversed(lines[1:])]))
    assert identities(study(project)) == before, "the order of rows is immaterial"
    checksums.write_text("".join(line for line in lines if "state_9.npy" not in line))
    after = identities(study(project))
    moved = {name for name, label in before if before[name, label] != after[name, label]}
    assert moved == {"autoencoder"}


def test_identities_of_tables_figures_and_scorecard(project: Path) -> None:
    def all_of(values: dict[str, Any]) -> list[str]:
        known = study(project, changed(figures={"fig3": FIGURE}, **values)).identities
        return [known.table("vqe"), known.table("both"), known.figure("fig3"), known.scorecard()]

    def moved(values: dict[str, Any]) -> list[bool]:
        return [a != b for a, b in zip(before, all_of(values), strict=True)]

    before = all_of({})
    assert moved({"experiments__autoencoder__every": {"steps": 3}}) == [False, True, False, True]
    assert moved({"experiments__vqe__every": {"steps": 9, "initial": "data"}}) == 4 * [True]
    assert moved({"size": "published"}) == [False, False, True, True]
    assert moved({"paths__figures": "pictures"}) == 4 * [False]
    (project / "config" / "claims.yaml").write_text("alpha: 0.5\nstatements: []\n")
    assert moved({}) == [False, False, False, True]


def test_published_facts_change_the_figures_that_draw_them(project: Path) -> None:
    def figure() -> str:
        return study(project, changed(figures={"fig3": FIGURE})).identities.figure("fig3")

    before = figure()
    (project / "data/published/vqe_loss.csv").open("a").write("more\n")
    between = figure()
    assert between != before
    (project / "data/published/dla_classification.csv").open("a").write("more\n")
    assert figure() == between


def test_code_of_tables_and_figures_changes_them_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both() -> tuple[str, str]:
        known = study(project, changed(figures={"fig3": FIGURE})).identities
        return known.table("vqe"), known.figure("fig3")

    before, real = both(), identity.code_digest
    monkeypatch.setattr(identity, "code_digest", lambda m, *c: real(m, *c) + "!" * ("plots" in m))
    (table, figure) = both()
    assert table == before[0]
    assert figure != before[1]
    monkeypatch.setattr(identity, "code_digest", lambda m, *c: real(m, *c) + "!" * ("tables" in m))
    assert both()[0] != before[0]


def test_fault(project: Path) -> None:
    known = study(project)
    cell = known.plan.cell(*VQE)
    assert fault(known, cell) == ""
    write_record(cell.path, {}, {"identity": known.identities.cell(cell), "spec": "{}"})
    assert fault(known, cell) == ""
    write_record(cell.path, {}, {"identity": "other", "spec": "{}"})
    assert "was made with other settings, seed or code" in fault(known, cell)
    cell.path.write_bytes(b"")
    assert "is damaged or incomplete" in fault(known, cell)
    assert faults(known) == {str(cell.path): fault(known, cell)}


@pytest.mark.parametrize("extra", [[], ["config/smoke.yaml"], ["config/large.yaml"]])
def test_the_configurations_of_the_project(root: Path, extra: list[str]) -> None:
    values = read([root / "config" / "config.yaml", *(root / name for name in extra)])
    seen = identities(checked(values, root))
    assert len(set(seen.values())) == len(seen) > 10
