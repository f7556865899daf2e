"""Tables of the entanglement that NTangled's weights give, beside the nominal one."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.report.tables.columns import columns

# ASSUME: two names count as probably exchanged if both files are farther than FAR from their own
# nominal entanglement and nearer than NEAR to the other's.
FAR, NEAR = 0.03, 0.01
SETTINGS = ("ansatz", "qubits", "product", "reading")
GROUP = ["ansatz", "input_kind", "product", "reading"]


@columns(
    *SETTINGS,
    *("provenance", "file", "input_kind", "note", "depth", "nominal", "measured", "spread"),
    *("deviation", "runs", "partner", "exchanged_deviation"),
)
def files(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per file, reading and distribution of inputs.

    `input_kind` is ps for product states and cb for all basis states, as in the file's name;
    `measured` is the mean over inputs of the concentratable entanglement, `spread` its standard
    deviation, `deviation` |measured − nominal|. `partner` names the file with which a name is
    probably exchanged, and `exchanged_deviation` is |measured − nominal| with that file's nominal
    value. A file that could not be measured has a `note`, and a cell without its data has
    one row with runs = 0.
    """
    rows = []
    for record in records:
        spec = json.loads(record.attrs["spec"])
        settings = {name: spec[name] for name in SETTINGS}
        settings["provenance"] = record.attrs["provenance"]
        if "mean" not in record:
            rows.append({**settings, "runs": 0})
            continue
        about = json.loads(record.attrs["files"])
        values = [record[v].values for v in ("nominal", "depth", "mean", "spread")]
        found = [
            {
                **settings,
                **file,
                "depth": int(depth),
                "nominal": nominal,
                "measured": mean,
                "spread": spread,
                "deviation": abs(mean - nominal),
                "runs": int(np.isfinite(mean)),
            }
            for file, (nominal, depth, mean, spread) in zip(
                about, zip(*values, strict=True), strict=True
            )
        ]
        _exchanged(found)
        rows += found
    return pd.DataFrame(rows)


@columns(*GROUP, "qubits", "runs", "deviation_mean", "deviation_max", "correlation", "exchanged")
def summary(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per ansatz, kind of inputs, distribution and reading, all sizes together.

    `runs` counts the files that could be measured. Of `deviation` there are mean and maximum;
    `correlation` is that of measured and nominal values; `exchanged` counts files whose names are
    probably exchanged.
    """
    table = files(records)
    rows = []
    known = table[table["runs"] > 0]
    for keys, group in known.groupby(GROUP, sort=False):
        row: dict[str, Any] = dict(zip(GROUP, keys, strict=True))
        row["qubits"] = " and ".join(str(n) for n in sorted(group["qubits"].unique()))
        row["runs"] = len(group)
        row["deviation_mean"] = group["deviation"].mean()
        row["deviation_max"] = group["deviation"].max()
        row["correlation"] = group["measured"].corr(group["nominal"])
        row["exchanged"] = int(group["partner"].notna().sum())
        rows.append(row)
    return pd.DataFrame(rows)


def _exchanged(found: list[dict[str, Any]]) -> None:
    """Mark pairs of equal depth and inputs whose entanglement fits each other's name."""
    for k, one in enumerate(found):
        for other in found[k + 1 :]:
            if (one["depth"], one["input_kind"]) != (other["depth"], other["input_kind"]):
                continue
            apart = [abs(a["measured"] - b["nominal"]) for a, b in ((one, other), (other, one))]
            far = all(file["deviation"] > FAR for file in (one, other))
            if far and all(distance < NEAR for distance in apart):
                one |= {"partner": other["file"], "exchanged_deviation": apart[0]}
                other |= {"partner": one["file"], "exchanged_deviation": apart[1]}
