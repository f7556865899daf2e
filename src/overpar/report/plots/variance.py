"""Variance of loss and gradient against the laws of the algebra. Our protocol."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

NAMES = {
    "tfim_open": ("TFIM-HVA, open", COLOURS[0], "o"),
    "tfim_periodic": ("TFIM-HVA, periodic", COLOURS[2], "s"),
    "hardware_efficient": ("HEA", COLOURS[1], "^"),
}


def draw(*, variances: pd.DataFrame, slopes: pd.DataFrame) -> Drawn:
    """Variances of loss and derivative against qubits, and over the laws."""
    variances = variances.sort_values("qubits", kind="stable").reset_index(drop=True)
    unstructured = variances["model"] == "hardware_efficient"
    variances["loss_law"] = variances["predicted"].where(~unstructured, variances["haar"])
    variances["derivative_law"] = variances["derivative_haar"].where(unstructured)
    figure = Figure(figsize=(COLUMN, 3.9))
    axes = figure.subplots(2, 2)
    for column, (name, letter) in enumerate((("loss", "L"), ("derivative", r"\partial L"))):
        _variances(axes[0, column], variances, name)
        axes[0, column].set_ylabel(rf"Var ${letter}$ / (Tr $H^2/2^n$)")
        _ratio(axes[1, column], variances, name)
        axes[1, column].set_ylabel(rf"Var ${letter}$, sampled / law")
    for axis in axes.ravel():
        axis.set_xlabel("qubits $n$")
        axis.set_xticks(range(2, int(variances["qubits"].max()) + 1, 2))
    low, high = axes[0, 0].get_ylim()
    axes[0, 0].set_ylim(low / 12, high)
    axes[0, 0].legend(loc="lower left", handlelength=1, labelspacing=0.2, borderpad=0)
    shown = "; ".join(_slope(row) for _, row in slopes.iterrows())
    caption = (
        "Our own protocol. Above: variance over angles U[0, 2π) of the loss ⟨H⟩ (left) and of its "
        "derivative along the middle angle (right), H the Ising chain, in units of ‖H‖² = "
        f"Tr H²/2ⁿ; TFIM-HVA at depth {int(variances['depth'][~unstructured].max())}, "
        "hardware-efficient ansatz (HEA) from where it has 4ⁿ − 1 angles. Lines: laws without any "
        "simulation, of the loss from the Lie algebra alone, which is ‖H‖²/(2ⁿ + 1) for the HEA; "
        "of its derivative 4ⁿ/(2(4ⁿ − 1)) times that. Below: sampled variance over the law; "
        "intervals hold at 99 % for all points together. Slopes of the loss variance with 99 % "
        f"intervals: {shown}."
    )
    data = [variances.assign(panel="variance"), slopes.assign(panel="slopes")]
    return Drawn(figure, pd.concat(data), caption)


def _slope(row: pd.Series) -> str:
    name = NAMES[row["model"]][0]
    if row["parity"] != "all":
        name += f", {row['parity']} n"
    kind, law = ("rate", "2^({}n)") if row["model"] == "hardware_efficient" else ("power", "n^{}")
    low, high = row[f"loss_{kind}_low"], row[f"loss_{kind}_high"]
    if not np.isfinite(low):
        return f"{name}: too few sizes"
    value = f"{row[f'loss_{kind}']:.2f}"
    return f"{name}: {law.format(value)} [{low:.2f}, {high:.2f}]"


def _variances(axis: Axes, table: pd.DataFrame, name: str) -> None:
    for model, rows in table.groupby("model"):
        text, colour, marker = NAMES[model]
        norm = rows["observable_norm"]
        reach = np.abs([rows[name] - rows[f"{name}_low"], rows[f"{name}_high"] - rows[name]])
        axis.errorbar(
            rows["qubits"],
            rows[name] / norm,
            reach / norm.to_numpy(),
            color=colour,
            marker=marker,
            markersize=3,
            linestyle="none",
            elinewidth=0.7,
            label=text,
        )
        axis.plot(rows["qubits"], rows[f"{name}_law"] / norm, "-", color=colour)
    axis.set_yscale("log")


def _ratio(axis: Axes, table: pd.DataFrame, name: str) -> None:
    for shift, model in ((-0.12, "tfim_open"), (0, "hardware_efficient"), (0.12, "tfim_periodic")):
        rows = table[(table["model"] == model) & table[f"{name}_law"].notna()]
        _, colour, marker = NAMES[model]
        axis.errorbar(
            rows["qubits"] + shift,
            rows[name] / rows[f"{name}_law"],
            (rows[f"{name}_high"] - rows[name]) / rows[f"{name}_law"],
            color=colour,
            marker=marker,
            markersize=3,
            linestyle="none",
            elinewidth=0.7,
        )
    axis.axhline(1, color="black", linewidth=0.6)
