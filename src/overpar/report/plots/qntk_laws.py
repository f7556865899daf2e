"""Exact laws of the kernel of random circuits: printed, exact and simulated side by side."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, ScalarFormatter

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

MARKERS = ("o", "s", "^", "D")
PRINTED: dict[str, Any] = {"color": "black", "linestyle": "--", "linewidth": 0.8}
DOT: dict[str, Any] = {
    "linestyle": "none",
    "markersize": 2.6,
    "elinewidth": 0.7,
    "capsize": 1.3,
}
LARGE = 20
CASES = {
    "sum": "Pauli sum",
    "extensive": "chain",
    "low_rank": "projector",
    "sector": "sector",
}
MOMENTS = (("kernel", "K"), ("square", "K^2"), ("meta_square", r"\mu^2"))


def draw(
    *, concentration: pd.DataFrame, cases: pd.DataFrame, limits: pd.DataFrame, inputs: pd.DataFrame
) -> Drawn:
    """μ against L, moments in units of their laws, overlap, width, large D, smallest eigenvalue."""
    figure = Figure(figsize=(COLUMN, 5.9))
    axes = dict(zip("abcdef", figure.subplots(3, 2).flat, strict=True))
    _meta(axes["a"], concentration)
    _moments(axes["b"], cases[cases["case"] == "sum"])
    _overlap(axes["c"], cases[cases["case"] == "pair"])
    _width(axes["d"], cases)
    large = limits[limits["formula"].eq("spread") & limits["qubits"].eq(LARGE)]
    _spread(axes["e"], large)
    _edge(axes["f"], inputs.sort_values("inputs"))
    for name, axis in axes.items():
        axis.set_title(f"({name})", loc="left", pad=2)
    columns = [c for c in concentration if c.startswith("meta_spread")]
    data = [
        concentration[["qubits", "dimension", "layers", *columns]].assign(panel="a"),
        cases.assign(panel="b, c, d"),
        large.assign(panel="e"),
        inputs[["inputs", *(c for c in inputs if c.startswith("edge"))]].assign(panel="f"),
    ]
    return Drawn(figure, pd.concat(data, ignore_index=True), _caption(cases))


def _meta(axis: Axes, rows: pd.DataFrame) -> None:
    for style, (size, group) in zip(_styles(), rows.groupby("dimension"), strict=False):
        group = group.sort_values("layers")
        axis.plot(group["layers"], group["meta_spread_finite"], color=style["color"])
        _bars(axis, group["layers"], group, "meta_spread", label=f"$D={size}$", **style)
    axis.axhline(1, **PRINTED)
    axis.axhline(np.sqrt(1.5), color="0.5", linestyle=":", linewidth=0.8)
    axis.set(xlabel="layers $L$", ylabel=r"$\Delta\mu$ / eq. (15)", ylim=(0, None))
    axis.legend(loc="upper left", handlelength=0.8, labelspacing=0.2, borderpad=0.1)


def _moments(axis: Axes, rows: pd.DataFrame) -> None:
    rows = rows.sort_values(["dimension", "layers"])
    kernel = ["kernel", "kernel_low", "kernel_high"]
    rows = rows.assign(**rows[kernel].div(rows["law"], axis=0))
    place = np.arange(len(rows))
    for style, shift, (column, text) in zip(_styles(), (-0.22, 0, 0.22), MOMENTS, strict=False):
        _bars(axis, place + shift, rows, column, label=f"${text}$", **style)
    axis.axhline(1, color=COLOURS[2], linewidth=0.8, zorder=0)
    axis.set_xticks(place, [str(n) for n in rows["layers"]], fontsize=5)
    sizes = rows["dimension"].to_numpy()
    for size in np.unique(sizes):
        middle = place[sizes == size].mean()
        axis.text(middle, 1.222, f"$D={size}$", ha="center", va="top", fontsize=6)
    axis.set(xlabel="layers $L$", ylabel="mean / exact law", ylim=(0.84, 1.23))
    axis.legend(loc="lower center", ncols=3, handlelength=0.8, columnspacing=1, borderpad=0.1)


def _overlap(axis: Axes, rows: pd.DataFrame) -> None:
    for style, (size, group) in zip(_styles(), rows.groupby("dimension"), strict=False):
        group = group.sort_values("overlap")
        axis.plot(group["overlap"], group["law"], color=style["color"])
        _bars(axis, group["overlap"], group, "kernel", label=f"$D={size}$", **style)
    ends = np.array([rows["overlap"].min(), rows["overlap"].max()])
    axis.plot(ends, ends, **PRINTED)
    axis.axhline(0, color="0.8", linewidth=0.5, zorder=0)
    axis.set(
        xlabel=r"overlap $\sigma$ of the inputs", ylabel=r"$\bar K_{12}$ / ($2L\,$Tr$O_1O_2/D^2$)"
    )
    axis.legend(loc="upper left", handlelength=0.8, labelspacing=0.2, borderpad=0.1)


def _width(axis: Axes, rows: pd.DataFrame) -> None:
    shifts = (0.91, 0.97, 1.03, 1.09)
    for style, shift, (case, text) in zip(_styles(), shifts, CASES.items(), strict=True):
        group = rows[rows["case"] == case]
        group = group[group["layers"] == group["layers"].min()].sort_values("dimension")
        law = 2 * group["law"]
        axis.plot(group["dimension"] * shift, law, color=style["color"], linewidth=0.7)
        _bars(axis, group["dimension"] * shift, group, "gamma", label=text, **style)
    axis.axhline(1, **PRINTED)
    axis.axhline(2, color="0.5", linestyle=":", linewidth=0.8)
    axis.set(xscale="log", xlabel="$D$, or $D_k$ in the sector", ylim=(0.9, 2.7))
    axis.set_ylabel(r"$\gamma$ at $L=D^2/(\eta\,$Tr$O^2)$")
    _plain(axis, sorted({*rows["dimension"]} - {20}))
    axis.legend(loc="upper center", ncols=2, handlelength=0.8, columnspacing=0.8, borderpad=0.1)


def _spread(axis: Axes, rows: pd.DataFrame) -> None:
    names = {"extensive": r"extensive, $\Sigma Z$", "low_rank": "projector"}
    for style, (name, text) in zip(_styles(), names.items(), strict=False):
        group = rows[rows["observable"] == name].sort_values("layers")
        axis.plot(group["layers"], group["ratio"], label=text, markersize=2.6, **style)
    layers = np.array([rows["layers"].min(), rows["layers"].max()])
    axis.plot(layers, np.sqrt(2 / layers), label="eq. (12) / eq. (17)", **PRINTED)
    axis.set(xscale="log", yscale="log", xlabel="layers $L$", ylim=(8e-3, 3))
    axis.set_ylabel(r"$\Delta K/\bar K$, exact")
    axis.set_title(rf"$D=2^{{{LARGE}}}$", pad=2)
    axis.yaxis.set_minor_formatter(NullFormatter())
    axis.legend(loc="lower left", handlelength=1.4, borderpad=0.1)


def _edge(axis: Axes, rows: pd.DataFrame) -> None:
    x = rows["inputs"]
    axis.fill_between(
        x, rows["edge_low"], rows["edge_high"], color=COLOURS[2], alpha=0.2, linewidth=0
    )
    style = next(iter(_styles()))
    _bars(axis, x, rows, "edge_ratio", **style)
    axis.axhline(1, color="0.8", linewidth=0.5, zorder=0)
    axis.text(9.8, 0.42, "Wishart bounds", ha="right", va="bottom", fontsize=6)
    axis.set(xlabel="orthogonal inputs $|A|$", ylim=(0, 1.15))
    axis.set_ylabel(r"$\lambda_{\min}(K)\,/\,\lambda_{\min}(\mathrm{E}[K|\psi])$")
    axis.set_xticks(sorted(x.unique()))


def _styles() -> list[dict[str, Any]]:
    return [
        {"color": colour, "marker": marker}
        for colour, marker in zip(
            (COLOURS[0], COLOURS[1], COLOURS[3], "0.35"), MARKERS, strict=True
        )
    ]


def _plain(axis: Axes, places: list[int]) -> None:
    axis.xaxis.set_major_locator(FixedLocator(places))
    axis.xaxis.set_major_formatter(ScalarFormatter())
    axis.xaxis.set_minor_locator(FixedLocator([]))


def _bars(axis: Axes, x: Any, rows: pd.DataFrame, column: str, **style: Any) -> None:
    value = rows[column]
    reach = np.abs([value - rows[f"{column}_low"], rows[f"{column}_high"] - value])
    axis.errorbar(x, value, reach, markeredgewidth=0.5, **{**DOT, **style})


def _caption(cases: pd.DataFrame) -> str:
    circuits = int(cases["circuits"].max())
    return (
        "Dashed: as printed; lines: our exact laws at finite D and L; points: simulated, with 99 % "
        "intervals. (a) Root of E μ² over eq. (15); dotted: √(3/2), where it tends to for "
        f"1 ≪ L ≪ D. (b) Moments over {circuits} random circuits on |0…0⟩ with random Pauli sums, "
        "in units of their laws. (c) Mean kernel of two inputs with observables O₁ ≠ O₂ of the "
        "same strings; it is negative below σ = 1/D. (d) γ = ηK̄ at the width where eq. (9) has 1, "
        "for a random Pauli sum, the energy of the open Ising chain, the projector on |0…0⟩, and "
        "the energy of the periodic chain in the sector that translations and flips leave alone; "
        "dotted: large "
        "D. (e) ΔK/K̄ where D is out of reach of simulation: that of a projector does not fall. (f) "
        "Smallest eigenvalue of the kernel of |A| inputs over that of its mean given the output "
        "states; shaded: between the bounds for a Wishart matrix, (1 − √(|A|/L))² and "
        "1 − (|A| − 1)/L (intervals hold for all |A| together)."
    )
