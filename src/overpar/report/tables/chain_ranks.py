"""Table of the Ising chain's exact ranks."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.report.tables.columns import columns
from overpar.report.tables.settings import settings

SPECTRA = ("saturation", "deepest")


@columns(
    *("rank", "limit", "saturation", "saturation_angles", "off_law", "primes_differ"),
    *(f"{name}_{what}" for name in SPECTRA for what in ("rank_min", "gap_min", "smallest")),
    with_settings=True,
)
def cells(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per size: where the exact rank saturates, and whether it is min(2p, limit).

    `depth` is the largest number of layers, `rank` the largest rank, `limit` the number of
    directions that there are (⌊n²/2⌋ open, n periodic), `saturation` the first depth with the
    largest rank, `off_law` at how many depths p the rank is not min(2p, limit), `primes_differ` at
    how many the primes do not agree. Of spectra at the first depth of largest rank and at the
    largest depth: `*_rank_min` is the smallest numerical rank of the samples, `*_gap_min` the
    smallest gap in decades of singular values, and `*_smallest` the median of the last eigenvalue
    that the exact rank counts, over the first.
    """
    rows = []
    for record in records:
        ranks = record["rank"].values
        found, limit = ranks.max(axis=0), int(record["limit"])
        depths = np.arange(1, len(found) + 1)
        first = int(depths[found.argmax()])
        row = {
            **settings(record),
            "depth": len(found),
            "rank": found.max(),
            "limit": limit,
            "saturation": first,
            "saturation_angles": 2 * first,
            "off_law": int((found != np.minimum(2 * depths, limit)).sum()),
            "primes_differ": int((ranks != found).any(axis=0).sum()),
        }
        for name in SPECTRA:
            values = record[f"qfim_{name}"].values
            row[f"{name}_rank_min"] = record[f"qfim_{name}_rank"].values.min()
            row[f"{name}_gap_min"] = record[f"qfim_{name}_gap"].values.min()
            row[f"{name}_smallest"] = np.median(values[:, found.max() - 1] / values[:, 0])
        rows.append(row)
    return pd.DataFrame(rows)
