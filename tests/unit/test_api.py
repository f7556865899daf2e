"""The public names of `overpar`: a physicist's first session, and what wrong arguments say."""

import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from qibo import Circuit as QiboCircuit

import overpar as op
from overpar import cli

ROOT = Path(__file__).parents[2]
NAMES = [name for names in op._MODULES.values() for name in names]
CELL = {"qubits": 6, "boundary": "open", "depth": 16, "initial": "data"}
CONFIG = {
    "seed": 2109,
    "size": "smoke",
    "experiments": {"vqe": {"every": {"initialisations": 3, "steps": 5}, "cells": [CELL]}},
    "tables": {"vqe": {"function": "training:cells", "experiments": ["vqe"]}},
    "figures": {},
}
CHAIN = op.Model(generators=["ZZ", "X"], state="+", observable="-ZZ - X")
TASK = CHAIN.task(qubits=4, depth=2)
LOSSLESS = op.Model(generators=["ZZ", "X"]).task(qubits=4, depth=2)
ANGLES = np.arange(4.0)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one tiny cell, where one then is."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    (tmp_path / "config/claims.yaml").write_text(
        "{alpha: 0.01, papers: {}, statements: []}", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_session_runs_as_the_readme_has_it(project: Path) -> None:
    assert cli.main(["run", "vqe", "n=6,boundary=open,depth=16,initial=data"]) == 0
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)[0]
    said: dict[str, Any] = {}
    exec(code, said)

    task, angles = said["task"], said["angles"]
    loss, gradient = op.loss_and_gradient(task, angles, engine="qibo")
    assert said["loss"] == pytest.approx(loss, abs=1e-12)
    np.testing.assert_allclose(said["gradient"], gradient, atol=1e-12)
    assert said["runs"].losses.shape == (50, 3001)
    assert [said["runs"].arrived(limit) for limit in (1e-2, 1e-4, 1e-6)] == [50, 15, 3]


def test_a_record_is_singled_out_by_settings(project: Path) -> None:
    label = "n=6,boundary=open,depth=16,initial=data"
    found = op.results()
    with pytest.raises(op.UserError, match=r"There is no .* yet; `make reproduce` makes it"):
        found.record("vqe", **CELL)
    assert cli.main(["run", "vqe", label]) == 0
    loss = np.asarray(found.record("vqe", **CELL)["loss"])
    assert loss.shape == (3, 6)
    np.testing.assert_array_equal(found.record("vqe", label)["loss"], loss)
    assert repr(found).splitlines()[1:] == ["tables: vqe", "experiments: vqe"]


def test_numbers_at_angles() -> None:
    task = CHAIN.task(qubits=6, depth=12)
    angles = op.random_angles(task, seed=7)
    np.testing.assert_array_equal(angles, 2 * np.pi * np.random.RandomState(7).rand(24))
    np.testing.assert_allclose(
        op.state(task, angles), op.state(task, angles, engine="qibo"), atol=1e-12
    )
    several, gradients = op.loss_and_gradient(task, np.stack([angles, angles + 1]), threads=2)
    loss, _ = op.loss_and_gradient(task, angles)
    assert (several[0], gradients.shape) == (loss, (2, 24))

    matrix = op.qfim(task, angles)
    np.testing.assert_allclose(matrix, op.qfim(task, angles, engine="qibo"), atol=1e-10)
    np.testing.assert_allclose(op.spectrum(task, angles), np.linalg.eigvalsh(matrix)[::-1])
    assert op.rank(task, angles).value == op.rank(task).value == 18
    assert (op.rank(task, angles).exact, op.rank(task).exact) == (False, True)
    assert op.rank(task, angles, of="hessian").value == 24
    step = 1e-5 * np.eye(24)[3]
    ends = [op.loss_and_gradient(task, angles + s)[1] for s in (step, -step)]
    hessian = op.hessian(task, angles)
    np.testing.assert_allclose(hessian[3], (ends[0] - ends[1]) / 2e-5, atol=1e-7)
    values = op.spectrum(task, angles, of="hessian")
    np.testing.assert_allclose(values, np.linalg.eigvalsh(hessian)[::-1])


def test_the_named_chain_is_the_one_of_generators() -> None:
    named = op.tfim_hva("open").task(qubits=4, depth=2)
    for one, other in zip(
        op.loss_and_gradient(TASK, ANGLES), op.loss_and_gradient(named, ANGLES), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_public_names_are_listed_once_and_explained() -> None:
    assert sorted(NAMES) == dir(op) == sorted(op.__all__)
    for name in NAMES:
        value = getattr(op, name)
        if callable(value):
            text = inspect.getdoc(value) or ""
            assert text[0].isupper(), name
            assert ">>> " in text or inspect.isclass(value) or name in ("results", "reporter"), name
            if inspect.isfunction(value):
                taken = inspect.signature(value).parameters
                assert [p for p in taken if f"\n    {p}: " not in text] == [], name
                makers = op._MODULES["api.models"] + op._MODULES["model.papers"]
                assert "Returns:" in text or name in ("load_model", *makers), name
    with pytest.raises(AttributeError, match="trian"):
        _ = op.trian


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("", "numpy numba qibo matplotlib pandas pydantic scipy xarray"),
        (
            "op.Model(generators=['X']); op.tfim_hva('open'); op.hardware_efficient(); op.Task",
            "numba qibo matplotlib pandas xarray",
        ),
        ("op.tfim_hva('open').task(6, 12)", "numba qibo matplotlib pandas xarray"),
        ("op.loss_and_gradient(op.tfim_hva().task(2, 1), [0, 0])", "qibo matplotlib pandas xarray"),
    ],
)
def test_nothing_is_loaded_before_it_is_used(code: str, absent: str) -> None:
    script = f"import sys, overpar as op\n{code}\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "overpar" in loaded
    assert set(loaded) & set(absent.split()) == set()


def record(*arguments: Any, **settings: Any) -> Callable[[], object]:
    return lambda: op.results().record(*arguments, **settings)


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "angles of another shape": (
        lambda: op.loss_and_gradient(TASK, np.zeros(3)),
        r"Argument `angles` must have shape \(4,\), but has shape \(3,\)",
    ),
    "several points where one is meant": (
        lambda: op.qfim(TASK, np.zeros((2, 4))),
        r"must have shape \(4,\), but has shape \(2, 4\)",
    ),
    "angles that are no numbers": (lambda: op.state(TASK, [np.nan] * 4), "must be finite"),
    "an unknown engine": (
        lambda: op.loss_and_gradient(TASK, ANGLES, engine="qiskit"),  # type: ignore[arg-type]
        "Argument `engine` must be one of 'auto', 'fermions', .* but is 'qiskit'",
    ),
    "an engine without states": (
        lambda: op.state(TASK, ANGLES, engine="fermions"),
        "must be one of 'auto', 'statevector', 'qibo', but is 'fermions'",
    ),
    "an engine that does not apply": (
        lambda: op.train(TASK, steps=1, engine="fermions"),
        "Engine 'fermions' works for model tfim_hva",
    ),
    "no threads": (lambda: op.loss_and_gradient(TASK, ANGLES, threads=0), "Argument `threads`"),
    "a model as a task": (
        lambda: op.loss_and_gradient(CHAIN, ANGLES),  # type: ignore[arg-type]
        r"Argument `task` must be a Task, e.g. model.task\(.*, but is Model\(",
    ),
    "a name as a model": (
        lambda: op.dla("tfim_hva", qubits=4),  # type: ignore[arg-type]
        r"Argument `model` must be a Model, e.g. load_model\(.*, but is 'tfim_hva'",
    ),
    "a list as a model": (
        lambda: op.diagnose(["ZZ"], qubits=4),  # type: ignore[arg-type]
        r"must be a Model, .* but is \['ZZ'\]",
    ),
    "training without a loss": (lambda: op.train(LOSSLESS, steps=1), "needs an `observable`"),
    "a loss without a loss": (lambda: op.loss_and_gradient(LOSSLESS, ANGLES), "has no loss"),
    "a Hessian without a loss": (lambda: op.hessian(LOSSLESS, ANGLES), "has no loss"),
    "its spectrum": (lambda: op.spectrum(LOSSLESS, ANGLES, of="hessian"), "has no loss"),
    "an unknown matrix": (
        lambda: op.rank(TASK, ANGLES, of="fisher"),  # type: ignore[arg-type]
        "Argument `of` must be one of 'qfim', 'hessian', but is 'fisher'",
    ),
    "a generic Hessian": (lambda: op.rank(TASK, of="hessian"), "Argument `angles` is needed"),
    "noise of no kind": (
        lambda: op.qfim(TASK, ANGLES, noise="locl:0.1"),
        "must be of kind local, both, global, but is 'locl'",
    ),
    "noise of an engine": (
        lambda: op.qfim(TASK, ANGLES, noise="local:0.1", engine="qibo"),
        "Argument `noise` needs engine 'auto', but it is 'qibo'",
    ),
    "noise in a Hessian": (
        lambda: op.spectrum(TASK, ANGLES, of="hessian", noise="local:0.1"),
        "Argument `noise` needs of='qfim'",
    ),
    "a Hessian of released derivatives": (
        lambda: op.hessian(op.tfim_hva(tying="released").task(4, 2), ANGLES),
        'needs a model with tying "correct"',
    ),
    "a negative seed of angles": (lambda: op.random_angles(TASK, -1), "Argument `seed`"),
    "too large a seed of angles": (lambda: op.random_angles(TASK, 2**32), "must be below"),
    "angles without an end": (
        lambda: op.random_angles(TASK, 1, width=np.inf),
        "Argument `width` must be positive and finite, but is inf",
    ),
    "no runs": (lambda: op.train(TASK, runs=0), "Argument `runs` must be an integer of at least 1"),
    "half a step": (lambda: op.train(TASK, steps=1.5), "Argument `steps`"),  # type: ignore[arg-type]
    "a negative seed": (lambda: op.train(TASK, seed=-1), "Argument `seed`"),
    "a rate below zero": (lambda: op.train(TASK, rate=-1.0), "Argument `rate` must be positive"),
    "one run's angles": (lambda: op.train(TASK, angles=ANGLES), r"must have shape \(any, 4\)"),
    "a misspelt field": (
        lambda: op.Model(generator=["ZZ"]),
        "Model: unknown key generator = .* Did you mean 'generators'",
    ),
    "a field without a name": (
        lambda: op.Model(["ZZ", "X"]),  # type: ignore[misc]
        "Model takes named arguments only",
    ),
    "one generator without a list": (
        lambda: op.Model(generators="ZZ"),
        "Model: generators is 'ZZ'; allowed: a list",
    ),
    "two kinds of circuit": (
        lambda: op.Model(generators=["ZZ"], ansatz="tfim_hva"),
        "has ansatz and generators",
    ),
    "strings that do not commute": (
        lambda: op.Model(generators=["X + Z"]).task(4, 2),
        "of one generator do not commute.*Split the generator",
    ),
    "no qubits": (lambda: CHAIN.task(), "Model model needs `qubits`"),
    "no depth": (lambda: CHAIN.task(4), "Model model needs `depth`"),
    "too many qubits": (lambda: CHAIN.task(40, 2), "up to 16 qubits, but there are 40"),
    "a state that does not fill the chain": (
        lambda: op.Model(generators=["X"], state="01").task(3, 1),
        "state '01' must be letters 0, 1, .* divides that of the qubits, 3",
    ),
    "inputs of another shape": (
        lambda: op.autoencoder(np.ones(16)),
        r"Argument `states` must have shape \(any, 2ⁿ\).*, but has shape \(16,\)",
    ),
    "inputs that are not normalised": (
        lambda: op.autoencoder(np.ones((1, 4))).task(depth=1),
        r"must hold normalised states, but has norms \[2.\]",
    ),
    "too many trash qubits": (lambda: op.autoencoder(np.eye(2, 16), trash=5), "Argument `trash`"),
    "a target that is not unitary": (lambda: op.compilation(np.ones((4, 4))), "must be unitary"),
    "an unknown boundary": (
        lambda: op.tfim_hva("closed"),  # type: ignore[arg-type]
        "boundary is 'closed'; allowed: 'open' or 'periodic'",
    ),
    "an observable that is no sum": (
        lambda: op.hardware_efficient("QQ").task(4, 2),
        "holds 'Q'; the letters are I, X, Y, Z",
    ),
    "no circuit": (lambda: op.from_qibo(3), "must be a Qibo circuit or a function .* but is 3"),
    "a function of no circuit": (
        lambda: op.from_qibo(lambda: 3).task(),
        "must return a circuit of Qibo, Qiskit or PennyLane, but returned int",
    ),
    "a circuit of another library": (
        lambda: op.from_qiskit(QiboCircuit(1)),
        "must be a Qiskit circuit or a function .* but is <qibo",
    ),
    "a text for a circuit": (lambda: op.from_pennylane("a"), "must be a PennyLane circuit .* 'a'"),
    "a text that is no circuit": (
        lambda: op.from_qasm("qreg q[1]; swap q[0];"),
        r"OpenQASM, line 1: swap q . 0 .: it acts on 2 qubits, but is on 1",
    ),
    "a file that is not there": (
        lambda: op.from_qasm(Path("no.qasm")),
        "FILE.qasm with an existing file, but is 'no.qasm'",
    ),
    "a graph that is none": (
        lambda: op.Model(generators=["ZZ"], edges="wheel"),
        "edges: must be one of complete, cycle, grid, path, star",
    ),
    "a graph and a chain": (
        lambda: op.Model(generators=["ZZ"], edges="star", boundary="periodic"),
        "edges are for a model without ansatz and boundary",
    ),
    "a function without its size": (
        lambda: op.from_qibo(lambda qubits: 3).task(depth=1),
        "Argument `circuit`: <lambda> needs `qubits`",
    ),
    "an unknown model": (
        lambda: op.load_model("tfim_hvb"),
        "There is no model 'tfim_hvb'; allowed: .* Did you mean 'tfim_hva'",
    ),
    "an algebra of no qubits": (lambda: op.dla(CHAIN, qubits=0), "Argument `qubits`"),
    "an algebra of no size": (lambda: op.dla(CHAIN, qubits=4, max_dim=0), "Argument `max_dim`"),
    "a diagnosis of no size": (
        lambda: op.diagnose(CHAIN, qubits=[]),
        r"Argument `qubits` must be sizes from 1 to 256, but is \[\]",
    ),
    "too few samples": (lambda: op.diagnose(CHAIN, qubits=4, samples=1), "Argument `samples`"),
    "an unknown table": (lambda: op.results().table("vqf"), "no table 'vqf'; allowed: vqe"),
    "unknown facts": (lambda: op.results().published("a.csv"), "There is no 'a.csv'"),
    "an unknown experiment": (record("vqf", "n=4"), "no experiment 'vqf'; allowed: vqe"),
    "an unknown cell": (record("vqe", "n=4"), "no cell 'n=4' in experiment 'vqe'"),
    "a misspelt setting": (
        record("vqe", qbits=6),
        "told apart by qubits, boundary, depth, initial, not by 'qbits'",
    ),
    "settings of no cell": (record("vqe", qubits=4), "0 cells of 'vqe' have qubits=4; they are"),
    "label and settings": (record("vqe", "n=6", qubits=6), "and not both"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_argument_gives_one_helpful_message(what: str, project: Path) -> None:
    call, message = WRONG[what]
    with pytest.raises(op.UserError, match=message) as found:
        call()
    assert isinstance(found.value, ValueError)
    assert "\n" not in str(found.value)


def test_qaoa_on_any_graph() -> None:
    """Dimensions on the path are n², on the cycle 3n − 1; a function of n gives a trend."""
    for edges, sizes in (
        ("path", [9, 16, 25]),
        ("cycle", [8, 11, 14]),
        ("complete", [8, 15, 24]),
        (lambda n: [(q, q + 1) for q in range(n - 1)], [9, 16, 25]),
    ):
        model = op.Model(generators=["ZZ", "X"], edges=edges, state="+", observable="ZZ")
        found = [op.dla(model, n, sector=False, ideals=False).dimension for n in (3, 4, 5)]
        assert found == sizes
    weighted = op.Model(generators=["ZZ", "X"], edges=[[0, 1], [1, 2, 0.5]], observable="ZZ")
    assert op.dla(weighted, 3, sector=False, ideals=False).dimension == 15
    task = weighted.task(3, 1)
    assert op.loss_and_gradient(task, [0.0, 0.0])[0] == pytest.approx(3.0)  # 1.5 above −1.5


def test_openqasm_is_a_model(tmp_path: Path) -> None:
    text = "qreg q[3]; h q; rzz(2*a) q[0],q[1]; rzz(2*a) q[1],q[2]; rx(2*b) q;"
    written = op.from_qasm(text, observable="-ZZ - X")
    (tmp_path / "my.qasm").write_text(text, encoding="utf-8")
    named = op.load_model(str(tmp_path / "my.qasm"), observable="-ZZ - X")
    chain = op.Model(generators=["ZZ", "X"], state="+", observable="-ZZ - X")
    for model in (written, named, op.from_qasm(tmp_path / "my.qasm", observable="-ZZ - X")):
        ours = op.loss_and_gradient(model.task(), [0.3, -0.8])
        theirs = op.loss_and_gradient(chain.task(3, 1), [0.6, -1.6])
        assert ours[0] == pytest.approx(theirs[0], abs=1e-12)
        np.testing.assert_allclose(ours[1], 2 * theirs[1], rtol=0, atol=1e-12)
        assert op.dla(model, 3, ideals=False).dimension == 9


def test_every_public_name_is_used_in_these_tests() -> None:
    used = "".join(p.read_text(encoding="utf-8") for p in Path(__file__).parent.glob("test_api*"))
    constants = {"COLOURS", "ENGINES", "PUBLISHED", "reporter", "Algebra", "Diagnosis", "Runs"}
    unused = [name for name in NAMES if f"op.{name}" not in used]
    assert set(unused) <= constants | {"Results"}
    for name in unused:
        assert getattr(op, name) is getattr(importlib.import_module(op._HOME[name]), name)


def test_records_are_one_data_set(project: Path) -> None:
    cells = [{**CELL, "depth": [2, 3]}, {**CELL, "qubits": 4, "depth": 2}]
    every = {"initialisations": 2, "steps": 4}
    config = {**CONFIG, "experiments": {"vqe": {"every": every, "cells": cells}}}
    (project / "config/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    found = op.results()
    labels = [f"n={n},boundary=open,depth={p},initial=data" for n, p in ((6, 2), (6, 3), (4, 2))]
    with pytest.raises(op.UserError, match=r"There is no .* yet; `make reproduce` makes it"):
        found.dataset("vqe")
    for label in labels:
        assert cli.main(["run", "vqe", label]) == 0
    data = found.dataset("vqe")
    assert data["label"].values.tolist() == labels
    assert data["depth"].values.tolist() == [2, 3, 2]
    assert data["boundary"].values.tolist() == ["open"] * 3
    assert data["loss"].shape == (3, 2, 5)
    # Shorter angles end with NaN.
    assert np.isnan(data["final_angles"].values).sum(axis=(1, 2)).tolist() == [4, 0, 4]
    for k, label in enumerate(labels):
        record = found.record("vqe", label)
        np.testing.assert_array_equal(data["loss"][k], record["loss"])
        length = record.sizes["parameter"]
        np.testing.assert_array_equal(data["final_angles"][k, :, :length], record["final_angles"])
    assert (data.attrs["experiment"], "label" in data.attrs) == ("vqe", False)
    few = found.dataset("vqe", ["loss"], qubits=6)
    assert (list(few), few.sizes["cell"], few["loss"].attrs["units"]) == (["loss"], 2, "1")
    with pytest.raises(op.UserError, match="No cell of 'vqe' has qubits=5"):
        found.dataset("vqe", qubits=5)
    with pytest.raises(op.UserError, match="No record of 'vqe' has 'lost': loss, "):
        found.dataset("vqe", ["lost"])
