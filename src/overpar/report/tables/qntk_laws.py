"""Tables of the exact laws of the quantum neural tangent kernel. Intervals are at 99 %."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.report.tables.columns import columns, interval, stacked
from overpar.report.tables.qntk import mean_interval
from overpar.report.tables.settings import settings


@columns(
    *("dimension", *interval("kernel"), "law", *interval("gamma")),
    *(*interval("square", "meta", "meta_square"), "meta_law"),
    with_settings=True,
)
def cases(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per case, size, depth and overlap σ.

    `kernel` is the mean kernel in units of eq. (17) at σ = 1, so that the printed value is σ; `law`
    is the exact one. `gamma` is ηK̄ at the width D²/(η Tr O²), where eq. (9) has 1. `square` is K²
    in units of E K², `meta` μ in units of √E μ² beside its exact mean `meta_law`, and `meta_square`
    μ² in units of E μ².
    """
    rows = []
    for record in records:
        row = settings(record)
        row["dimension"] = int(record["dimension"])
        values = {name: record[name].values for name in record.data_vars}
        kernel = values["kernel"] / values["printed"]
        row["law"] = (values["mean"] / values["printed"]).mean()
        samples = {"kernel": kernel, "gamma": 2 * kernel}
        if "square" in values:
            scale = np.sqrt(values["meta_square"])
            meta = values["meta"] / scale
            row["meta_law"] = (values["meta_mean"] / scale).mean()
            samples |= {"square": values["kernel"] ** 2 / values["square"]}
            samples |= {"meta": meta, "meta_square": meta**2}
        for name, sample in samples.items():
            found = mean_interval(sample)
            row |= dict(zip(interval(name), found, strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


@columns("observable", "layers", "qubits", "formula", "ratio", "rate")
def limits(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per observable, depth, formula and size.

    `ratio` is exact over printed (for "spread" ΔK/K̄ itself); `rate` is the power of 1/D with which
    it tends to its limit: the binary logarithm of one step of n over the next.
    """
    frames = []
    for record in records:
        spec = settings(record)
        kept = {key: spec[key] for key in ("observable", "layers")}
        for name in (str(one) for one in record.data_vars if one != "qubits"):
            ratio = record[name].values
            steps = np.abs(np.diff(ratio))
            rate = np.full(len(ratio), np.nan)
            with np.errstate(divide="ignore", invalid="ignore"):
                rate[:-2] = np.log2(steps[:-1] / steps[1:])
            table = {
                "qubits": record["qubits"].values,
                "formula": name,
                "ratio": ratio,
                "rate": rate,
            }
            frames.append(pd.DataFrame(kept | table))
    return stacked(frames)
