"""The scorecard as a page: what is not replicated first, each with the command that shows it."""

from collections.abc import Mapping

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from overpar.report.verdicts import MEANINGS, VERDICTS

TEMPLATES = Environment(
    loader=PackageLoader("overpar.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


def scorecard_page(
    scorecard: pd.DataFrame,
    instances: pd.DataFrame,
    assumptions: pd.DataFrame,
    *,
    papers: Mapping[str, str],
    stamp: str = "",
) -> str:
    """The page, complete without any other file.

    Args:
        scorecard: as written to scorecard.csv.
        instances: as written to instances.csv.
        assumptions: our scientific choices, with columns file, where and text.
        papers: by the letter that sources begin with.
        stamp: what is said of the size of the run.
    """
    verdicts, sources = scorecard["verdict"], scorecard["source"].map(paper)
    counts = {
        source: [int(((sources == source) & (verdicts == verdict)).sum()) for verdict in VERDICTS]
        for source in sorted(set(sources))
    }
    groups = {v: scorecard[verdicts == v].to_dict("records") for v in VERDICTS}
    return TEMPLATES.get_template("page.html").render(
        groups=groups,
        meanings=MEANINGS,
        counts=counts | {"all": [len(rows) for rows in groups.values()]},
        tests={name: rows.to_dict("records") for name, rows in instances.groupby("id")},
        assumptions=assumptions.to_dict("records"),
        letters=letters(papers),
        stamp=stamp,
    )


def paper(source: str) -> str:
    """The letter of the paper that a source begins with, or "ours".

    Examples:
        >>> paper("A, Fig. 3, released loss curves"), paper("derived here")
        ('A', 'ours')
    """
    return source[0] if source[1:2] in (",", ";") else "ours"


def letters(papers: Mapping[str, str]) -> str:
    """What the letters of sources stand for."""
    return " ".join(f"{letter}: {name}." for letter, name in papers.items())
