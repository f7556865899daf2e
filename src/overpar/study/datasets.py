"""Data sets of others as the workflow has them: fetched, or known to be absent and why."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from overpar.base.files import write_whole
from overpar.base.progress import Progress
from overpar.study.fetch import FetchError, Provenance, fetch
from overpar.study.plan import CHECKSUMS, DATASETS, SOURCES, Plan

# What the configured `ntangled.source` needs of each data set: it must be there, may be absent,
# or is not asked for.
REQUIRED = {"ntangled": "ntangled", "released": "released_states"}


def fetch_all(plan: Plan, log: Callable[[str], None]) -> None:
    """Fetch the files of every data set that can be had, whatever the configuration asks for.

    Args:
        plan: says where they go.
        log: called with lines for the person at the terminal.
    """
    for dataset in DATASETS:
        try:
            _fetch(plan, dataset, log)
        except FetchError as error:
            log(str(error).partition("\n")[0])  # what each source said is in the log


def _fetch(
    plan: Plan, dataset: str, log: Callable[[str], None], progress: Progress | None = None
) -> Provenance:
    mirror = os.environ.get("OVERPAR_MIRROR")
    return fetch(
        dataset,
        sources=plan.project / SOURCES,
        checksums=plan.project / CHECKSUMS,
        destination=plan.manifest(dataset).parent,
        mirror=Path(mirror) if mirror else None,
        timeout=plan.config.ntangled.timeout,
        log=log,
        progress=progress,
    )


def obtain(
    plan: Plan,
    dataset: str,
    log: Callable[[str], None],
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Fetch a data set and write its manifest.

    The directory in the environment variable OVERPAR_MIRROR is the last source. A data set that
    the configuration can do without may end "unavailable", which the manifest says.

    Args:
        plan: the plan whose configuration decides.
        dataset: name in data/sources.csv.
        log: called with lines for the person at the terminal.
        progress: called with (files, all files).

    Returns:
        The manifest: status "fetched", "unavailable" or "not asked for", and where it is from.

    Raises:
        FetchError: if a required data set cannot be had.
    """
    source = plan.config.ntangled.source
    if source == "regenerated":
        manifest: dict[str, Any] = {
            "status": "not asked for",
            "reason": "ntangled.source is regenerated",
        }
    else:
        try:
            got = _fetch(plan, dataset, log, progress)
            manifest = {"status": "fetched", **asdict(got)}
            log(f"{dataset}: {sum(got.origins.values())} files verified by sha256 ({got.origins})")
        except FetchError as error:
            if REQUIRED.get(source) == dataset:
                raise
            log(
                f"{error}\n{dataset} is unavailable; the workflow goes on without it. To try again"
                " later: snakemake --cores all --forcerun fetch"
            )
            manifest = {"status": "unavailable", "reason": str(error)}
    write_whole(plan.manifest(dataset), json.dumps(manifest, indent=1).encode())
    return manifest
