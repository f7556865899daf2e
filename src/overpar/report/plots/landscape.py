"""Fig. 1: the loss landscape around a trap, for an under- and an overparametrised ansatz."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

FLOOR = 1e-15
DARKEST = 0.02


def draw(*, points: pd.DataFrame, slices: pd.DataFrame, descents: pd.DataFrame) -> Drawn:
    """Slices of the shallowest and the deepest ansatz; below, a cut and the descents."""
    points = points.sort_values("depth")
    shown = [int(points["depth"].min()), int(points["depth"].max())]
    norm = LogNorm(DARKEST, slices["loss"].max())
    figure = Figure(figsize=(COLUMN, 3.9))
    axes = figure.subplots(2, 2, height_ratios=[1.25, 1])
    for axis, depth in zip(axes[0], shown, strict=True):
        point = points[points["depth"] == depth].iloc[0]
        _slice(axis, slices[slices["depth"] == depth], point, norm)
    axes[0, 0].set_ylabel("second direction (rad)")
    axes[0, 1].set_yticklabels([])
    colours = ScalarMappable(norm, "viridis")
    bar = figure.colorbar(colours, ax=axes[0], location="top", aspect=40, ticks=[0.1, 1, 10])
    bar.set_label("loss", labelpad=1)
    floor, fall = axes[1]
    for colour, depth in zip(COLOURS, points["depth"], strict=False):
        rows = slices[slices["depth"] == depth]
        lowest = rows.groupby("x")["loss"].min()
        floor.plot(lowest.index, lowest, color=colour)
        curve = descents[descents["depth"] == depth]
        heights = curve["loss"].clip(lower=FLOOR)
        fall.plot(curve["step"] + 1, heights, color=colour, label=f"{2 * int(depth)}")
    trap = float(points["loss"].iloc[0])
    floor.plot(0, trap, "kx", markersize=4, zorder=5)
    floor.set(xlabel="first direction (rad)", ylabel="lowest loss across", ylim=(0, 1.2))
    fall.set(xscale="log", yscale="log", xlabel="training step", ylabel="loss")
    fall.set_yticks([1e-12, 1e-8, 1e-4, 1])
    fall.legend(title="angles $M$", title_fontsize=6, loc="lower left", handlelength=1)
    first = points.iloc[0]
    seen = "; ".join(
        f"M = {p.parameters}: {p.negative}, {p.lowest:.2g}, {max(p.descent_best, FLOOR):.2g}"
        for p in points.itertuples()
    )
    caption = (
        f"The Hamiltonian variational ansatz of {int(first['trained'])} layers is trained on the "
        f"{first['boundary']} chain of {int(first['qubits'])} qubits; the run of median loss ends "
        f"in a minimum of loss {trap:.6f} (cross). Above: the loss around it for this ansatz, in "
        "the plane of the two smallest curvatures, and for a deeper one that makes the same state "
        "with further layers of angle zero, in the plane of the smallest curvature and of the "
        "minimum (circle) that training from beside the cross reaches; white: the loss of the "
        "cross. Below: the lowest loss of the slice at each place along its first direction, and "
        "the training, for every depth. Number of negative curvatures at the cross, smallest "
        f"curvature, and lowest loss reached: {seen}. Losses are cut at {DARKEST:g} above and at "
        f"{FLOOR:g} below. The protocol is ours; the paper's figure is a sketch."
    )
    data = [
        slices.assign(panel="slice"),
        descents.assign(panel="descent"),
        points.assign(panel="trap"),
    ]
    return Drawn(figure, pd.concat(data, ignore_index=True), caption)


def _slice(axis: Axes, rows: pd.DataFrame, point: pd.Series, norm: LogNorm) -> None:
    grid = rows.pivot_table(index="y", columns="x", values="loss")
    x, y = grid.columns.to_numpy(), grid.index.to_numpy()
    heights = grid.clip(lower=DARKEST).to_numpy()
    levels = np.geomspace(DARKEST, norm.vmax or 1, 31)
    axis.contourf(x, y, heights, levels, norm=norm, cmap="viridis")
    axis.plot(0, 0, "x", color="white", markersize=4, markeredgewidth=1)
    saddle = point["negative"] > 0
    if saddle:
        # At a minimum this level is the point itself.
        axis.contour(x, y, heights, [float(point["loss"])], colors="white", linewidths=0.7)
        end = (point["end_x"], point["end_y"])
        axis.plot(*end, "o", color="white", markerfacecolor="none", markersize=4)
    axis.set_title(f"$M = {int(point['parameters'])}$: {'saddle' if saddle else 'minimum'}", pad=2)
    axis.set(xlabel="first direction (rad)", aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
