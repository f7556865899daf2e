"""Loss against training step, ours beside the published medians."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes

from overpar.report.plots.style import PUBLISHED

SHOWN_DEPTHS = 4
# The steps at which the published facts hold a median.
STEPS = (100, 300, 1000, 2000)


def spread(depths: pd.Series) -> list[int]:
    """A few depths, evenly spaced among all, shallowest and deepest included."""
    ordered = sorted(int(d) for d in depths.unique())
    picks = np.linspace(0, len(ordered) - 1, min(SHOWN_DEPTHS, len(ordered))).round().astype(int)
    return [ordered[k] for k in picks]


def draw_band(axis: Axes, curve: pd.DataFrame, floor: float, **look: object) -> None:
    """One cell's median loss with the band of its quartiles; losses below `floor` are on it."""
    step = curve["step"] + 1
    low, high = (curve[q].clip(lower=floor) for q in ("loss_q25", "loss_q75"))
    axis.fill_between(step, low, high, color=look["color"], alpha=0.25, linewidth=0)
    axis.plot(step, curve["loss_median"].clip(lower=floor), **look)  # type: ignore[arg-type]


def draw_published(axis: Axes, facts: pd.DataFrame, floor: float, label: str | None = None) -> None:
    """The published medians of cells, one per row, as black circles."""
    for _, fact in facts.iterrows():
        values = [max(fact[f"median_loss_at_{s}"], floor) for s in STEPS]
        axis.plot(np.array(STEPS) + 1, values, **PUBLISHED, label=label)


def draw_depths(
    axis: Axes, curves: pd.DataFrame, facts: pd.DataFrame, depth: tuple[str, str, str], floor: float
) -> pd.DataFrame:
    """Loss curves of a few depths in one panel.

    Args:
        axis: the panel.
        curves: ours, of one chain or register.
        facts: published, of the same.
        depth: what depth is called in ours, in the published facts and in the legend.
        floor: losses below it are drawn on it.

    Returns:
        The curves that are drawn.
    """
    ours, theirs, title = depth
    depths = spread(curves[ours])
    colours = colormaps["viridis"](np.linspace(0.0, 0.85, max(len(depths), 1)))
    for colour, value in zip(colours, depths, strict=False):
        draw_band(axis, curves[curves[ours] == value], floor, color=colour, label=f"{value}")
        draw_published(axis, facts[facts[theirs] == value], floor)
    axis.set(xscale="log", yscale="log")
    axis.set_yticks([1e-12, 1e-8, 1e-4, 1])
    axis.legend(title=title, title_fontsize=6, loc="lower left", handlelength=1, labelspacing=0.15)
    return curves[curves[ours].isin(depths)].assign(panel="loss")
