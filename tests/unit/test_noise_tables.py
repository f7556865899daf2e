"""Tables of noise, from records whose numbers follow the laws that they are tested for."""

import json
from typing import Any

import numpy as np
import pytest
from xarray import Dataset

from overpar.report.tables import noise


def spectra(depth: int, text: str, qfim: Any, noiseless: Any, rank: int = 6) -> Dataset:
    spec = {"qubits": 4, "depth": depth, "noise": text, "samples": len(qfim)}
    dims = ("sample", "eigenvalue")
    variables = {"qfim": (dims, qfim), "noiseless": (dims, noiseless), "rank": ((), rank)}
    return Dataset(variables, attrs={"spec": json.dumps(spec)})


def test_directions() -> None:
    pure = np.array([[8.0, 4, 2, 1, 0, 1e-30]] * 3)
    noisy = np.array(
        [[4, 2, 1, 0.5, 0.1, 1e-9], [4, 2, 1, 2, 0.4, 0.2], [4, 2, 1, 0.5, 0.05, 1e-5]]
    )
    left = 0.9**13
    law = left**2 / (left + 2 * (1 - left) / 16)
    rows = [spectra(3, "local:0.01", noisy, pure), spectra(3, "global:0.9", law * pure, pure, 4)]
    local, clean = (row for _, row in noise.directions(rows).iterrows())
    assert (local["rank"], local["most"], local["rank_share"]) == (6, 6, 1)
    assert (local["seen_min"], local["seen_max"]) == (5, 6)
    assert local["lost"] == pytest.approx(np.log(2))
    assert local["lost_error"] == pytest.approx(0)
    assert local["grown"] == 1
    assert [local[f"new_{x}"] for x in ("share", "min", "max")] == [0.2, 0.1, 0.2]
    assert clean["law_error"] < 1e-12
    assert (clean["most"], clean["rank_share"]) == (4, 1)
    assert np.isnan(clean["new_share"])


def test_rates_and_windows() -> None:
    strengths = (0.001, 0.01, 0.03)
    rows = []
    for strength in strengths:
        for depth in (2, 4, 6, 8):
            pure = np.array([[8.0, 4, 2, 1] + [0] * (2 * depth - 4)] * 2)
            kept = np.exp(-30 * strength * depth * np.array([[0.9], [1.1]]))
            noisy = kept * pure
            noisy[:, 4:] = noisy[:, 3:4] * min(30 * strength, 1)
            rows.append(spectra(depth, f"local:{strength}", noisy, pure))
    rates = noise.rates(rows).set_index("strength")
    for strength in strengths:
        rate, unit = rates.loc[strength], -np.log(1 - 4 * strength)
        assert rate["rate"] == pytest.approx(30 * strength)
        assert rate["depths"] == 3
        assert rate["bound"] == pytest.approx(6 * unit)
        assert rate["per_event"] == pytest.approx(30 * strength / 24 / unit)
        assert rate["over_bound"] == pytest.approx(rate["rate_low"] / rate["bound"])
        assert rate["size_ratio"] == 1
    windows = noise.windows(rows).set_index("depth")
    assert windows.index.tolist() == [4, 6, 8]
    assert windows["slope"].tolist() == pytest.approx([1, 1, 1])
    assert windows["edge"].tolist() == pytest.approx([0.1 / 30] * 3)
    assert windows["open_at"].tolist() == pytest.approx([0.001] * 3)


def trained(depth: int, text: str, losses: list[float], rise: list[float]) -> Dataset:
    spec = {"qubits": 4, "boundary": "open", "depth": depth, "noise": text}
    variables = {
        "loss": (("init", "step"), np.array(losses)[:, None] + [[1.0, 0.0]]),
        "pure_loss": ("init", losses),
        "rise": ("init", rise),
        "ground_energy": ((), -5.0),
    }
    return Dataset(variables, attrs={"spec": json.dumps(spec)})


def test_training_and_depths() -> None:
    """Two depths: one stops at 0.5 and rises by 10 λ, the other reaches 0 and rises by 100 λ."""
    rows = [trained(1, "local:0", [0.5, 0.6], [10.0, 10.0]), trained(2, "local:0", [0.0], [100.0])]
    for strength in (1e-5, 0.01):
        shallow = 5 - 4.5 * np.exp(-strength * 10 / 4.5)
        deep = 5 - 5 * np.exp(-strength * 20)
        rows.append(trained(1, f"local:{strength}", [shallow, shallow + 0.1], [10.0, 10.0]))
        rows.append(trained(2, f"local:{strength}", [deep * 1.1], [100.0]))
    cells = noise.training(rows)
    assert cells["min_lt_0.01"].tolist() == [0, 1, 0, 1, 0, 0]
    assert cells["predicted"].iloc[2] == pytest.approx(cells["best_min"].iloc[2])
    assert cells["rise"].tolist() == [10, 100] * 3
    depths = noise.depths(rows)
    assert depths["best_depth"].tolist() == depths["predicted_depth"].tolist() == [2, 1]
    assert depths["loss_ratio"].tolist() == pytest.approx([1.1, 1.0])
    assert depths["excess"].tolist() == [1, 1]
    assert depths["success_first"].iloc[0] == depths["success_last"].iloc[0] == 2
    assert np.isnan(depths["success_first"].iloc[1])
    assert depths["success_most"].tolist() == [1, 0]


def test_nothing() -> None:
    for function in (noise.directions, noise.rates, noise.windows, noise.training, noise.depths):
        assert function([]).empty


def test_shots() -> None:
    """Two runs of five steps, of which the last one is a fifth."""
    loss = [[1.0, 0.5, 0.2, 0.1, 0.005], [1.0, 0.5, 0.2, 0.2, 0.3]]
    variables = {
        "loss": (("init", "step"), np.array(loss)),
        "gradient_square": ("sample", [30.0, 34.0]),
        "shot_variance": ("sample", [2.0, 4.0]),
    }
    spec = {"qubits": 9, "depth": 3, "shots": 10}
    row = noise.shots([Dataset(variables, attrs={"spec": json.dumps(spec)})]).iloc[0]
    assert row[["runs", "circuits", "shots_per_step", "layers_short"]].tolist() == [2, 12, 240, 1]
    assert row[["best_min", "share_lt_0.01", "share_lt_0.0001"]].tolist() == [0.005, 0.5, 0]
    assert row["best_median"] == pytest.approx(0.1025)
    assert row["late_median"] == pytest.approx(0.1525)
    assert row[["gradient_square", "gradient_law", "gradient_ratio"]].tolist() == [32, 32, 1]
    assert row[["shot_variance", "signal"]].tolist() == [3, 32 / 6]
