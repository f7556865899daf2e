"""Tables of the maps from angles to states to loss: one row per point, or per direction."""

import json
from collections.abc import Iterable

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.report.tables.columns import columns, stacked

COMPONENTS = ("x", "y", "z")


@columns("depth", "direction", "first", "second", "null", *COMPONENTS, "loss")
def points(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per point of the patch (`direction` is −1) and of the three lines.

    `first`, `second`, `null` are coordinates in radians along the directions, `x`, `y`, `z` the
    Bloch vector, `loss` is given on the lines.
    """
    frames = []
    for record in records:
        axis, depth = record["axis"].values, json.loads(record.attrs["spec"])["depth"]
        first, second = np.meshgrid(axis, axis)
        columns = {"first": first.ravel(), "second": second.ravel(), "null": 0.0}
        columns |= dict(zip(COMPONENTS, record["patch"].values.reshape(-1, 3).T, strict=True))
        frames.append(pd.DataFrame({"depth": depth, "direction": -1, **columns}))
        for k, name in enumerate(("first", "second", "null")):
            columns = {"first": 0.0, "second": 0.0, "null": 0.0, name: axis}
            columns |= dict(zip(COMPONENTS, record["line"].values[k].T, strict=True))
            columns["loss"] = record["loss"].values[k]
            frames.append(pd.DataFrame({"depth": depth, "direction": k, **columns}))
    return stacked(frames)


@columns("depth", "direction", "eigenvalue", *COMPONENTS, "rank", "parameters")
def directions(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per direction: QFIM eigenvalue, derivative of the Bloch vector, rank, angles."""
    rows = []
    for record in records:
        eigenvalues = record["qfim"].values
        parameters = len(eigenvalues)
        for k, index in enumerate((0, 1, parameters - 1)):
            rows.append(
                {
                    "depth": json.loads(record.attrs["spec"])["depth"],
                    "direction": k,
                    "eigenvalue": eigenvalues[index],
                    **dict(zip(COMPONENTS, record["velocity"].values[k], strict=True)),
                    "rank": int(record["rank"]),
                    "parameters": parameters,
                }
            )
    return pd.DataFrame(rows)
