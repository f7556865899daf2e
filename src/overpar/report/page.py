"""The scorecard as a page: deviations first, each with the command that shows it."""

import re
from collections.abc import Mapping

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

VERDICTS = ("deviates", "not testable", "replicated")
TEMPLATES = Environment(
    loader=PackageLoader("overpar.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


def scorecard_page(
    scorecard: pd.DataFrame,
    assumptions: pd.DataFrame,
    *,
    papers: Mapping[str, str],
    stamp: str = "",
) -> str:
    """The page, complete without any other file.

    Args:
        scorecard: as written to scorecard.csv.
        assumptions: our scientific choices, with columns file, where and text.
        papers: by the letter that sources begin with.
        stamp: what is said of the size of the run.
    """
    verdicts, sources = scorecard["verdict"], scorecard["source"].map(origin)
    counts = {
        source: [int(((sources == source) & (verdicts == verdict)).sum()) for verdict in VERDICTS]
        for source in sorted(set(sources))
    }
    groups = {v: scorecard[verdicts == v].to_dict("records") for v in VERDICTS}
    return TEMPLATES.get_template("page.html").render(
        groups=groups,
        counts=counts | {"all": [len(rows) for rows in groups.values()]},
        assumptions=assumptions.to_dict("records"),
        letters=letters(papers),
        stamp=stamp,
    )


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
