"""The page of a study, from what the workflow has made."""

import io
import json
import platform
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from importlib.metadata import version

import pandas as pd

from overpar.base.records import RecordError, read_attributes
from overpar.study import artefacts
from overpar.study.artefacts import Artefact
from overpar.study.assumptions import collect
from overpar.study.build import drawn_by, read_table, size_said
from overpar.study.check import Study
from overpar.study.checkout import git_commit
from overpar.study.claims_file import read_claims
from overpar.study.headline import QUESTION, transition
from overpar.study.plan import Plan

PACKAGES = ("overpar", "numpy", "numba", "scipy", "qibo", "matplotlib", "altair", "snakemake")


def build_page(study: Study) -> None:
    """Write the page: one file with figures, statements, tests, errata and charts.

    Raises:
        ArtefactError: if something that it shows is damaged or outdated.
    """
    # Altair and Vega, which nothing else needs.
    from overpar.report.page import Chart, Picture, page

    plan, config = study.plan, study.plan.config
    card, errata = artefacts.scorecard(study), artefacts.errata(study)
    scorecard, instances = _table(card, "scorecard.csv"), _table(card, "instances.csv")
    pictures, made = [], [card, errata]
    for name, block in config.figures.items():
        artefact = artefacts.figure(study, name)
        png, _, _, caption = artefact.files
        said = artefact.content(caption).decode().strip()
        pictures.append(Picture(name, block.title, said, artefact.content(png)))
        made.append(artefact)
    table = partial(read_table, study)
    charts = [
        Chart(name, block.title, list(block.tables.values()), drawn_by(plan, block, table))
        for name, block in config.charts.items()
    ]
    where = transition(scorecard, instances)
    artefact = artefacts.page(study)
    text = page(
        scorecard=scorecard,
        instances=instances,
        errata=_table(errata, "errata.csv"),
        assumptions=pd.DataFrame(collect(plan.project)),
        papers=read_claims(plan).papers,
        transition=f"{QUESTION} {where}" if where else "",
        pictures=pictures,
        charts=charts,
        provenance=dict(_provenance(plan)),
        stamps=[
            {"name": one.name, "identity": one.identity, "file": one.stamp.name} for one in made
        ],
        size=size_said(plan),
        article=plan.article.name if config.article else "",
    )
    artefact.write({artefact.files[0]: text})


def _table(artefact: Artefact, name: str) -> pd.DataFrame:
    content = artefact.content(artefact.stamp.parent / name)
    return pd.read_csv(io.BytesIO(content), keep_default_na=False)


def _provenance(plan: Plan) -> Iterator[tuple[str, str]]:
    """What made the page and, of the records that are there, what made them."""
    commit = git_commit(plan.project)
    if commit != "unknown":
        yield "Page made at", f"commit {commit}"
    yield "Root seed", str(plan.config.seed)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield "Versions", f"Python {platform.python_version()}, {packages}"
    found = []
    for cell in plan.cells.values():
        with suppress(RecordError, OSError):
            found.append(read_attributes(cell.path))
    if not found:
        return
    yield "Simulations", f"{len(found)} of {len(plan.cells)} records"
    yield "Simulated at", ", ".join(sorted({str(one["git_commit"]) for one in found}))
    yield "Simulated on", ", ".join(sorted({str(one["machine"]) for one in found}))
    versions = sorted({tuple(json.loads(one["versions"]).items()) for one in found})
    yield "Simulated with", "; ".join(", ".join(map(" ".join, each)) for each in versions)
