"""The plan: cells from sweeps, and identities that follow from what decides a number."""

import copy
import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from overpar.base.errors import UserError
from overpar.base.records import write_record
from overpar.study import identity, roles
from overpar.study.check import Study, checked, opened
from overpar.study.config import read
from overpar.study.faults import fault, faults
from overpar.study.plan import Plan

BASE: dict[str, Any] = {
    "seed": 1,
    "size": "smoke",
    "experiments": {
        "ntangled": {"cells": [{"qubits": 4, "depth": 2, "target": 0.15}]},
        "autoencoder": {"cells": [{"layers": 5, "states": ["ntangled", "released"]}]},
        "vqe": {
            "every": {"steps": 10, "initial": "data"},
            "cells": [{"qubits": 4, "boundary": "open", "depth": [4, 8]}],
        },
    },
    "tables": {
        "vqe": {"function": "training:cells", "experiments": ["vqe"]},
        "both": {"function": "training:runs", "experiments": ["vqe", "autoencoder"]},
    },
    "figures": {},
}
VQE = ("vqe", "n=4,boundary=open,depth=4,initial=data")
CODER = ("autoencoder", "L=5,states=ntangled")


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Path:
    """A directory with the project's files about data."""
    shutil.copytree(root / "data" / "published", tmp_path / "data" / "published")
    shutil.copy(root / "data" / "checksums.csv", tmp_path / "data")
    (tmp_path / "config").mkdir()
    shutil.copy(root / "config" / "claims.yaml", tmp_path / "config")
    return tmp_path


def changed(**changes: Any) -> dict[str, Any]:
    """The base configuration with dotted keys replaced: experiments__vqe__cells=[…]."""
    values = copy.deepcopy(BASE)
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = values
        for part in parents:
            at = at.setdefault(part, {})
        at[last] = value
    return values


def study(project: Path, values: dict[str, Any] = BASE) -> Study:
    return opened(values, project)


def make(project: Path, values: dict[str, Any] = BASE) -> Plan:
    return study(project, values).plan


def identities(study: Study) -> dict[tuple[str, str], str]:
    return {key: study.identities.cell(cell) for key, cell in study.plan.cells.items()}


def test_labels_and_paths(project: Path) -> None:
    plan = make(project)
    assert list(plan.cells) == [
        ("ntangled", "n=4,depth=2,target=0.15"),
        CODER,
        ("autoencoder", "L=5,states=released"),
        VQE,
        ("vqe", "n=4,boundary=open,depth=8,initial=data"),
    ]
    cell = plan.cell(*VQE)
    assert cell.path == project / "data/records/vqe/n=4,boundary=open,depth=4,initial=data.nc"
    assert (cell.spec.steps, cell.spec.initialisations, cell.seed) == (10, 50, 1)


def test_sweeps_are_products_and_ranges_include_their_ends(project: Path) -> None:
    grid = {"qubits": [4, 6], "boundary": "open", "depth": {"first": 2, "last": 7, "step": 2}}
    plan = make(project, changed(experiments__vqe__cells=[grid]))
    labels = [label for name, label in plan.cells if name == "vqe"]
    assert labels == [
        f"n={n},boundary=open,depth={p},initial=data" for n in (4, 6) for p in (2, 4, 6)
    ]


def test_a_cell_overrides_every(project: Path) -> None:
    cells = [{"qubits": 4, "boundary": "open", "depth": 4, "steps": 77}]
    plan = make(project, changed(experiments__vqe__cells=cells))
    assert plan.cell(*VQE).spec.steps == 77


def test_a_block_of_another_name(project: Path) -> None:
    block = {"kind": "vqe", "cells": [{**BASE["experiments"]["vqe"]["cells"][0], "depth": 4}]}
    block["every"] = BASE["experiments"]["vqe"]["every"]
    long = study(project, changed(experiments__long=block))
    cell, other = long.plan.cell("long", VQE[1]), long.plan.cell(*VQE)
    assert cell.kind == "vqe"
    assert long.identities.cell(cell) != long.identities.cell(other), "its seeds differ"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"experiments__vqe__cells": [{"qubits": 4, "boundary": "open", "depth": [4, 4]}]},
            "experiments.vqe has the cell n=4,boundary=open,depth=4,initial=data twice",
        ),
        (
            {"experiments__vqe__every": {"steps": [10, 20], "initial": "data"}},
            "twice; its cells must differ in qubits, boundary, depth, initial",
        ),
        (
            {"experiments__vqe__kind": "vqa"},
            r"experiments\.vqe .*unknown kind 'vqa'; allowed: .*vqe",
        ),
        (
            {"experiments__vqe__cells": [{"qubits": 4, "boundary": "open", "depth": []}]},
            r"experiments\.vqe\.cells\[0\]\.depth is empty",
        ),
        (
            {
                "experiments__vqe__cells": [
                    {"qubits": 4, "boundary": "open", "depth": {"first": 5, "last": 2, "step": 1}}
                ]
            },
            r"cells\[0\]\.depth is empty",
        ),
        (
            {
                "experiments__vqe__cells": [
                    {"qubits": 4, "boundary": "open", "depth": {"first": 5, "last": 9, "step": 0}}
                ]
            },
            r"cells\[0\]\.depth\.step is 0",
        ),
        (
            {"experiments__vqe__cells": [{"qubits": 4, "boundary": "ring", "depth": 4}]},
            r"cells\[0\]\.boundary is 'ring'; allowed: 'open' or 'periodic'",
        ),
        (
            {"experiments__vqe__cells": [{"qubits": 5, "boundary": "periodic", "depth": 4}]},
            "qubits must be even for a periodic chain, but is 5",
        ),
        (
            {"experiments__vqe__cells": [{"qubits": 4, "boundary": "open", "depht": 4}]},
            r"unknown key experiments\.vqe\.cells\[0\]\.depht = 4; .*Did you mean 'depth'",
        ),
        (
            {"experiments__ntangled__cells": [{"qubits": 4, "depth": 2, "target": 0.2}]},
            "no cell 'n=4,depth=2,target=0.15' in experiment 'ntangled'",
        ),
        (
            {"tables__vqe__experiments": ["vqe", "vpe"]},
            r"tables\.vqe reads the unknown experiment 'vpe'; allowed: ntangled, autoencoder, vqe",
        ),
        ({"tables__vqe__function": "training:cell"}, "'training:cell'; allowed: training:cells"),
        (
            {"tables__vqe__function": "trainig:cells"},
            "'trainig:cells'; allowed modules: .*training",
        ),
        ({"claims": "config/no.yaml"}, "claims is 'config/no.yaml'; there is no such file"),
    ],
)
def test_refused(project: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=f"^(Config: |There is ).*{message}"):
        checked(changed(**changes), project)


FIGURE: dict[str, Any] = {
    "function": "vqe:draw",
    "tables": {"cells": "vqe", "curves": "vqe"},
    "published": {"success": "vqe_success.csv", "loss": "vqe_loss.csv"},
    "category": "A",
    "title": "T",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"tables": {"cells": "vqee", "curves": "vqe"}},
            r".tables.cells is the unknown table 'vqee'; allowed: vqe, both. Did you mean 'vqe'\?",
        ),
        (
            {"published": {"success": "no.csv", "loss": "vqe_loss.csv"}},
            ".published.success is the unknown file 'no.csv'; allowed: .*vqe_success.csv",
        ),
        (
            {"tables": {"cells": "vqe", "curve": "vqe"}},
            ".tables has the role 'curve', which vqe:draw does not take;"
            r" allowed: cells, curves, success, loss. Did you mean 'curves'\?$",
        ),
        (
            {"published": {**FIGURE["published"], "cell": "vqe_loss.csv"}},
            ".published has the role 'cell', which vqe:draw does not take",
        ),
        (
            {"tables": {"cells": "vqe"}},
            " lacks 'curves', which vqe:draw needs under tables or published;"
            " it takes: cells, curves, success, loss.",
        ),
        (
            {"tables": {**FIGURE["tables"], "loss": "both"}},
            " has 'loss' under tables and under published; allowed: one.",
        ),
        ({"tables": ["vqe"]}, r".tables is \['vqe'\]; allowed: at least one name, each with text"),
        ({"tables": {}}, ".tables is {}; allowed: at least one name, each with text"),
        ({"function": "vqe:paint"}, "'vqe:paint'; allowed: vqe:draw"),
        ({"function": "fig3:draw"}, "'fig3:draw'; allowed modules: .*vqe"),
    ],
)
def test_refused_figures(project: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=f"^Config: figures.fig3.*{message}"):
        checked(changed(figures={"fig3": {**FIGURE, **change}}), project)


def test_what_a_function_may_do_without_need_not_be_given(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "functions", lambda module: {"draw": {"cells": True, "loss": False}})
    for given in ({}, {"loss": "vqe_loss.csv"}):
        figure = {**FIGURE, "tables": {"cells": "vqe"}, "published": given}
        assert study(project, changed(figures={"fig3": figure})).identities.figure("fig3")


def test_a_table_of_another_name_is_drawn_as_before(project: Path) -> None:
    """Functions of figures know the arguments that they take, and no name of the config."""
    names = {"vqe": "chain", "both": "runs"}
    values = changed(
        tables={new: BASE["tables"][old] for old, new in names.items()},
        figures={"fig3": {**FIGURE, "tables": {r: names[t] for r, t in FIGURE["tables"].items()}}},
    )
    renamed = study(project, values)
    assert renamed.identities.figure("fig3")
    assert renamed.plan.figure_tables("fig3") == ["chain", "chain"]


def test_an_unknown_cell(project: Path) -> None:
    with pytest.raises(
        UserError, match=r"no cell 'n=4,boundary=open,depth=5.*depth=4,initial=data"
    ):
        make(project).cell("vqe", "n=4,boundary=open,depth=5,initial=data")
    with pytest.raises(UserError, match="no experiment 'vqa'; allowed: ntangled, autoencoder, vqe"):
        make(project).cell("vqa", VQE[1])


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


@pytest.mark.parametrize("extra", [[], ["config/smoke.yaml"]])
def test_the_configurations_of_the_project(root: Path, extra: list[str]) -> None:
    values = read([root / "config" / "config.yaml", *(root / name for name in extra)])
    seen = identities(checked(values, root))
    assert len(set(seen.values())) == len(seen) > 10


@pytest.mark.parametrize("engine", ["qibo", "fermions"])
@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("spectra", {"qubits": 4, "boundary": "open", "depth": 2, "at": "random"}),
        ("compilation_spectra", {"qubits": 2, "layers": 1, "at": "random"}),
        ("autoencoder_spectra", {"layers": 1, "states": "regenerated"}),
    ],
)
def test_an_engine_that_a_kind_cannot_use(
    project: Path, kind: str, cell: dict[str, Any], engine: str
) -> None:
    """Second derivatives come from the state vector alone; another engine is not ignored."""

    def plan(**more: str) -> Plan:
        return make(
            project, changed(experiments__extra={"kind": kind, "cells": [{**cell, **more}]})
        )

    for fits in ({}, {"engine": "auto"}, {"engine": "statevector"}):
        assert any(name == "extra" for name, _ in plan(**fits).cells)
    message = (
        rf"experiments\.extra\.cells\[0\]\.engine: '{engine}' cannot be used by this kind;"
        r" allowed: 'auto', 'statevector'\."
    )
    with pytest.raises(UserError, match=message):
        _ = plan(engine=engine).cells
