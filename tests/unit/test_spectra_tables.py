"""Tables of spectra, from synthetic records."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from xarray import Dataset

from overpar.report.tables import spectra


def record(spec: dict[str, Any], **arrays: Any) -> Dataset:
    about = {"spec": json.dumps(spec), "states_source": "released"}
    dims = {name: [f"{name}_{k}" for k in range(np.ndim(array))] for name, array in arrays.items()}
    return Dataset({name: (dims[name], array) for name, array in arrays.items()}, attrs=about)


OPEN = {"qubits": 4, "boundary": "open", "depth": 3, "tying": "correct"}
TWO = record(
    OPEN,
    angles=np.zeros((3, 6)),
    qfim=[[3.0, 1.0, 0, 0, 0, 0], [2.0, 2.0, 0, 0, 0, 0], [5.0, 0, 0, 0, 0, 0]],
    qfim_rank=[2, -1, 1],
    qfim_gap=[9.0, 2.5, 12.0],
    hessian=[[1.0, -2.0, 0, 0, 0, 0]] * 3,
    hessian_rank=[-1, -1, -1],
    hessian_gap=[1.0, 2.0, 3.0],
    loss=[0.1, 0.3, 0.2],
)
NOTHING = record({**OPEN, "depth": 9})


def test_ranks() -> None:
    """Undetermined spectra are counted and take no part in the ranks."""
    table = spectra.ranks([TWO, NOTHING])
    row = table.iloc[0]
    assert row[["qubits", "depth", "samples", "parameters"]].tolist() == [4, 3, 3, 6]
    assert row[["qfim_rank_min", "qfim_rank_max", "qfim_rank_mean"]].tolist() == [1, 2, 1.5]
    assert row[["qfim_undetermined", "qfim_gap_min"]].tolist() == [1, 2.5]
    assert row["hessian_undetermined"] == 3
    assert pd.isna(row["hessian_rank_max"])
    assert row["qfim_trace_mean"] == pytest.approx(13 / 3)
    assert row[["qfim_trace_spread", "hessian_smallest", "loss_max"]].tolist() == [1, -2, 0.3]
    assert table["samples"].tolist() == [3, 0]
    assert pd.isna(table["qfim_rank_max"][1])


@pytest.mark.parametrize(
    ("boundary", "tying", "depth", "limit"),
    [
        ("periodic", "correct", 20, 6),
        ("periodic", "released", 20, 6),
        ("open", "correct", 20, 18),
        ("open", "released", 20, 30),
        ("open", "released", 2, 4),
    ],
)
def test_limit_of_the_rank(boundary: str, tying: str, depth: int, limit: int) -> None:
    """n, n²/2 and n(n−1) for n = 6, and never more than there are angles."""
    spec = {"qubits": 6, "boundary": boundary, "tying": tying}
    parameters = 2 * depth
    made = record(
        spec,
        angles=np.zeros((1, parameters)),
        qfim=np.ones((1, parameters)),
        qfim_rank=[3],
        qfim_gap=[9.0],
    )
    assert spectra.ranks([made])["rank_limit"].tolist() == [limit]


def test_eigenvalues() -> None:
    table = spectra.eigenvalues([TWO, NOTHING])
    assert len(table) == 2 * 3 * 6
    second = table.query("kind == 'qfim' and sample == 1")
    assert second["index"].tolist() == [1, 2, 3, 4, 5, 6]
    assert second["eigenvalue"].tolist() == [2, 2, 0, 0, 0, 0]
    assert spectra.eigenvalues([NOTHING]).empty


def test_autoencoder() -> None:
    made = record(
        {"layers": 5},
        qfim=np.ones((4, 68)),
        qfim_rank=[30, 30, 29, 30],
        qfim_gap=[9.0, 8.0, 7.0, 9.0],
        joint_rank=[60, -1, 59],
        joint_gap=[5.5, 0.1, 7.0],
    )
    table = spectra.autoencoder([made, record({"layers": 6})])
    columns = ["runs", "parameters", "rank_min", "rank_max", "gap_min", "joint_rank"]
    assert table.iloc[0][columns].tolist() == [4, 68, 29, 30, 7.0, 60]
    assert table["joint_gap_min"][0] == 0.1
    assert table["runs"].tolist() == [4, 0]
    assert table["states_source"].tolist() == ["released", "released"]
    assert table.iloc[0][["rank_undetermined", "joint_undetermined"]].tolist() == [0, 1]


@pytest.mark.parametrize(("found", "expected"), [([-1, 30, 29, -1], [29, 30, 2]), ([-1] * 4, None)])
def test_an_undetermined_rank_of_a_training_state_is_none(
    found: list[int], expected: list[int] | None
) -> None:
    made = record(
        {"layers": 5},
        qfim=np.ones((4, 68)),
        qfim_rank=found,
        qfim_gap=[1.0] * 4,
        joint_rank=[-1],
        joint_gap=[0.5],
    )
    row = spectra.autoencoder([made]).iloc[0]
    if expected:
        assert row[["rank_min", "rank_max", "rank_undetermined"]].tolist() == expected
    else:
        assert row[["rank_min", "rank_max", "joint_rank"]].isna().all()
        assert row[["rank_undetermined", "joint_undetermined"]].tolist() == [4, 1]


def test_noisy() -> None:
    made = record({"depth": 2, "noise": "local:0.01"}, qfim=[4.0, 1.0, 3e-8], purity=0.8)
    table = spectra.noisy([made])
    assert table["place"].tolist() == ["local"] * 3
    assert table["strength"].tolist() == [0.01] * 3
    assert table["eigenvalue"].tolist() == [4.0, 1.0, 3e-8]
    assert table["index"].tolist() == [1, 2, 3]
    assert set(table["purity"]) == {0.8}
    assert set(table["rank"]) == {2}
