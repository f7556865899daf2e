"""Where the rank of the Ising chain's QFIM saturates, and how small its singular values are."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

CHAINS = {
    "open": (COLOURS[0], "o", "$n^2/2$"),
    "periodic": (COLOURS[1], "s", "$n$"),
}
# Singular values below this part of the largest do not count as rank, and what is rounding.
CUT, ROUNDING = 1e-12, 2.2e-16
TICKS = (4, 10, 30, 100, 200)


def draw(*, cells: pd.DataFrame) -> Drawn:
    """Exact saturation and numerical rank; smallest singular value at two depths."""
    table = cells.sort_values(["boundary", "qubits"])
    figure = Figure(figsize=(COLUMN, 2.3))
    ranks, sizes = figure.subplots(1, 2)
    for boundary, rows in table.groupby("boundary"):
        colour, marker, law = CHAINS[boundary]
        n = rows["qubits"]
        ranks.plot(n, rows["limit"], color=colour, linewidth=0.6, label=law)
        common = {"color": colour, "linestyle": "none", "markersize": 3}
        ranks.plot(n, rows["saturation_angles"], marker, label=f"$M_c$, {boundary}", **common)
        ranks.plot(n, rows["deepest_rank_min"], "kx", markersize=2.5, markeredgewidth=0.6)
        for name, times, fill in (("saturation", "", colour), ("deepest", "2 ", "none")):
            value = np.sqrt(rows[f"{name}_smallest"])
            label = f"$M = {times}M_c$, {boundary}"
            sizes.plot(n, value, marker, label=label, markerfacecolor=fill, **common)
    ranks.plot([], [], "kx", markersize=2.5, label="numerical rank")
    ranks.set(xscale="log", yscale="log", xlabel="qubits $n$", ylabel="number")
    sizes.axhline(CUT, color="0.5", linestyle="--", linewidth=0.6)
    sizes.axhspan(1e-19, ROUNDING, color="0.9", linewidth=0)
    sizes.set(xscale="log", yscale="log", xlabel="qubits $n$", ylim=(1e-19, 1e10))
    sizes.set_ylabel("smallest singular value / largest")
    sizes.set_yticks([1e-18, 1e-12, 1e-6, 1])
    for axis in (ranks, sizes):
        axis.set_xticks(TICKS, map(str, TICKS))
        axis.minorticks_off()
        axis.legend(handlelength=1, handletextpad=0.4, labelspacing=0.3)
    caption = (
        "Left: number of angles M_c of the shortest circuit in which the rank of the QFIM at "
        "generic angles is largest, computed modulo primes at every depth, with n²/2 and n; "
        "crosses: smallest numerical rank of "
        f"{int(table['samples'].max())} seeded points with the deepest circuit of each size. "
        "Right: the smallest of as many singular values of the tangents as the exact rank counts, "
        "over the largest, median over points, in the shortest circuit of full rank (filled) and "
        "in the deepest (open markers, twice as many angles unless the settings say otherwise). "
        "Below the dashed line a value does not count as numerical rank; the grey range is "
        "rounding, where values are not known."
    )
    return Drawn(figure, table, caption)
