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


# Laws against n and how they are drawn; where sizes do not tell them apart, both are.
_LAWS = {"power": ("power",), "exponential": ("exponential",), "constant": ("exponential",)}
_LINES = {"power": "--", "exponential": ":"}
NUMBERS = {
    "dimension": "dimension of the algebra",
    "angles": "angles of full rank",
    "rank": "largest rank",
}
VARIANCES = {
    "gradient_variance": "gradient, sampled",
    "loss_variance": "loss, sampled",
    "predicted_loss_variance": "loss of deep circuits, predicted",
}


def draw_sizes(
    sizes: Sequence[dict[str, Any]], trends: dict[str, Any] | None = None, axes: Any = None
) -> Any:
    """Dimension, rank and angles of full rank, and variances, against n, with their trends.

    Args:
        sizes: rows of a diagnosis.
        trends: of a diagnosis, drawn up to the size that they are extrapolated to: power laws
            dashed, exponentials dotted.
        axes: two axes to draw into; new ones if None.
    """
    if axes is None:
        _, axes = plt.subplots(1, 2, figsize=(7.6, 3.2), layout="constrained")
    for axis, shown in zip(axes, (NUMBERS, VARIANCES), strict=True):
        for (key, label), colour, marker in zip(shown.items(), COLOURS, "osx", strict=False):
            rows = [row for row in sizes if row[key]]
            n, values = [row["qubits"] for row in rows], [row[key] for row in rows]
            halves = [row.get(key.replace("variance", "half")) for row in rows]
            bars = None if key in NUMBERS or key.startswith("predicted") else halves
            style = {"color": colour, "marker": marker, "markersize": 4, "linestyle": ""}
            axis.errorbar(n, values, bars, label=label, **style)
            _draw_trend(axis, (trends or {}).get(key), n, colour)
        axis.set(xlabel="qubits n", yscale="log")
        # Room for the legend above the numbers.
        low, high = axis.get_ylim()
        axis.set_ylim(top=high * (high / low) ** 0.5)
        axis.legend(frameon=False, loc="upper left", fontsize=8)
    axes[0].set(ylabel="number")
    axes[1].set(ylabel="variance (bars: 99 %)")
    if trends is None or not any(trends.values()):
        for axis in axes:
            axis.set_xticks([row["qubits"] for row in sizes])
    return axes


def _draw_trend(axis: Axes, trend: dict[str, Any] | None, sizes: list[int], colour: str) -> None:
    """The law or laws of a trend, from the smallest size to the one it is extrapolated to."""
    if not trend or not sizes:
        return
    far = trend["extrapolated_to"]
    n = np.linspace(min(sizes), far, 100)
    for law in _LAWS.get(trend["law"], ("power", "exponential")):
        end = trend["extrapolated"][law]
        power = (n / far) ** trend["power"]
        change = power if law == "power" else 2.0 ** (trend["rate"] * (n - far))
        axis.plot(n, end * change, _LINES[law], color=colour, linewidth=0.9)
