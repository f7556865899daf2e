"""Expressivity against trainability: variance of the loss, and classification. Our protocol."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

NAMES = {
    "tfim_open": ("TFIM-HVA, open", COLOURS[0], "o"),
    "tfim_periodic": ("TFIM-HVA, periodic", COLOURS[2], "s"),
    "hardware_efficient": ("HEA", COLOURS[1], "^"),
    "equivariant": ("symmetric", COLOURS[0], "o"),
}


def draw(*, variances: pd.DataFrame, slopes: pd.DataFrame, classification: pd.DataFrame) -> Drawn:
    """Above: variances against qubits, beside the prediction. Below: classification."""
    variances = variances.sort_values("qubits", kind="stable")
    figure = Figure(figsize=(COLUMN, 5.6))
    axes = figure.subplots(3, 2)
    _variances(axes[0], variances)
    _ratio(axes[1, 0], variances)
    _accuracy(axes[1, 1], classification)
    _classes(axes[2, 0], classification, "gap", "training − test accuracy")
    _classes(axes[2, 1], classification, "gradient_square", r"mean of $(\partial L)^2$")
    axes[2, 1].set_yscale("log")
    for axis in axes.ravel():
        axis.set_xlabel("qubits $n$")
    shown = "; ".join(_slope(row) for _, row in slopes.iterrows())
    caption = (
        "Our own protocol. Above: variance over angles U[0, 2π) of the loss ⟨H⟩ (left; lines: "
        "predicted from the Lie algebra alone, before any simulation) and of its derivative along "
        "the middle angle (right), H the Ising chain, in units of Tr H²/2ⁿ; TFIM-HVA at depth "
        f"{int(variances['depth'][variances['model'] != 'hardware_efficient'].max())}, "
        "hardware-efficient ansatz (HEA) from where it has 4ⁿ − 1 angles. Middle left: sampled "
        "over predicted variance of the loss; intervals hold at 99 % for all points together. "
        f"Slopes of the loss variance with 99 % intervals: {shown}. Middle right and "
        "below: classification of points of a ring by a label that shifts and reflections leave "
        "alone, with circuits of equal numbers of angles; "
        f"{int(classification['train_points'].max())} points to train, "
        f"{int(classification['test_points'].max())} to test; gradients at random initial angles. "
        "The algebra of the symmetric circuit (shifts and reflections only) is exponential too. "
        "Bars: 99 % intervals over initial angles."
    )
    data = [variances.assign(panel="variance"), classification.assign(panel="classification")]
    return Drawn(figure, pd.concat([*data, slopes.assign(panel="slopes")]), caption)


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


def _variances(axes: np.ndarray, table: pd.DataFrame) -> None:
    for axis, name, label in (
        (axes[0], "loss", r"Var $L$ / (Tr $H^2/2^n$)"),
        (axes[1], "derivative", r"Var $\partial L$ / (Tr $H^2/2^n$)"),
    ):
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
            if name == "loss":
                axis.plot(rows["qubits"], rows["predicted"] / norm, "-", color=colour)
        axis.set(yscale="log", ylabel=label)
        axis.set_xticks(range(2, int(table["qubits"].max()) + 1, 2))
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(low / 12, high)
    axes[0].legend(loc="lower left", handlelength=1, labelspacing=0.2, borderpad=0)


def _ratio(axis: Axes, table: pd.DataFrame) -> None:
    for shift, model in ((-0.12, "tfim_open"), (0, "hardware_efficient"), (0.12, "tfim_periodic")):
        rows = table[(table["model"] == model) & table["predicted"].notna()]
        _, colour, marker = NAMES[model]
        ratio, reach = (
            rows["loss"] / rows["predicted"],
            (rows["loss_high"] - rows["loss"]) / rows["predicted"],
        )
        axis.errorbar(
            rows["qubits"] + shift,
            ratio,
            reach,
            color=colour,
            marker=marker,
            markersize=3,
            linestyle="none",
            elinewidth=0.7,
        )
    axis.axhline(1, color="black", linewidth=0.6)
    axis.set_xticks(range(2, int(table["qubits"].max()) + 1, 2))
    axis.set_ylabel("sampled / predicted")


def _accuracy(axis: Axes, table: pd.DataFrame) -> None:
    for model, rows in table.groupby("model"):
        text, colour, marker = NAMES[model]
        axis.plot(rows["qubits"], rows["train_accuracy"], ":", color=colour, marker=marker, ms=3)
        axis.plot(
            rows["qubits"],
            rows["test_accuracy"],
            "-",
            color=colour,
            marker=marker,
            ms=3,
            label=text,
        )
    axis.plot([], [], ":", color="0.3", label="train")
    axis.plot([], [], "-", color="0.3", label="test")
    axis.set(ylabel="accuracy", ylim=(0.2, 1.02))
    axis.set_xticks(sorted(table["qubits"].unique()))
    axis.legend(loc="lower left", ncols=2, handlelength=1.2, columnspacing=0.8, borderpad=0)


def _classes(axis: Axes, table: pd.DataFrame, name: str, label: str) -> None:
    for model, rows in table.groupby("model"):
        _, colour, marker = NAMES[model]
        reach = rows[f"{name}_high"] - rows[name]
        axis.errorbar(
            rows["qubits"],
            rows[name],
            reach,
            color=colour,
            marker=marker,
            markersize=3,
            elinewidth=0.7,
            capsize=1.5,
        )
    axis.set_ylabel(label)
    axis.set_xticks(sorted(table["qubits"].unique()))
