"""Tables of training records: one row per cell, per run, or per step."""

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.base.statistics import median_interval
from overpar.report.tables.columns import columns, stacked
from overpar.report.tables.settings import settings

THRESHOLDS = (1e-2, 1e-3, 1e-4, 1e-6)
CURVE_POINTS = 60
# Where the release has medians of the loss, and of the steps to get there.
MOMENTS = (100, 300)
REACHED = {"1e-2": 1e-2, "1e-4": 1e-4, "1e-6": 1e-6}
# Where the training states come from, in records of kinds that have some.
ORIGIN = ("states_source", "data_commit", "provenance")


def _settings(record: Dataset) -> dict[str, Any]:
    origin = {key: record.attrs[key] for key in ORIGIN if key in record.attrs}
    return {**settings(record), **origin}


@columns(
    *ORIGIN,
    *("runs", "parameters", "diverged"),
    *(f"{loss}_lt_{limit:g}" for limit in THRESHOLDS for loss in ("min", "final")),
    *("initial_median", "best_min", "best_median", "best_low", "best_high", "best_max"),
    "final_median",
    optional=ORIGIN,
    with_settings=True,
)
def cells(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell: settings, counts below thresholds, medians with 95 % intervals.

    `min_lt_x` counts runs whose lowest recorded loss is below x, `final_lt_x` those whose last
    is. Diverged runs count as failures and are listed in `diverged`. A cell whose data could not
    be had has runs = 0.
    """
    rows = []
    for record in records:
        row: dict[str, Any] = {**_settings(record), "runs": 0}
        rows.append(row)
        if "loss" not in record:
            continue
        loss, status = record["loss"].values, record["status"].values
        best, final = _lowest(loss), loss[:, -1]
        row["runs"] = len(loss)
        row["parameters"] = record["initial_angles"].shape[1]
        row["diverged"] = int((status != 0).sum())
        for limit in THRESHOLDS:
            row[f"min_lt_{limit:g}"] = int((best < limit).sum())
            row[f"final_lt_{limit:g}"] = int((final < limit).sum())
        row["initial_median"] = np.median(loss[:, 0])
        row["best_min"], row["best_median"] = best.min(), np.median(best)
        row["best_low"], row["best_high"] = median_interval(best)
        row["best_max"] = best.max()
        row["final_median"] = np.median(final)
    return pd.DataFrame(rows)


@columns(
    *ORIGIN,
    *("run", "initial_loss", "best_loss", "final_loss"),
    *(f"loss_at_{step}" for step in MOMENTS),
    *(f"steps_to_{name}" for name in REACHED),
    "status",
    optional=ORIGIN,
    with_settings=True,
)
def runs(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per run: initial, lowest and last loss, and those on the way.

    `loss_at_100` is empty where there are fewer steps; `steps_to_x`, the steps after which the loss
    is below x for the first time, where it never is.
    """
    frames = []
    for record in records:
        if "loss" not in record:
            continue
        loss = record["loss"].values
        last = loss.shape[1] - 1
        on_the_way = {
            f"loss_at_{step}": loss[:, step] if step <= last else np.nan for step in MOMENTS
        }
        for name, limit in REACHED.items():
            reached = loss < limit
            steps = np.where(reached.any(axis=1), reached.argmax(axis=1), np.nan)
            on_the_way[f"steps_to_{name}"] = steps
        frames.append(
            pd.DataFrame(
                {
                    **_settings(record),
                    "run": np.arange(len(loss)),
                    "initial_loss": loss[:, 0],
                    "best_loss": _lowest(loss),
                    "final_loss": loss[:, -1],
                    **on_the_way,
                    "status": record["status"].values,
                }
            )
        )
    return stacked(frames)


@columns(
    *ORIGIN,
    *("step", "loss_q25", "loss_median", "loss_q75"),
    optional=ORIGIN,
    with_settings=True,
)
def curves(records: Iterable[Dataset]) -> pd.DataFrame:
    """Quartiles of the loss over runs at log-spaced steps and at 100, 300, 1000, 2000."""
    frames = []
    for record in records:
        if "loss" not in record:
            continue
        loss = record["loss"].values
        last = loss.shape[1] - 1
        spaced = np.geomspace(1, last, CURVE_POINTS).round().astype(int)
        steps = np.unique([0, *spaced, *(s for s in (100, 300, 1000, 2000) if s <= last)])
        with warnings.catch_warnings():  # where every run has diverged, quartiles are NaN
            warnings.simplefilter("ignore", RuntimeWarning)
            low, middle, high = np.nanquantile(loss[:, steps], [0.25, 0.5, 0.75], axis=0)
        frames.append(
            pd.DataFrame(
                {
                    **_settings(record),
                    "step": steps,
                    "loss_q25": low,
                    "loss_median": middle,
                    "loss_q75": high,
                }
            )
        )
    return stacked(frames)


def _lowest(loss: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Lowest finite loss of each run; infinity for a run that has none."""
    return np.where(np.isnan(loss), np.inf, loss).min(axis=1)
