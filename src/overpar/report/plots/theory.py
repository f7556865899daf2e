"""The theory as a figure: algebra, ranks and trainability of each model against its size."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

LINES = (
    ("dimension", r"dim $\mathfrak{g}$", "-", "black"),
    ("bound", "bound on the rank", "--", COLOURS[1]),
)
POINTS = (
    ("qfim_rank", "rank of the QFIM", "o", COLOURS[0]),
    ("hessian_rank", "rank of the Hessian", "x", COLOURS[4]),
    ("saturation_angles", "$M$ where the rank is full", "^", COLOURS[2]),
    ("angles_50", "$M$ where 50 % succeed", "D", COLOURS[3]),
    ("angles_100", "$M$ where all succeed", "s", COLOURS[3]),
)


def draw(*, models: pd.DataFrame) -> Drawn:
    """One panel per model."""
    table = models.sort_values("qubits", kind="stable")
    names = list(dict.fromkeys(models["model"]))
    figure = Figure(figsize=(COLUMN, 4.9))
    axes = figure.subplots(-(-(len(names) + 1) // 2), 2)
    panels = axes.ravel()
    for axis, model in zip(panels, names, strict=False):
        _panel(axis, table[table["model"] == model])
        axis.set_title(model, pad=3)
    for axis in panels[len(names) :]:
        axis.axis("off")
    panels[-1].legend(*panels[0].get_legend_handles_labels(), loc="center", labelspacing=0.6)
    for axis in axes[:, 0]:
        axis.set_ylabel("number")
    for axis in panels[max(0, len(names) - 2) : len(names)]:
        axis.set_xlabel("qubits $n$")
    caption = (
        "Dimension of the Lie algebra 𝔤 by exact closure; the bound on the rank of the QFIM is its "
        "dimension on the subspace that the input state explores, or what the number of real "
        "directions of a state allows. The rank of the QFIM is exact, that of the Hessian the "
        "largest found; M is the number of angles of the shortest circuit of all depths with the "
        "full rank, or of the shortest of this run of which 50 % or all runs reach a loss of 1e-4 "
        "(training angles U[0, π/2) for the TFIM-HVA). X on qubit 0 is what the released QFIM of "
        "the open chain contains; it is not trained. HEA, all inputs: unitary compilation; from 8 "
        "qubits on its rank needs over 65,000 angles and was not computed. HEA, one input: from "
        "|0…0⟩ to the ground state of the open Ising chain, our addition."
    )
    return Drawn(figure, table, caption)


def _panel(axis: Axes, rows: pd.DataFrame) -> None:
    for name, label, style, colour in LINES:
        axis.plot(rows["qubits"], rows[name], style, color=colour, label=label)
    for name, label, marker, colour in POINTS:
        values = rows[name] if name in rows else pd.Series(float("nan"), rows.index)
        axis.plot(
            rows["qubits"],
            values,
            marker,
            color=colour,
            label=label,
            markersize=4.5 if marker == "s" else 3,
            linestyle="none",
            markerfacecolor="none" if marker in "Ds" else colour,
        )
    axis.set_yscale("log")
    low, high = axis.get_ylim()
    axis.set_ylim(min(low, 2), max(high, 200))
    axis.yaxis.set_minor_formatter(NullFormatter())
    axis.set_xticks(range(2, int(rows["qubits"].max()) + 1, 2))
