"""The page: which statements hold, the figures, and what stands behind them, in one file."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from overpar.report.papers import OURS, letters, paper
from overpar.report.verdicts import MEANINGS

TEMPLATES = Environment(
    loader=PackageLoader("overpar.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
# Best first, as bars are read.
ORDER = ("replicated", "corrected", "asymptotic", "open", "not testable")
# Which of them are deviations, worst first.
DEVIATIONS = ("open", "corrected", "asymptotic", "not testable")
DERIVED = "Derived here, and our own protocols"
SAID = {
    "replicated": "the test of each holds on every instance",
    "corrected": "the test fails, and the statements that show the cause are replicated",
    "asymptotic": "the test fails at this size, and the exact law at this size holds",
    "open": "the test fails, and no tested statement says why",
}


@dataclass(frozen=True)
class Picture:
    """A figure as the page shows it.

    Args:
        name: its files are called so.
        title: one line.
        caption: with the title before it, as it is written beside the figure.
        png: the picture.
    """

    name: str
    title: str
    caption: str
    png: bytes


@dataclass(frozen=True)
class Chart:
    """A chart as the page shows it.

    Args:
        name: unique among charts.
        title: one line.
        tables: those that it draws.
        specification: Vega-Lite.
    """

    name: str
    title: str
    tables: Sequence[str]
    specification: Mapping[str, Any]


def page(
    *,
    scorecard: pd.DataFrame,
    instances: pd.DataFrame,
    errata: pd.DataFrame,
    assumptions: pd.DataFrame,
    papers: Mapping[str, str],
    transition: str,
    pictures: Sequence[Picture],
    charts: Sequence[Chart],
    provenance: Mapping[str, str],
    stamps: Sequence[Mapping[str, str]],
    size: str = "",
    article: str = "",
) -> str:
    """The page, complete without any other file; its links lead to those beside it.

    Args:
        scorecard: as written to scorecard.csv.
        instances: as written to instances.csv.
        errata: as written to errata.csv.
        assumptions: our scientific choices, with columns file, where and text.
        papers: by the letter that sources begin with.
        transition: where it is, in a sentence; may be empty.
        pictures: the figures, in order.
        charts: those that can be explored, in order.
        provenance: what made the page, by what it is.
        stamps: of what is shown, with keys name, identity.
        size: what is said of the size of the run.
        article: file beside it that tells the same as an article, if there is one.
    """
    tests = {name: rows.to_dict("records") for name, rows in instances.groupby("id", sort=False)}
    statements = [
        row
        | {
            "paper": paper(row["source"]),
            "kind": row["verdict"].replace(" ", "-"),
            "causes": [name for name in row["cause"].split(", ") if name],
            "figures": [name for name in row["figure"].split(", ") if name],
            "tests": tests.get(row["id"], []),
        }
        for row in scorecard.to_dict("records")
    ]
    drawn = {one.name for one in pictures}
    # A statement stands with the figure that is most about it; others lead there.
    first = {one["id"]: next((f for f in one["figures"] if f in drawn), "") for one in statements}
    return TEMPLATES.get_template("page.html").render(
        sentences=[*_sentences(scorecard, instances), *([transition] if transition else [])],
        bars=bars(scorecard, papers),
        before=int((scorecard["fixed"] == "before").sum()),
        order=ORDER,
        deviations={v: [s for s in statements if s["verdict"] == v] for v in DEVIATIONS},
        meanings=MEANINGS,
        statements={
            name: [one for one in statements if first[one["id"]] == name]
            for name in ("", *(one.name for one in pictures))
        },
        also={
            picture.name: [
                one
                for one in statements
                if picture.name in one["figures"] and first[one["id"]] != picture.name
            ]
            for picture in pictures
        },
        pictures=[(one, *embedded(one.png)) for one in pictures],
        charts=charts,
        specifications=_script({one.name: one.specification for one in charts}),
        vega=Markup(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
        if charts
        else "",
        errata=errata.to_dict("records"),
        known={one["id"] for one in statements},
        assumptions=assumptions.to_dict("records"),
        papers={**papers, OURS: DERIVED},
        letters=letters(papers),
        provenance=provenance,
        stamps=stamps,
        size=size.strip(),
        article=article,
    )


def _sentences(scorecard: pd.DataFrame, instances: pd.DataFrame) -> list[str]:
    """How many statements hold, how many do not, and what that means."""
    counts = scorecard["verdict"].value_counts()

    def are(verdict: str) -> str:
        number = int(counts.get(verdict, 0))
        return f"{number or 'None'} {'is' if number < 2 else 'are'} {verdict}"

    whole = f"Of {len(scorecard)} statements, tested {len(instances)} times,"
    replicated, *others = (f"{are(verdict)}: {said}." for verdict, said in SAID.items())
    said = [f"{whole} {replicated[0].lower()}{replicated[1:]}", *others]
    if "not testable" in counts:
        said[-1] = f"{said[-1][:-1]}; {are('not testable').lower()} in this run."
    return said


def bars(scorecard: pd.DataFrame, papers: Mapping[str, str]) -> list[dict[str, Any]]:
    """A stacked bar for each paper, and one for what is derived here.

    Args:
        scorecard: with columns source and verdict.
        papers: by the letter that sources begin with.

    Returns:
        One each with keys letter, name, total, said, and parts: verdict, number, and where it
        begins and how wide it is, in per cent of the longest bar.
    """
    sources = scorecard["source"].map(paper)
    known = [*papers, OURS]
    longest = max([1, *sources.value_counts()])
    found = []
    for letter in [name for name in known if (sources == name).any()]:
        counts = scorecard["verdict"][sources == letter].value_counts()
        parts: list[dict[str, Any]] = []
        start = 0
        for verdict in (v for v in ORDER if v in counts):
            number = int(counts[verdict])
            parts.append(
                {
                    "verdict": verdict,
                    "number": number,
                    "start": round(100 * start / longest, 3),
                    "width": round(100 * number / longest, 3),
                }
            )
            start += number
        said = ", ".join(f"{part['number']} {part['verdict']}" for part in parts)
        name = papers.get(letter, DERIVED)
        found.append({"letter": letter, "name": name, "total": start, "said": said, "parts": parts})
    return found


def embedded(png: bytes) -> tuple[str, int, int]:
    """A picture as a data address, with the same pixels in fewer bytes, and its size.

    Returns:
        Address, width and height in pixels.
    """
    picture, out = Image.open(BytesIO(png)).convert("RGB"), BytesIO()
    picture.save(out, "webp", lossless=True, quality=80, method=4)
    text = base64.b64encode(out.getvalue()).decode()
    return f"data:image/webp;base64,{text}", *picture.size


def _script(content: object) -> Markup:
    """JSON that can stand in a script element."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))
