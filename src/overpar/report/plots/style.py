"""The look that all figures share, and what drawing one returns."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

COLUMN = 8.5 / 2.54
# Okabe and Ito's palette, safe for colour-blind readers; black is kept for published values.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
# How published values are drawn: keywords of Matplotlib's `plot`.
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
    return rc_context(
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


def image(figure: Figure, suffix: str, stamp: str = "", colours: int | None = None) -> bytes:
    """A figure as a file, the same bytes every time, with a stamp in its corner if there is one.

    Args:
        figure: is left without its layout engine.
        suffix: ".png" or ".pdf".
        stamp: what is said of the size of the run.
        colours: of a PNG that is text and flat shapes, which makes it much smaller.
    """
    if stamp:
        figure.supxlabel(stamp.strip(), x=0.99, ha="right", fontsize=5, color="0.4")
    out = BytesIO()
    metadata = {"CreationDate": None} if suffix == ".pdf" else None
    figure.savefig(out, format=suffix.removeprefix("."), metadata=metadata)
    if suffix == ".png" and colours:
        drawn, out = Image.open(out).convert("RGB"), BytesIO()
        drawn.quantize(colours).save(out, "png", optimize=True, dpi=(300, 300))
    # Laying out takes as long as drawing, and is the same for the next format.
    figure.set_layout_engine("none")
    return out.getvalue()
