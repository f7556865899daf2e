"""Tables of the variance of loss and gradient: expressivity against trainability."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri
from xarray import Dataset

from overpar.base.statistics import line, variance_interval
from overpar.report.tables.columns import columns, interval
from overpar.report.tables.settings import settings

LEVEL = 0.99
SETTINGS = ("depth", "engine", "model", "qubits", "samples")


@columns(
    *SETTINGS,
    *("boundary", "parameters", "observable_norm", *interval("loss", "derivative")),
    *("gradient_square", "dimension", "predicted", "distance", "haar", "haar_distance"),
    *("derivative_haar", "derivative_haar_distance"),
)
def variances(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per model, size and depth: sampled variances with intervals, and the predicted one.

    `loss` and `derivative` are variances over angles; their intervals hold at 99 % for all rows
    together. `predicted` comes from the algebra alone; `distance` is that of the sampled variance
    from it, in half-widths of the interval. `observable_norm` is Tr O²/2ⁿ of a traceless O, and
    `haar` that over 2ⁿ + 1, the variance of the loss over Haar-random unitaries; `derivative_haar`,
    4ⁿ/(2(4ⁿ − 1)) times it, is that of its derivative along a rotation between two of them.
    """
    predicted: dict[tuple[str, int], Dataset] = {}
    sampled = []
    for record in records:
        if record.attrs["kind"] == "algebra":
            spec = settings(record)
            predicted[spec["model"], spec["qubits"]] = record
        else:
            sampled.append(record)
    rows = []
    for record in sampled:
        spec = settings(record)
        boundary = json.loads(record.attrs["spec"])["model"]["boundary"]
        row: dict[str, Any] = {
            **{name: spec[name] for name in SETTINGS},
            "boundary": boundary,
            "parameters": int(record.attrs["parameters"]),
            "observable_norm": float(record.attrs["observable_norm"]),
        }
        for name in ("loss", "derivative"):
            value, half = variance_interval(record[name].values, 1 - (1 - LEVEL) / len(sampled))
            row |= {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
        row["gradient_square"] = record["gradient_square"].values.mean()
        half = row["loss_high"] - row["loss"]
        row["haar"] = row["observable_norm"] / (2 ** spec["qubits"] + 1)
        row["haar_distance"] = abs(row["loss"] - row["haar"]) / half
        row["derivative_haar"] = row["haar"] / (2 - 2 * 4.0 ** -spec["qubits"])
        half = row["derivative_high"] - row["derivative"]
        row["derivative_haar_distance"] = abs(row["derivative"] - row["derivative_haar"]) / half
        known = predicted.get((spec["model"], spec["qubits"]))
        row["dimension"] = float(known["dimension"]) if known is not None else np.nan
        if known is not None and "variance" in known:
            row["predicted"] = float(known["variance"])
            half = row["loss_high"] - row["loss"]
            row["distance"] = abs(row["loss"] - row["predicted"]) / half
        rows.append(row)
    return pd.DataFrame(rows)


@columns(
    *("model", "parity", "sizes"),
    *(
        column
        for name in ("loss", "derivative")
        for kind in ("power", "rate")
        for column in (*interval(f"{name}_{kind}"), f"{name}_{kind}_misfit")
    ),
)
def slopes(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per model: how its variances, over Tr O²/2ⁿ, fall with the number of qubits n.

    Even and odd lengths of a ring are told apart. `*_power` is the slope of ln Var against ln n,
    `*_rate` that of log₂ Var against n, both by least squares weighted with the sampling errors,
    with 99 % intervals. Where the points do not lie on the line, `*_misfit` (χ² per degree of
    freedom) is above 1 and widens the interval.
    """
    table = variances(records)
    rows = []
    even = np.where(table["qubits"] % 2, "odd", "even")
    table["parity"] = np.where(table["boundary"] == "periodic", even, "all")
    for (model, parity), cells in table.groupby(["model", "parity"], sort=False):
        row: dict[str, Any] = {"model": model, "parity": parity, "sizes": len(cells)}
        rows.append(row)
        if len(cells) < 3:
            continue
        for name in ("loss", "derivative"):
            # Widths of the simultaneous intervals are in proportion to standard errors.
            quantile = ndtri(1 - (1 - LEVEL) / len(table) / 2)
            error = (cells[f"{name}_high"] - cells[name]) / cells[name] / quantile
            logarithm = np.log(cells[name] / cells["observable_norm"])
            for kind, x in (("power", np.log(cells["qubits"])), ("rate", cells["qubits"])):
                unit = 1 if kind == "power" else np.log(2)
                fit = line(x, logarithm / unit, error / unit, LEVEL)
                key, low, high = f"{name}_{kind}", fit.slope - fit.half, fit.slope + fit.half
                row |= {key: fit.slope, f"{key}_low": low, f"{key}_high": high}
                row[f"{key}_misfit"] = fit.misfit
    return pd.DataFrame(rows)
