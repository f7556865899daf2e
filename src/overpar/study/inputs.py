"""What cells read: records and data sets of others, held to what the project expects of them."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from overpar.base.errors import UserError
from overpar.experiments.common.datasets import DataSet
from overpar.experiments.common.spec import Inputs
from overpar.study.check import Study
from overpar.study.plan import CHECKSUMS, Cell, Plan
from overpar.study.tracked import expected

STATUSES = ("fetched", "unavailable", "not asked for")


class DamagedManifest(UserError):
    """A manifest that does not say how fetching ended."""


def inputs(study: Study, needs: Mapping[str, str]) -> Inputs:
    """What a cell reads, as it must be; it need not be there.

    Args:
        study: whose records and data sets are meant.
        needs: as `CellSpec.needs` says them.

    Raises:
        UserError: if a data set was not asked for yet, or its manifest is damaged.
    """
    return Inputs(
        {name: data_set(study.plan, data) for name, data in study.plan.datasets(needs).items()},
        {
            name: (other.path, study.identities.cell(other))
            for name, other in study.plan.records(needs).items()
        },
    )


def data_set(plan: Plan, name: str) -> DataSet:
    """A data set as fetching it has ended.

    Its manifest, which Git does not track, is believed only in whether it was fetched.

    Raises:
        UserError: if it was not asked for yet, or its manifest is damaged.
    """
    manifest = read_manifest(plan.manifest(name))
    missing = "" if manifest["status"] == "fetched" else manifest["reason"]
    return expected(plan.project, plan.manifest(name).parent, name, missing)


def read_manifest(path: Path) -> dict[str, Any]:
    """What a manifest says of how fetching a data set has ended.

    Raises:
        DamagedManifest: if it cannot be read.
    """
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if manifest["status"] not in STATUSES:
            raise ValueError(f"status {manifest['status']!r}")
        if manifest["status"] != "fetched":
            str(manifest["reason"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DamagedManifest(f"{path} does not say how fetching ended ({error!r}).") from None
    return manifest


def data_status(plan: Plan, cell: Cell) -> dict[str, str]:
    """How fetching the data sets that a cell may use ended, as far as there is a manifest.

    This is known only after fetching, so it cannot be a part of the identity.
    """
    found = {}
    for name in plan.datasets(cell.spec.needs()).values():
        try:
            found[name] = read_manifest(plan.manifest(name))["status"]
        except DamagedManifest:
            continue  # fetching is done again
    return found


def check_fetched(plan: Plan, name: str) -> None:
    """Check that the files of a data set are those that were to be fetched.

    Raises:
        UserError: if its manifest or a file is damaged or missing.
    """
    data = data_set(plan, name)
    for path, sha256 in data.sha256.items() if not data.missing else ():
        file = data.root / path
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            raise UserError(f"{file} is missing or has another sha256 than {CHECKSUMS} says.")
