"""The article of a study, made from what lies in the directory of figures."""

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from overpar.base.errors import UserError
from overpar.report.article import filled, typeset
from overpar.report.numbers import Numbers
from overpar.report.papers import paper
from overpar.study import artefacts
from overpar.study.article_sources import check_article, figures_shown, sources
from overpar.study.check import Study
from overpar.study.claims_file import read_claims
from overpar.study.plan import PUBLISHED, Plan
from overpar.study.scorecard import packed, tables_judged

# What stands for a number that a small run has not.
ABSENT = "(not in this run)"


def compose(plan: Plan, content: Callable[[Path], bytes]) -> bytes:
    """Typeset the article from what lies in the directory of figures.

    Args:
        plan: of the study.
        content: reads a file that a run has made.

    Returns:
        The PDF.

    Raises:
        UserError: where a number is typed, or a reference finds none or several.
    """
    check_article(plan)
    claims, folder = read_claims(plan), plan.figures
    scorecard = pd.read_csv(io.BytesIO(content(folder / "scorecard.csv")), keep_default_na=False)
    scorecard["paper"] = scorecard["source"].map(paper)
    tables = {"scorecard": scorecard}
    for name in ("instances", "errata"):
        read = io.BytesIO(content(folder / f"{name}.csv"))
        tables[name] = pd.read_csv(read, keep_default_na=False)
    tables["claims"] = pd.DataFrame([{"alpha": claims.alpha}])
    cells = plan.cells.values()
    # Hours of one core, as `overpar plan` estimates them.
    hours = sum(cell.spec.seconds() for cell in cells) / 3600
    tables["plan"] = pd.DataFrame([{"cells": len(cells), "hours": hours}])

    def table(name: str) -> pd.DataFrame:
        published = plan.project / PUBLISHED / f"{name.removeprefix('published/')}.csv"
        if name not in tables and name in tables_judged(claims):
            packing = io.BytesIO(content(packed(plan, name)))
            tables[name] = pd.read_csv(packing, compression="gzip")
        elif name not in tables and name.startswith("published/") and published.is_file():
            tables[name] = pd.read_csv(published)
        if name not in tables:
            raise UserError(
                f"There is no table {name!r}; allowed: {', '.join(tables)}, published/NAME,"
                f" {', '.join(tables_judged(claims))}."
            )
        return tables[name]

    numbers, absent = Numbers(table), ABSENT if plan.config.size == "smoke" else ""
    files = {
        file: filled(text, name=file, numbers=numbers, absent=absent).encode()
        for file, text in sources(plan).items()
    }
    for name in figures_shown(plan):
        for suffix in (".pdf", ".txt"):
            files[f"figures/{name}{suffix}"] = content(folder / f"{name}{suffix}")
    for name in ("scorecard", "errata"):
        files[f"tables/{name}.csv"] = tables[name].to_csv(index=False).encode()
    return typeset(files, Path(plan.config.article).name)


def build_article(study: Study) -> None:
    """Typeset the article from figures, scorecard and errata.

    Raises:
        ArtefactError: if one of these is damaged or outdated.
        UserError: if a number of its text is typed, or is not among the results.
    """
    plan, artefact = study.plan, artefacts.article(study)

    def content(path: Path) -> bytes:
        name = path.stem if path.parent == plan.figures else ""
        if name in plan.config.figures:
            return artefacts.figure(study, name).content(path)
        made = artefacts.errata(study) if name == "errata" else artefacts.scorecard(study)
        return made.content(path)

    artefact.write({plan.article: compose(plan, content)})
