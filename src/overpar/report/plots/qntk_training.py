"""Fig. 2 of the letter on wide circuits: training error against a frozen kernel's decay."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

RUNS, MEAN, FINITE = COLOURS[5], COLOURS[0], COLOURS[2]


def draw(*, cells: pd.DataFrame, curves: pd.DataFrame) -> Drawn:
    """Above: ε(t) of one instance at the smallest rate; below: deviation against the rate."""
    cells = cells.sort_values("rate")
    figure = Figure(figsize=(COLUMN, 3.9))
    top, bottom = figure.subplots(2, 1, height_ratios=[1.15, 1])
    first = cells.iloc[0]
    chosen = curves[curves["rate"] == first["rate"]]
    for number, (_, run) in enumerate(chosen.groupby("run")):
        label = "runs" if number == 0 else None
        top.plot(run["step"], run["error"], color=RUNS, linewidth=0.4, alpha=0.6, label=label)
    mean = chosen.groupby("step")["error"].mean()
    top.plot(mean.index, mean, color=MEAN, linewidth=1.6, label="mean")
    for gamma, name, style in (
        ("first_gamma", "finite $D$", {"color": FINITE, "linestyle": "-"}),
        ("first_printed_gamma", "eq. (9)", {"color": "black", "linestyle": "--"}),
    ):
        decay = mean.iloc[0] * np.exp(-first[gamma] * mean.index.to_numpy())
        top.plot(mean.index, decay, label=rf"$e^{{-\gamma t}}$, {name}", **style)
    top.axhline(0, color="0.8", linewidth=0.5, zorder=0)
    top.set(xlabel="step $t$", ylabel=r"error $\varepsilon(t)$", xlim=(0, mean.index.max()))
    top.set_title(rf"(a) $\eta = {first['rate']:g}$, $n = {int(first['qubits'])}$", loc="left")
    top.legend(loc="upper right")
    x = cells["gamma"]
    for name, text, colour, marker in (
        ("run_deviation", r"one run, from $e^{-\eta K_0 t}$", COLOURS[5], "o"),
        ("drift", "kernel, from its start", COLOURS[1], "s"),
    ):
        low, middle, high = (cells[f"{name}_{q}"] for q in ("q25", "median", "q75"))
        bottom.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
        bottom.plot(x, middle, color=colour, marker=marker, markersize=3, label=text)
    for name, text, style in (
        (
            "deviation",
            r"mean, from $e^{-\gamma t}$, finite $D$",
            {"color": FINITE, "linestyle": "-", "marker": "^"},
        ),
        (
            "printed_deviation",
            r"mean, from $e^{-\gamma t}$, eq. (9)",
            {"color": "black", "linestyle": "--", "marker": "v"},
        ),
    ):
        bottom.plot(x, cells[name], markersize=3, label=text, **style)
    bottom.axvline(2, color="0.6", linewidth=0.6, linestyle=":")
    bottom.set(xscale="log", yscale="log", xlabel=r"$\gamma = \eta\bar K$")
    bottom.set_ylabel("largest relative deviation")
    bottom.set_title("(b)", loc="left")
    bottom.legend(loc="upper left")
    instances = int(first["instances"])
    caption = (
        f"(a) Error ε = ⟨O⟩ − O₀ under gradient descent of {int(first['initialisations'])} random "
        f"initial angles of one instance, their mean, and its exponential decay with γ = ηK̄ at "
        "finite D and with eq. (9). (b) Where the picture of a frozen kernel breaks as the rate η "
        f"grows, over {instances} instances: largest deviation over time from exp(−ηK₀t) of a "
        "run with its own initial kernel K₀ and change of its kernel to the end of training "
        "(medians and quartiles), and the same of the mean from exp(−γt) with both formulas, all "
        "relative to the initial error or kernel. Dotted: γ = 2, where a frozen kernel would no "
        f"longer decay. O₀ is {first['target']:g} times the smallest eigenvalue of O, our choice."
    )
    data = pd.concat([chosen.assign(panel="a"), cells.assign(panel="b")], ignore_index=True)
    return Drawn(figure, data, caption)
