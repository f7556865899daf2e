"""What the project itself says of data sets: data/sources.csv and data/checksums.csv."""

import csv
from pathlib import Path

from overpar.base.errors import UserError
from overpar.experiments.common.datasets import DataSet
from overpar.study.plan import CHECKSUMS, SOURCES


def rows(table: Path, dataset: str) -> list[dict[str, str]]:
    """The rows of a data set in one of the two tables.

    Raises:
        UserError: if it has none.
    """
    with open(table, newline="", encoding="utf-8") as handle:
        found = [row for row in csv.DictReader(handle) if row["dataset"] == dataset]
    if not found:
        raise UserError(f"Dataset {dataset!r} is not in {table}.")
    return found


def expected(project: Path, external: Path, dataset: str, missing: str = "") -> DataSet:
    """A data set as it must be where it was fetched.

    Args:
        project: root directory.
        external: directory of fetched files.
        dataset: its name.
        missing: why it was not fetched; empty if it was.
    """
    source = rows(project / SOURCES, dataset)[0]
    return DataSet(
        repository=f"{source['owner']}/{source['repository']}",
        version=source["version"],
        root=external / source["owner"] / source["repository"] / source["version"],
        sha256={row["path"]: row["sha256"] for row in rows(project / CHECKSUMS, dataset)},
        missing=missing,
    )
