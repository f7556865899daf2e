"""Table of Lie algebras."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from overpar.base.records import Record
from overpar.report.tables.settings import settings

NUMBERS = ("dimension", "exceeds", "sector", "centre", "mean", "variance")


def dimensions(records: Iterable[Record]) -> pd.DataFrame:
    """One row per model and size: dimensions, ideals, and moments of the loss of deep circuits."""
    return pd.DataFrame([{**settings(record), **numbers(record)} for record in records])


def numbers(record: Record) -> dict[str, Any]:
    """What a record of an algebra says, NaN where it does not."""
    values = record.variables
    found = {name: float(values[name]) if name in values else np.nan for name in NUMBERS}
    return found | {"ideals": record.attributes.get("ideal_names", "")}
