"""Any model of the config: success of training and rank against the number of angles."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from overpar.base.statistics import wilson
from overpar.report.plots.style import COLOURS, COLUMN, Drawn

SUCCESS, FLOOR = "min_lt_0.0001", 1e-15


def draw(*, cells: pd.DataFrame, ranks: pd.DataFrame) -> Drawn:
    """Fraction of successful runs, lowest losses, and rank of the QFIM against angles.

    Args:
        cells: made by training:cells.
        ranks: made by spectra:ranks.
    """
    figure = Figure(figsize=(COLUMN, 4.6))
    axes = figure.subplots(3, 1, sharex=True)
    groups = [*cells.groupby(["model", "qubits"])]
    colours = {key: COLOURS[k % len(COLOURS)] for k, (key, _) in enumerate(groups)}
    several = len(cells["model"].unique()) > 1
    for key, group in groups:
        rows = group.sort_values("parameters")
        counts = [(int(k), int(n)) for k, n in zip(rows[SUCCESS], rows["runs"], strict=True)]
        low, high = np.array([wilson(k, n) for k, n in counts]).T
        name = f"{key[0]}, {key[1]}" if several else str(key[1])
        look = {"color": colours[key], "marker": "o", "markersize": 2.5}
        axes[0].fill_between(rows["parameters"], low, high, color=colours[key], alpha=0.2, lw=0)
        axes[0].plot(rows["parameters"], rows[SUCCESS] / rows["runs"], label=name, **look)
        axes[1].plot(rows["parameters"], rows["best_median"].clip(lower=FLOOR), **look)
    random = ranks[ranks["at"] == "random"]
    for key, group in random.groupby(["model", "qubits"]):
        rows = group.sort_values("parameters")
        colour = colours.get(key, "0.5")
        axes[2].plot(rows["parameters"], rows["rank"], ".-", color=colour)
    axes[0].set(ylabel=r"fraction below $10^{-4}$", ylim=(-0.04, 1.04))
    axes[2].legend(*axes[0].get_legend_handles_labels(), title="qubits", title_fontsize=6)
    axes[1].set(yscale="log", ylabel="median of lowest losses")
    axes[2].set(xlabel="angles $M$", ylabel="rank of the QFIM")
    runs = "/".join(str(n) for n in sorted(cells["runs"].unique()))
    caption = (
        f"Of {runs} runs a circuit: the fraction whose lowest loss is below 1e-4 (band: 95 % "
        "Wilson interval) and the median of the lowest losses; below, the rank of the QFIM at "
        "generic angles, exact for rotations and Clifford+T gates."
    )
    data = [cells.assign(panel="training"), random.assign(panel="rank")]
    return Drawn(figure, pd.concat(data, ignore_index=True), caption)
