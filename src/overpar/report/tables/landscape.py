"""Tables of landscapes: one row per cell, per point of a slice, or per step of a descent."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from overpar.base.records import Record

# Curvatures below this are called negative; the Hessian's null space has 1e-10 and less.
NEGATIVE = -1e-6
CURVE_POINTS = 80


def points(records: Iterable[Record]) -> pd.DataFrame:
    """One row per depth: loss, gradient and curvature at the trap, and where descent ends.

    `lowest` and `highest` are the extreme eigenvalues of the Hessian, `negative` counts those
    below −1e-6, `descent_best` is the lowest loss of the descent from beside the trap and
    (`end_x`, `end_y`) its place in the slice, in radians.
    """
    rows = []
    for record in records:
        row, values = _settings(record), record.variables
        row["loss"], row["gradient"] = float(values["loss"]), float(values["gradient"])
        curvature = values["curvature"]
        row["parameters"] = len(curvature)
        row["lowest"], row["highest"] = curvature.min(), curvature.max()
        row["negative"] = int((curvature < NEGATIVE).sum())
        row["descent_best"] = np.nanmin(values["descent"])
        row["end_x"], row["end_y"] = values["end"]
        rows.append(row)
    return pd.DataFrame(rows)


def slices(records: Iterable[Record]) -> pd.DataFrame:
    """One row per point (x, y) of a slice, in radians; the trap is at (0, 0)."""
    frames = []
    for record in records:
        axis, loss = record.variables["axis"], record.variables["slice"]
        y, x = np.meshgrid(axis, axis, indexing="ij")
        columns = {"x": x.ravel(), "y": y.ravel(), "loss": loss.ravel()}
        frames.append(pd.DataFrame({**_settings(record), **columns}))
    return pd.concat(frames, ignore_index=True)


def descents(records: Iterable[Record]) -> pd.DataFrame:
    """Loss at log-spaced steps after the kick."""
    frames = []
    for record in records:
        loss = record.variables["descent"]
        spaced = np.geomspace(1, max(len(loss) - 1, 1), CURVE_POINTS).round().astype(int)
        steps = np.unique([0, *spaced[spaced < len(loss)]])
        frames.append(pd.DataFrame({**_settings(record), "step": steps, "loss": loss[steps]}))
    return pd.concat(frames, ignore_index=True)


def _settings(record: Record) -> dict[str, Any]:
    spec = json.loads(record.attributes["spec"])
    return {key: spec[key] for key in ("qubits", "boundary", "trained", "depth")}
