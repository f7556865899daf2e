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
RELEASED_CUT = 1e-8
# Largest QFIM rank of the Ising chain's ansatz by boundary and tying.
LIMITS = {
    ("periodic", "correct"): lambda n: n,
    ("periodic", "released"): lambda n: n,
    ("open", "correct"): lambda n: n * n // 2,
    ("open", "released"): lambda n: n * (n - 1),
}


# A numerical rank is clear from so many decades on.
CLEAR = 4.0


def _of(kind: str) -> tuple[str, ...]:
    """Columns about the spectra of the QFIM or of the Hessian."""
    rank = (f"{kind}_rank_min", f"{kind}_rank_max", f"{kind}_rank_mean", f"{kind}_gap_min")
    return (*rank, f"{kind}_trace_mean", f"{kind}_trace_spread", f"{kind}_smallest")


GENERIC = ("rank", "rank_exact", "saturation", "saturation_angles", "angles_before", "rank_misses")


@columns(
    *("samples", "parameters", *GENERIC, *_of("qfim"), "qfim_rank_1e8_max", *_of("hessian")),
    *("rank_limit", "loss_max", "effective_dimension"),
    optional=(*GENERIC, *_of("hessian"), "rank_limit", "loss_max", "effective_dimension"),
    with_settings=True,
)
def ranks(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell: settings, its rank at generic angles, and ranks over samples.

    At random angles, `rank` is that of the QFIM at generic ones, exact if `rank_exact` is 1;
    `saturation` is the smallest depth with this rank, of all depths, `saturation_angles` its number
    of angles and `angles_before` that of one layer less; `rank_misses` counts samples whose
    numerical rank is another although its gap is four decades or more. `rank_limit` is min(M, the
    largest rank there can be). `*_rank_min` to `*_rank_mean` (the capacity D₁) are numerical,
    `*_gap_min` is in decades, and `qfim_rank_1e8_max` has the release's cut, eigenvalues above
    1e-8 of the largest. `loss_max` is the highest loss of the points.
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
            row[f"{kind}_rank_min"] = found.min()
            row[f"{kind}_rank_max"] = found.max()
            row[f"{kind}_rank_mean"] = found.mean()
            row[f"{kind}_gap_min"] = record[f"{kind}_gap"].values.min()
            row[f"{kind}_trace_mean"] = values.sum(axis=1).mean()
            row[f"{kind}_trace_spread"] = np.ptp(values.sum(axis=1))
            row[f"{kind}_smallest"] = values.min()
        if "qfim" in record:
            values = record["qfim"].values
            above = values > RELEASED_CUT * values.max(axis=1, keepdims=True)
            row["qfim_rank_1e8_max"] = above.sum(axis=1).max()
        if "rank" in record:
            row |= _generic(record)
        if "rank" in record and "tying" in row:
            limit = LIMITS[row["boundary"], row["tying"]](row["qubits"])
            row["rank_limit"] = min(row["parameters"], limit)
        if "loss" in record:
            row["loss_max"] = record["loss"].values.max()
        if "effective_dimension" in record:
            row["effective_dimension"] = record["effective_dimension"].values[-1]
    return pd.DataFrame(rows)


def _generic(record: Dataset) -> dict[str, Any]:
    """The rank at generic angles, and where it is reached first."""
    rank, by_depth = int(record["rank"]), record["depth_ranks"].values
    first = int(np.argmax(by_depth == rank))
    angles = record["depth_angles"].values
    numerical, gaps = record["qfim_rank"].values, record["qfim_gap"].values
    return {
        "rank": rank,
        "rank_exact": int(record["rank_exact"]),
        "saturation": record["depths"].values[first],
        "saturation_angles": angles[first],
        "angles_before": angles[first - 1] if first else np.nan,
        "rank_misses": int(((numerical != rank) & (gaps >= CLEAR)).sum()),
    }


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


@columns("kind", "seed", "parameters", "trace", "largest", "rank", "gap", with_settings=True)
def points(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per point and matrix: trace, largest absolute eigenvalue, numerical rank, its gap.

    The seed is the number of the point.
    """
    rows = []
    for record in records:
        spec = settings(record)
        for kind in [kind for kind in KINDS if kind in record]:
            ranks, gaps = record[f"{kind}_rank"].values, record[f"{kind}_gap"].values
            for seed, spectrum in enumerate(record[kind].values):
                row = {"kind": kind, "seed": seed, "parameters": len(spectrum)}
                row |= {"trace": spectrum.sum(), "largest": np.abs(spectrum).max()}
                rows.append({**spec, **row, "rank": ranks[seed], "gap": gaps[seed]})
    return pd.DataFrame(rows)


@columns(
    *("states_source", "runs", "parameters", "rank_min", "rank_max", "gap_min"),
    *("joint_rank", "joint_gap_min"),
    with_settings=True,
)
def autoencoder(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell: numerical rank of each training state's QFIM and of all four jointly."""
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
        row["rank_min"], row["rank_max"] = found.min(), found.max()
        row["gap_min"] = record["qfim_gap"].values.min()
        row["joint_rank"] = record["joint_rank"].values.max()
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
    """One row per eigenvalue of the noisy QFIM of the first point, in descending order."""
    frames = []
    for record in records:
        spec = settings(record)
        place, _, strength = spec["noise"].partition(":")
        values = record["qfim"].values[0]
        frames.append(
            pd.DataFrame(
                {
                    **spec,
                    "place": place,
                    "strength": float(strength),
                    "purity": float(record["purity"][0]),
                    "rank": int((values > RELEASED_CUT * values[0]).sum()),
                    "index": np.arange(1, len(values) + 1),
                    "eigenvalue": values,
                }
            )
        )
    return stacked(frames)
