"""Training of the ring with shots: losses against shots and depth."""

import pandas as pd
from matplotlib.figure import Figure

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

MARKERS = {4: "o", 6: "s", 8: "^"}


def draw(*, cells: pd.DataFrame) -> Drawn:
    """Lowest loss against shots per step, and the share of runs that succeed."""
    figure = Figure(figsize=(COLUMN, 2.3))
    losses, shares = figure.subplots(1, 2)
    for colour, (qubits, rows) in zip(COLOURS, cells.groupby("qubits"), strict=False):
        marker = MARKERS.get(qubits, "o")
        look = {"marker": marker, "markersize": 3, "color": colour, "linewidth": 0.8}
        for depth, line in rows.sort_values("shots").groupby("depth"):
            short = depth < qubits / 2
            if depth == qubits // 2:
                continue
            style = ":" if short else "-"
            label = f"$n = {qubits}$, $p = {depth}$"
            losses.plot(
                line["shots_per_step"], line["best_median"], linestyle=style, label=label, **look
            )
            shares.plot(line["shots"], line["share_lt_0.01"], linestyle=style, **look)
            if not short:
                shares.plot(
                    line["shots"], line["share_lt_0.0001"], linestyle="--", fillstyle="none", **look
                )
    losses.set(xscale="log", yscale="log", xlabel="shots per step", ylabel="lowest loss, median")
    losses.set_ylim(bottom=1e-8)
    losses.legend(handlelength=1.4, labelspacing=0.15, fontsize=5, loc="lower left")
    shares.set(xscale="log", xlabel="shots $S$", ylim=(-0.03, 1.03))
    shares.set_ylabel("runs below $10^{-2}$ (open: $10^{-4}$)")
    signal = cells["signal"]
    caption = (
        "Periodic Ising chain trained with Adam (rate 0.01, "
        f"{int(cells['steps'].max())} steps) and gradients by parameter shift, two circuits an "
        "angle, each measured S times in the basis of all Z and of all X. Left: lowest exact loss, "
        "median over runs, against all shots of a step, 8pS; dotted: one layer short of n/2. "
        "Right: share of runs that reach 1e-2 (filled, solid; dotted: one layer short) and 1e-4 "
        "(open, dashed). At random angles the mean squared derivative is "
        f"{signal.min():.2f} … {signal.max():.2f} of the variance of a derivative from one shot."
    )
    return Drawn(figure, cells, caption)
