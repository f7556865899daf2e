"""Fig. 3: training of the Hamiltonian variational ansatz, and success against depth."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from overpar.base.statistics import wilson
from overpar.report.plots.curves import draw_depths
from overpar.report.plots.style import COLOURS, COLUMN, PUBLISHED, Drawn

BOUNDARIES = ("open", "periodic")
FLOOR = 1e-14
SUCCESS = "min_lt_0.0001"


def draw(
    *, cells: pd.DataFrame, curves: pd.DataFrame, success: pd.DataFrame, loss: pd.DataFrame
) -> Drawn:
    """Loss curves of a few depths per chain length; below, success fraction against depth."""
    sizes = sorted(cells["qubits"].unique())
    figure = Figure(figsize=(COLUMN, 1.15 * len(sizes) + 1.75))
    axes = figure.subplots(
        len(sizes) + 1, 2, sharey="row", height_ratios=[1] * len(sizes) + [1.35], squeeze=False
    )
    data = []
    for column, boundary in enumerate(BOUNDARIES):
        for row, n in enumerate(sizes):
            chosen = curves.query("qubits == @n and boundary == @boundary and initial == 'data'")
            known = loss.query("n == @n and bc == @boundary")
            axis = axes[row, column]
            data.append(draw_depths(axis, chosen, known, ("depth", "p", "$p$"), FLOOR))
            axis.set(ylim=(FLOOR / 3, 30))
            axis.set_title(f"{n} qubits, {boundary}", pad=2)
        for k, n in enumerate(sizes):
            ours = cells.query("qubits == @n and boundary == @boundary").sort_values("depth")
            theirs = success.query("n == @n and bc == @boundary").sort_values("p")
            data.append(_success(axes[-1, column], ours, theirs, COLOURS[k], int(n)))
        axes[-2, column].set_xlabel("training step")
        axes[-1, column].set_xlabel("layers $p$")
    for row in axes[:-1, 0]:
        row.set_ylabel(r"loss $\langle H\rangle - E_0$")
    axes[-1, 0].set_ylabel(r"fraction below $10^{-4}$")
    axes[-1, 1].plot([], [], color="0.3", label="ours, U[0, π/2)")
    axes[-1, 1].plot([], [], color="0.3", linestyle=":", label="ours, U[0, π)")
    axes[-1, 1].plot([], [], **PUBLISHED, label="published")
    axes[-1, 1].legend(loc="lower right")
    axes[-1, 0].legend(loc="lower right", title="qubits", title_fontsize=6, handlelength=1)
    runs = "/".join(str(r) for r in sorted(cells["runs"].unique()))
    caption = (
        f"Loss of {runs} runs a cell (line: median, band: quartiles, initial angles U[0, π/2)) "
        "for four depths per chain; below, the fraction of runs whose lowest recorded loss is "
        "below 1e-4 (band: 95 % Wilson interval) for both readings of the initial angles. "
        "Black circles: the authors' released raw data (all rows; 8 qubits, open, p = 4 is "
        "probably 12-qubit data). Depths 3 (6 qubits) and 5 (10 qubits), periodic, are added here."
    )
    return Drawn(figure, pd.concat(data, ignore_index=True), caption)


def _success(
    axis: Axes, ours: pd.DataFrame, theirs: pd.DataFrame, colour: str, n: int
) -> pd.DataFrame:
    out = []
    for arm, style in (("data", "-"), ("code", ":")):
        rows = ours[ours["initial"] == arm]
        if rows.empty:
            continue
        fraction = rows[SUCCESS] / rows["runs"]
        low, high = np.array(
            [wilson(int(k), int(m)) for k, m in zip(rows[SUCCESS], rows["runs"], strict=True)]
        ).T
        if arm == "data":
            axis.fill_between(rows["depth"], low, high, color=colour, alpha=0.2, linewidth=0)
        label = str(n) if arm == "data" else None
        axis.plot(rows["depth"], fraction, style, color=colour, label=label)
        out.append(
            rows[["qubits", "boundary", "depth", "initial", "runs", SUCCESS]].assign(
                panel="success", fraction=fraction, low=low, high=high
            )
        )
    axis.plot(theirs["p"], theirs[SUCCESS] / theirs["runs"], **PUBLISHED)
    published = theirs.rename(columns={"n": "qubits", "bc": "boundary", "p": "depth"})
    out.append(
        published[["qubits", "boundary", "depth", "runs", SUCCESS]].assign(
            panel="success", initial="published", fraction=published[SUCCESS] / published["runs"]
        )
    )
    axis.set_ylim(-0.04, 1.04)
    return pd.concat(out, ignore_index=True)
