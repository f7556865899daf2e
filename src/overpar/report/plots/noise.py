"""Noise: directions that it opens, how it suppresses, and at which depth training is best."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

# Marker and fill of each size.
SIZES = {4: ("o", "full"), 6: ("s", "none")}
CHAINS = {
    (4, "periodic"): ("o", "4, periodic"),
    (4, "open"): ("^", "4, open"),
    (6, "periodic"): ("s", "6, periodic"),
}
SUPPRESSED = (0.001, 0.01, 0.1)
WINDOW = 0.1
DEPTHS = (8, 16)


def draw(
    *,
    directions: pd.DataFrame,
    rates: pd.DataFrame,
    training: pd.DataFrame,
    depths: pd.DataFrame,
) -> Drawn:
    """Rank, suppression and new eigenvalues; losses, successes and best depths under noise."""
    figure = Figure(figsize=(COLUMN, 5.6))
    axes = figure.subplots(3, 2)
    _directions(axes[0, 0], directions)
    _suppression(axes[0, 1], directions, rates)
    _window(axes[1, 0], directions)
    _losses(axes[1, 1], training)
    _success(axes[2, 0], training)
    _best(axes[2, 1], depths)
    caption = (
        "Periodic chain with local Pauli noise of strength λ after every gate, ten sets of angles. "
        "(a) Exact rank of the QFIM (local noise) at generic angles and strength, and under global "
        "noise (crosses); dashed: 4ⁿ/2 − 2 for 4 qubits. (b) −ln of the largest eigenvalue over "
        "the noiseless one, mean over points, filled for 4 and open for 6 qubits; dashed: "
        "6p |ln(1−4λ)|, what a layer contracts at least. (c) Largest new eigenvalue over the "
        "smallest noiseless one, median over points; dashed: a tenth. (d) Lowest loss of the "
        "periodic chain of 6 qubits after training under noise, against depth; dashed: predicted "
        "from noiseless runs of energy E, whose loss rises by cλ, as E exp(−λc/|E|) − E₀. "
        "(e) Share of runs that reach 1e-2 in the open chain of 4 qubits. (f) Depth of the lowest "
        "loss against strength (markers), and the predicted one (lines)."
    )
    tables = {"directions": directions, "rates": rates, "training": training, "depths": depths}
    data = pd.concat([table.assign(table=name) for name, table in tables.items()])
    return Drawn(figure, data, caption)


def _named(axis: Axes, letter: str, title: str) -> None:
    axis.set_title(f"({letter}) {title}", pad=2, loc="left")


def _directions(axis: Axes, table: pd.DataFrame) -> None:
    local = table[table["place"] == "local"]
    for number, (qubits, (marker, fill)) in enumerate(SIZES.items()):
        rows = local[local["qubits"] == qubits].drop_duplicates("depth").sort_values("depth")
        look: dict[str, Any] = {
            "marker": marker,
            "fillstyle": fill,
            "markersize": 2.6,
            "color": COLOURS[number],
        }
        axis.plot(rows["depth"], rows["rank"], linewidth=0.6, label=f"$n = {qubits}$", **look)
        clean = table[(table["place"] == "global") & (table["qubits"] == qubits)]
        clean = clean.drop_duplicates("depth").sort_values("depth")
        axis.plot(clean["depth"], clean["rank"], "x:", color=COLOURS[number], markersize=3)
    axis.axhline(4**4 // 2 - 2, color="0.5", linestyle="--", linewidth=0.6)
    axis.set(xscale="log", yscale="log", xlabel="layers $p$", ylabel="rank of the QFIM")
    axis.plot([], [], "x:", color="0.4", markersize=3, label="global noise")
    axis.set_ylim(bottom=0.3)
    axis.legend(handlelength=1.4, labelspacing=0.2, loc="lower right", borderaxespad=0)
    _named(axis, "a", "directions")


def _suppression(axis: Axes, table: pd.DataFrame, rates: pd.DataFrame) -> None:
    shown = [x for x in SUPPRESSED if (table["strength"] == x).any()]
    for colour, strength in zip(COLOURS, shown, strict=False):
        rows = table[(table["place"] == "local") & (table["strength"] == strength)]
        rows = rows[rows["samples"] > 1].sort_values("depth")
        for qubits, (marker, fill) in SIZES.items():
            line = rows[rows["qubits"] == qubits]
            look: dict[str, Any] = {
                "marker": marker,
                "fillstyle": fill,
                "markersize": 2.6,
                "color": colour,
            }
            axis.errorbar(line["depth"], line["lost"], line["lost_error"], linewidth=0.6, **look)
        axis.plot([], [], color=colour, label=rf"$\lambda = {strength:g}$")
        bound = rates[(rates["place"] == "local") & (rates["strength"] == strength)]["bound"]
        if len(bound) and len(rows):
            p = np.array([rows["depth"].min(), rows["depth"].max()])
            axis.plot(p, bound.iloc[0] * p, "--", color=colour, linewidth=0.6)
    axis.set(xscale="log", yscale="log", xlabel="layers $p$")
    axis.set_ylabel(r"$-\ln$ (largest / noiseless)")
    axis.set_ylim(top=6e3)
    axis.legend(handlelength=1, labelspacing=0.2, loc="upper left", borderaxespad=0)
    _named(axis, "b", "suppression")


def _window(axis: Axes, table: pd.DataFrame) -> None:
    local = table[(table["place"] == "local") & (table["samples"] > 1)].dropna(subset="new_share")
    for number, (qubits, (marker, fill)) in enumerate(SIZES.items()):
        for depth, style in zip(DEPTHS, ("-", ":"), strict=True):
            rows = local[(local["qubits"] == qubits) & (local["depth"] == depth)]
            rows = rows.sort_values("strength")
            look: dict[str, Any] = {"marker": marker, "fillstyle": fill, "markersize": 2.6}
            look |= {"color": COLOURS[number], "linestyle": style, "linewidth": 0.8}
            label = f"$n = {qubits}$, $p = {depth}$"
            axis.plot(rows["strength"], rows["new_share"], label=label, **look)
    axis.axhline(WINDOW, color="0.5", linestyle="--", linewidth=0.6)
    axis.set(xscale="log", yscale="log", xlabel=r"strength $\lambda$")
    axis.set_ylabel("new / noiseless eigenvalue")
    axis.legend(handlelength=1.4, labelspacing=0.2, loc="lower right")
    _named(axis, "c", "window")


def _strengths(table: pd.DataFrame, most: float) -> list[tuple[str, float]]:
    """Colours and strengths up to a limit, weakest first."""
    shown = sorted(x for x in table["strength"].unique() if x <= most)
    return list(zip(COLOURS, shown, strict=False))


def _losses(axis: Axes, table: pd.DataFrame) -> None:
    largest = table["qubits"].max()
    rows = table[(table["boundary"] == "periodic") & (table["qubits"] == largest)]
    noisy = rows[rows["strength"].isin([0.00001, 0.0001, 0.0007, 0.002, 0.01])]
    for colour, strength in _strengths(noisy, 1):
        line = noisy[noisy["strength"] == strength].sort_values("depth")
        label = f"${_power(strength)}$"
        axis.plot(line["depth"], line["best_min"], "o", color=colour, markersize=2.6, label=label)
        axis.plot(line["depth"], line["predicted"], "--", color=colour, linewidth=0.7)
    axis.set(yscale="log", xlabel="layers $p$", ylabel="lowest loss", ylim=(5e-5, None))
    axis.legend(title=r"$\lambda$", handlelength=0.6, labelspacing=0.2, ncols=2, loc="lower right")
    _named(axis, "d", f"trained, $n = {largest}$")


def _power(strength: float) -> str:
    """A number in the way of mathematics, e.g. 7·10⁻⁴."""
    if strength == 0:
        return "0"
    exponent = int(np.floor(np.log10(strength) + 1e-9))
    factor = round(strength / 10**exponent)
    return (f"{factor} \\cdot " if factor > 1 else "") + f"10^{{{exponent}}}"


def _success(axis: Axes, table: pd.DataFrame) -> None:
    boundary = "open" if (table["boundary"] == "open").any() else "periodic"
    rows = table[(table["boundary"] == boundary) & (table["qubits"] == 4)]
    for colour, strength in _strengths(rows, 1e-4):
        line = rows[rows["strength"] == strength].sort_values("depth")
        label = f"${_power(strength)}$"
        share = line["min_lt_0.01"] / line["runs"]
        axis.plot(line["depth"], share, ".-", color=colour, markersize=4, label=label)
    axis.set(xlabel="layers $p$", ylabel="runs below $10^{-2}$", ylim=(-0.03, 1.03))
    axis.set_xlim(right=2.1 * rows["depth"].max())
    axis.legend(title=r"$\lambda$", handlelength=0.8, labelspacing=0.2, loc="center right")
    _named(axis, "e", f"success, {boundary}, $n = 4$")


def _best(axis: Axes, table: pd.DataFrame) -> None:
    chains = table.groupby(["qubits", "boundary"])
    for colour, ((qubits, boundary), rows) in zip(COLOURS, chains, strict=False):
        marker, label = CHAINS[qubits, boundary]
        rows = rows.sort_values("strength")
        look: dict[str, Any] = {"color": colour, "markersize": 3.2, "fillstyle": "none"}
        axis.plot(rows["strength"], rows["best_depth"], marker, label=label, **look)
        axis.plot(rows["strength"], rows["predicted_depth"], "-", color=colour, linewidth=0.7)
    axis.set(xscale="log", xlabel=r"strength $\lambda$", ylabel="best depth")
    axis.set_ylim(0.7, max(3, table["best_depth"].max()) + 1.2)
    axis.set_yticks(range(1, int(axis.get_ylim()[1]) + 1))
    axis.legend(handlelength=1, labelspacing=0.2, loc="upper right")
    _named(axis, "f", "best depth")
