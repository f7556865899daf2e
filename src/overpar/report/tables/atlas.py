"""Table of the classes of spin chains: a row for every class, boundary and size."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.base.statistics import variance_interval
from overpar.report.tables.columns import columns, interval
from overpar.report.tables.settings import settings

LEVEL = 0.99
TOPOLOGY = {"open": "line", "periodic": "circle"}
# Of a variance that is zero, and of losses that are equal.
ROUNDING, EQUAL = 1e-12, 1e-2


@columns(
    *("chain", "boundary", "topology", "qubits", "dimension", "ideals", "rank", "rank_is_full"),
    *("angles", "critical", "variance_depth", "predicted", *interval("variance"), "distance"),
    *("gradient_square", "trained", "reached", "lowest", "verdict"),
)
def chains(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per class, boundary and size; empty where a number was too expensive.

    `rank` is the largest exact rank of the QFIM that was found, with so many `angles`, and full if
    twice the layers do not raise it; `critical` is M_c, the angles of full rank. `variance` is that
    of the loss at random angles, with an interval that holds at 99 % for all rows together;
    `predicted` comes from the algebra alone, and `distance` is between both in half-widths.
    `gradient_square` is the mean variance of a derivative. `reached` counts the `trained` runs at
    M_c that end within 1e-2 of `lowest`, the lowest loss of all runs at M_c and with twice the
    layers: the loss is above the ground energy, which the input need not reach. `verdict` is on the
    class, from all sizes.
    """
    held = list(records)
    level = 1 - (1 - LEVEL) / max(1, sum(record.sizes["size"] for record in held))
    return pd.DataFrame([row for record in held for row in _rows(record, level)])


def _rows(record: Dataset, level: float) -> Iterable[dict[str, Any]]:
    spec = settings(record)
    ideals = json.loads(record.attrs["ideals"])
    for k, qubits in enumerate(record["qubits"].values):
        one = record.isel(size=k)
        value, half = variance_interval(one["losses"].values, level)
        full = bool(one["rank_is_full"])
        row: dict[str, Any] = {
            "chain": spec["chain"],
            "boundary": spec["boundary"],
            "topology": TOPOLOGY[spec["boundary"]],
            "qubits": int(qubits),
            "ideals": ideals[k],
            "rank_is_full": int(full),
            "critical": float(one["angles"]) if full else np.nan,
            **{
                name: float(one[name])
                for name in ("dimension", "rank", "angles", "variance_depth", "predicted")
            },
            **{"variance": value, "variance_low": value - half, "variance_high": value + half},
            "gradient_square": one["squares"].values.mean(),
            "verdict": record.attrs["verdict"],
        }
        row["distance"] = abs(value - row["predicted"]) / max(half, ROUNDING)
        if k < record.sizes["trained"]:
            critical, double = (record[name].values[k] for name in ("critical", "double"))
            lowest = min(critical.min(), double.min())
            row |= {"trained": len(critical), "lowest": lowest}
            row["reached"] = int((critical < lowest + EQUAL).sum())
        yield row
