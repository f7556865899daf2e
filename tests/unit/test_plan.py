"""The plan: cells from sweeps, jobs and their order, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from plans import BASE, CODER, FIGURE, VQE, changed, make, study

from overpar.base.errors import UserError
from overpar.study import roles
from overpar.study.check import checked
from overpar.study.order import priorities
from overpar.study.plan import Plan


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


def test_one_job_makes_the_tables_of_the_same_experiments(project: Path) -> None:
    more = {
        "curves": {"function": "training:curves", "experiments": ["vqe", "vqe"]},
        "turned": {"function": "training:cells", "experiments": ["autoencoder", "vqe"]},
    }
    plan = make(project, changed(tables={**BASE["tables"], **more}))
    assert plan.table_batches == {"vqe": ["vqe", "curves"], "both": ["both", "turned"]}


def test_short_batches_share_a_job(project: Path) -> None:
    cells = [{"qubits": 4, "boundary": ["open", "periodic"], "depth": [4, 8]}]
    coder = [{"layers": [1, 2], "states": ["ntangled", "released"]}]
    values = {"experiments__vqe__cells": cells, "experiments__autoencoder__cells": coder}
    plan = make(project, changed(**values, experiments__autoencoder__every={"steps": 10}))
    assert [len(cells) for cells in plan.batches_of("vqe").values()] == [4]
    # Also those that read other inputs.
    assert {
        job: [c.label for c in cells] for job, cells in plan.batches_of("autoencoder").items()
    } == {
        "L=1,states=ntangled": [
            f"L={layers},states={states}"
            for layers in (1, 2)
            for states in ("ntangled", "released")
        ]
    }
    long = {"initial": "data", "steps": 900_000}
    plan = make(project, changed(**values, experiments__vqe__every=long))
    assert [len(cells) for cells in plan.batches_of("vqe").values()] == [2, 2]


def test_what_others_wait_for_comes_before_what_takes_as_long(project: Path) -> None:
    order = priorities(make(project))
    simulated = sum(cell.spec.seconds() for cell in make(project).block("ntangled").values())
    first, second = ("autoencoder", CODER[1]), ("ntangled", "n=4,depth=2,target=0.15")
    assert order[second] == pytest.approx(order[first] + simulated, abs=1)
    longer = priorities(make(project, changed(experiments__autoencoder__every={"steps": 10**6})))
    assert longer[first] > 100 * order[first]
    assert longer[second] > longer[first]
    assert longer["vqe", "n=4,boundary=open,initial=data"] == 1


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
