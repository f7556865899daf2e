"""What all charts share: the palette, inputs, and how one becomes a specification."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

# Okabe and Ito's palette without black and yellow, which one of the two backgrounds hides.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#999999")
DIGITS = 4
Layers = alt.LayerChart | alt.FacetChart
HEIGHT = 300


def choice(name: str, label: str, options: Sequence[Any], shown: Sequence[str]) -> alt.Parameter:
    """A list from which one value is chosen; the first is at the start.

    Args:
        name: of the parameter.
        label: what stands before the list.
        options: values.
        shown: what stands for each value.
    """
    listed = alt.binding_select(options=list(options), labels=list(shown), name=f"{label} ")
    return alt.param(name=name, value=options[0], bind=listed)


def numbers(column: pd.Series) -> pd.Series:
    """A column with as many digits as can be seen."""
    return column.map(lambda value: float(f"{value:.{DIGITS}g}"))


def specification(chart: Layers, description: str) -> dict[str, Any]:
    """A chart as Vega-Lite, as wide as the page leaves room.

    Args:
        chart: its layers.
        description: what a reader who cannot see it is told.
    """
    whole = chart.properties(width="container", height=HEIGHT, description=description)
    # Bands are faint; their colours in the legend are not.
    return whole.configure_legend(
        orient="bottom", columns=4, labelLimit=0, symbolOpacity=1
    ).to_dict()
