"""Tables of training records, from synthetic records."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from xarray import Dataset

from overpar.report.tables import training

NAN = np.nan


def record(loss: list[list[float]] | np.ndarray, status: list[int], **spec: Any) -> Dataset:
    variables = {
        "loss": (("init", "step"), np.array(loss)),
        "status": ("init", np.array(status, np.int8)),
        "initial_angles": (("init", "parameter"), np.zeros((len(loss), 6))),
    }
    about = {"spec": json.dumps({"qubits": 4, **spec}), "provenance": "here"}
    return Dataset(variables, attrs=about)


# Best losses 0.5, 2e-5, −1e-16, 5e-3 (diverged later), none (diverged at once).
FIVE = record(
    [
        [2.0, 0.5, 0.7],
        [3.0, 2e-5, 2e-2],
        [1.0, 1e-4, -1e-16],
        [4.0, 5e-3, NAN],
        [NAN, NAN, NAN],
    ],
    [0, 0, 0, 1, 1],
    depth=3,
)
ABSENT = Dataset(attrs={"spec": '{"qubits": 4, "depth": 5}', "provenance": "not available"})


def test_cells() -> None:
    row = training.cells([FIVE]).iloc[0]
    assert row[["qubits", "depth", "provenance"]].tolist() == [4, 3, "here"]
    assert row[["runs", "parameters", "diverged"]].tolist() == [5, 6, 2]
    counts = {"0.01": 3, "0.001": 2, "0.0001": 2, "1e-06": 1}
    assert {limit: row[f"min_lt_{limit}"] for limit in counts} == counts
    counts = {"0.01": 1, "0.001": 1, "0.0001": 1, "1e-06": 1}
    assert {limit: row[f"final_lt_{limit}"] for limit in counts} == counts
    assert row["best_min"] == -1e-16
    assert row["best_median"] == 5e-3
    assert (row["best_low"], row["best_high"]) == (-1e-16, np.inf)
    assert row["best_max"] == np.inf


def test_the_interval_of_a_median_is_that_of_95_percent() -> None:
    """Order statistics 18 and 33: P(X ≤ 17) = 0.016 and P(X ≤ 18) = 0.032 for X ~ B(50, 1/2)."""
    losses = [[float(k)] for k in range(1, 51)]
    row = training.cells([record(losses, [0] * 50)]).iloc[0]
    assert (row["best_low"], row["best_high"]) == (18, 33)


def test_a_limit_is_not_below_itself() -> None:
    row = training.cells([record([[1.0, 1e-2], [1.0, 9.99e-3]], [0, 0])]).iloc[0]
    assert row["min_lt_0.01"] == 1


def test_cells_without_data_stay_in_the_table() -> None:
    table = training.cells([FIVE, ABSENT])
    assert table["runs"].tolist() == [5, 0]
    assert table["depth"].tolist() == [3, 5]
    assert table["provenance"].tolist() == ["here", "not available"]
    assert pd.isna(table["best_median"][1])
    counts = training.cells(iter([ABSENT]))
    assert counts["runs"].tolist() == [0]


def test_runs() -> None:
    table = training.runs([FIVE, ABSENT])
    assert len(table) == 5
    assert table["run"].tolist() == [0, 1, 2, 3, 4]
    assert table["best_loss"].tolist() == [0.5, 2e-5, -1e-16, 5e-3, np.inf]
    np.testing.assert_array_equal(table["final_loss"], [0.7, 2e-2, -1e-16, NAN, NAN])
    # 1e-4 itself is not below 1e-4; nothing is never.
    np.testing.assert_array_equal(table["steps_to_1e-4"], [NAN, 1, 2, NAN, NAN])
    np.testing.assert_array_equal(table["loss_at_100"], [NAN] * 5)
    assert table["status"].tolist() == [0, 0, 0, 1, 1]


def test_runs_on_their_way() -> None:
    """The loss at a step is that before the update of this number; a level is reached once."""
    steps = np.arange(401)
    table = training.runs([record(np.stack([10.0 ** (-steps / 50), 1 - steps / 1000]), [0, 0])])
    np.testing.assert_allclose(table["loss_at_100"], [1e-2, 0.9])
    np.testing.assert_allclose(table["loss_at_300"], [1e-6, 0.7])
    # 10^(−100/50) may round to either side of 1e-2.
    for name, step in (("1e-2", 100), ("1e-4", 200), ("1e-6", 300)):
        reached = table[f"steps_to_{name}"]
        assert reached[0] in (step, step + 1)
        assert np.isnan(reached[1])
    back = training.runs([record([[1.0, 1e-3, 1.0, 1e-5]], [0])])
    assert back[["steps_to_1e-2", "steps_to_1e-4"]].to_numpy().tolist() == [[1, 3]]


def test_curves() -> None:
    steps = np.arange(3001)
    loss = np.stack([k * np.exp(-steps / 500) for k in (1.0, 2.0, 3.0, 4.0, 5.0)])
    loss[4, 1500:] = NAN
    table = training.curves([record(loss, [0, 0, 0, 0, 1]), ABSENT])
    assert {0, 1, 100, 300, 1000, 2000, 3000} <= set(table["step"])
    assert table["step"].is_monotonic_increasing
    assert table["step"].is_unique
    at = table.set_index("step")
    quartiles = ["loss_q25", "loss_median", "loss_q75"]
    np.testing.assert_allclose(
        at.loc[1000, quartiles].astype(float), np.exp(-2) * np.array([2, 3, 4])
    )
    late = np.quantile([1, 2, 3, 4], [0.25, 0.5, 0.75]) * np.exp(-4)
    np.testing.assert_allclose(at.loc[2000, quartiles].astype(float), late)


def test_short_curves() -> None:
    table = training.curves([record([[3.0, 1.0]], [0])])
    assert table["step"].tolist() == [0, 1]


def test_curves_where_every_run_has_ended() -> None:
    """NaN, without a warning: there is nothing to take a quartile of."""
    table = training.curves([record([[3.0, NAN], [2.0, NAN]], [1, 1])])
    assert table["loss_median"].isna().tolist() == [False, True]


@pytest.mark.parametrize("make", [training.runs, training.curves])
def test_nothing_at_all(make) -> None:
    assert make([]).empty
    assert make([ABSENT]).empty
