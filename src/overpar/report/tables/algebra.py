"""Table of Lie algebras."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.report.tables.columns import columns
from overpar.report.tables.settings import settings

NUMBERS = ("dimension", "exceeds", "sector", "centre", "mean", "variance")


@columns(*NUMBERS, "ideals", with_settings=True)
def dimensions(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per model and size: dimensions, ideals, and moments of the loss of deep circuits."""
    return pd.DataFrame([{**settings(record), **numbers(record)} for record in records])


def numbers(record: Dataset) -> dict[str, Any]:
    """What a record of an algebra says, NaN where it does not."""
    found = {name: float(record[name]) if name in record else np.nan for name in NUMBERS}
    return found | {"ideals": record.attrs.get("ideal_names", "")}
