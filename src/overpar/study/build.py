"""Build tables, a figure or the scorecard of a plan, each file written whole or not at all."""

import gzip
import importlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from overpar.base.errors import UserError
from overpar.base.records import read_record
from overpar.study.check import Study
from overpar.study.plan import PUBLISHED, Plan


def _drawing(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    try:
        found: Callable[..., Any] = getattr(
            importlib.import_module(f"overpar.report.plots.{module}"), function
        )
    except (ModuleNotFoundError, AttributeError):
        raise UserError(f"Config: there is no function {name!r} in overpar.report.plots.") from None
    return found


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file under a temporary name, then move it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def build_tables(study: Study, names: Sequence[str]) -> None:
    """Make tables of the same experiments from their records, each of which is read once.

    A table that has committed rows ends with those that it does not have itself.

    Raises:
        RecordError: if a record is damaged or of another specification.
    """
    # Xarray, which figures do not need.
    from overpar.study.tables import table_function

    plan, identities = study.plan, study.identities
    found = (read_record(c.path, identities.cell(c)) for c in plan.table_cells(names[0]))
    # A table alone needs one record at a time.
    records = list(found) if len(names) > 1 else found
    for name in names:
        table = table_function(plan, name)(records)
        committed = plan.config.tables[name].committed
        if committed:
            more = pd.read_csv(plan.project / committed)
            table = followed(table, more) if len(table) else more
        write_whole(plan.table_path(name), table.to_csv(index=False))


def followed(table: pd.DataFrame, committed: pd.DataFrame) -> pd.DataFrame:
    """A table and the committed rows that it has none for, by the columns before `runs`."""
    if "runs" in table:
        before = table.columns[: list(table.columns).index("runs")]
        keys = [column for column in before if column in committed]
        known = set(table[keys].astype(str).itertuples(index=False, name=None))
        new = [
            row not in known
            for row in committed[keys].astype(str).itertuples(index=False, name=None)
        ]
        committed = committed[new]
    return pd.concat([table, committed], ignore_index=True)


def build_figure(plan: Plan, name: str) -> None:
    """Draw a figure: PNG, PDF, the CSV behind it and its caption."""
    # Matplotlib is loaded for figures only.
    from overpar.report.plots.style import image, styled

    block = plan.config.figures[name]
    tables = {role: pd.read_csv(plan.table_path(table)) for role, table in block.tables.items()}
    facts = {role: pd.read_csv(plan.project / PUBLISHED / f) for role, f in block.published.items()}
    with styled():
        drawn = _drawing(block.function)(**tables, **facts)
        stem = plan.project / plan.config.paths.figures / name
        size = _size(plan)
        for suffix in (".png", ".pdf"):
            write_whole(stem.with_suffix(suffix), image(drawn.figure, suffix, size))
    write_whole(stem.with_suffix(".csv"), drawn.data.to_csv(index=False))
    write_whole(stem.with_suffix(".txt"), f"{block.title}. {size}{drawn.caption}\n")


def _size(plan: Plan) -> str:
    return "" if plan.config.size == "published" else "Smoke size: fewer cells and runs. "


def build_scorecard(plan: Plan) -> None:
    """Judge every statement and write the scorecard: CSVs, a page, PNG and PDF.

    The tables that are judged are put beside it, packed, so that it can be made again from them.
    """
    from overpar.report.page import scorecard_page
    from overpar.report.plots import scorecard as plot
    from overpar.report.plots.style import image, styled
    from overpar.study.assumptions import collect
    from overpar.study.claims_file import read_claims
    from overpar.study.scorecard import judged, packed, tables_judged

    claims = read_claims(plan)
    scorecard, instances = judged(plan, claims, plan.table_path)
    out = plan.project / plan.config.paths.figures / "scorecard.csv"
    write_whole(out, scorecard.to_csv(index=False))
    write_whole(out.with_name("instances.csv"), instances.to_csv(index=False))
    for name in tables_judged(claims):
        content = plan.table_path(name).read_bytes()
        # Without a time, so that the same table is the same file.
        write_whole(packed(plan, name), gzip.compress(content, mtime=0))
    choices = pd.DataFrame(collect(plan.project))
    page = scorecard_page(scorecard, instances, choices, papers=claims.papers, stamp=_size(plan))
    write_whole(out.with_suffix(".html"), page)
    with styled():
        figure = plot.draw(scorecard, claims.papers)
        for suffix in (".png", ".pdf"):
            write_whole(out.with_suffix(suffix), image(figure, suffix, _size(plan), colours=256))
