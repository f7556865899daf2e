"""Settings of a record as the first columns of a table."""

import json
from typing import Any

from overpar.base.records import Record


def settings(record: Record) -> dict[str, Any]:
    """The specification of a record, with a model as its name."""
    spec: dict[str, Any] = json.loads(record.attributes["spec"])
    if "model" in spec:
        spec["model"] = spec["model"]["name"]
    return spec
