"""The scorecard as one page: every statement a line, those that are not replicated first."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from overpar.report.papers import letters, paper
from overpar.report.verdicts import MEANINGS, VERDICTS

WIDTH, MARGIN = 17.4 / 2.54, 0.08
LINE, SIZE = 0.094, 5.2
# Where columns start, in inches, and how many characters fit into them.
COLUMNS = {
    "statement": (0.14, 120),
    "fixed": (4.92, 8),
    "instances": (5.24, 12),
    "power": (5.7, 28),
}
HEADS = {"fixed": "fixed", "instances": "instances", "power": "would have found"}
# What is not replicated has as many lines as it needs.
ROOM = 3
SQUARE = 0.075
LOOK = {
    "open": ("#D55E00", "#D55E00"),
    "corrected": ("#0072B2", "#0072B2"),
    "asymptotic": ("#56B4E9", "#56B4E9"),
    "not testable": ("white", "0.5"),
    "replicated": ("#009E73", "#009E73"),
}


@dataclass
class _Page:
    """Texts and squares at inches from the top left corner, drawn when the height is known."""

    height: float = MARGIN
    texts: list[tuple[float, float, str, dict[str, object]]] = field(default_factory=list)
    squares: list[tuple[float, float, str]] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)

    def text(self, x: float, text: str, **look: object) -> None:
        # The figure's font has no Fraktur.
        self.texts.append((x, self.height, text.replace("𝔤", "g"), look))


def draw(scorecard: pd.DataFrame, papers: Mapping[str, str]) -> Figure:
    """A heading per verdict and its statements below, each with its number of instances and power.

    Args:
        scorecard: as written to scorecard.csv.
        papers: by the letter that sources begin with.
    """
    page = _Page()
    for name, head in HEADS.items():
        page.text(COLUMNS[name][0], head, fontstyle="italic")
    for verdict in VERDICTS:
        rows = scorecard[scorecard["verdict"] == verdict]
        if rows.empty:
            continue
        page.text(0, f"{len(rows)} {verdict}", fontweight="bold", fontsize=6.5)
        page.text(0.95, MEANINGS[verdict], fontstyle="italic")
        page.height += 1.3 * LINE
        for _, row in rows.iterrows():
            _statement(page, row, ROOM if verdict != "replicated" else 1)
        page.height += 0.4 * LINE
        page.rules.append(page.height)
        page.height += 0.4 * LINE
    if papers:
        lines = textwrap.wrap(letters(papers), 165)
        page.text(0, "\n".join(lines))
        page.height += len(lines) * LINE
    return _drawn(page)


def _statement(page: _Page, row: pd.Series, room: int) -> None:
    page.squares.append((0.01, page.height + 0.01, row["verdict"]))
    said = f"[{paper(row['source'])}] {row['statement']}"
    lines = textwrap.wrap(said, COLUMNS["statement"][1], max_lines=room, placeholder=" …")
    page.text(COLUMNS["statement"][0], "\n".join(lines))
    page.text(COLUMNS["fixed"][0], row["fixed"])
    page.text(COLUMNS["instances"][0], row["instances"])
    power = textwrap.shorten(row["power"], COLUMNS["power"][1], placeholder=" …")
    page.text(COLUMNS["power"][0], power)
    page.height += len(lines) * LINE


def _drawn(page: _Page) -> Figure:
    height = page.height + MARGIN
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.subplots()
    axes.set(xlim=(-MARGIN, WIDTH - MARGIN), ylim=(height, 0))
    axes.axis("off")
    for x, y, text, look in page.texts:
        style = {"fontsize": SIZE, "va": "top", "linespacing": 1.12, "parse_math": False}
        written = axes.text(x, y, text, **{**style, **look})  # type: ignore[arg-type]
        written.set_in_layout(False)  # a long one must not shrink the page
    for x, y, verdict in page.squares:
        face, edge = LOOK[verdict]
        box = Rectangle((x, y), SQUARE, SQUARE, facecolor=face, edgecolor=edge, linewidth=0.5)
        axes.add_patch(box)
        if verdict == "open":
            # Also told apart without colours.
            axes.plot([x, x + SQUARE], [y, y + SQUARE], color="white", linewidth=0.7)
    for y in page.rules:
        axes.axhline(y, color="0.75", linewidth=0.4)
    return figure
