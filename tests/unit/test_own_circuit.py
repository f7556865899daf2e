"""Models of the config within the plan, and the figure that draws any of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from overpar.base.errors import UserError
from overpar.report.plots import success_and_rank
from overpar.study.check import Study, checked, opened

FILE = """
from qibo import Circuit, gates

def chain(qubits):
    out = Circuit(qubits)
    out.add(gates.RX(q, 0.0) for q in range(qubits))
    return out
"""


def config(models: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {
        "seed": 1,
        "size": "smoke",
        "models": models,
        "experiments": {
            "mine": {
                "kind": "circuit_training",
                "cells": [{"model": "a", "qubits": 4, "depth": 1, **settings}],
            }
        },
        "tables": {},
        "figures": {},
    }


def study(tmp_path: Path, models: dict[str, Any], **settings: Any) -> Study:
    return opened(config(models, **settings), tmp_path)


SPIN = {"generators": ["X"], "observable": "Z"}


def test_a_name_becomes_the_model(tmp_path: Path) -> None:
    two = study(tmp_path, {"a": SPIN, "b": {**SPIN, "state": "+"}}, model=["a", "b"]).plan
    labels = [cell.label for cell in two.cells.values()]
    assert labels == ["model=a,n=4,depth=1", "model=b,n=4,depth=1"]
    states = [cell.spec.model.state for cell in two.cells.values()]  # type: ignore[attr-defined]
    assert states == [None, "+"]


def test_what_a_model_says_is_in_the_identity(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(FILE)
    own = {"circuit": f"{tmp_path}/own.py:chain", "observable": "Z"}

    def identity(model: dict[str, Any], unused: Any = None) -> str:
        made = study(tmp_path, {"a": model, "b": unused or SPIN})
        return made.identities.cell(next(iter(made.plan.cells.values())))

    assert identity(SPIN) == identity(SPIN, {"generators": ["Y"]})
    assert identity(SPIN) != identity({**SPIN, "generators": ["Y"]})
    before = identity(own)
    assert identity(own) == before
    (tmp_path / "own.py").write_text(FILE + "# another comment\n")
    assert identity(own) != before


@pytest.mark.parametrize(
    ("models", "settings", "message"),
    [
        ({}, {}, r"mine.cells\[0\].model is 'a'; allowed: none yet, the names under `models`"),
        ({"b": SPIN}, {}, "model is 'a'; allowed: b,"),
        ({"a": SPIN}, {"model": SPIN}, "model is {.*}; allowed: a"),
        ({"a": {**SPIN, "generator": 1}}, {}, "unknown key models.a.generator = 1"),
        ({"a": {"generators": ["X"]}}, {}, "model a needs an observable to be trained"),
        ({"a": {"circuit": "no.py:f", "observable": "Z"}}, {}, "'no.py:f'; there is no such file"),
        ({"a b": SPIN}, {}, "models has the name 'a b'"),
    ],
)
def test_refused(tmp_path: Path, models: Any, settings: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        checked(config(models, **settings), tmp_path)


def tables() -> dict[str, pd.DataFrame]:
    settings = {"model": "a", "qubits": 4}
    trained = [
        {**settings, "parameters": m, "runs": 10, "min_lt_0.0001": k, "best_median": 10.0**-k}
        for m, k in ((4, 0), (8, 10))
    ]
    ranked = [
        {**settings, "parameters": 4, "at": "random", "rank": 4},
        {**settings, "parameters": 8, "at": "random", "rank": 8},
        {**settings, "parameters": 8, "at": "optimised", "rank": np.nan},
    ]
    return {"cells": pd.DataFrame(trained), "ranks": pd.DataFrame(ranked)}


def test_the_figure_of_any_model() -> None:
    drawn = success_and_rank.draw(**tables())
    fraction, _, rank = drawn.figure.axes
    np.testing.assert_array_equal(fraction.lines[0].get_ydata(), [0, 1])
    assert rank.lines[0].get_ydata()[0] == 4
    assert "Of 10 runs a circuit" in drawn.caption
