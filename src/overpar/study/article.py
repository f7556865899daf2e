"""The article of a study: its sources, and what it is made of."""

import io
from collections.abc import Callable
from pathlib import Path

from overpar.base.errors import UserError
from overpar.study.plan import PUBLISHED, Plan

# What stands for a number that a small run has not.
ABSENT = "(not in this run)"


def sources(plan: Plan) -> dict[str, str]:
    """Texts of the article by file name: the main one and those beside it.

    Raises:
        UserError: if there is none.
    """
    main = plan.project / plan.config.article
    if not main.is_file():
        raise UserError(f"Config: article is {plan.config.article!r}; there is no such file.")
    files = sorted(path for path in main.parent.iterdir() if path.suffix in (".typ", ".bib"))
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def figures_shown(plan: Plan) -> list[str]:
    """Names of the figures that the article shows.

    Raises:
        UserError: if the config has no such figure.
    """
    from overpar.report.article import pictures

    found = []
    for file, text in sources(plan).items():
        for name in pictures(text):
            if name not in plan.config.figures:
                raise UserError(
                    f"{file} shows the unknown figure {name!r};"
                    f" allowed: {', '.join(plan.config.figures)}."
                )
            found.append(name)
    return found


def check_article(plan: Plan) -> None:
    """Refuse an article in whose text a number is typed.

    Raises:
        UserError: naming file, line and the number.
    """
    from overpar.report.article import check_typed

    for file, text in sources(plan).items():
        # The layout has lengths, and says nothing.
        if file.endswith(".typ") and file != "layout.typ":
            check_typed(text, file)


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
    import pandas as pd

    from overpar.report.article import filled, typeset
    from overpar.report.numbers import Numbers
    from overpar.report.page import paper
    from overpar.study.claims_file import read_claims
    from overpar.study.scorecard import packed, tables_judged

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
