"""Supplementary Fig. 4: unitary compilation, loss curves, best loss and rank against size."""

import pandas as pd
from matplotlib.figure import Figure

from overpar.report.plots.curves import draw_depths
from overpar.report.plots.style import COLOURS, COLUMN, PUBLISHED, Drawn

FLOOR = 1e-15


def draw(
    *, cells: pd.DataFrame, curves: pd.DataFrame, ranks: pd.DataFrame, loss: pd.DataFrame
) -> Drawn:
    """Loss curves per number of qubits; below, best loss and QFIM rank against angles."""
    sizes = sorted(int(n) for n in cells["qubits"].unique())
    rows = -(-len(sizes) // 2)
    figure = Figure(figsize=(COLUMN, 1.6 * rows + 1.9))
    axes = figure.subplots(rows + 1, 2, squeeze=False)
    data = []
    for axis, n in zip(axes[:-1].ravel(), sizes, strict=False):
        chosen, known = curves.query("qubits == @n"), loss.query("n == @n")
        data.append(draw_depths(axis, chosen, known, ("layers", "L", "$L$"), FLOOR))
        axis.set(ylim=(FLOOR / 3, 5))
        axis.set_title(f"{n} qubits", pad=2)
    for axis in axes[:-1].ravel()[len(sizes) :]:
        axis.axis("off")
    best, rank = axes[-1]
    for colour, n in zip(COLOURS, sizes, strict=False):
        ours = cells.query("qubits == @n").sort_values("parameters")
        low, high = (ours[c].clip(lower=FLOOR) for c in ("best_low", "best_high"))
        best.fill_between(ours["parameters"], low, high, color=colour, alpha=0.25, linewidth=0)
        heights = ours["best_median"].clip(lower=FLOOR)
        best.plot(ours["parameters"], heights, ".-", color=colour, markersize=2.5)
        theirs = loss.query("n == @n")
        heights = theirs["min_over_records_median"].clip(lower=FLOOR)
        best.plot(theirs["M"], heights, **PUBLISHED)
        known = ranks.query("qubits == @n and at == 'random'").sort_values("parameters")
        rank.plot(known["parameters"], known["rank"], ".-", color=colour, markersize=2.5, label=n)
        rank.axhline(4**n - 1, color=colour, linewidth=0.5, linestyle="--")
        best.axvline(4**n - 1, color=colour, linewidth=0.5, linestyle="--")
        data.append(ours.assign(panel="best"))
        data.append(known.assign(panel="rank"))
    best.set(xscale="log", yscale="log", xlabel="angles $M$", ylabel="median best loss")
    rank.legend(title="qubits", title_fontsize=6, loc="lower right", handlelength=1)
    rank.set(xscale="log", yscale="log", xlabel="angles $M$", ylabel="QFIM rank")
    for axis in axes[:-1, 0]:
        axis.set_ylabel("loss")
    for axis in axes[-2]:
        axis.set_xlabel("training step")
    runs = "/".join(str(r) for r in sorted(cells["runs"].unique()))
    caption = (
        f"Loss 1 − |Tr(U†V)|²/4ⁿ of {runs} runs a cell towards one Haar-random target (line: "
        "median, band: quartiles) for four depths per size; below, the median of the lowest "
        "losses with its 95 % interval and the exact QFIM rank at generic angles, dashed 4ⁿ − 1. "
        "Black circles: the authors' released raw data."
    )
    return Drawn(figure, pd.concat(data, ignore_index=True), caption)
