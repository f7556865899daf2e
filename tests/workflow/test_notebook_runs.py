"""Notebooks run again when, and only when, they or what they read change."""

import json
from pathlib import Path
from typing import Any

from scratch import FROM_VQE, VQE, Project

NAME = "notebooks/tiny"
BLOCK = {"tables": ["vqe"], "title": "A tiny one"}
CODE = """
import overpar as op

found = op.results()
runs = found.table("vqe")["runs"].sum()
losses = found.record("vqe", depth=2)["loss"]
print(f"{runs} runs, {losses.shape} losses")
"""


def write(project: Project, source: str, **more: Any) -> None:
    """A notebook of one cell."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    content = {
        "cells": [cell | {"source": source} | more],
        "metadata": {"kernelspec": {"name": "none", "display_name": "none"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = project.path / "notebooks/tiny.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def page(project: Project) -> Path:
    return project.path / "data/notebooks/tiny.html"


def test_a_notebook_is_executed_on_the_results_of_the_run(finished: Project) -> None:
    write(finished, CODE)
    finished.configure(notebooks={"tiny": BLOCK})
    assert finished.planned() == {NAME}
    run = finished.run()
    assert run.code == 0, run.text
    assert "303 runs, (300, 1001) losses" in page(finished).read_text(encoding="utf-8")
    assert finished.planned() == set()

    output = {"output_type": "stream", "name": "stdout", "text": ["1"]}
    write(finished, CODE, outputs=[output], execution_count=3)
    assert finished.planned() == set(), "what Jupyter stores"
    write(finished, f"{CODE}1")
    assert finished.planned() == {NAME}, "its text"
    write(finished, CODE)
    finished.append("src/overpar/study/results.py", "CHANGED = True")
    assert finished.planned() == {NAME}, "code that it imports"
    finished.append("src/overpar/experiments/vqe.py", "CHANGED = True")
    assert finished.planned() == {NAME} | VQE | FROM_VQE, "what it reads"


def test_a_failing_cell_is_shown_and_leaves_no_page(finished: Project) -> None:
    write(finished, "{}['nothing']")
    finished.configure(notebooks={"tiny": BLOCK})
    run = finished.run()
    assert run.code != 0
    assert "tiny.ipynb failed" in run.text
    assert "KeyError: 'nothing'" in run.text
    assert not page(finished).exists()
