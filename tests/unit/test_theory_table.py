"""The theory table, from synthetic records."""

import json
from typing import Any

import numpy as np
import pytest
from xarray import Dataset

from overpar.experiments.common.spectra import DATA
from overpar.quantities.information import effective_dimension
from overpar.report.tables import theory as module
from overpar.report.tables.theory import theory


def algebra(model: str, n: int, dimension: float, sector: float = np.nan) -> Dataset:
    spec = {"model": {"name": model}, "qubits": n}
    about = {"kind": "algebra", "spec": json.dumps(spec), "ideal_names": "su(4)"}
    return Dataset({"dimension": dimension, "sector": sector}, attrs=about)


def spectra(n: int, depth: int, ranks: list[int], at: str = "random", **more: Any) -> Dataset:
    samples = len(ranks)
    matrix = ("sample", "eigenvalue")
    values = {
        "angles": (("sample", "parameter"), np.zeros((samples, 2 * depth))),
        "qfim": (matrix, np.ones((samples, 2 * depth))),
        "qfim_rank": ("sample", np.array(ranks)),
        "qfim_gap": ("sample", np.full(samples, 9.0)),
        "hessian": (matrix, np.ones((samples, 2 * depth))),
        "hessian_rank": ("sample", np.array(ranks) - (at == "optimised")),
        "hessian_gap": ("sample", np.full(samples, 9.0)),
    }
    if at == "random":
        depths = np.arange(1, depth + 1)
        values |= {
            "rank": 8 if depth >= 4 else 2 * depth,
            "rank_exact": 1,
            "depths": ("depth", depths),
            "depth_angles": ("depth", 2 * depths),
            "depth_ranks": ("depth", np.minimum(2 * depths, 8)),
            # Equal eigenvalues, of rank 8 of 12 angles.
            "effective_dimension": (
                "data",
                [effective_dimension(12 * np.diag([1.0] * 8 + [0] * 4)[None], n) for n in DATA],
            ),
        }
    spec = {"qubits": n, "depth": depth, "at": at, "tying": "correct", "boundary": "open", **more}
    return Dataset(values, attrs={"kind": "spectra", "spec": json.dumps(spec)})


def training(n: int, depth: int, lowest: list[float], initial: str = "data") -> Dataset:
    values = {
        "loss": (("init", "step"), np.array([[1.0, low] for low in lowest])),
        "status": ("init", np.zeros(len(lowest))),
        "initial_angles": (("init", "parameter"), np.zeros((len(lowest), 2 * depth))),
    }
    spec = {"qubits": n, "depth": depth, "initial": initial, "boundary": "open"}
    return Dataset(values, attrs={"kind": "vqe", "spec": json.dumps(spec)})


OPEN = [
    algebra("tfim_open", 4, 16, 15),
    spectra(4, 2, [4, 4]),
    spectra(4, 6, [8, 7]),  # of all depths the fourth is the first with its rank
    spectra(4, 5, [6, 6], at="optimised"),
    spectra(4, 3, [12, 12], tying="released"),
    training(4, 4, [1.0, 1e-5]),
    training(4, 3, [1.0, 1.0]),
    training(4, 8, [1e-5, 1e-5]),
    training(4, 2, [1e-5, 1e-5], initial="code"),  # another arm
]


def test_a_row_of_the_open_chain() -> None:
    (row,) = (r for _, r in theory(OPEN).iterrows() if r["model"] == "TFIM-HVA, open")
    expected = {
        "dimension": 16,
        "sector": 15,
        "bound": 15,
        "effective_limit": 8,
        "dimension_over_formula": 1,
        "qfim_rank": 8,
        "rank_exact": 1,
        "numerical_rank": 8,
        "gap_min": 9,
        "capacity": 7.5,
        "saturation": 4,
        "saturation_angles": 8,
        "angles_before": 6,
        "rank_over_bound": 8 / 15,
        "angles_before_over_dimension": 6 / 16,
        "hessian_rank": 5,
        "hessian_over_dimension": 5 / 16,
        "depth_50": 4,
        "angles_50_late": 8 / 16,
        "depth_100": 8,
        "angles_100_late": 1,
    }
    assert {key: row[key] for key in expected} == pytest.approx(expected, rel=1e-5)
    # More than the rank and the algebra's share of it: M/R > 1.
    assert row["effective_equal"] == pytest.approx(row["effective_dimension"], rel=1e-9)
    assert row["effective_equal"] > 8.1


def test_the_data_sizes_are_those_of_the_records() -> None:
    assert DATA[-2:] == module.DATA


def test_without_ranks_or_training_a_row_has_the_algebra_alone() -> None:
    table = theory([*OPEN, algebra("hardware_efficient", 3, 60)]).set_index("model")
    row = table.loc["HEA, all inputs"]
    assert row["dimension_over_formula"] == 60 / 63
    assert row["bound"] == 60
    assert row[["qfim_rank", "depth_50"]].isna().all()
    # One input has 2·2ⁿ − 2 real directions.
    assert table.loc["HEA, one input", "bound"] == 14
