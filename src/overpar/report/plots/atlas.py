"""The atlas of spin chains: what each class is, on line and circle, and whether it trains."""

from collections import Counter

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from overpar.report.plots.style import COLOURS, COLUMN, PUBLISHED, Drawn

# Two columns and a page.
WIDTH, HEIGHT = 2 * COLUMN + 0.2, 8.6
VERDICTS = {
    "trainable": (COLOURS[0], "o"),
    "hard": (COLOURS[1], "s"),
    "undecided": (COLOURS[3], "D"),
    "flat": ("0.6", "v"),
}
TOPOLOGIES = ("line", "circle")
# What each column of panels has, one below the other for all classes.
QUANTITIES = (
    ("dimension", r"dim $\mathfrak{g}$", (1, 1e6)),
    ("critical", r"$M_c$", (1, 1e3)),
    ("variance", r"Var $L$", (1e-2, 10)),
)


def draw(*, chains: pd.DataFrame, published: pd.DataFrame) -> Drawn:
    """One row per class, with dimension, M_c and variance on line and circle."""
    names = list(dict.fromkeys(chains["chain"]))
    height = max(2.5, 0.7 + HEIGHT * len(names) / 28)
    # To lay out or to link so many panels takes a minute.
    figure = Figure(figsize=(WIDTH, height), layout="none")  # type: ignore[arg-type]
    figure.subplots_adjust(
        left=0.065, right=0.99, top=1 - 0.2 / height, bottom=0.6 / height, hspace=0.45, wspace=0.35
    )
    axes = figure.subplots(len(names), 6, squeeze=False)
    for row, name in zip(axes, names, strict=True):
        for side, topology in enumerate(TOPOLOGIES):
            wanted = (chains["chain"] == name) & (chains["topology"] == topology)
            cells = chains[wanted].sort_values("qubits")
            theirs = published[(published["set"] == name) & (published["topology"] == topology)]
            for k, (column, label, limits) in enumerate(QUANTITIES):
                axis = row[3 * side + k]
                _panel(axis, cells, column, theirs)
                axis.set(yscale="log", ylim=limits)
                if name == names[0]:
                    axis.set_title(f"{topology}: {label}", pad=3)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=4)
    sizes = sorted(chains["qubits"].unique())
    for axis in axes.ravel():
        axis.minorticks_off()
        axis.tick_params(labelsize=5, length=2, pad=1, labelbottom=False)
        axis.set(xticks=sizes, xlim=(min(sizes) - 0.5, max(sizes) + 0.5))
    for axis in axes[-1]:
        axis.tick_params(labelbottom=True)
        axis.set_xlabel("qubits $n$")
    figure.legend(handles=_legend(chains), loc="outside lower center", ncols=7, fontsize=6)
    caption = (
        "The 28 classes of 2-local spin chains of the classification (arXiv:2309.05690), named as "
        "there, each with the sum of all its terms as loss, from one product state. Left three "
        "columns: line, right three: circle. dim 𝔤: dimension of the Lie algebra, and that of the "
        "classification (rings), with the ideals at the largest size that was split. M_c: angles "
        "of the shortest circuit with the full exact rank of the QFIM; missing where twice the "
        "layers have more than 600 angles. Var L: variance of the loss at random angles after n² "
        "layers, and the exact law of the algebra (crosses), missing where the algebra has more "
        "than 16,383 dimensions; zero, outside the axis, in flat classes. Colour and marker: "
        "verdict of the diagnosis from all sizes. Runs trained at M_c up to n = 5 are in the table."
    )
    return Drawn(figure, chains, caption)


def _panel(axis: Axes, cells: pd.DataFrame, column: str, published: pd.DataFrame) -> None:
    if cells.empty:
        return
    colour, marker = VERDICTS[cells["verdict"].iloc[0]]
    values = cells[column].where(cells[column] > 1e-9, np.nan)
    axis.plot(cells["qubits"], values, marker, color=colour, markersize=2.2, ls="-", lw=0.6)
    if column == "dimension":
        axis.text(0.02, 0.98, _ideals(cells), fontsize=4.5, va="top", transform=axis.transAxes)
        axis.plot(published["n"], published["dimension"], **{**PUBLISHED, "markersize": 4})
    if column == "variance":
        law = cells["predicted"].where(cells["predicted"] > 1e-9, np.nan)
        axis.plot(cells["qubits"], law, "x", color="black", markersize=3.5, markeredgewidth=0.6)


def _ideals(cells: pd.DataFrame) -> str:
    """Names of the ideals at the largest size where they are known, with their numbers."""
    known = cells[cells["ideals"].fillna("") != ""].iloc[-1:]
    if known.empty:
        return ""
    names = Counter(str(known["ideals"].iloc[0]).split(" + "))
    shown = [f"{count} {name}" if count > 1 else name for name, count in names.items()]
    text = " + ".join(shown).replace("centre of dimension ", "centre ")
    return f"$n = {known['qubits'].iloc[0]}$: {text}"


def _legend(chains: pd.DataFrame) -> list[Line2D]:
    seen = set(chains["verdict"])
    out = [
        Line2D([], [], color=colour, marker=marker, markersize=3, lw=0.6, label=name)
        for name, (colour, marker) in VERDICTS.items()
        if name in seen
    ]
    out.append(Line2D([], [], **{**PUBLISHED, "markersize": 4}, label="classification"))
    law = {"color": "black", "marker": "x", "ls": "none", "markersize": 3.5}
    return [*out, Line2D([], [], **law, label="law of the algebra")]  # type: ignore[arg-type]
