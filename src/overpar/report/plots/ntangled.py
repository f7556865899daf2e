"""NTangled: measured against nominal concentratable entanglement of every weights file."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

MARKERS = {3: "o", 4: "s", 8: "D"}
# Ansatz, reading and title of each panel.
PANELS = (
    ("hwe", "documented", "hardware-efficient"),
    ("conv", "documented", "convolutional"),
    ("sea", "documented", "strongly entangling"),
    ("sea", "cycled_range", "the same, cycled ranges"),
)
SHIFT = 0.006


def draw(*, files: pd.DataFrame, summary: pd.DataFrame) -> Drawn:
    """Four panels, product inputs with uniform angles or the basis states."""
    known = files[(files["runs"] > 0) & (files["product"] == "uniform")]
    figure = Figure(figsize=(COLUMN, 3.9))
    axes = figure.subplots(2, 2, sharex=True, sharey=True)
    drawn = []
    for axis, (ansatz, reading, title) in zip(axes.ravel(), PANELS, strict=True):
        rows = known[(known["ansatz"] == ansatz) & (known["reading"] == reading)]
        drawn.append(_panel(axis, rows).assign(panel=title))
        axis.set_title(title, pad=2)
    axes[0, 0].set(xlim=(0, 0.52), ylim=(0, 0.56), xticks=[0, 0.1, 0.2, 0.3, 0.4, 0.5])
    for axis in axes[-1]:
        axis.set_xlabel("nominal entanglement")
    for axis in axes[:, 0]:
        axis.set_ylabel("measured entanglement")
    sizes = [n for n in MARKERS if n in set(known["qubits"])]
    handles = [
        Line2D([], [], linestyle="none", color=COLOURS[k], marker=MARKERS[n], markersize=3, label=n)
        for k, n in enumerate(MARKERS)
        if n in sizes
    ]
    if handles:
        axes[0, 1].legend(handles=handles, title="qubits", title_fontsize=6, loc="upper left")
    absent = sorted(set(files.loc[files["note"].isna() & (files["runs"] == 0), "provenance"]))
    warning = f"NTangled's weights are {absent[0].splitlines()[0]} " if absent else ""
    skipped = files[files["file"].notna() & (files["runs"] == 0)]["file"].nunique()
    sentences = [
        "Concentratable entanglement of the outputs of each weights file against the value in its "
        "name; mean and standard deviation over product inputs with uniform angles (3 and 4 "
        "qubits) or over all basis states (8 qubits). Depth grows from left to right within a "
        f"group. Grey: equality. {_means(summary)}Dashed lines join files whose names are "
        "probably exchanged. Cycled ranges, an inferred reading of the strongly entangling files: "
        "layer l has CNOTs i → i+r with r = l mod (n−1) + 1 and PennyLane's order of angles.",
        f"Not measured: {skipped} files, the table says why." if skipped else "",
        warning,
    ]
    data = pd.concat(drawn, ignore_index=True)
    return Drawn(figure, data, " ".join(s for s in sentences if s).strip())


def _panel(axis: Axes, rows: pd.DataFrame) -> pd.DataFrame:
    axis.plot([0, 0.6], [0, 0.6], color="0.7", linewidth=0.6, zorder=0)
    if rows.empty:
        axis.text(0.26, 0.28, "not\navailable", ha="center", fontsize=6, color="0.4")
        return rows
    # Sizes side by side, depths spread around their nominal value.
    place = rows["nominal"] + SHIFT * (rows["depth"] - 3.5) * (rows["qubits"] < 8)
    for k, (n, marker) in enumerate(MARKERS.items()):
        chosen = rows[rows["qubits"] == n]
        axis.errorbar(
            place[chosen.index],
            chosen["measured"],
            chosen["spread"],
            linestyle="none",
            marker=marker,
            markersize=2.2,
            markeredgewidth=0,
            color=COLOURS[k],
            elinewidth=0.4,
            alpha=0.85,
        )
    pair = rows[rows["partner"].notna()].sort_values("nominal")
    for _, two in pair.groupby(["qubits", "depth"]):
        axis.plot(two["nominal"], two["measured"], "--", color="0.2", linewidth=0.6)
        axis.annotate(
            "exchanged?",
            (two["nominal"].mean(), two["measured"].mean()),
            (0.5, 0.5),
            ha="right",
            fontsize=5.5,
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": "0.2"},
        )
    return rows


def _means(summary: pd.DataFrame) -> str:
    """Mean deviations of what is drawn, in words."""
    if summary.empty:
        return ""
    rows = summary.query("product == 'uniform' and input_kind == 'ps'")
    parts = [
        f"{row.deviation_mean:.3f} ({row.runs} {row.ansatz} files, {row.reading})"
        for row in rows.itertuples()
    ]
    return f"Mean |measured − nominal|: {', '.join(parts)}. "
