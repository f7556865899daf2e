"""Tables of the maps from angles to states to loss: one row per point, or per direction."""

import json
from collections.abc import Iterable

import numpy as np
import pandas as pd

from overpar.base.records import Record

COMPONENTS = ("x", "y", "z")


def points(records: Iterable[Record]) -> pd.DataFrame:
    """One row per point of the patch (`direction` is −1) and of the three lines.

    `first`, `second`, `null` are coordinates in radians along the directions, `x`, `y`, `z` the
    Bloch vector, `loss` is given on the lines.
    """
    frames = []
    for record in records:
        values = record.variables
        axis, depth = values["axis"], json.loads(record.attributes["spec"])["depth"]
        first, second = np.meshgrid(axis, axis)
        columns = {"first": first.ravel(), "second": second.ravel(), "null": 0.0}
        columns |= dict(zip(COMPONENTS, values["patch"].reshape(-1, 3).T, strict=True))
        frames.append(pd.DataFrame({"depth": depth, "direction": -1, **columns}))
        for k, name in enumerate(("first", "second", "null")):
            columns = {"first": 0.0, "second": 0.0, "null": 0.0, name: axis}
            columns |= dict(zip(COMPONENTS, values["line"][k].T, strict=True))
            columns["loss"] = values["loss"][k]
            frames.append(pd.DataFrame({"depth": depth, "direction": k, **columns}))
    return pd.concat(frames, ignore_index=True)


def directions(records: Iterable[Record]) -> pd.DataFrame:
    """One row per direction: QFIM eigenvalue, derivative of the Bloch vector, rank, angles."""
    rows = []
    for record in records:
        values = record.variables
        parameters = len(values["qfim"])
        for k, index in enumerate((0, 1, parameters - 1)):
            rows.append(
                {
                    "depth": json.loads(record.attributes["spec"])["depth"],
                    "direction": k,
                    "eigenvalue": values["qfim"][index],
                    **dict(zip(COMPONENTS, values["velocity"][k], strict=True)),
                    "rank": int(values["rank"]),
                    "parameters": parameters,
                }
            )
    return pd.DataFrame(rows)
