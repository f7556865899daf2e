"""Tables of spectra: one row per cell with its ranks, or one per eigenvalue."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.report.tables.columns import columns, stacked
from overpar.report.tables.settings import settings

KINDS = ("qfim", "hessian")
SHOWN_SAMPLES = 3
# Largest QFIM rank of the Ising chain's ansatz by boundary and tying.
LIMITS = {
    ("periodic", "correct"): lambda n: n,
    ("periodic", "released"): lambda n: n,
    ("open", "correct"): lambda n: n * n // 2,
    ("open", "released"): lambda n: n * (n - 1),
}


def _of(kind: str) -> tuple[str, ...]:
    """Columns about the spectra of the QFIM or of the Hessian."""
    rank = (f"{kind}_rank_min", f"{kind}_rank_max", f"{kind}_rank_mean", f"{kind}_undetermined")
    trace = (f"{kind}_trace_mean", f"{kind}_trace_spread")
    return (*rank, f"{kind}_gap_min", *trace, f"{kind}_smallest")


@columns(
    *("samples", "parameters", *_of("qfim"), *_of("hessian")),
    *("rank_limit", "loss_max", "effective_dimension"),
    optional=(*_of("hessian"), "rank_limit", "loss_max", "effective_dimension"),
    with_settings=True,
)
def ranks(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell: settings, and for QFIM and Hessian the ranks over samples.

    `*_rank_max` is the largest determined rank, `*_rank_mean` their mean (the capacity D₁),
    `rank_limit` is min(M, the largest rank there can be); `*_undetermined` counts spectra
    without a clear gap, `*_gap_min` is in decades, `loss_max` the highest loss of the points.
    """
    rows = []
    for record in records:
        row: dict[str, Any] = settings(record)
        rows.append(row)
        row["samples"] = record["angles"].shape[0] if "angles" in record else 0
        row["parameters"] = record["angles"].shape[1] if "angles" in record else np.nan
        for kind in KINDS:
            if f"{kind}_rank" not in record:
                continue
            values, found = record[kind].values, record[f"{kind}_rank"].values
            known = found[found >= 0]
            row[f"{kind}_rank_min"] = known.min() if len(known) else np.nan
            row[f"{kind}_rank_max"] = known.max() if len(known) else np.nan
            row[f"{kind}_rank_mean"] = known.mean() if len(known) else np.nan
            row[f"{kind}_undetermined"] = int((found < 0).sum())
            row[f"{kind}_gap_min"] = record[f"{kind}_gap"].values.min()
            row[f"{kind}_trace_mean"] = values.sum(axis=1).mean()
            row[f"{kind}_trace_spread"] = np.ptp(values.sum(axis=1))
            row[f"{kind}_smallest"] = values.min()
        if "qfim_rank_max" in row and "tying" in row:
            limit = LIMITS[row["boundary"], row["tying"]](row["qubits"])
            row["rank_limit"] = min(row["parameters"], limit)
        if "loss" in record:
            row["loss_max"] = record["loss"].values.max()
        if "effective_dimension" in record:
            row["effective_dimension"] = record["effective_dimension"].values[-1]
    return pd.DataFrame(rows)


@columns("kind", "sample", "index", "eigenvalue", with_settings=True)
def eigenvalues(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per eigenvalue of the first samples of each cell, in descending order."""
    frames = []
    for record in records:
        spec = settings(record)
        for kind in [kind for kind in KINDS if kind in record]:
            for sample, values in enumerate(record[kind].values[:SHOWN_SAMPLES]):
                index = np.arange(1, len(values) + 1)
                frames.append(
                    pd.DataFrame(
                        {
                            **spec,
                            "kind": kind,
                            "sample": sample,
                            "index": index,
                            "eigenvalue": values,
                        }
                    )
                )
    return stacked(frames)


@columns("kind", "seed", "parameters", "trace", "largest", "rank", with_settings=True)
def points(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per point and matrix: trace, largest absolute eigenvalue, rank.

    The seed is the number of the point; a rank that is undetermined is −1.
    """
    rows = []
    for record in records:
        spec = settings(record)
        for kind in [kind for kind in KINDS if kind in record]:
            ranks = record[f"{kind}_rank"].values
            for seed, spectrum in enumerate(record[kind].values):
                row = {"kind": kind, "seed": seed, "parameters": len(spectrum)}
                row |= {"trace": spectrum.sum(), "largest": np.abs(spectrum).max()}
                rows.append({**spec, **row, "rank": ranks[seed]})
    return pd.DataFrame(rows)


@columns(
    *("states_source", "runs", "parameters", "rank_min", "rank_max", "rank_undetermined"),
    *("gap_min", "joint_rank", "joint_undetermined", "joint_gap_min"),
    with_settings=True,
)
def autoencoder(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell: rank of each training state's QFIM and of all four jointly.

    Ranks are over the determined ones; `rank_undetermined` and `joint_undetermined` count the rest.
    """
    rows = []
    for record in records:
        row: dict[str, Any] = settings(record)
        rows.append(row)
        row["states_source"] = record.attrs["states_source"]
        row["runs"] = len(record["qfim"]) if "qfim" in record else 0
        if not row["runs"]:
            continue
        row["parameters"] = record["qfim"].shape[1]
        found = record["qfim_rank"].values
        known = found[found >= 0]
        row["rank_min"] = known.min() if len(known) else np.nan
        row["rank_max"] = known.max() if len(known) else np.nan
        row["rank_undetermined"] = len(found) - len(known)
        row["gap_min"] = record["qfim_gap"].values.min()
        found = record["joint_rank"].values
        known = found[found >= 0]
        row["joint_rank"] = known.max() if len(known) else np.nan
        row["joint_undetermined"] = len(found) - len(known)
        row["joint_gap_min"] = record["joint_gap"].values.min()
    return pd.DataFrame(rows)


@columns("state", "parameters", "trace", "largest", with_settings=True)
def autoencoder_states(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell and training state: trace and largest eigenvalue of its QFIM."""
    rows = []
    for record in records:
        if "qfim" not in record:
            continue
        for state, spectrum in zip(record["state"].values, record["qfim"].values, strict=True):
            row = {**settings(record), "state": state, "parameters": len(spectrum)}
            rows.append({**row, "trace": spectrum.sum(), "largest": spectrum[0]})
    return pd.DataFrame(rows)


@columns("place", "strength", "purity", "rank", "index", "eigenvalue", with_settings=True)
def noisy(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per eigenvalue of the noisy QFIM, in descending order."""
    frames = []
    for record in records:
        spec = settings(record)
        place, _, strength = spec["noise"].partition(":")
        values = record["qfim"].values
        frames.append(
            pd.DataFrame(
                {
                    **spec,
                    "place": place,
                    "strength": float(strength),
                    "purity": float(record["purity"]),
                    "rank": int((values > 1e-8 * values[0]).sum()),
                    "index": np.arange(1, len(values) + 1),
                    "eigenvalue": values,
                }
            )
        )
    return stacked(frames)
