"""Supplementary Fig. 5: training of the autoencoder from three sources of training states."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from overpar.report.plots.curves import draw_band, draw_published
from overpar.report.plots.style import COLOURS, COLUMN, PUBLISHED, Drawn

SOURCES = ("ntangled", "released", "regenerated")
FLOOR = 1e-15


def draw(
    *,
    cells: pd.DataFrame,
    curves: pd.DataFrame,
    runs: pd.DataFrame,
    ranks: pd.DataFrame,
    loss: pd.DataFrame,
) -> Drawn:
    """Above: loss curves for each depth; below: lowest loss of every run."""
    depths = sorted(cells["layers"].unique())
    figure = Figure(figsize=(COLUMN, 5.6))
    grid = figure.add_gridspec(3, len(depths), height_ratios=[1.3, 1, 1])
    axes = np.array(
        [[figure.add_subplot(grid[row, k]) for k in range(len(depths))] for row in range(2)]
    )
    for row in axes:
        for axis in row[1:]:
            axis.sharey(row[0])
            axis.tick_params(labelleft=False)
    notes, data = [], []
    for column, depth in enumerate(depths):
        top, bottom = axes[:, column]
        fact = loss[loss["L"] == depth]
        for k, source in enumerate(SOURCES):
            cell = cells.query("layers == @depth and states == @source").iloc[0]
            name = source if cell["states_source"] == source else f"{source}*"
            if column == 0:
                notes.append(f"{source}: {cell['provenance'].splitlines()[0].rstrip('.')}")
            curve = curves.query("layers == @depth and states == @source")
            run = runs.query("layers == @depth and states == @source")
            if curve.empty:
                bottom.text(k, 1e-6, "not\navailable", ha="center", fontsize=6, color="0.4")
                continue
            colour = COLOURS[k]
            draw_band(top, curve, FLOOR, color=colour, label=name)
            spread = k + np.linspace(-0.25, 0.25, len(run))
            best = run["best_loss"].clip(lower=FLOOR)
            bottom.plot(spread, best, ".", color=colour, markersize=2.5, markeredgewidth=0)
            below = int(cell["min_lt_0.001"])
            bottom.text(k, 20, f"{below}/{int(cell['runs'])}", ha="center", fontsize=6)
            data += [curve.assign(panel="loss"), run.assign(panel="best")]
        draw_published(top, fact, FLOOR, "published")
        for _, row in fact.iterrows():
            middle = max(row["min_over_records_median"], FLOOR)
            bottom.plot([1], [middle], **PUBLISHED)
        top.set(xscale="log", yscale="log", xlabel="training step", ylim=(FLOOR / 3, 2))
        top.set_title(f"$L = {depth}$ layers", pad=2)
        bottom.set(yscale="log", ylim=(FLOOR / 3, 300), xlim=(-0.5, 2.5))
        bottom.axhline(1e-3, color="0.6", linewidth=0.6, linestyle="--")
        bottom.set_xticks(range(3), SOURCES, rotation=20)
    axes[0, 0].set_ylabel("loss")
    axes[1, 0].set_ylabel("lowest loss of a run")
    axes[0, 0].legend(loc="lower left")
    data.append(_ranks(figure.add_subplot(grid[2, :]), ranks))
    replaced = cells[(cells["states"] != cells["states_source"]) & (cells["runs"] > 0)]
    warning = ""
    if len(replaced):
        source = replaced.iloc[0]["states_source"]
        warning = f"* NTangled was not fetched: these states are {source}. "
        figure.suptitle(warning, fontsize=6, color="#D55E00")
    caption = (
        "Mean over four training states of 1 − P(00) for the trash qubits; line: median, band: "
        "quartiles of the runs; below, each run's lowest loss and how many are below 1e-3 "
        "(dashed). Bottom: rank of the QFIM of single training states and of the tangent map of "
        "all four, which the loss needs; grey: number of angles. Black circles: the authors' "
        "released raw data (medians; rank at L = 35). "
        f"{warning}Training states: {'; '.join(notes)}."
    )
    return Drawn(figure, pd.concat(data, ignore_index=True), caption)


def _ranks(axis: Axes, ranks: pd.DataFrame) -> pd.DataFrame:
    """Rank of single-state QFIMs and of the joint tangent map against depth."""
    known = ranks[ranks["runs"] > 0].sort_values("layers")
    known = known[known["states"] == known["states"].iloc[-1]]
    axis.plot(known["layers"], known["parameters"], color="0.7", linewidth=0.7)
    axis.plot(known["layers"], known["joint_rank"], ".-", color=COLOURS[4], label="four states")
    axis.plot(known["layers"], known["rank_max"], ".-", color=COLOURS[3], label="one state")
    axis.plot([35], [30], **PUBLISHED)
    axis.set(xlabel="layers $L$", ylabel="QFIM rank", xlim=(0, None), ylim=(0, 140))
    axis.legend(loc="center right")
    return known.assign(panel="rank")
