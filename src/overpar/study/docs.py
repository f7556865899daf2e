"""Pages made from the project itself: public names, assumptions, claims, errata, figures …

`make docs` runs this module; a test fails if the files are out of step.
"""

import re
import textwrap
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from overpar.report.outcomes import describe
from overpar.report.statements import Statement
from overpar.study.api_page import api_page
from overpar.study.assumptions import collect, item, markdown
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
from overpar.study.codemeta import citation, codemeta
from overpar.study.headline import headline
from overpar.study.plan import Plan
from overpar.study.trace import command, figures_of

ASSUMPTIONS = """\
# Assumptions

Made by `make docs` from the comments marked `ASSUME:`; not to be edited. Each is a choice of ours
where a paper leaves one. What the numbers mean is in [conventions.md](conventions.md).

"""
CLAIMS = """\
# Claims

Made by `make docs` from `config/claims.yaml` and `config/config.yaml`; not to be edited. Statements
are grouped by the table that they are tested on, with the figures that draw it and the command that
shows it; below each stand its instances. `figures/scorecard.csv` holds the verdicts,
`figures/instances.csv` what every test saw.

"""
FIGURES = """\
# Figures

Made by `make docs` from `config/config.yaml`; not to be edited. Beside each figure lie its PDF, the
numbers behind it as CSV, and its caption.

"""
ERRATA = """\
# Errata

Made by `make docs` from `config/errata.yaml` and `figures/errata.csv`; not to be edited. What was
found to differ from what papers, file names and tools say. `.venv/bin/overpar errata` fetches the
files it needs, checks every finding in about a minute, and prints a line for each; it ends with 1
if a finding is not confirmed, and with 2 if one could not be checked because a file cannot be had.
Not all files are fetched: some findings are checked from statistics of the complete raw data, in
`data/published`, and then say so.

"""
ANSWER = re.compile(r"(<!-- answer: .*? -->\n).*?(<!-- end of answer -->)", re.DOTALL)
PER_ROW = 3


def pages(project: Path) -> dict[str, str]:
    """Contents by path in the project."""
    plan = read_study(project).plan
    return {
        "docs/api.md": api_page(),
        "docs/assumptions.md": ASSUMPTIONS + markdown(collect(project)),
        "docs/claims.md": CLAIMS + _claims(plan),
        "codecheck.yml": _codecheck(plan),
        "codemeta.json": codemeta(project),
        "docs/errata.md": ERRATA + _errata(plan),
        "docs/figures.md": FIGURES + _gallery(plan),
        "README.md": _with_answer(plan),
    }


def _claims(plan: Plan) -> str:
    claims = read_claims(plan)
    lines = [f"- {letter}: {paper}" for letter, paper in claims.papers.items()] + [""]
    by_table: dict[str, list[Statement]] = {}
    for one in claims.statements:
        by_table.setdefault(one.instances[0].table, []).append(one)
    folder = plan.config.paths.figures
    for table, members in by_table.items():
        figures = [f"[{name}](../{folder}/{name}.png)" for name in figures_of(plan, table)]
        lines += [f"## {table}", "", ", ".join(figures) or "No figure.", ""]
        lines += ["```sh", command(plan, table), "```", ""]
        for one in members:
            said = f"`{one.id}` ({one.source}; fixed {one.fixed}): {one.statement}"
            lines += item(f"{said} Test: {describe(one.instances[0].test)}.")
            for instance in one.instances if len(one.instances) > 1 else []:
                lines += ["  " + line for line in item(instance.label)]
            for rows in one.leave_out:
                left = ", ".join(f"{key}={value}" for key, value in rows.where.items())
                lines += [
                    "  " + line for line in item(f"Left out: {left}, because {rows.because}.")
                ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _errata(plan: Plan) -> str:
    """The findings as figures/errata.csv has them."""
    lines = [f"- {letter}: {paper}" for letter, paper in read_claims(plan).papers.items()] + [""]
    for row in pd.read_csv(plan.figures / "errata.csv", keep_default_na=False).to_dict("records"):
        command, _, basis = row["shown_by"].partition(" (from ")
        lines += [f"## {row['id']}", "", *textwrap.wrap(row["where"], 100), ""]
        lines += item(f"Says: {row['says']}")
        lines += item(f"Is: {row['is']}")
        lines += item(f"Check: `{command}`, from {basis.removesuffix(')')}")
        lines += item(f"Expected: {row['expected']}")
        lines += item(f"Seen: {row['seen']}; {row['confirmed']}")
        claims = [f"`{name}`" for name in row["statement"].split(", ") if name]
        lines += item(f"Tested by: {', '.join(claims) or 'no claim'}")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _codecheck(plan: Plan) -> str:
    """The manifest of a CODECHECK: what a checker runs and which files come out.

    Source: the CODECHECK configuration file specification, version 1.0.
    """
    cited = citation(plan.project)
    folder = plan.config.paths.figures
    manifest = [
        {"file": f"{folder}/index.html", "comment": "all of it on one page"},
        {"file": f"{folder}/scorecard.csv", "comment": "every statement with its verdict"},
        {"file": f"{folder}/instances.csv", "comment": "what each of its tests saw"},
        {"file": f"{folder}/scorecard.png", "comment": "the same as a figure"},
        {"file": f"{folder}/errata.csv", "comment": "what was found wrong in published data"},
    ]
    if plan.config.article:
        article = f"{folder}/{plan.article.name}"
        manifest.append({"file": article, "comment": "all of this as an article"})
    for name, block in plan.config.figures.items():
        manifest.append({"file": f"{folder}/{name}.png", "comment": block.title})
        manifest.append({"file": f"{folder}/{name}.csv", "comment": f"data behind {name}.png"})
    content: dict[str, Any] = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": cited["title"],
            "authors": [{"name": author["name"]} for author in cited["authors"]],
        },
        "manifest": manifest,
    }
    head = "# Made by `make docs`; `make reproduce` makes the files of the manifest.\n"
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=95)


def _gallery(plan: Plan) -> str:
    """Every figure in small and with a link."""
    folder = f"../{plan.config.paths.figures}"
    titles = {"scorecard": "Every statement with its verdict"}
    titles |= {name: block.title for name, block in plan.config.figures.items()}
    cells = [
        f'<a href="{folder}/{name}.png"><img src="{folder}/{name}.png" width="270"'
        f' alt="{escape(title)}"></a><br>{name}: {escape(title)}'
        for name, title in titles.items()
    ]
    cells += [""] * (-len(cells) % PER_ROW)
    rows = [cells[first : first + PER_ROW] for first in range(0, len(cells), PER_ROW)]
    lines = [[""] * PER_ROW, ["---"] * PER_ROW, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _with_answer(plan: Plan) -> str:
    """The README with the result as the scorecard has it."""
    folder = plan.project / plan.config.paths.figures
    scorecard, instances = (
        pd.read_csv(folder / name) for name in ("scorecard.csv", "instances.csv")
    )
    text = (plan.project / "README.md").read_text(encoding="utf-8")
    answer = "\n".join(textwrap.wrap(headline(scorecard, instances), width=100)) + "\n"
    return ANSWER.sub(lambda marks: marks[1] + answer + marks[2], text)


def main() -> None:
    """Write the pages of the project in this directory."""
    for name, text in pages(Path()).items():
        Path(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
