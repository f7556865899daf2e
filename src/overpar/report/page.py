"""The scorecard as a page: deviations first, each with the command that shows it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

HEADINGS = {
    "deviates": "Deviations",
    "not testable": "Not testable in this run",
    "replicated": "Replicated",
}
COLUMNS = (
    "claim",
    "expected",
    "observed",
    "test, p or margin",
    "why, and the command that shows it",
)
# Names within .overpar only: the page is also a part of the report, whose own style stays.
STYLE = """
.overpar {font: 14px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff;
  max-width: 96rem; padding: 1rem}
.overpar h1 {font-size: 1.6rem; font-weight: 600; margin: 0 0 .4rem}
.overpar h2 {font-size: 1.2rem; font-weight: 600; margin: 1.6rem 0 .4rem}
.overpar p {margin: .3rem 0; max-width: 50rem}
.overpar table {border-collapse: collapse; margin: .4rem 0; font-size: 12px; width: 100%}
.overpar table.counts {width: auto}
.overpar th, .overpar td {text-align: left; vertical-align: top; padding: .25rem .5rem;
  border-bottom: 1px solid #ccc; overflow-wrap: anywhere}
.overpar table.claims {table-layout: fixed}
.overpar .claims th:nth-child(1) {width: 27%}
.overpar .claims th:nth-child(2), .overpar .claims th:nth-child(3) {width: 15%}
.overpar .claims th:nth-child(4) {width: 15%}
.overpar td p {margin: 0 0 .2rem}
.overpar .counts td {text-align: right; min-width: 4rem}
.overpar .counts td:first-child {text-align: left}
.overpar code {font: 11px/1.4 ui-monospace, monospace; background: #f1f1f1; color: #1a1a1a}
.overpar code::before, .overpar code::after {content: none}
.overpar .id {color: #595959; font-size: 11px}
.overpar .deviates {border-left: 4px solid #D55E00}
.overpar .not-testable {border-left: 4px solid #999}
.overpar .replicated {border-left: 4px solid #009E73}
.overpar summary {cursor: pointer; font-size: 1.2rem; font-weight: 600; margin: 1.6rem 0 .4rem}
"""


@dataclass(frozen=True)
class Assumption:
    """One scientific choice of ours.

    Args:
        file: path in the project.
        where: the function or class that it is made in, or which it stands before; may be empty.
        text: what is assumed, and why.
    """

    file: str
    where: str
    text: str


def scorecard_page(
    scorecard: pd.DataFrame,
    papers: Mapping[str, str],
    assumptions: Sequence[Assumption],
    stamp: str = "",
) -> str:
    """The page, complete without any other file.

    Args:
        scorecard: as written to scorecard.csv.
        papers: by the letter that sources begin with.
        assumptions: our scientific choices.
        stamp: what is said of the size of the run.
    """
    return "\n".join(_page(scorecard, papers, assumptions, stamp)) + "\n"


def _page(
    scorecard: pd.DataFrame,
    papers: Mapping[str, str],
    assumptions: Sequence[Assumption],
    stamp: str,
) -> Iterator[str]:
    yield '<!doctype html><meta charset="utf-8"><title>Scorecard</title>'
    yield f'<style>{STYLE}</style><div class="overpar" id="scorecard">'
    yield "<h1>Scorecard</h1>"
    if stamp:
        yield f"<p><strong>{escape(stamp)}</strong></p>"
    verdicts = scorecard["verdict"]
    totals = ", ".join(f"{(verdicts == verdict).sum()} {verdict}" for verdict in HEADINGS)
    yield (
        f"<p>{len(scorecard)} claims: {totals}. Tests and tolerances are fixed in"
        " <code>config/claims.yaml</code>; verdicts are computed."
        f" {escape(letters(papers))}</p>"
    )
    for verdict, heading in HEADINGS.items():
        rows = scorecard[scorecard["verdict"] == verdict]
        folded = verdict == "replicated"
        if folded:
            yield "<h2>By source</h2>"
            yield from _counts(scorecard)
        title = f"{heading} ({len(rows)})"
        yield f"<details><summary>{title}</summary>" if folded else f"<h2>{title}</h2>"
        if rows.empty:
            yield "<p>None.</p>"
        else:
            yield from _table(rows, verdict.replace(" ", "-"))
        yield "</details>" if folded else ""
    yield f'<h2 id="assumptions">Assumptions ({len(assumptions)})</h2>'
    yield "<p>Choices of ours where the papers leave one.</p><ul>"
    for one in assumptions:
        place = escape(f"{one.file}, {one.where}" if one.where else one.file)
        yield f'<li>{escape(one.text)} <span class="id">{place}</span></li>'
    yield "</ul></div>"


def _counts(scorecard: pd.DataFrame) -> Iterator[str]:
    """Claims by source and verdict."""
    sources = scorecard["source"].map(origin)
    yield '<table class="counts"><tr><th>source</th>'
    yield "".join(f"<th>{verdict}</th>" for verdict in HEADINGS) + "</tr>"
    for source in [*sorted(set(sources)), "all"]:
        mine = scorecard[(sources == source) | (source == "all")]["verdict"]
        numbers = "".join(f"<td>{(mine == verdict).sum()}</td>" for verdict in HEADINGS)
        yield f"<tr><td>{escape(source)}</td>{numbers}</tr>"
    yield "</table>"


def _table(rows: pd.DataFrame, name: str) -> Iterator[str]:
    yield (
        '<table class="claims"><tr>' + "".join(f"<th>{column}</th>" for column in COLUMNS) + "</tr>"
    )
    for _, row in rows.iterrows():
        cells = [
            f"{escape(row['statement'])}<br>"
            f'<span class="id">{escape(row["id"])} · {escape(row["source"])}</span>',
            escape(row["expected"]),
            escape(row["observed"]),
            f"{escape(row['test'])}<br>{escape(row['p_or_margin'])}",
            f"<p>{escape(row['explanation'])}</p><code>{escape(row['command'])}</code>",
        ]
        yield f'<tr class="{name}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
    yield "</table>"


def origin(source: str) -> str:
    """A source without its details: the letter of the paper and the first figure or equation.

    Examples:
        >>> origin("A, Fig. 3, released loss curves"), origin("derived here")
        ('A, Fig. 3', 'derived here')
    """
    parts = re.split(r";| and | beside ", source)[0].split(", ")
    return ", ".join(parts[:2])


def letters(papers: Mapping[str, str]) -> str:
    """What the letters of sources stand for."""
    return " ".join(f"{letter}: {paper}." for letter, paper in papers.items())
