"""Extended Data Fig. 1: the QFIM under noise."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from overpar.report.plots.style import COLOURS, COLUMN, PUBLISHED, Drawn

DEPTH, STRENGTH = 6, 0.001
FLOOR = 1e-16


def draw(*, eigenvalues: pd.DataFrame, released: pd.DataFrame) -> Drawn:
    """Eigenvalues against strength (local, global) and against depth."""
    qubits = int(eigenvalues["qubits"].iloc[0])
    depths = eigenvalues["depth"].unique()
    depth = DEPTH if DEPTH in depths else int(max(depths))
    figure = Figure(figsize=(COLUMN, 4.2))
    axes = figure.subplots(2, 2, sharey="row")
    (local, glob), (against, both) = axes
    fixed = eigenvalues[eigenvalues["depth"] == depth]
    _against(local, fixed.query("place == 'local'"), "strength", qubits)
    glob_rows = fixed.query("place == 'global'").assign(loss=lambda t: 1 - t["strength"])
    _against(glob, glob_rows, "loss", qubits)
    _formula(glob, glob_rows, qubits, depth)
    chosen = eigenvalues[(eigenvalues["place"] == "local") & (eigenvalues["strength"] == STRENGTH)]
    _against(against, chosen, "depth", qubits)
    _against(both, fixed.query("place == 'both'"), "strength", qubits)
    for axis, known, x in (
        (local, released.query("noise == 'local' and p == @depth"), "strength"),
        (glob, released.query("noise == 'global' and p == @depth"), "strength"),
        (against, released.query("noise == 'local' and strength == @STRENGTH"), "p"),
    ):
        for _, fact in known.iterrows():
            spectrum = [max(float(v), FLOOR) for v in fact["eigenvalues"].split()]
            place = 1 - fact[x] if axis is glob else fact[x]
            axis.plot([place] * len(spectrum), spectrum, **{**PUBLISHED, "markersize": 2.4})
    for axis in (local, glob, both):
        axis.set(xscale="log", yscale="log")
    against.set(yscale="log", xlabel="layers $p$")
    local.set(xlabel=r"strength $\lambda$", ylabel="QFIM eigenvalue")
    glob.set(xlabel="$1 - q$")
    both.set(xlabel=r"strength $\lambda$")
    against.set_ylabel("QFIM eigenvalue")
    local.set_title(f"local, after gates, $p = {depth}$", pad=2)
    glob.set_title(f"global, $p = {depth}$", pad=2)
    against.set_title(rf"local, $\lambda = {STRENGTH}$", pad=2)
    both.set_title(f"local, before and after, $p = {depth}$", pad=2)
    local.set_ylim(bottom=FLOOR / 3)
    against.set_ylim(bottom=1e-10)
    handles = [
        Line2D([], [], color=COLOURS[0], marker=".", label=f"{qubits} noiseless ones"),
        Line2D([], [], color=COLOURS[1], marker=".", label="new under noise"),
        Line2D([], [], color="0.5", linestyle="--", label="formula"),
        Line2D([], [], **PUBLISHED, label="published"),
    ]
    glob.legend(handles=handles, loc="center left", handlelength=1.2)
    caption = (
        f"Eigenvalues of the mixed-state QFIM (full normalisation, {qubits} qubits, periodic, one "
        "set of angles) against the strength of local Pauli noise after every gate, of global "
        "depolarising noise with the formula 4FQ²/(Q+2(1−Q)/2ⁿ), Q = q^(4p+1), against depth, and "
        "against strength where local noise acts before and after every gate, as the paper's "
        "caption says; the released data are those after every gate only. Black circles: the "
        f"released spectra. Eigenvalues below {FLOOR:g} are drawn there."
    )
    return Drawn(figure, eigenvalues, caption)


def _against(axis: Axes, rows: pd.DataFrame, column: str, coupled: int) -> None:
    for index, line in rows.sort_values(column).groupby("index"):
        colour = COLOURS[0] if index <= coupled else COLOURS[1]
        heights = line["eigenvalue"].clip(lower=FLOOR)
        axis.plot(line[column], heights, ".-", color=colour, markersize=2, linewidth=0.6)


def _formula(axis: Axes, rows: pd.DataFrame, qubits: int, depth: int) -> None:
    """The noiseless eigenvalues, read off the weakest noise, scaled by the formula."""
    if rows.empty:
        return
    losses = np.geomspace(rows["loss"].min(), rows["loss"].max(), 60)

    def scale(loss: np.ndarray | float) -> np.ndarray:
        q = (1 - np.asarray(loss)) ** (4 * depth + 1)
        return np.asarray(q**2 / (q + 2 * (1 - q) / 2**qubits))

    weakest = rows[rows["loss"] == rows["loss"].min()].nsmallest(qubits, "index")
    for value in weakest["eigenvalue"]:
        curve = value / scale(float(losses[0])) * scale(losses)
        axis.plot(losses, curve, "--", color="0.5", linewidth=0.6, zorder=0)
