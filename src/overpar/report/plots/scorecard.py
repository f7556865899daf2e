"""The scorecard as a page: deviations with their explanation, then every claim as a square."""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from overpar.report.page import letters, origin

WIDTH, MARGIN = 17.4 / 2.54, 0.08
LINE = 0.098
SIZE = 5.6
# Where columns start, in inches, and how many characters fit into them.
COLUMNS = {
    "claim": (0.14, 51),
    "expected": (2.32, 24),
    "observed": (3.32, 28),
    "why": (4.48, 54),
}
LONGEST = 3
SQUARE, PER_ROW, LABEL = 0.085, 16, 1.6
LOOK = {
    "deviates": ("#D55E00", "#D55E00", "deviate"),
    "not testable": ("white", "0.5", "not testable in this run"),
    "replicated": ("#009E73", "#009E73", "replicated"),
}


@dataclass
class _Page:
    """Texts and squares at inches from the top left corner, drawn when the height is known."""

    height: float = MARGIN
    texts: list[tuple[float, float, str, dict[str, object]]] = field(default_factory=list)
    squares: list[tuple[float, float, str]] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)

    def text(self, x: float, text: str, y: float | None = None, **look: object) -> None:
        # The figure's font has no Fraktur.
        plain = text.replace("𝔤", "g")
        self.texts.append((x, self.height if y is None else y, plain, look))


def draw(scorecard: pd.DataFrame, papers: Mapping[str, str]) -> Figure:
    """Deviations first, those of one explanation together; below, one square per claim.

    Args:
        scorecard: as written to scorecard.csv.
        papers: by the letter that sources begin with.
    """
    page = _Page()
    counts = scorecard["verdict"].value_counts()
    x = 0.14
    for verdict, (_, _, name) in reversed(LOOK.items()):
        page.squares.append((x, page.height + 0.015, verdict))
        page.text(x + 0.13, f"{counts.get(verdict, 0)} {name}", fontsize=7)
        x += 1.5
    page.height += 2 * LINE
    _deviations(page, scorecard[scorecard["verdict"] == "deviates"])
    _squares(page, scorecard)
    if papers:
        page.height += 0.5 * LINE
        lines = textwrap.wrap(letters(papers), 125)
        page.text(0.14, "\n".join(lines))
        page.height += len(lines) * LINE
    return _drawn(page)


def _deviations(page: _Page, rows: pd.DataFrame) -> None:
    if rows.empty:
        return
    for name, (x, _) in COLUMNS.items():
        page.text(x, name, fontweight="bold")
    page.height += 1.2 * LINE
    short = rows["explanation"].map(_short)
    for why in dict.fromkeys(short):
        page.rules.append(page.height)
        page.height += 0.3 * LINE
        start = page.height
        lines = textwrap.wrap(why or "not known", COLUMNS["why"][1])
        page.text(COLUMNS["why"][0], "\n".join(lines))
        for _, row in rows[short == why].iterrows():
            page.squares.append((0.01, page.height + 0.01, "deviates"))
            texts = {
                "claim": row["statement"],
                "expected": _end(row["expected"]),
                "observed": _end(row["observed"]),
            }
            tallest = 1
            for name, text in texts.items():
                wrapped = textwrap.wrap(text, COLUMNS[name][1], max_lines=LONGEST, placeholder=" …")
                page.text(COLUMNS[name][0], "\n".join(wrapped))
                tallest = max(tallest, len(wrapped))
            page.height += (tallest + 0.25) * LINE
        page.height = max(page.height, start + (len(lines) + 0.25) * LINE)
    page.rules.append(page.height)
    page.height += LINE


def _squares(page: _Page, scorecard: pd.DataFrame) -> None:
    """Three columns of sources, each with a square per claim in the order of verdicts."""
    sources = scorecard["source"].map(origin)
    groups = [(name, list(scorecard["verdict"][sources == name])) for name in sorted(set(sources))]
    lines = [-(-len(verdicts) // PER_ROW) for _, verdicts in groups]
    columns = 2
    limit = -(-sum(lines) // columns)
    top, column, used, lowest = page.height, 0, 0, 0
    for (name, verdicts), count in zip(groups, lines, strict=True):
        if used and used + count > limit and column < columns - 1:
            column, used = column + 1, 0
        x, y = 0.14 + column * WIDTH / columns, top + used * 1.15 * LINE
        page.text(x, textwrap.shorten(name, 32, placeholder=" …"), y)
        for k, verdict in enumerate(verdicts):
            left = x + LABEL + k % PER_ROW * 1.2 * SQUARE
            page.squares.append((left, y + k // PER_ROW * 1.15 * LINE, verdict))
        used += count
        lowest = max(lowest, used)
    page.height = top + lowest * 1.15 * LINE


def _short(explanation: str) -> str:
    """The first sentences, as many as fit into five lines."""
    sentences = re.split(r"(?<=[a-zé)²][.]) (?=[A-Z])", explanation)
    room = 5 * COLUMNS["why"][1]
    out = textwrap.shorten(sentences[0], room, placeholder=" …")
    for sentence in sentences[1:]:
        if len(out) + len(sentence) > room or sentence.startswith("Compare:"):
            break
        out += f" {sentence}"
    return out


def _end(text: str) -> str:
    """A long list of counts with its middle left out."""
    parts = text.split(", ")
    if len(parts) <= 8:
        return text
    return ", ".join([*parts[:5], "…", parts[-1]])


def _drawn(page: _Page) -> Figure:
    height = page.height + 2 * MARGIN
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.subplots()
    axes.set(xlim=(-MARGIN, WIDTH - MARGIN), ylim=(height, 0))
    axes.axis("off")
    for x, y, text, look in page.texts:
        style = {"fontsize": SIZE, "va": "top", "linespacing": 1.15, "parse_math": False}
        written = axes.text(x, y, text, **{**style, **look})  # type: ignore[arg-type]
        written.set_in_layout(False)  # a long one must not shrink the page
    for x, y, verdict in page.squares:
        face, edge, _ = LOOK[verdict]
        box = Rectangle((x, y), SQUARE, SQUARE, facecolor=face, edgecolor=edge, linewidth=0.5)
        axes.add_patch(box)
        if verdict == "deviates":
            # Also told apart without colours.
            axes.plot([x, x + SQUARE], [y, y + SQUARE], color="white", linewidth=0.7)
    for y in page.rules:
        axes.axhline(y, color="0.75", linewidth=0.4)
    return figure
