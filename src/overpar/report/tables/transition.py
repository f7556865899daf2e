"""Tables of the trap census: how runs end, and where half of them succeed."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv
from xarray import Dataset

from overpar.base.statistics import half_crossing, line, wilson
from overpar.report.tables.columns import columns, interval
from overpar.report.tables.settings import settings

# Losses are above that of the global minimum by definition of the tasks.
GLOBAL, STATIONARY = 1e-10, 1e-11
# Smaller eigenvalues of a Hessian, over the largest, are rounding; QFIM eigenvalues likewise.
CURVED, MOVED = 1e-10, 1e-12
THRESHOLDS = (1e-2, 1e-4, 1e-6, 1e-8)
CELL = ("model", "boundary", "qubits", "depth", "start", "optimiser", "rate", "steps")
SWEEP = ("model", "boundary", "qubits", "start", "optimiser", "rate")
OWN = (*CELL, "runs", "diverged", "parameters", "critical", "limit", "rank", "reach")
Curve = tuple[str, float, int]


@columns(
    *OWN,
    *(f"{kind}_lt_{limit:g}" for kind in ("lowest", "relative") for limit in THRESHOLDS),
    *("global_minimum", "local_minimum", "saddle", "not_converged"),
    *("global_share", "global_low", "global_high", "trap_share", "trap_low", "trap_high"),
    *("traps_full_rank", "trap_direction_max", "trap_curved_min", "trap_loss_min"),
    *("global_direction_min", "largest_global", "smallest_other", "iterations_median"),
)
def ends(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell of a census: successes of the optimiser, and how runs end.

    `parameters` is M, `limit` the largest generic rank of the QFIM and `critical` the smallest M
    that has it (M_c); both are empty if no cell of the sweep is past saturation. `rank` is the
    generic rank at M, and `reach` M/M_c. `lowest_lt_x` counts runs whose lowest loss is below x,
    `relative_lt_x` below x times the spectral width of the observable.

    After Newton's method a run has reached the global minimum if its loss is below 1e-10; else, if
    its gradient is below 1e-11, it is at a local minimum or, if an eigenvalue of the Hessian is
    below −1e-10 of the largest, at a saddle; else it has not converged. Intervals of shares are
    Wilson's, 95 %; all are empty where runs were not continued.

    Where the rank of the QFIM is below the limit, its eigenvalue number `limit` vanishes:
    `trap_direction_max` is the largest value of that one over the first at local minima,
    `global_direction_min` the smallest at global ones, and `traps_full_rank` the number of local
    minima where it exceeds 1e-12. `trap_curved_min` is the smallest number of positive eigenvalues
    of the Hessian less the rank of the QFIM at local minima.
    """
    found = [record for record in records if "lowest" in record]
    known = _critical(found)
    rows = []
    for record in found:
        row = _cell(record, known)
        rows.append(row)
        lowest = record["lowest"].values[:, -1]
        width = float(record["width"])
        for limit in THRESHOLDS:
            row[f"lowest_lt_{limit:g}"] = int((lowest < limit).sum())
            row[f"relative_lt_{limit:g}"] = int((lowest < limit * width).sum())
        if "end_loss" in record:
            row |= _ends(record, row["limit"])
    return pd.DataFrame(rows)


def _ends(record: Dataset, limit: float) -> dict[str, Any]:
    loss, gradient = record["end_loss"].values, record["end_gradient"].values
    fisher, second = record["qfim"].values, record["hessian"].values
    scale = np.abs(second).max(axis=1, keepdims=True)
    bent = (second < -CURVED * scale).any(axis=1)
    good, still = loss < GLOBAL, gradient < STATIONARY
    trapped = ~good & still & ~bent
    runs = len(loss)
    out: dict[str, Any] = {
        "global_minimum": int(good.sum()),
        "local_minimum": int(trapped.sum()),
        "saddle": int((~good & still & bent).sum()),
        "not_converged": int((~good & ~still).sum()),
        "global_share": good.mean(),
        "trap_share": trapped.mean(),
        "largest_global": loss[good].max(initial=-np.inf) if good.any() else np.nan,
        "smallest_other": loss[~good].min() if not good.all() else np.nan,
        "iterations_median": np.median(record["iterations"].values),
    }
    for name, which in (("global", good), ("trap", trapped)):
        out[f"{name}_low"], out[f"{name}_high"] = wilson(int(which.sum()), runs)
    if trapped.any():
        out["trap_loss_min"] = loss[trapped].min()
        positive = (second > CURVED * scale).sum(axis=1)
        moved = (fisher > MOVED * fisher[:, :1]).sum(axis=1)
        out["trap_curved_min"] = int((positive - moved)[trapped].min())
    if np.isfinite(limit):
        place = int(limit) - 1
        # With fewer angles than the limit there is no such eigenvalue.
        value = fisher[:, place] / fisher[:, 0] if place < fisher.shape[1] else np.zeros(runs)
        out["traps_full_rank"] = int((value[trapped] > MOVED).sum())
        out["trap_direction_max"] = value[trapped].max() if trapped.any() else np.nan
        out["global_direction_min"] = value[good].min() if good.any() else np.nan
    return out


@columns(
    *("model", "boundary", "qubits", "start", "side", "cells", "runs", "global_minimum"),
    *("local_minimum", "saddle", "not_converged", "traps_full_rank", "full_rank_bound"),
    *("global_share", "trap_share", "trap_direction_max", "trap_curved_min"),
    *("global_direction_min", "largest_global", "smallest_other"),
)
def sides(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per sweep and side of the transition: how runs end, of all its cells together.

    Sides are M < M_c ("below"), up to 1.5 M_c ("above"), up to 2 M_c ("far") and from there on
    ("double"); "all" is all of them. `full_rank_bound` is the upper end of the one-sided 99 %
    interval (Clopper and Pearson) of the share of runs that end at a local minimum with a QFIM of
    full rank.
    """
    table = ends(records).dropna(subset=["global_share", "reach"])
    if table.empty:
        return table[[]]
    edges = [0, 1, 1.5, 2, np.inf]
    side = pd.cut(table["reach"], edges, right=False, labels=["below", "above", "far", "double"])
    keys = ["model", "boundary", "qubits", "start", "side"]
    both = pd.concat([table.assign(side=side.astype(str)), table.assign(side="all")])
    groups = both.groupby(keys, sort=False)
    counts = ["runs", "global_minimum", "local_minimum", "saddle", "not_converged"]
    out = groups[[*counts, "traps_full_rank"]].sum()
    out["cells"] = groups.size()
    for name in ("trap_direction_max", "largest_global"):
        out[name] = groups[name].max()
    for name in ("trap_curved_min", "global_direction_min", "smallest_other"):
        out[name] = groups[name].min()
    out["global_share"] = out["global_minimum"] / out["runs"]
    out["trap_share"] = out["local_minimum"] / out["runs"]
    hits, runs = out["traps_full_rank"], out["runs"]
    out["full_rank_bound"] = np.where(hits < runs, betaincinv(hits + 1, runs - hits, 0.99), 1.0)
    return out.reset_index()


def _cell(record: Dataset, known: dict[tuple[str, int], tuple[float, float]]) -> dict[str, Any]:
    """Settings of a cell, its number of angles, and where that stands beside M_c."""
    spec = json.loads(record.attrs["spec"])
    row = {name: value for name, value in settings(record).items() if name in CELL}
    row["boundary"] = spec["model"]["boundary"]
    status = record["status"].values
    critical, limit = known[_size(record)]
    angles = record["parameters"].values
    row |= {"runs": len(status), "diverged": int((status != 0).sum()), "parameters": angles[-1]}
    row |= {"critical": critical, "limit": limit, "rank": record["rank"].values[-1]}
    return {**row, "reach": angles[-1] / critical}


def _size(record: Dataset) -> tuple[str, int]:
    spec = settings(record)
    return spec["model"], spec["qubits"]


def _critical(records: Iterable[Dataset]) -> dict[tuple[str, int], tuple[float, float]]:
    """M_c and the largest rank by model and size; NaN where no cell is past saturation."""
    seen: dict[tuple[str, int], dict[int, int]] = {}
    for record in records:
        ranks = seen.setdefault(_size(record), {})
        ranks |= zip(
            record["parameters"].values.tolist(), record["rank"].values.tolist(), strict=True
        )
    out = {}
    for size, ranks in seen.items():
        limit = max(ranks.values())
        first = min(angles for angles, rank in ranks.items() if rank == limit)
        saturated = max(ranks) > first
        out[size] = (float(first), float(limit)) if saturated else (np.nan, np.nan)
    return out


@columns(
    *OWN,
    *("criterion", "threshold", "budget", "successes", "share", "low", "high"),
)
def successes(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell, criterion and budget: how many runs succeed.

    The criterion "loss" is a lowest loss below the threshold within the budget of steps,
    "relative" the same in units of the spectral width, and "stationary" (threshold 1e-10, budget
    0) the global minimum after Newton's method. Intervals of shares are Wilson's, 95 %.
    """
    found = [record for record in records if "lowest" in record]
    known = _critical(found)
    rows = []
    for record in found:
        cell = _cell(record, known)
        for (criterion, threshold, budget), count in _counts(record):
            low, high = wilson(count, cell["runs"])
            rows.append(
                {
                    **cell,
                    "criterion": criterion,
                    "threshold": threshold,
                    "budget": budget,
                    "successes": count,
                    "share": count / cell["runs"],
                    "low": low,
                    "high": high,
                }
            )
    return pd.DataFrame(rows)


def _counts(record: Dataset) -> Iterator[tuple[Curve, int]]:
    """Successes of one cell by criterion, threshold and budget."""
    width = float(record["width"])
    for k, budget in enumerate(record["budget"].values.tolist()):
        lowest = record["lowest"].values[:, k]
        for limit in THRESHOLDS:
            yield ("loss", limit, budget), int((lowest < limit).sum())
            yield ("relative", limit, budget), int((lowest < limit * width).sum())
    if "end_loss" in record:
        yield ("stationary", GLOBAL, 0), int((record["end_loss"].values < GLOBAL).sum())


@columns(
    *SWEEP,
    *("criterion", "threshold", "budget", "runs", "critical", *interval("half")),
    *(*interval("half_over_critical"), "half_over_orbit", "half_over_3000"),
    *("most", "most_over_critical"),
)
def halves(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per sweep over depths, criterion and budget: the angles at which half succeed.

    `half` is where the share, made monotone in M by isotonic regression, crosses one half between
    two cells (M₅₀), with an interval of 95 % of 400 seeded binomial resamples; it is empty if the
    sweep does not cross. `half_over_critical` is M₅₀/M_c,
    `half_over_orbit` M₅₀/n(n−1), `half_over_3000` that over M₅₀ with a budget of 3000 steps, and
    `most` the smallest M from which on 95 % or more succeed. Cells of one M count together.
    """
    counts = successes(records)
    rows = []
    keys = [*SWEEP, "criterion", "threshold", "budget"]
    for key, group in counts.groupby(keys, sort=False, dropna=False):
        cells = group.groupby("parameters")[["successes", "runs"]].sum()
        row = dict(zip(keys, key, strict=True)) | {"runs": cells["runs"].max()}
        rows.append(row)
        angles = cells.index.to_numpy(float)
        count, runs = cells["successes"].to_numpy(), cells["runs"].to_numpy()
        row["critical"] = critical = group["critical"].iloc[0]
        row["half"], row["half_low"], row["half_high"] = half_crossing(angles, count, runs)
        for end in ("", "_low", "_high"):
            row[f"half_over_critical{end}"] = row[f"half{end}"] / critical
        row["half_over_orbit"] = row["half"] / (row["qubits"] * (row["qubits"] - 1))
        enough = np.flip(np.logical_and.accumulate(np.flip(count >= 0.95 * runs)))
        row["most"] = angles[enough].min() if enough.any() else np.nan
        row["most_over_critical"] = row["most"] / critical
    table = pd.DataFrame(rows)
    if len(table):
        same = [*SWEEP, "criterion", "threshold"]
        usual = table[table["budget"] == 3000][[*same, "half"]]
        joined = table[same].merge(usual, on=same, how="left")
        table["half_over_3000"] = table["half"].to_numpy() / joined["half"].to_numpy()
    return table


@columns(
    *(name for name in SWEEP if name != "qubits"),
    *("criterion", "threshold", "budget", "sizes", "smallest", "largest"),
    *("exponent", "exponent_low", "exponent_high", "misfit"),
    *("ratio_smallest", "ratio_largest", "ratio_slope", "ratio_slope_low", "ratio_slope_high"),
)
def laws(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per model, optimiser, criterion and budget: how M₅₀ grows with n.

    The exponent is that of M₅₀ ∝ n^b over three sizes or more, with its 99 % interval (widened
    where the points scatter more than their intervals); `ratio_smallest` and `ratio_largest` are
    M₅₀/M_c at the ends, and `ratio_slope` the exponent of M₅₀/M_c.
    """
    rows = []
    table = halves(records).dropna(subset=["half"])
    keys = [name for name in SWEEP if name != "qubits"] + ["criterion", "threshold", "budget"]
    for key, group in table.groupby(keys, sort=False, dropna=False):
        if len(group) < 3:
            continue
        sizes = group.sort_values("qubits")
        n, half = np.log(sizes["qubits"]), np.log(sizes["half"])
        # An interval of zero width, where all fail below and all succeed above, is a cell wide.
        spread = np.log(sizes["half_high"] / sizes["half_low"]).clip(lower=0.02)
        fit = line(n, half, spread / 4)
        ratio = line(n, np.log(sizes["half_over_critical"]), spread / 4)
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                "sizes": len(sizes),
                "smallest": sizes["qubits"].iloc[0],
                "largest": sizes["qubits"].iloc[-1],
                "exponent": fit.slope,
                "exponent_low": fit.slope - fit.half,
                "exponent_high": fit.slope + fit.half,
                "misfit": fit.misfit,
                "ratio_smallest": sizes["half_over_critical"].iloc[0],
                "ratio_largest": sizes["half_over_critical"].iloc[-1],
                "ratio_slope": ratio.slope,
                "ratio_slope_low": ratio.slope - ratio.half,
                "ratio_slope_high": ratio.slope + ratio.half,
            }
        )
    return pd.DataFrame(rows)
