"""Fig. 3 of the letter on wide circuits: eigenvalues of the kernel of several inputs."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

SHOWN = (
    ("rest", "other directions, mean", COLOURS[1], "s"),
    ("uniform", "uniform direction", COLOURS[0], "o"),
    ("smallest", "smallest of each instance", COLOURS[3], "v"),
)


def draw(*, cells: pd.DataFrame) -> Drawn:
    """Smallest and other eigenvalues against the number of inputs, with what is predicted."""
    rows = cells.sort_values("inputs")
    figure = Figure(figsize=(COLUMN, 2.7))
    axis = figure.subplots()
    x = rows["inputs"]
    axis.plot(x, rows["printed"], color="black", linestyle="--", label="eq. (17), large $D$")
    axis.plot(x, rows["predicted_rest"], color=COLOURS[2], label="finite $D$")
    axis.plot(x, rows["predicted_uniform"], color="black", linestyle="-", label="eq. (21)")
    for shift, (name, text, colour, marker) in zip((0.08, 0, -0.08), SHOWN, strict=True):
        value = rows[name]
        reach = np.abs([value - rows[f"{name}_low"], rows[f"{name}_high"] - value])
        axis.errorbar(
            x + shift,
            value,
            reach,
            color=colour,
            marker=marker,
            linestyle="none",
            label=text,
            markersize=3,
            elinewidth=0.7,
            capsize=1.5,
        )
    axis.set(xlabel="orthogonal inputs $|A|$", ylabel="eigenvalue / $c$", ylim=(0, 25))
    axis.set_xticks(sorted(x.unique()))
    axis.legend(ncols=2, loc="upper center", handlelength=1.6, columnspacing=1)
    first = rows.iloc[0]
    caption = (
        f"Kernel of |A| orthogonal inputs, n = {int(first['qubits'])}, L = {int(first['layers'])}, "
        f"over {int(first['instances'])} instances (W, P, O, θ). The mean kernel has the "
        "eigenvector (1, …, 1), whose eigenvalue eq. (21) gives, and |A| − 1 others that are "
        "equal; circles and squares are the kernel in these directions, in units of "
        "c = 2L[D Tr O² − Tr² O]/(D² − 1)² of each instance. The smallest eigenvalue of "
        "each instance (triangles) has a lower mean than the smallest eigenvalue of the mean "
        "kernel, for it is a concave function of the kernel. Bars: intervals that hold at 99 % for "
        "all numbers of inputs together. The inputs are basis states, our choice."
    )
    return Drawn(figure, rows, caption)
