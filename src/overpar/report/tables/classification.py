"""Tables of classification: underfitting, overfitting and gradients of two circuits."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit
from xarray import Dataset

from overpar.base.statistics import line
from overpar.report.tables.columns import columns, interval
from overpar.report.tables.settings import settings

LEVEL = 0.99
SYMMETRIC = "permutation"
# What two circuits on the same states have in common.
CELL = ("qubits", "data", "train_states", "shots")
LEARNT = 0.1
COMPARED = ("train_error", "test_error", "gap")


@columns(
    *("parameters", "runs", "loss", "limit", *interval("loss_above", *COMPARED, "underfitting")),
    *(*interval("gradient_square"), "gradient_law", "signal", "learnt", "learnt_steps"),
    *interval(*(f"{name}_excess" for name in COMPARED)),
    with_settings=True,
)
def cells(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per circuit, size and set of states: means over runs with 99 % intervals.

    `limit` is the least loss of any circuit of the algebra, `loss_above` how far above it the last
    one is. `gap` is test minus training error, and `underfitting` training error minus gap: where
    it is positive, more of the test error is made in training already. `*_excess` is by how much a
    circuit's exceeds that of the permutation-equivariant one on the same states, run by run.
    `gradient_law` is the mean squared derivative at the initial angles over that of deep circuits,
    `signal` the gradient's squared norm over that of the shot noise. `learnt` counts runs whose
    training error is seen at 0.1 or less, `learnt_steps` is the median over all runs of the first
    such step, infinite if there is none.
    """
    rows, samples = [], []
    for record in records:
        train, test = record["train_error"].values, record["test_error"].values
        found = {"train_error": train, "test_error": test, "gap": test - train}
        gradient, loss = record["gradient_square"].values, record["loss"].values[:, -1]
        first = _first(record["errors"].values <= LEARNT) * int(record.attrs["look"])
        row: dict[str, Any] = {
            **settings(record),
            "parameters": int(record.attrs["parameters"]),
            "runs": len(train),
            "loss": loss.mean(),
            "limit": record["limit"].values.mean(),
            "gradient_law": gradient.mean() / record["deep"].values.mean(),
            "learnt": int(np.isfinite(first).sum()),
            "learnt_steps": np.median(first),
        }
        row["signal"] = record["signal"].values.mean() if "signal" in record else np.nan
        row |= dict.fromkeys(interval(*(f"{name}_excess" for name in COMPARED)), np.nan)
        means = {"underfitting": 2 * train - test, "loss_above": loss - record["limit"].values}
        for name, sample in {**found, **means, "gradient_square": gradient}.items():
            row |= _mean(name, sample)
        rows.append(row)
        samples.append(found)
    of = {
        tuple(row[k] for k in CELL): s
        for row, s in zip(rows, samples, strict=True)
        if row["circuit"] == SYMMETRIC
    }
    for row, found in zip(rows, samples, strict=True):
        other = of.get(tuple(row[k] for k in CELL))
        if other is not None and row["circuit"] != SYMMETRIC:
            for name in COMPARED:
                row |= _mean(f"{name}_excess", found[name] - other[name])
    table = pd.DataFrame(rows)
    return table.sort_values([*CELL, "circuit"], ignore_index=True) if rows else table


@columns("circuit", "data", "train_states", *interval("gradient_rate"), "gradient_rate_misfit")
def slopes(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per circuit and set of states: log₂ of the mean squared derivative, per qubit.

    By least squares weighted with sampling errors, with a 99 % interval, as for the variances.
    """
    table = cells(records)
    if table.empty:
        return pd.DataFrame()
    rows = []
    exact = table[table["shots"] == 0]
    for key, sizes in exact.groupby(["circuit", "data", "train_states"], sort=False):
        row: dict[str, Any] = dict(zip(("circuit", "data", "train_states"), key, strict=True))
        row |= dict.fromkeys((*interval("gradient_rate"), "gradient_rate_misfit"), np.nan)
        rows.append(row)
        if len(sizes) < 3:
            continue
        square = sizes["gradient_square"]
        half = (sizes["gradient_square_high"] - square) / square
        error = half / ndtri((1 + LEVEL) / 2) / np.log(2)
        fit = line(sizes["qubits"], np.log2(square), error, LEVEL)
        row |= {"gradient_rate": fit.slope, "gradient_rate_misfit": fit.misfit}
        row |= {
            "gradient_rate_low": fit.slope - fit.half,
            "gradient_rate_high": fit.slope + fit.half,
        }
    return pd.DataFrame(rows)


def _mean(name: str, sample: NDArray[np.float64]) -> dict[str, float]:
    """Mean over runs, with Student's interval."""
    mean, half = float(sample.mean()), 0.0
    if len(sample) > 1:
        quantile = stdtrit(len(sample) - 1, (1 + LEVEL) / 2)
        half = float(quantile * sample.std(ddof=1) / np.sqrt(len(sample)))
    return {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}


def _first(seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Place of the first True in each row; infinity if there is none."""
    return np.where(seen.any(axis=1), seen.argmax(axis=1), np.inf)
