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
RANKS = {
    "rank": 4,
    "rank_exact": 1,
    "depths": [1, 2, 3],
    "depth_angles": [2, 4, 6],
    "depth_ranks": [2, 4, 4],
}
TWO = record(
    OPEN,
    **RANKS,
    angles=np.zeros((3, 6)),
    qfim=[[3.0, 1.0, 0.1, 2e-8, 0, 0], [2.0, 2.0, 0, 0, 0, 0], [5.0, 1e-3, 0, 0, 0, 0]],
    qfim_rank=[4, 3, 2],
    qfim_gap=[9.0, 3.5, 12.0],
    hessian=[[1.0, -2.0, 0, 0, 0, 0]] * 3,
    hessian_rank=[2, 2, 1],
    hessian_gap=[1.0, 2.0, 3.0],
    loss=[0.1, 0.3, 0.2],
    effective_dimension=[1.5, 2.5, 3.5],
)
NOTHING = record({**OPEN, "depth": 9})


def test_ranks() -> None:
    table = spectra.ranks([TWO, NOTHING])
    row = table.iloc[0]
    assert row[["qubits", "depth", "samples", "parameters"]].tolist() == [4, 3, 3, 6]
    assert row[["rank", "rank_exact"]].tolist() == [4, 1]
    assert row[["qfim_rank_min", "qfim_rank_max", "qfim_rank_mean"]].tolist() == [2, 4, 3]
    assert row["qfim_gap_min"] == 3.5
    # 2e-8 of 3 is below the release's cut.
    assert row["qfim_rank_1e8_max"] == 3
    assert row[["hessian_rank_max", "hessian_gap_min"]].tolist() == [2, 1]
    assert row["qfim_trace_mean"] == pytest.approx((4.10000002 + 4 + 5.001) / 3)
    assert row[["hessian_smallest", "loss_max"]].tolist() == [-2, 0.3]
    # For the most data.
    assert row["effective_dimension"] == 3.5
    assert table["samples"].tolist() == [3, 0]
    assert pd.isna(table["rank"][1])


def test_where_the_rank_is_reached() -> None:
    """The smallest of all depths, the angles there and those of one layer less."""
    row = spectra.ranks([TWO]).iloc[0]
    assert row[["saturation", "saturation_angles", "angles_before"]].tolist() == [2, 4, 2]
    once = TWO.assign(rank=2, depth_ranks=("depths_0", [2, 2, 2]))
    first = spectra.ranks([once.rename(depths_0="d")]).iloc[0]
    assert first[["saturation", "saturation_angles"]].tolist() == [1, 2]
    assert pd.isna(first["angles_before"])


def test_numerical_ranks_that_are_clear_and_others() -> None:
    """3 has too small a gap to count; 2 has 12 decades."""
    assert spectra.ranks([TWO])["rank_misses"].tolist() == [1]
    near = TWO.assign(qfim_gap=("qfim_gap_0", [9.0, 4.0, 3.9]))
    assert spectra.ranks([near])["rank_misses"].tolist() == [1]


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
        **RANKS,
    )
    assert spectra.ranks([made])["rank_limit"].tolist() == [limit]


def test_eigenvalues() -> None:
    table = spectra.eigenvalues([TWO, NOTHING])
    assert len(table) == 2 * 3 * 6
    second = table.query("kind == 'qfim' and sample == 1")
    assert second["index"].tolist() == [1, 2, 3, 4, 5, 6]
    assert second["eigenvalue"].tolist() == [2, 2, 0, 0, 0, 0]
    assert spectra.eigenvalues([NOTHING]).empty


def test_points() -> None:
    """The rank of each point is numerical, with its gap."""
    table = spectra.points([TWO])
    assert table.query("kind == 'qfim'")["rank"].tolist() == [4, 3, 2]
    assert table.query("kind == 'qfim'")["gap"].tolist() == [9.0, 3.5, 12.0]
    assert table.query("kind == 'hessian'")["largest"].tolist() == [2, 2, 2]


def test_autoencoder() -> None:
    made = record(
        {"layers": 5},
        qfim=np.ones((4, 68)),
        qfim_rank=[30, 30, 29, 30],
        qfim_gap=[9.0, 8.0, 7.0, 9.0],
        joint_rank=[60, 58, 59],
        joint_gap=[5.5, 0.1, 7.0],
    )
    table = spectra.autoencoder([made, record({"layers": 6})])
    columns = ["runs", "parameters", "rank_min", "rank_max", "gap_min", "joint_rank"]
    assert table.iloc[0][columns].tolist() == [4, 68, 29, 30, 7.0, 60]
    assert table["joint_gap_min"][0] == 0.1
    assert table["runs"].tolist() == [4, 0]
    assert table["states_source"].tolist() == ["released", "released"]


def test_noisy() -> None:
    made = record({"depth": 2, "noise": "local:0.01"}, qfim=[[4.0, 1.0, 3e-8]], purity=[0.8])
    table = spectra.noisy([made])
    assert table["place"].tolist() == ["local"] * 3
    assert table["strength"].tolist() == [0.01] * 3
    assert table["eigenvalue"].tolist() == [4.0, 1.0, 3e-8]
    assert table["index"].tolist() == [1, 2, 3]
    assert set(table["purity"]) == {0.8}
    assert set(table["rank"]) == {2}
