"""Tables of landscapes: one row per cell, per point of a slice, or per step of a descent."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.report.tables.columns import columns, stacked

# Curvatures below this are called negative; the Hessian's null space has 1e-10 and less.
NEGATIVE = -1e-6
CURVE_POINTS = 80
SETTINGS = ("qubits", "boundary", "trained", "depth")


@columns(
    *SETTINGS,
    "loss",
    "gradient",
    "parameters",
    "lowest",
    "highest",
    "negative",
    "descent_best",
    "end_x",
    "end_y",
)
def points(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per depth: loss, gradient and curvature at the trap, and where descent ends.

    `lowest` and `highest` are the extreme eigenvalues of the Hessian, `negative` counts those
    below −1e-6, `descent_best` is the lowest loss of the descent from beside the trap and
    (`end_x`, `end_y`) its place in the slice, in radians.
    """
    rows = []
    for record in records:
        row = _settings(record)
        row["loss"], row["gradient"] = float(record["loss"]), float(record["gradient"])
        curvature = record["curvature"].values
        row["parameters"] = len(curvature)
        row["lowest"], row["highest"] = curvature.min(), curvature.max()
        row["negative"] = int((curvature < NEGATIVE).sum())
        row["descent_best"] = np.nanmin(record["descent"].values)
        row["end_x"], row["end_y"] = record["end"].values
        rows.append(row)
    return pd.DataFrame(rows)


@columns(*SETTINGS, "x", "y", "loss")
def slices(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per point (x, y) of a slice, in radians; the trap is at (0, 0)."""
    frames = []
    for record in records:
        axis, loss = record["axis"].values, record["slice"].values
        y, x = np.meshgrid(axis, axis, indexing="ij")
        columns = {"x": x.ravel(), "y": y.ravel(), "loss": loss.ravel()}
        frames.append(pd.DataFrame({**_settings(record), **columns}))
    return stacked(frames)


@columns(*SETTINGS, "step", "loss")
def descents(records: Iterable[Dataset]) -> pd.DataFrame:
    """Loss at log-spaced steps after the kick."""
    frames = []
    for record in records:
        loss = record["descent"].values
        spaced = np.geomspace(1, max(len(loss) - 1, 1), CURVE_POINTS).round().astype(int)
        steps = np.unique([0, *spaced[spaced < len(loss)]])
        frames.append(pd.DataFrame({**_settings(record), "step": steps, "loss": loss[steps]}))
    return stacked(frames)


def _settings(record: Dataset) -> dict[str, Any]:
    spec = json.loads(record.attrs["spec"])
    return {key: spec[key] for key in SETTINGS}
