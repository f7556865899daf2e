"""Figures of a user's own runs and diagnoses, drawn where the user asks for them."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from overpar.report.plots.style import COLOURS

FLOOR = 1e-14


def draw_runs(losses: NDArray[np.float64], axes: Axes | None = None) -> Axes:
    """Loss against step, a line per run.

    Args:
        losses: shape (runs, steps+1); drawn from 1e-14 on.
        axes: to draw into; new ones if None.
    """
    if axes is None:
        _, axes = plt.subplots(figsize=(5, 3), layout="constrained")
    axes.plot(losses.T.clip(FLOOR), color=COLOURS[0], linewidth=0.6, alpha=0.5)
    axes.set(xscale="symlog", yscale="log", xlabel="training step", ylabel="loss", xlim=(0, None))
    return axes


def draw_sizes(sizes: Sequence[dict[str, Any]], axes: Any = None) -> Any:
    """Dimension, rank and angles of full rank, and the gradient's variance, against n.

    Args:
        sizes: rows of a diagnosis.
        axes: two axes to draw into; new ones if None.
    """
    if axes is None:
        _, axes = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
    shown = {
        "dimension": "dimension of the algebra",
        "angles": "angles of full rank",
        "rank": "largest rank",
    }
    for colour, (key, label) in zip(COLOURS, shown.items(), strict=False):
        rows = [row for row in sizes if row[key] is not None]
        n = [row["qubits"] for row in rows]
        axes[0].plot(n, [row[key] for row in rows], ".-", color=colour, label=label)
    rows = [row for row in sizes if row["gradient_variance"] is not None]
    axes[1].errorbar(
        [row["qubits"] for row in rows],
        [row["gradient_variance"] for row in rows],
        [row["gradient_half"] for row in rows],
        fmt=".-",
        color=COLOURS[0],
    )
    axes[0].set(ylabel="number", yscale="log")
    # Room for the legend above the lines, which rise.
    axes[0].set_ylim(top=5 * axes[0].get_ylim()[1])
    axes[0].legend(frameon=False, loc="upper left")
    axes[1].set(ylabel="gradient variance (99 %)", yscale="log")
    for axis in axes:
        axis.set(xlabel="qubits", xticks=[row["qubits"] for row in sizes])
    return axes
