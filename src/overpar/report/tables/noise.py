"""Tables of the chain under noise: directions, suppression, and training at every depth."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.base.statistics import line
from overpar.report.tables.columns import columns, interval
from overpar.report.tables.settings import settings

# Of the largest eigenvalue: the release's, and rounding of squared singular values.
RELEASED_CUT, ROUNDING = 1e-8, 1e-24
# Of a mean or a slope, for 99 %.
LEVEL = 0.99
# Layers from which the largest eigenvalue is fitted: before, it takes up new angles.
FIRST_FITTED = 4
# Of the smallest noiseless eigenvalue: new ones below this are no directions to train along.
WINDOW = 0.1
# Least number of letters of a string that a layer's noise meets: two while the CNOTs of the bond
# that it meets first act, one at the rotations about X; twice that with noise before gates too.
MET = {"local": 3, "both": 6}
SUCCESS = 1e-2


def _noise(spec: dict[str, Any]) -> dict[str, Any]:
    place, _, strength = spec["noise"].partition(":")
    return {**spec, "place": place, "strength": float(strength)}


@columns(
    *("place", "strength", "rank", "most", "rank_share", "seen_min", "seen_max", "law_error"),
    *("lost", "lost_error", "new_share", "new_min", "new_max", "grown"),
    with_settings=True,
)
def directions(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell: how many directions there are, and how large those of the noise are.

    `rank` is that of the QFIM at generic angles and strength, and `most` the smaller of M and
    4ⁿ/2 − 2 (local noise) or n (global); `rank_share` is the one over the other. `seen_*` count
    eigenvalues above 1e-8 of the largest.
    `law_error` is the largest relative deviation of a noiseless eigenvalue under global noise from
    its law. `lost` is the mean of −ln(largest eigenvalue/noiseless one) over points, with its
    standard error; `grown` counts points where noise makes the smallest noiseless one larger.
    `new_*` are median and range of the largest new eigenvalue over the smallest noiseless one.
    """
    rows = []
    for record in records:
        row = _noise(settings(record))
        rows.append(row)
        noisy, pure = record["qfim"].values, record["noiseless"].values
        n, angles = row["qubits"], noisy.shape[1]
        known = int((pure > ROUNDING * pure[:, :1]).sum(axis=1).max())
        row["rank"] = int(record["rank"])
        row["most"] = min(angles, n if row["place"] == "global" else 4**n // 2 - 2)
        row["rank_share"] = row["rank"] / row["most"]
        counts = (noisy > RELEASED_CUT * noisy[:, :1]).sum(axis=1)
        row["seen_min"], row["seen_max"] = counts.min(), counts.max()
        kept = noisy[:, :known] / pure[:, :known]
        if row["place"] == "global":
            left = row["strength"] ** (4 * row["depth"] + 1)
            law = left**2 / (left + 2 * (1 - left) / 2**n)
            row["law_error"] = np.abs(kept / law - 1)[pure[:, :known] > 1e-6].max()
        lost = -np.log(kept[:, 0])
        row["lost"] = lost.mean()
        if len(lost) > 1:
            row["lost_error"] = lost.std(ddof=1) / np.sqrt(len(lost))
        row["grown"] = int((kept[:, -1] > 1).sum())
        if angles > known and row["place"] != "global":
            share = noisy[:, known] / noisy[:, known - 1]
            row["new_share"] = np.median(share)
            row["new_min"], row["new_max"] = share.min(), share.max()
    return pd.DataFrame(rows)


@columns(
    *("qubits", "place", "strength", "depths", *interval("rate"), "bound", "over_bound"),
    *("per_event", "size_ratio"),
)
def rates(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per size and local noise: decay of the largest eigenvalue per layer.

    `rate` is the slope of `lost` against depth, from 4 layers on; `bound` is 2k|ln(1−4λ)| with k
    the least number of letters that a layer's noise meets. `over_bound` is the lower end of the
    rate over it, `per_event` the rate over |ln(1−4λ)| for each of the layer's 6n (12n) channels,
    and `size_ratio` the rate over that of the smallest chain with this noise.
    """
    table = directions.make(records)
    if table.empty:
        return table
    table = table[(table["place"] != "global") & (table["depth"] >= FIRST_FITTED)]
    rows = []
    for (qubits, place, strength), cells in table.groupby(["qubits", "place", "strength"]):
        points = cells.dropna(subset="lost_error").sort_values("depth")
        if len(points) < 3:
            continue
        fit = line(points["depth"], points["lost"], points["lost_error"], LEVEL)
        unit = -np.log1p(-4 * strength)
        rows.append(
            {
                "qubits": qubits,
                "place": place,
                "strength": strength,
                "depths": len(points),
                "rate": fit.slope,
                "rate_low": fit.slope - fit.half,
                "rate_high": fit.slope + fit.half,
                "bound": 2 * MET[place] * unit,
                "over_bound": (fit.slope - fit.half) / (2 * MET[place] * unit),
                "per_event": fit.slope / (2 * MET[place] * qubits * unit),
            }
        )
    out = pd.DataFrame(rows)
    if rows:
        smallest = out.groupby(["place", "strength"])["rate"].transform("first")
        out["size_ratio"] = out["rate"] / smallest
    return out


@columns("qubits", "place", "depth", "edge", "slope", "open_at")
def windows(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per size, place and depth: where new eigenvalues stop being negligible.

    `edge` is the strength at which the median of the largest new eigenvalue is a tenth of the
    smallest noiseless one, interpolated in logarithms; `slope` that of its logarithm between the
    two weakest noises, 1 if it is proportional to the strength. `open_at` is the strongest noise of
    the sweep below the edge.
    """
    table = directions.make(records)
    if table.empty:
        return table
    table = table.dropna(subset="new_share")
    rows = []
    for (qubits, place, depth), cells in table.groupby(["qubits", "place", "depth"]):
        cells = cells.sort_values("strength")
        if len(cells) < 3:
            continue
        x, y = np.log(cells["strength"].to_numpy()), np.log(cells["new_share"].to_numpy())
        above = np.flatnonzero(y > np.log(WINDOW))
        row = {"qubits": qubits, "place": place, "depth": depth}
        rows.append({**row, "slope": (y[1] - y[0]) / (x[1] - x[0])})
        if len(above) and above[0]:
            k = above[0]
            part = (np.log(WINDOW) - y[k - 1]) / (y[k] - y[k - 1])
            rows[-1]["edge"] = np.exp(x[k - 1] + part * (x[k] - x[k - 1]))
            rows[-1]["open_at"] = np.exp(x[k - 1])
    return pd.DataFrame(rows)


@columns(
    *("place", "strength", "runs", "min_lt_0.01", "best_min", "best_median", "rise", "predicted"),
    with_settings=True,
)
def training(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell: lowest losses, and what noiseless training predicts for them.

    A run without noise that ends at energy E and whose loss would rise by cλ under weak noise has
    the predicted loss E·exp(−λc/|E|) − E₀; `predicted` is the lowest of the cell of the same depth
    without noise, and `rise` is c of that run.
    """
    rows, pure = [], {}
    for record in records:
        row = _noise(settings(record))
        best = np.nanmin(record["loss"].values, axis=1)
        row |= {"runs": len(best), "min_lt_0.01": int((best < SUCCESS).sum())}
        row |= {"best_min": best.min(), "best_median": np.median(best)}
        rows.append(row)
        if row["strength"] == 0:
            ground = float(record["ground_energy"])
            ends = record["pure_loss"].values + ground
            pure[row["qubits"], row["boundary"], row["depth"]] = ends, record["rise"].values, ground
    for row in rows:
        if (key := (row["qubits"], row["boundary"], row["depth"])) in pure:
            ends, rise, ground = pure[key]
            losses = ends * np.exp(-row["strength"] * rise / np.abs(ends)) - ground
            row["predicted"], row["rise"] = losses.min(), rise[losses.argmin()]
    return pd.DataFrame(rows)


@columns(
    *("qubits", "boundary", "place", "strength", "best_depth", "predicted_depth", "lowest"),
    *("predicted_loss", "loss_ratio", "excess", "deepest_ratio"),
    *("success_first", "success_last", "success_most"),
)
def depths(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per chain and noise: the depth of the lowest loss, and the predicted one.

    `loss_ratio` is the lowest loss over the predicted one, `excess` the loss at the predicted depth
    and `deepest_ratio` that of the deepest circuit over the lowest. `success_first` and `_last` are
    the depths at which half of the runs reach 1e-2, and `success_most` is the largest share.
    """
    table = training.make(records)
    if table.empty:
        return table
    table = table[table["strength"] > 0].dropna(subset="predicted")
    rows = []
    for key, cells in table.groupby(["qubits", "boundary", "place", "strength"]):
        cells = cells.sort_values("depth").set_index("depth")
        lowest, predicted = cells["best_min"].min(), cells["predicted"].idxmin()
        share = cells["min_lt_0.01"] / cells["runs"]
        good = share.index[share >= 0.5]
        rows.append(
            {
                **dict(zip(("qubits", "boundary", "place", "strength"), key, strict=True)),
                "best_depth": cells["best_min"].idxmin(),
                "predicted_depth": predicted,
                "lowest": lowest,
                "predicted_loss": cells["predicted"].min(),
                "loss_ratio": lowest / cells["predicted"].min(),
                "excess": cells["best_min"][predicted] / lowest,
                "deepest_ratio": cells["best_min"].iloc[-1] / lowest,
                "success_first": good.min() if len(good) else np.nan,
                "success_last": good.max() if len(good) else np.nan,
                "success_most": share.max(),
            }
        )
    return pd.DataFrame(rows)


@columns(
    *("runs", "circuits", "shots_per_step", "best_min", "best_median", "late_median"),
    *("layers_short", "share_lt_0.01", "share_lt_0.0001"),
    *("gradient_square", "gradient_law", "gradient_ratio", "shot_variance", "signal"),
    with_settings=True,
)
def shots(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per cell of training with shots: losses, shares of runs, signal and noise.

    A step takes two `circuits` an angle, each measured `shots` times in two bases. Losses are
    exact ones at the angles reached: the lowest and, `late`, the mean of the last fifth of steps.
    `layers_short` is n/2 − p, from 1 on if the ansatz misses the ground state. `gradient_square` is
    the mean (∂L)² at random angles, beside 32n/9 from the algebra of a deep circuit, and `signal`
    the one over the variance of a derivative from a single shot.
    """
    rows = []
    for record in records:
        row = settings(record)
        loss, n = record["loss"].values, row["qubits"]
        best, late = loss.min(axis=1), loss[:, -(loss.shape[1] // 5) :].mean(axis=1)
        row |= {"runs": len(loss), "circuits": 4 * row["depth"]}
        row["shots_per_step"] = 2 * row["circuits"] * row["shots"]
        row |= {"best_min": best.min(), "best_median": np.median(best)}
        row |= {"late_median": np.median(late), "layers_short": n // 2 - row["depth"]}
        for limit in (1e-2, 1e-4):
            row[f"share_lt_{limit:g}"] = (best < limit).mean()
        row["gradient_square"] = record["gradient_square"].values.mean()
        row["gradient_law"] = 32 * n / 9
        row["gradient_ratio"] = row["gradient_square"] / row["gradient_law"]
        row["shot_variance"] = record["shot_variance"].values.mean()
        row["signal"] = row["gradient_square"] / (2 * row["shot_variance"])
        rows.append(row)
    return pd.DataFrame(rows)
