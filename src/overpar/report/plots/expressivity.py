"""Underfitting, overfitting and gradients of two circuits that classify states. Our protocol."""

from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

CIRCUITS = {
    "permutation": ("permutation-equivariant", COLOURS[0], "o"),
    "hardware_efficient": ("hardware-efficient", COLOURS[1], "^"),
}
SETS = {
    "entanglement": "entanglement",
    "graphs": "connected graphs",
    "all_pairs": "all pairs",
    "one_pair": "one pair",
}
STYLES: tuple[tuple[Literal["-", ":"], str], ...] = (
    ("-", "exact gradients"),
    (":", "1000 shots per derivative"),
)
PANELS = (
    ("train_error", "training error"),
    ("gap", "test $-$ training error"),
    ("gradient_square", r"mean of $(\partial L)^2$"),
)


def draw(*, cells: pd.DataFrame, slopes: pd.DataFrame) -> Drawn:
    """Training error, gap and squared gradient against qubits; a row per set of states."""
    sizes = [
        (data, count)
        for data in SETS
        for count in sorted(cells.loc[cells["data"] == data, "train_states"].unique())
    ]
    figure = Figure(figsize=(COLUMN, 0.9 + 0.95 * len(sizes)))
    axes = figure.subplots(len(sizes), len(PANELS), sharex=True, sharey="col", squeeze=False)
    for row, (data, count) in zip(axes, sizes, strict=True):
        chosen = cells[(cells["data"] == data) & (cells["train_states"] == count)]
        for axis, (name, _) in zip(row, PANELS, strict=True):
            _lines(axis, chosen, name)
        row[0].set_ylabel(f"{SETS[data]},\n{count} states")
    for axis, (_, label) in zip(axes[0], PANELS, strict=True):
        axis.set_title(label)
    axes[0, -1].set(yscale="log")
    for axis in axes[-1]:
        axis.set(xlabel="qubits $n$")
        axis.set_xticks(sorted(cells["qubits"].unique()))
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=3, label=text)
        for text, colour, marker in CIRCUITS.values()
    ]
    handles += [Line2D([], [], color="0.3", linestyle=style, label=text) for style, text in STYLES]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    shown = "; ".join(_slope(row) for _, row in slopes.dropna(subset="gradient_rate").iterrows())
    caption = (
        "Our own protocol. Two circuits with equal numbers of angles, as many as the algebra of "
        "the permutation-equivariant one has dimensions, learn to tell states apart and are "
        f"tested on {int(cells['test_states'].max())} more: two copies of a state by its "
        "entanglement, graph states by whether the graph is connected, product states by a "
        "function of all pairs of qubits, which favours the equivariant circuit, or of one pair, "
        "which it cannot see. Error: share of states on the wrong side after "
        f"{int(cells['steps'].max())} steps of Adam. Right: mean squared derivative at initial "
        "angles U[0, 2π); dashed: the law of deep circuits; slopes with 99 % intervals: "
        f"{shown}. Bars: 99 % intervals over {int(cells['runs'].max())} runs, each with its own "
        "states and angles."
    )
    data_behind = [cells.assign(panel="cells"), slopes.assign(panel="slopes")]
    return Drawn(figure, pd.concat(data_behind), caption)


def _slope(row: pd.Series) -> str:
    half = row["gradient_rate_high"] - row["gradient_rate"]
    name = f"{CIRCUITS[row['circuit']][0]}, {SETS[row['data']]}, {row['train_states']} states"
    return f"{name}: 2^({row['gradient_rate']:.2f} ± {half:.2f})n"


def _lines(axis: Axes, table: pd.DataFrame, name: str) -> None:
    for (circuit, shots), rows in table.groupby(["circuit", "shots"]):
        if name == "gradient_square" and shots:
            continue
        _, colour, marker = CIRCUITS[circuit]
        if name == "gradient_square":
            law = rows[name] / rows["gradient_law"]
            axis.plot(rows["qubits"], law, "--", color=colour, linewidth=0.6)
        axis.errorbar(
            rows["qubits"] + (0.15 if circuit == "permutation" else -0.15),
            rows[name],
            rows[f"{name}_high"] - rows[name],
            color=colour,
            marker=marker,
            markersize=2.5,
            linestyle=":" if shots else "-",
            linewidth=0.8,
            elinewidth=0.5,
        )
