"""Settings of a record as the first columns of a table."""

import json
from typing import Any

from xarray import Dataset


def settings(record: Dataset) -> dict[str, Any]:
    """The specification of a record, with a model as its name."""
    spec: dict[str, Any] = json.loads(record.attrs["spec"])
    if "model" in spec:
        spec["model"] = spec["model"]["name"]
    return spec
