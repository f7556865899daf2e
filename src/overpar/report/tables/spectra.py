"""Tables of spectra: one row per cell with its ranks, or one per eigenvalue."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from overpar.base.records import Record
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


def ranks(records: Iterable[Record]) -> pd.DataFrame:
    """One row per cell: settings, and for QFIM and Hessian the ranks over samples.

    `*_rank_max` is the largest determined rank, `*_rank_mean` their mean (the capacity D₁),
    `rank_limit` is min(M, the largest rank there can be); `*_undetermined` counts spectra
    without a clear gap, `*_gap_min` is in decades, `loss_max` the highest loss of the points.
    """
    rows = []
    for record in records:
        row: dict[str, Any] = settings(record)
        rows.append(row)
        values = record.variables
        row["samples"] = values["angles"].shape[0] if "angles" in values else 0
        row["parameters"] = values["angles"].shape[1] if "angles" in values else np.nan
        for kind in KINDS:
            if f"{kind}_rank" not in values:
                continue
            found = values[f"{kind}_rank"]
            known = found[found >= 0]
            row[f"{kind}_rank_min"] = known.min() if len(known) else np.nan
            row[f"{kind}_rank_max"] = known.max() if len(known) else np.nan
            row[f"{kind}_rank_mean"] = known.mean() if len(known) else np.nan
            row[f"{kind}_undetermined"] = int((found < 0).sum())
            row[f"{kind}_gap_min"] = values[f"{kind}_gap"].min()
            row[f"{kind}_trace_mean"] = values[kind].sum(axis=1).mean()
            row[f"{kind}_trace_spread"] = np.ptp(values[kind].sum(axis=1))
            row[f"{kind}_smallest"] = values[kind].min()
        if "qfim_rank_max" in row and "tying" in row:
            limit = LIMITS[row["boundary"], row["tying"]](row["qubits"])
            row["rank_limit"] = min(row["parameters"], limit)
        if "loss" in values:
            row["loss_max"] = values["loss"].max()
        if "effective_dimension" in values:
            row["effective_dimension"] = values["effective_dimension"][-1]
    return pd.DataFrame(rows)


def eigenvalues(records: Iterable[Record]) -> pd.DataFrame:
    """One row per eigenvalue of the first samples of each cell, in descending order."""
    frames = []
    for record in records:
        spec = settings(record)
        for kind in KINDS:
            for sample, values in enumerate(record.variables.get(kind, ())[:SHOWN_SAMPLES]):
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
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def points(records: Iterable[Record]) -> pd.DataFrame:
    """One row per point and matrix: trace, largest absolute eigenvalue, rank.

    The seed is the number of the point; a rank that is undetermined is −1.
    """
    rows = []
    for record in records:
        spec = settings(record)
        for kind in KINDS:
            values = record.variables.get(kind, ())
            for seed, spectrum in enumerate(values):
                row = {"kind": kind, "seed": seed, "parameters": len(spectrum)}
                row |= {"trace": spectrum.sum(), "largest": np.abs(spectrum).max()}
                rows.append({**spec, **row, "rank": record.variables[f"{kind}_rank"][seed]})
    return pd.DataFrame(rows)


def autoencoder(records: Iterable[Record]) -> pd.DataFrame:
    """One row per cell: rank of each training state's QFIM and of all four jointly.

    Ranks are over the determined ones; `rank_undetermined` and `joint_undetermined` count the rest.
    """
    rows = []
    for record in records:
        row: dict[str, Any] = settings(record)
        rows.append(row)
        row["states_source"] = record.attributes["states_source"]
        values = record.variables
        row["runs"] = len(values["qfim"]) if "qfim" in values else 0
        if not row["runs"]:
            continue
        row["parameters"] = values["qfim"].shape[1]
        known = values["qfim_rank"][values["qfim_rank"] >= 0]
        row["rank_min"] = known.min() if len(known) else np.nan
        row["rank_max"] = known.max() if len(known) else np.nan
        row["rank_undetermined"] = len(values["qfim_rank"]) - len(known)
        row["gap_min"] = values["qfim_gap"].min()
        known = values["joint_rank"][values["joint_rank"] >= 0]
        row["joint_rank"] = known.max() if len(known) else np.nan
        row["joint_undetermined"] = len(values["joint_rank"]) - len(known)
        row["joint_gap_min"] = values["joint_gap"].min()
    return pd.DataFrame(rows)


def autoencoder_states(records: Iterable[Record]) -> pd.DataFrame:
    """One row per cell and training state: trace and largest eigenvalue of its QFIM."""
    rows = []
    for record in records:
        values = record.variables
        for state, spectrum in zip(values.get("state", ()), values.get("qfim", ()), strict=True):
            row = {**settings(record), "state": state, "parameters": len(spectrum)}
            rows.append({**row, "trace": spectrum.sum(), "largest": spectrum[0]})
    return pd.DataFrame(rows)


def noisy(records: Iterable[Record]) -> pd.DataFrame:
    """One row per eigenvalue of the noisy QFIM, in descending order."""
    frames = []
    for record in records:
        spec = settings(record)
        place, _, strength = spec["noise"].partition(":")
        values = record.variables["qfim"]
        frames.append(
            pd.DataFrame(
                {
                    **spec,
                    "place": place,
                    "strength": float(strength),
                    "purity": float(record.variables["purity"]),
                    "rank": int((values > 1e-8 * values[0]).sum()),
                    "index": np.arange(1, len(values) + 1),
                    "eigenvalue": values,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
