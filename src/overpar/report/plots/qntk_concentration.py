"""Fig. 1 of the letter on wide circuits: concentration of the kernel, and where large D sets in."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, ScalarFormatter

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

QUBITS = 4
FIXED, AVERAGED, FINITE = COLOURS[0], COLOURS[1], COLOURS[2]
PRINTED: dict[str, Any] = {"color": "black", "linestyle": "--"}
LARGE: dict[str, Any] = {"color": "0.5", "linestyle": ":"}
DOT: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 2.5,
    "elinewidth": 0.7,
    "capsize": 1.3,
}


def draw(*, cells: pd.DataFrame, scaling: pd.DataFrame) -> Drawn:
    """ΔK/K̄ and K̄ against L for one size; below, exponents, K̄ and μ against the dimension."""
    figure = Figure(figsize=(COLUMN, 5.1))
    axes = figure.subplot_mosaic([["a", "a"], ["b", "c"], ["d", "e"]], height_ratios=[2, 1, 1])
    chosen = cells[cells["qubits"] == min(scaling["qubits"], key=lambda n: abs(n - QUBITS))]
    _concentration(axes["a"], chosen.sort_values("layers"))
    x = scaling["dimension"]
    axis = axes["b"]
    _bars(axis, x * 0.94, scaling, "fixed_exponent", FIXED)
    _bars(axis, x * 1.06, scaling, "averaged_exponent", AVERAGED)
    axis.plot(x, scaling["finite_exponent"], color=FINITE)
    axis.axhline(-0.5, **PRINTED)
    axis.set(ylabel=r"exponent of $\Delta K/\bar K$", ylim=(-0.58, 0))
    axis = axes["c"]
    _bars(axis, x, scaling, "ratio", AVERAGED)
    _bars(axis, x, scaling, "printed_ratio", "black", marker="s", markerfacecolor="white")
    axis.axhline(1, color=FINITE)
    axis.text(4, 1.08, "over finite $D$", fontsize=6)
    axis.text(4, 2.05, "over eq. (9)", fontsize=6)
    axis.set(ylabel=r"ratio of $\bar K$", ylim=(0.8, 2.3))
    lengths = sorted(cells["layers"].unique())
    for layers, filled in ((lengths[-1], True), (lengths[0], False)):
        rows = cells[cells["layers"] == layers].sort_values("dimension")
        shifted = rows["dimension"] * (1.06 if filled else 0.94)
        face = AVERAGED if filled else "white"
        for panel, column in (("d", "meta"), ("e", "meta_spread")):
            name = f"$L = {layers}$"
            _bars(axes[panel], shifted, rows, column, AVERAGED, markerfacecolor=face, label=name)
        for panel, column in (("d", "meta_finite"), ("e", "meta_spread_finite")):
            axes[panel].plot(rows["dimension"], rows[column], color=FINITE, zorder=1)
    axes["d"].axhline(0, **PRINTED)
    axes["d"].set_ylabel(r"mean of $\mu$ / eq. (15)")
    axes["e"].axhline(1, **PRINTED)
    axes["e"].set(ylabel=r"$\Delta\mu$ / eq. (15)", ylim=(0, None))
    axes["e"].legend(loc="upper right", handlelength=1)
    for panel in "bcde":
        axes[panel].set(xscale="log", xlabel="dimension $D$")
        axes[panel].xaxis.set_major_locator(FixedLocator(sorted(x)))
        axes[panel].xaxis.set_major_formatter(ScalarFormatter())
        axes[panel].xaxis.set_minor_locator(FixedLocator([]))
    for panel, axis in axes.items():
        axis.set_title(f"({panel})", loc="left", pad=2)
    data = [
        chosen[[c for c in chosen if not c.startswith("meta")]].assign(panel="a"),
        scaling.assign(panel="b, c"),
        cells[["qubits", "dimension", "layers", *(c for c in cells if c.startswith("meta"))]]
        .drop(columns="meta_samples")
        .assign(panel="d, e"),
    ]
    caption = _caption(chosen, scaling)
    return Drawn(figure, pd.concat(data, ignore_index=True), caption)


def _concentration(axis: Axes, rows: pd.DataFrame) -> None:
    layers = rows["layers"]
    axis.plot(layers, rows["printed_spread"], label="eq. (12) / eq. (9)", **PRINTED)
    axis.plot(layers, rows["large_spread"], label="eq. (12) / eq. (17)", **LARGE)
    axis.plot(layers, rows["finite_spread"], color=FINITE, label="finite $D$")
    face: dict[str, Any] = {
        "markerfacecolor": "white",
        "marker": "D",
        "label": "fixed, one instance",
    }
    _bars(axis, layers * 0.985, rows, "first", "0.35", **face)
    _bars(axis, layers, rows, "fixed", FIXED, label="fixed, mean")
    _bars(axis, layers * 1.015, rows, "averaged", AVERAGED, label="averaged")
    axis.set(xscale="log", yscale="log", xlabel="layers $L$", ylabel=r"$\Delta K/\bar K$")
    axis.set(ylim=(0.035, 1.9), title=f"{int(rows['qubits'].iloc[0])} qubits")
    axis.title.set_position((0.5, 1))
    ticks = [n for n in (4, 8, 16, 24, 40) if layers.min() <= n <= layers.max()]
    for line, places in ((axis.xaxis, ticks), (axis.yaxis, [0.1, 0.2, 0.5, 1])):
        line.set_major_locator(FixedLocator(places))
        line.set_major_formatter(ScalarFormatter())
        line.set_minor_formatter(NullFormatter())
    axis.legend(loc="lower right", handlelength=1.8)
    inset = axis.inset_axes((0.12, 0.14, 0.37, 0.36))
    inset.plot(layers, rows["printed"], **PRINTED)
    inset.plot(layers, rows["finite"], color=FINITE)
    inset.errorbar(layers, rows["kernel"], rows["kernel_spread"], color=FIXED, **DOT)
    inset.set(xlim=(0, None), ylim=(0, None))
    inset.set_ylabel(r"$\bar K$", labelpad=1)
    inset.set_xlabel("$L$", labelpad=0)
    inset.tick_params(labelsize=5, pad=1.5, length=2)


def _bars(
    axis: Axes, x: pd.Series, rows: pd.DataFrame, column: str, colour: str, **style: Any
) -> None:
    value = rows[column]
    reach = np.abs([value - rows[f"{column}_low"], rows[f"{column}_high"] - value])
    axis.errorbar(x, value, reach, color=colour, markeredgewidth=0.7, **{**DOT, **style})


def _caption(rows: pd.DataFrame, sizes: pd.DataFrame) -> str:
    instances, samples = int(rows["instances"].iloc[0]), int(rows["samples"].iloc[0])
    return (
        "(a) Relative deviation of the kernel against depth: over random angles of one instance "
        f"(W, P, O) (grey diamonds, the published protocol, {samples} angles), its mean over "
        f"{instances} instances (blue), and over instances and angles together with K in units of "
        "its instance's mean (orange). Dashed: as printed; dotted: with K̄ from eq. (17), twice "
        "eq. (9); green: our finite-D formula, with its floor at large L. Inset: K̄, bars ΔK. "
        "(b) Exponents of ΔK/K̄ against L over "
        f"{int(sizes['layers_min'].min())}–{int(sizes['layers_max'].max())} layers; dashed: −1/2. "
        "(c) K̄ in units of the finite-D formula and of eq. (9). (d, e) Mean and deviation of the "
        "meta-kernel in units of the printed deviation; green: the same at finite D; the mean is "
        "not zero where Tr O³ is not. Bars but those of the inset: 99 % intervals, clustered by "
        "instance (those of one fixed instance: over angles). |Ψ₀⟩ = |0…0⟩ and the grid of L are "
        "ours."
    )
