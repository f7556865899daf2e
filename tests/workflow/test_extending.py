"""The walk in docs/extending.md, run as it is written."""

import re
import subprocess

import pandas as pd
import pytest
from scratch import ROOT, Project


def blocks() -> list[tuple[str, str]]:
    """(language, text) of the code blocks of the page, but those of extras."""
    text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for block in found if not re.search("qiskit|pennylane", block[1])]


@pytest.fixture
def walked(fresh: Project) -> tuple[Project, list[str]]:
    """The project after the walk, and what its commands printed."""
    (fresh.path / ".venv").symlink_to(ROOT / ".venv")
    said = []
    for language, text in blocks():
        name = re.match(r"# (\S+)\n", text)
        if name:
            (fresh.path / name[1]).write_text(text, encoding="utf-8")
        else:
            command = ["sh", "-e", "-c"] if language == "sh" else [".venv/bin/python", "-c"]
            done = subprocess.run(
                [*command, text],
                cwd=fresh.path,
                env=fresh.environment(),
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, text + done.stdout + done.stderr
            said.append(done.stdout + done.stderr)
    return fresh, said


def test_the_walk(walked: tuple[Project, list[str]]) -> None:
    project, (diagnosis, algebra, graphs, _, qibo, qasm, python) = walked
    assert "state '01' must be letters" in diagnosis
    assert "verdict:" in diagnosis
    assert algebra.splitlines()[:2] == ["41", "on the subspace explored from 0101: 25"]
    assert graphs.splitlines()[:3] == ["136", "centre: 1", "ideal: su(6), dimension 35, rank 5"]
    assert "n = 3: the algebra is su(3) + centre of dimension 1" in qasm
    # Generators and Qibo code are the same circuit: dimension, rank, angles and depth.
    for n in ("4", "6"):
        one, other = (
            next(line.split() for line in text.splitlines() if line.split()[:1] == [n])
            for text in (diagnosis, qibo)
        )
        assert [one[k] for k in (1, 3, 4, 5)] == [other[k] for k in (1, 3, 4, 5)]
    assert python.splitlines()[:2] == [
        "dimension: 41",
        "dimension on the subspace explored from 0000: 25",
    ]
    assert "below 0.0001: 20 of 20" in python
    assert "Rank(value=8, " in python
    tables = project.path / "data/tables"
    found = pd.read_csv(tables / "xxz_algebra.csv").set_index("qubits")
    assert found["dimension"].to_dict() == {4: 41, 6: 491}
    trained = pd.read_csv(tables / "xxz_training.csv").set_index(["qubits", "depth"])
    ranks = pd.read_csv(tables / "xxz_ranks.csv").query("at == 'random'")
    assert ranks.groupby("qubits")["rank"].max().to_dict() == {4: 8, 6: 26}
    # Circuits whose rank is full reach the ground state, short ones do not.
    assert trained.loc[(4, 5), "min_lt_0.0001"] == trained.loc[(6, 12), "min_lt_0.0001"] == 20
    assert trained.loc[(4, 2), "min_lt_0.0001"] == trained.loc[(6, 6), "min_lt_0.0001"] == 0
    assert (project.path / "figures/xxz.png").stat().st_size > 10_000
