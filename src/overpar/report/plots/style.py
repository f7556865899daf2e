"""The look that all figures share, and what drawing one returns."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

COLUMN = 8.5 / 2.54
# Okabe and Ito's palette, safe for colour-blind readers; black is kept for published values.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
PUBLISHED: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markerfacecolor": "none",
    "markeredgecolor": "black",
    "markeredgewidth": 0.7,
    "markersize": 3.2,
    "zorder": 5,
}


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure, the data behind it, and its caption without the title."""

    figure: Figure
    data: pd.DataFrame
    caption: str


def styled() -> AbstractContextManager[None]:
    """Shared settings, as a context."""
    return plt.rc_context(
        {
            "figure.dpi": 300,
            "savefig.dpi": 300,
            "figure.constrained_layout.use": True,
            "font.size": 7,
            "axes.labelsize": 7,
            "axes.titlesize": 7,
            "legend.fontsize": 6,
            "xtick.labelsize": 6,
            "ytick.labelsize": 6,
            "axes.linewidth": 0.6,
            "lines.linewidth": 1.0,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "legend.frameon": False,
            "pdf.fonttype": 42,
        }
    )


def save(figure: Figure, path: Path, stamp: str = "") -> None:
    """Save byte-stably, with a stamp in the corner if there is something to say."""
    if stamp:
        figure.supxlabel(stamp.strip(), x=0.99, ha="right", fontsize=5, color="0.4")
    if path.suffix == ".pdf":
        figure.savefig(path, format="pdf", metadata={"CreationDate": None})
    else:
        figure.savefig(path, format="png")
    # Laying out takes as long as drawing, and is the same for the next format.
    figure.set_layout_engine("none")
