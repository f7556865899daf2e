"""Wrong configurations: each is refused with one message by the check before the first job."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from plans import changed

from overpar.base.errors import UserError
from overpar.base.records import Variable, write_record
from overpar.study.build import build_tables, followed
from overpar.study.check import checked
from overpar.study.config import read

OWN = "from qibo import Circuit\n\n\ndef chain(qubits):\n    return Circuit(qubits)\n"
SPIN = {"generators": ["ZZ", "X"], "state": "01", "observable": "Z"}
BASE: dict[str, Any] = {
    "seed": 1,
    "size": "smoke",
    "models": {
        "spin": SPIN,
        "ising": {"ansatz": "tfim_hva"},
        "own": {"circuit": "own.py:chain", "observable": "Z"},
        "unused": {"generators": ["XX@0::2", "ZZZ"]},
    },
    "experiments": {
        "vqe": {
            "every": {"steps": 10, "initial": "data"},
            "cells": [{"qubits": 4, "boundary": "open", "depth": [4, 8], "engine": "fermions"}],
        },
        "mine": {
            "kind": "circuit_training",
            "cells": [
                {"model": ["spin", "own"], "qubits": 4, "depth": 1},
                {"model": "ising", "qubits": 4, "depth": 1, "engine": "fermions"},
            ],
        },
        "dla": {"kind": "algebra", "cells": [{"model": "spin", "qubits": [2, 4]}]},
    },
    "tables": {"vqe": {"function": "training:cells", "experiments": ["vqe"]}},
    "figures": {},
    "notebooks": {"first": {"tables": ["vqe"], "title": "T"}},
}
CHAIN = {"qubits": 4, "boundary": "open", "depth": 2}
RING = {"qubits": 5, "boundary": "periodic", "depth": 2}
FIGURE = {"function": "curves:draw", "tables": {"cells": "vqe"}, "category": "A", "title": "T"}
TABLE = BASE["tables"]["vqe"]
NO_FERMIONS = "'fermions' cannot be used by this kind; allowed: 'auto', 'statevector', 'qibo'."
NO_CURVATURE = "cannot be used by this kind; allowed: 'auto', 'statevector'."
ISING_ONLY = "engine 'fermions' works for the Ising chain's ansatz with its own observable only"
TARGET_ONLY = "engine 'paulis' works for models with a target only; use 'auto' or 'statevector'"
MORE = "data/more.csv"
CELLS = "Config: experiments.{0}.cells[0]{1}"


def cell(kind: str, **settings: Any) -> dict[str, Any]:
    """A further block of one cell."""
    return {f"experiments__{kind}": {"kind": kind, "cells": [settings]}}


def model(**settings: Any) -> dict[str, Any]:
    """A further model, which no cell names."""
    return {"models__other": settings}


# (what is changed in the configuration above, how its one message begins)
WRONG: list[tuple[dict[str, Any], str]] = [
    # Top level.
    ({"sed": 1}, "Config: unknown key sed = 1; allowed: seed, "),
    ({"seed": -1}, "Config: seed is -1; allowed: an integer from 0 to "),
    ({"size": "tiny"}, "Config: size is 'tiny'; allowed: 'published' or 'smoke'."),
    ({"ntangled__source": "web"}, "Config: ntangled.source is 'web'; allowed: 'auto', "),
    ({"claims": "config/no.yaml"}, "Config: claims is 'config/no.yaml'; there is no such file."),
    ({"paths__tables": "data/{x}"}, "Config: paths.tables is 'data/{x}'; allowed: text matching "),
    ({"paths__records": "own.py"}, "Config: paths.records is 'own.py', but "),
    ({"paths__tables": "own.py/tables"}, "Config: paths.tables is 'own.py/tables', but "),
    ({f"models__{'a' * 300}": {"generators": ["X"]}}, f"Config: models has the name '{'a' * 300}'"),
    (
        {"experiments__vqe__every__rate": "1e-4"},
        "Config: experiments.vqe.cells[0].rate is '1e-4'; allowed: a number above 0 and at most 1."
        " YAML takes this for text; write 1.0e-4.",
    ),
    (
        cell("noisy_spectra", qubits=4, depth=2, noise="local:0.1\n"),
        CELLS.format("noisy_spectra", ".noise: Argument `noise` is 'local:0.1\\n'; it is written"),
    ),
    (
        cell("algebra", model="spin", qubits={"first": 1, "last": 10**30, "step": 1}),
        CELLS.format("algebra", " has more than 10000 cells."),
    ),
    (
        cell("algebra", model=["spin"] * 200, qubits=list(range(200))),
        CELLS.format("algebra", " has more than 10000 cells."),
    ),
    (
        cell("algebra", model="spin", qubits=[]),
        CELLS.format("algebra", ".qubits is empty; it must have at least one value."),
    ),
    # Engines.
    (
        cell("classification", circuit="permutation", qubits=5, depth=1, data="graphs"),
        CELLS.format("classification", ".qubits: must be even, but is 5"),
    ),
    (
        cell("compilation", qubits=2, layers=1, engine="fermions"),
        CELLS.format("compilation", ".engine: 'fermions' cannot be used by this kind; allowed: "),
    ),
    (
        cell("circuit_training", model="spin", qubits=4, depth=1, engine="paulis"),
        CELLS.format("circuit_training", f": {TARGET_ONLY}"),
    ),
    (
        cell("variance", model="spin", qubits=4, depth=1, engine="paulis"),
        CELLS.format("variance", f": {TARGET_ONLY}"),
    ),
    (
        cell("autoencoder", layers=1, states="released", engine="fermions"),
        CELLS.format("autoencoder", f".engine: {NO_FERMIONS}"),
    ),
    (
        cell("ntangled", qubits=2, depth=1, target=0.1, engine="fermions"),
        CELLS.format("ntangled", f".engine: {NO_FERMIONS}"),
    ),
    (
        cell("qntk_training", qubits=2, layers=1, rate=0.1, engine="fermions"),
        CELLS.format("qntk_training", f".engine: {NO_FERMIONS}"),
    ),
    (
        cell("qntk_concentration", qubits=2, layers=1, engine="fermions"),
        CELLS.format("qntk_concentration", f".engine: {NO_FERMIONS}"),
    ),
    (
        cell("spectra", **CHAIN, at="random", engine="qibo"),
        CELLS.format("spectra", f".engine: 'qibo' {NO_CURVATURE}"),
    ),
    (
        cell("compilation_spectra", qubits=2, layers=1, at="random", engine="fermions"),
        CELLS.format("compilation_spectra", f".engine: 'fermions' {NO_CURVATURE}"),
    ),
    (
        cell("autoencoder_spectra", layers=1, states="released", engine="qibo"),
        CELLS.format("autoencoder_spectra", f".engine: 'qibo' {NO_CURVATURE}"),
    ),
    (
        cell("algebra", model="spin", qubits=4, engine="statevector"),
        CELLS.format("algebra", ".engine: 'statevector' cannot be used by this kind; allowed: "),
    ),
    (
        cell("circuit_training", model="spin", qubits=4, depth=1, engine="fermions"),
        CELLS.format("circuit_training", f": {ISING_ONLY}"),
    ),
    (
        cell("variance", model="own", qubits=4, depth=1, engine="fermions"),
        CELLS.format("variance", f": {ISING_ONLY}"),
    ),
    (
        {
            "models__ring": {"ansatz": "tfim_hva", "boundary": "periodic"},
            **cell("variance", model="ring", qubits=5, depth=1, engine="fermions"),
        },
        CELLS.format("variance", f": {ISING_ONLY}"),
    ),
    (
        {
            "models__other": {"ansatz": "tfim_hva", "observable": "Z"},
            **cell("variance", model="other", qubits=4, depth=1, engine="fermions"),
        },
        CELLS.format("variance", f": {ISING_ONLY}"),
    ),
    # Rings of odd length.
    (
        cell("landscape", qubits=5, boundary="periodic", trained=1, depth=2),
        CELLS.format("landscape", ": qubits must be even for a periodic chain, but is 5."),
    ),
    (
        cell("spectra", **RING, at="random"),
        CELLS.format("spectra", ": qubits must be even for a periodic chain, but is 5."),
    ),
    # Models, whether a cell names them or not.
    (model(generator=["X"]), "Config: unknown key models.other.generator = ['X']; allowed: "),
    (model(state="0"), "Config: models.other: a model has one of the keys ansatz, generators"),
    (model(ansatz="uccsd"), "Config: models.other.ansatz is 'uccsd'; allowed: 'tfim_hva' or "),
    (model(generators=["X + Z"]), "Config: models.other.generators: other: the strings X on (0,)"),
    (model(generators=["QQ"]), "Config: models.other.generators: "),
    (model(generators=["X"], observable="Z +"), "Config: models.other.observable: "),
    (model(generators=["X"], state="02"), "Config: models.other.state: Model other: state '02'"),
    (
        {"models__spin": {**SPIN, "state": "011"}},
        "Config: models.spin.state: Model spin: state '011' must be letters 0, 1, +, - whose"
        " number divides that of the qubits, 2.",
    ),
    (
        model(circuit="no.py:chain"),
        "Config: models.other.circuit is 'no.py:chain'; there is no such file.",
    ),
    (
        model(circuit="own.py:ring"),
        "Config: models.other.circuit is 'own.py:ring'; allowed: own.py:chain.",
    ),
    (
        model(generators=["X@" + "9" * 5000]),
        "Config: models.other.generators: Generator 'X@9999",
    ),
    (
        model(generators=["X"], observable="1e308*Z + 1e308*Z"),
        "Config: models.other.observable: Generator '1e308*Z + 1e308*Z' has an infinite coeff",
    ),
    (
        model(circuit="broken.py:chain"),
        "Config: models.other.circuit is 'broken.py:chain'; the file fails: ",
    ),
    (
        cell("variance", model="spinn", qubits=4, depth=1),
        "Config: experiments.variance.cells[0].model is 'spinn'; allowed: spin, ising, own,",
    ),
    (
        cell("variance", model="unused", qubits=4, depth=1),
        "Config: experiments.variance.cells[0]: model unused needs an observable.",
    ),
    (
        cell("circuit_spectra", model="spin", qubits=4, depth=0),
        CELLS.format("circuit_spectra", ": depth must be at least 1 for model spin, but is 0."),
    ),
    (
        cell("circuit_spectra", model="spin", qubits=4, depth=1, at="optimised", training="mind"),
        "There is no experiment 'mind'; allowed: vqe, mine, ",
    ),
    # Experiments, tables, figures and notebooks.
    (
        {"experiments__vqe__every": {"depht": 4}},
        "Config: unknown key experiments.vqe.cells[0].depht = 4; allowed: ",
    ),
    (
        {"experiments__more": {"kind": "vqa", "cells": [CHAIN]}},
        "Config: experiments.more is of the unknown kind 'vqa'; allowed: algebra, ",
    ),
    (
        {
            f"experiments__{name}": {"kind": "vqe", "cells": [{**CHAIN, "initial": "data"}]}
            for name in ("a-b", "a_b")
        },
        "Config: experiments.a-b and experiments.a_b both need a rule simulate_a_b_n_4_boundary",
    ),
    (
        {
            f"tables__{name}": {"function": "training:cells", "experiments": experiments}
            for name, experiments in (("a-b", ["vqe", "mine"]), ("a_b", ["mine"]))
        },
        "Config: tables.a-b and tables.a_b both need a rule tabulate_a_b; rename one.",
    ),
    (
        {"tables__vqe__experiments": ["vqe", "vpe"]},
        "Config: tables.vqe reads the unknown experiment 'vpe'; allowed: vqe, mine, dla.",
    ),
    (
        {"tables__vqe__function": "training:cell"},
        "Config: tables.vqe.function is 'training:cell'; allowed: training:cells, ",
    ),
    (
        {"tables__vqe__committed": "data/more.csv"},
        "Config: tables.vqe.committed is 'data/more.csv'; there is no such file.",
    ),
    (
        {"tables__vqe__committed": "data/published/vqe_success.csv"},
        "Config: tables.vqe.committed is 'data/published/vqe_success.csv', which has the column"
        " 'n'; allowed: ",
    ),
    (
        {"notebooks__first__tables": ["vqf"]},
        "Config: notebooks.first reads the unknown table 'vqf'; allowed: vqe.",
    ),
    (
        {"notebooks__first__published": ["no.csv"]},
        "Config: notebooks.first.published names the unknown file 'no.csv'; allowed: ",
    ),
    (
        {"notebooks__second": {"tables": ["vqe"], "title": "T"}},
        "Config: notebooks has 'second'; there is no ",
    ),
    (
        {"figures__scorecard": FIGURE},
        "Config: figures.scorecard would write ",
    ),
    (
        {"figures__instances": FIGURE},
        "Config: figures.instances would write ",
    ),
    (
        {"paths": {"tables": "out", "figures": "out"}, "tables__scorecard": TABLE},
        "Config: tables.scorecard would write ",
    ),
    (
        {
            "paths": {"notebooks": "out", "figures": "out"},
            "notebooks__report": {"tables": ["vqe"], "title": "T"},
        },
        "Config: notebooks.report would write ",
    ),
]


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Path:
    """A directory with what the configuration above names."""
    shutil.copytree(root / "data/published", tmp_path / "data/published")
    shutil.copy(root / "data/checksums.csv", tmp_path / "data")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/claims.yaml").write_text("alpha: 0.01\nstatements: []\n", encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/first.ipynb").write_text('{"cells": []}', encoding="utf-8")
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "broken.py").write_text("def chain(:\n", encoding="utf-8")
    return tmp_path


def test_the_configuration_is_right_as_it_is(project: Path) -> None:
    assert len(checked(BASE, project).plan.cells) == 7


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_refused_with_one_message(project: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        checked(changed(BASE, **changes), project)
    assert str(caught.value).startswith(message)
    assert str(caught.value).count("Config: ") <= 1
    assert "\n" not in str(caught.value)


def test_committed_rows_follow_those_of_the_run(project: Path) -> None:
    """And decide what the table is."""
    (project / "data/more.csv").write_text("qubits,runs\n32,5\n", encoding="utf-8")
    plain, more = (
        checked(changed(BASE, **c), project) for c in ({}, {"tables__vqe__committed": MORE})
    )
    assert plain.identities.table("vqe") != more.identities.table("vqe")
    (project / "data/more.csv").write_text("qubits,runs\n40,5\n", encoding="utf-8")
    other = checked(changed(BASE, **{"tables__vqe__committed": MORE}), project)
    assert other.identities.table("vqe") != more.identities.table("vqe")
    for cell in other.plan.table_cells("vqe"):
        loss = Variable(("init", "step"), np.ones((2, 3)), "")
        arrays = {"loss": loss, "status": Variable(("init",), np.zeros(2), "")}
        arrays["initial_angles"] = Variable(("init", "parameter"), np.zeros((2, 8)), "", "rad")
        about = {"spec": cell.spec.model_dump_json(), "identity": other.identities.cell(cell)}
        write_record(cell.path, arrays, about)
    build_tables(other, ["vqe"])
    table = pd.read_csv(other.plan.table_path("vqe"))
    assert table["qubits"].tolist() == [4, 4, 40]
    assert table["runs"].tolist() == [2, 2, 5]


def test_a_committed_row_that_the_run_has_too_is_left_out() -> None:
    """The run's own is kept, though its counts differ."""
    own = pd.DataFrame({"n": [4, 6], "rate": [0.1, np.nan], "runs": [9, 9], "good": [1, 2]})
    committed = pd.DataFrame({"n": [6, 6, 8], "rate": [np.nan, 0.1, 0.1], "runs": 5, "good": 5})
    table = followed(own, committed)
    assert table["n"].tolist() == [4, 6, 6, 8]
    assert table["good"].tolist() == [1, 2, 5, 5]
    laws = own.rename(columns={"runs": "sizes"})
    assert len(followed(laws, committed)) == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "is not valid YAML: line 3, column 1: the key 'a' stands twice."),
        ("a: {b: 1, b: 2}\n", "line 1, column 11: the key 'b' stands twice."),
        ("__use_yte__: true\n", "has the key __use_yte__: code in it is not run."),
        ("[" * 5000, "is nested too deeply."),
        ("a: [\n", "is not valid YAML: line 2"),
        ("- 1\n", "must be a mapping of keys to values."),
        ("a: \x07", 'special characters are not allowed in "<unicode string>", position 3.'),
    ],
)
def test_a_file_that_can_mislead_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(message)):
        read([tmp_path / "c.yaml"])


def test_equal_keys_of_different_mappings_are_right(tmp_path: Path) -> None:
    text = "base: &base {a: 1}\nmore: {<<: *base, a: 2}\nlist: [{a: 1}, {a: 2}]\n1: x\n'1': y\n"
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    assert read([tmp_path / "c.yaml"])["more"] == {"a": 2}
