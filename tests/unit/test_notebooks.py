"""Notebooks of the project, and what they read."""

import ast
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import overpar as op
from overpar.base.errors import UserError
from overpar.study import artefacts, digest, notebooks
from overpar.study.check import Study, opened
from overpar.study.config import read
from overpar.study.plan import Plan
from overpar.study.results import VARIABLE, results

ROOT = Path(__file__).parents[2]
NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
VALUES = read([ROOT / "config/config.yaml"])
NAME = "03-noise"


def study(**changes: Any) -> Study:
    return opened({**VALUES, **changes}, ROOT)


def notebook_identity(name: str, **changes: Any) -> str:
    return study(**changes).identities.notebook(name)


def cells(name: str) -> list[dict[str, Any]]:
    return json.loads(NOTEBOOKS[name].read_text(encoding="utf-8"))["cells"]


def code(name: str) -> str:
    return "\n".join("".join(c["source"]) for c in cells(name) if c["cell_type"] == "code")


def test_the_workflow_executes_every_notebook() -> None:
    assert set(VALUES["notebooks"]) == set(NOTEBOOKS)
    assert {"01-training-transition", "02-rank-and-algebra", NAME, "04-kernel"} <= set(NOTEBOOKS)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_outputs_are_stored(name: str) -> None:
    for cell in cells(name):
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_ends_with_something_to_change(name: str) -> None:
    last = cells(name)[-1]
    assert last["cell_type"] == "markdown"
    assert "".join(last["source"]).startswith("## Now you")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_reads_what_the_config_says(name: str) -> None:
    """Else it would not run again when that changes."""
    config, text = study().plan.config, code(name)
    block = config.notebooks[name]
    used = set(re.findall(r'results\.table\(\s*"(\w+)"', text))
    experiments = set(re.findall(r'results\.record\(\s*"(\w+)"', text))
    of_tables = {e for t in block.tables for e in config.tables[t].experiments}
    assert used == set(block.tables)
    assert experiments <= of_tables
    assert set(re.findall(r'results\.published\("([\w.]+)"\)', text)) == set(block.published)
    assert "read_csv" not in text
    assert "sys.path" not in text


def test_the_page_escapes_its_title_and_nothing_else() -> None:
    template = notebooks.TEMPLATES.get_template("notebooks.html")
    text = template.render(title="a < b", colours=".k > i {}", body="<p>c</p>")
    assert "<title>a &lt; b</title>" in text
    assert ".k > i {}" in text
    assert "<p>c</p></html>" in text


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_uses_public_names_only(name: str) -> None:
    lines = code(name).splitlines()
    tree = ast.parse("\n".join(line for line in lines if not line.startswith("%")))
    nodes = list(ast.walk(tree))
    imported = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    assert imported <= {"overpar", "numpy", "pandas", "matplotlib.pyplot"}
    assert not any(isinstance(node, ast.ImportFrom) for node in nodes)
    names = re.findall(r"\bop\.(\w+)", code(name))
    assert names
    assert set(names) <= set(op.__all__)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a notebook, which identities are then of."""
    path = tmp_path / f"{NAME}.ipynb"
    path.write_text(NOTEBOOKS[NAME].read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(Plan, "notebook_path", lambda plan, name: path)
    return path


def edited(path: Path, number: int, **changes: Any) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][number] |= changes
    path.write_text(json.dumps(content), encoding="utf-8")


def test_what_jupyter_stores_does_not_count(copy: Path) -> None:
    before = notebook_identity(NAME)
    output = {"output_type": "stream", "name": "stdout", "text": ["1"]}
    edited(copy, 1, outputs=[output], execution_count=7)
    assert notebook_identity(NAME) == before


def test_cells_tables_and_imported_code_count(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = notebook_identity(NAME)
    other = VALUES["experiments"]["noisy_spectra"] | {"every": {"qubits": 3}}
    moved = VALUES["experiments"] | {"noisy_spectra": other}
    assert notebook_identity(NAME, experiments=moved) != first
    other = VALUES["experiments"]["vqe"] | {"cells": VALUES["experiments"]["vqe"]["cells"][:1]}
    unmoved = VALUES["experiments"] | {"vqe": other}
    assert notebook_identity(NAME, experiments=unmoved) == first
    block = VALUES["notebooks"][NAME] | {"published": ["noise.csv"]}
    assert notebook_identity(NAME, notebooks={NAME: block}) != first
    edited(copy, 0, source=["Said otherwise."])
    second = notebook_identity(NAME)
    assert second != first
    real = digest.code_digest
    for changed, counts in (("report.plots.style", True), ("api.tasks", False)):
        new = f"overpar.{changed}"
        monkeypatch.setattr(digest, "code_digest", lambda m, new=new: new if m == new else real(m))
        assert (notebook_identity(NAME) != second) is counts


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("06-none", {}, "there is no .*06-none.ipynb"),
        (NAME, {"tables": ["noize"]}, "reads the unknown table 'noize'; allowed: vqe, "),
        (NAME, {"published": ["noize.csv"]}, "unknown file 'noize.csv'; allowed: "),
    ],
)
def test_wrong_settings_are_named(name: str, change: dict[str, Any], message: str) -> None:
    block = VALUES["notebooks"][NAME] | change
    with pytest.raises(UserError, match=message):
        notebook_identity(name, notebooks={name: block})


def test_a_file_that_is_no_notebook_is_named(copy: Path) -> None:
    copy.write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=f"Notebook .*{NAME}.ipynb cannot be read"):
        notebook_identity(NAME)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one table, and a second config."""
    for folder in ("config", "data/published", "notebooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "data/checksums.csv", tmp_path / "data")
    for folder in ("data/tables", "data/small"):
        (tmp_path / folder).mkdir()
    (tmp_path / "config/small.yaml").write_text("paths: {tables: data/small}\n", encoding="utf-8")
    (tmp_path / "data/published/facts.csv").write_text("b\n3\n", encoding="utf-8")
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


@pytest.mark.parametrize("start", ["", "notebooks"])
@pytest.mark.parametrize(("extra", "value"), [("", 1), ("config/small.yaml", 2)])
def test_results_are_found_from_where_one_starts(
    project: Path, monkeypatch: pytest.MonkeyPatch, start: str, extra: str, value: int
) -> None:
    monkeypatch.chdir(project / start)
    monkeypatch.setenv(VARIABLE, extra)
    found = results()
    made = artefacts.table(found.study, "vqe")
    made.write({made.files[0]: f"a\n{value}\n"})
    pd.testing.assert_frame_equal(found.table("vqe", a=value), pd.DataFrame({"a": [value]}))
    with pytest.raises(UserError, match=rf"'vqe' has no rows with a = 5; allowed: {value}\."):
        found.table("vqe", a=5)
    with pytest.raises(UserError, match="no rows with b = 5; allowed: a"):
        found.table("vqe", b=5)
    assert made.files[0].parent == project / ("data/small" if extra else "data/tables")
    pd.testing.assert_frame_equal(found.table("vqe"), pd.DataFrame({"a": [value]}))
    pd.testing.assert_frame_equal(found.published("facts.csv"), pd.DataFrame({"b": [3]}))


def test_missing_results_are_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(project)
    found = results()
    with pytest.raises(UserError, match="no table 'vqf'; allowed: vqe, "):
        found.table("vqf")
    with pytest.raises(UserError, match=r"autoencoder.csv yet; .*OVERPAR_CONFIG"):
        found.table("autoencoder")
    with pytest.raises(UserError, match=r"no 'fact.csv' .* allowed: .*facts.csv"):
        found.published("fact.csv")
    with pytest.raises(UserError, match="no experiment 'vqf'"):
        found.record("vqf", "n=4")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(UserError, match="a checkout of the project; start there"):
        results()
