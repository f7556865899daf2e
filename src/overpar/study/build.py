"""Build tables, a figure or the scorecard of a plan, each file written whole or not at all."""

import gzip
import importlib
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from overpar.base.errors import UserError
from overpar.base.records import read_record
from overpar.study import artefacts
from overpar.study.check import Study
from overpar.study.config import Chart, Figure
from overpar.study.plan import PUBLISHED, Plan


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
        artefact = artefacts.table(study, name)
        artefact.write({plan.table_path(name): table.to_csv(index=False)})


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


def read_table(study: Study, name: str) -> pd.DataFrame:
    """A table that was made, checked to be whole and of this configuration and code.

    Raises:
        ArtefactError: if it is not.
    """
    path = study.plan.table_path(name)
    return pd.read_csv(io.BytesIO(artefacts.table(study, name).content(path)))


def build_figure(study: Study, name: str) -> None:
    """Draw a figure: PNG, PDF, the CSV behind it and its caption.

    Raises:
        ArtefactError: if a table is damaged or outdated.
    """
    # Matplotlib is loaded for figures only.
    from overpar.report.plots.style import image, styled

    block, size = study.plan.config.figures[name], size_said(study.plan)
    artefact = artefacts.figure(study, name)
    with styled():
        drawn = drawn_by(study.plan, block, partial(read_table, study))
        made: dict[str, str | bytes] = {
            ".csv": drawn.data.to_csv(index=False),
            ".txt": f"{block.title}. {size}{drawn.caption}\n",
        }
        made |= {suffix: image(drawn.figure, suffix, size) for suffix in (".png", ".pdf")}
    artefact.write({path: made[path.suffix] for path in artefact.files})


def drawn_by(plan: Plan, block: Figure | Chart, table: Callable[[str], pd.DataFrame]) -> Any:
    """What the function of a figure or chart makes of its tables and published facts.

    Args:
        plan: whose published facts are used.
        block: of the configuration.
        table: gives a table by its name.

    Raises:
        UserError: if there is no such function.
    """
    module, _, function = block.function.partition(":")
    try:
        draw: Callable[..., Any] = getattr(
            importlib.import_module(f"{block.PACKAGE}.{module}"), function
        )
    except (ModuleNotFoundError, AttributeError):
        raise UserError(
            f"Config: there is no function {block.function!r} in {block.PACKAGE}."
        ) from None
    facts = {
        role: pd.read_csv(plan.project / PUBLISHED / file) for role, file in block.published.items()
    }
    return draw(**{role: table(name) for role, name in block.tables.items()}, **facts)


def size_said(plan: Plan) -> str:
    """What is said of the size of a run; nothing of the published one."""
    return "" if plan.config.size == "published" else "Smoke size: fewer cells and runs. "


def build_scorecard(study: Study) -> None:
    """Judge every statement and write the scorecard: CSVs, PNG and PDF.

    All tables are put beside it, packed, so that it and the figures can be made again from them.

    Raises:
        ArtefactError: if a table is damaged or outdated.
    """
    from overpar.report.plots import scorecard as plot
    from overpar.report.plots.style import image, styled
    from overpar.study.claims_file import read_claims
    from overpar.study.scorecard import judged, packed

    plan, claims = study.plan, read_claims(study.plan)
    scorecard, instances = judged(plan, claims, partial(read_table, study))
    artefact = artefacts.scorecard(study)
    csv, png, pdf, listed = artefact.files
    made: dict[Path, str | bytes] = {
        csv: scorecard.to_csv(index=False),
        listed: instances.to_csv(index=False),
    }
    with styled():
        figure = plot.draw(scorecard, claims.papers)
        for path in (png, pdf):
            made[path] = image(figure, path.suffix, size_said(plan), colours=256)
    for name in plan.config.tables:
        content = artefacts.table(study, name).content(plan.table_path(name))
        # Without a time, so that the same table is the same file.
        made[packed(plan, name)] = gzip.compress(content, mtime=0)
    artefact.write(made)
