"""The theory as a table: algebra, ranks and trainability of each model and size."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from xarray import Dataset

from overpar.report.tables.algebra import NUMBERS, numbers
from overpar.report.tables.columns import columns
from overpar.report.tables.settings import settings
from overpar.report.tables.spectra import ranks
from overpar.report.tables.training import cells

SUCCESS = "min_lt_0.0001"
TRAINING = ("vqe", "compilation", "circuit_training")
# The two largest data sizes at which records have an effective dimension.
DATA = (10**6, 10**12)
# Dimensions of the algebras, and of that of the periodic chain on the sector of |+⟩ⁿ, even n.
FORMULAS = {
    "tfim_open": lambda n: n**2,
    "tfim_periodic": lambda n: 3 * n - 1,
    "tfim_open_x0": lambda n: n * (2 * n - 1),
    "hardware_efficient": lambda n: 4**n - 1,
}
# Which rows of algebra, ranks and training are about a model: (kind, settings), or None.
Rows = tuple[str, dict[str, Any]]
MODELS: dict[str, tuple[str, Rows, Rows | None]] = {
    "TFIM-HVA, open": (
        "tfim_open",
        ("spectra", {"boundary": "open", "tying": "correct"}),
        ("vqe", {"boundary": "open", "initial": "data"}),
    ),
    "TFIM-HVA, periodic": (
        "tfim_periodic",
        ("spectra", {"boundary": "periodic"}),
        ("vqe", {"boundary": "periodic", "initial": "data"}),
    ),
    "TFIM-HVA, open, X on qubit 0": (
        "tfim_open_x0",
        ("spectra", {"boundary": "open", "tying": "released"}),
        None,
    ),
    "HEA, all inputs": ("hardware_efficient", ("compilation_spectra", {}), ("compilation", {})),
    "HEA, one input": (
        "hardware_efficient",
        ("circuit_spectra", {"model": "hardware_efficient"}),
        ("circuit_training", {"model": "hardware_efficient"}),
    ),
}


@columns(
    *("model", "qubits", *NUMBERS, "ideals", "dimension_over_formula", "bound"),
    *("qfim_rank", "rank_exact", "numerical_rank", "gap_min", "capacity"),
    *("effective_dimension", "effective_equal", "effective_limit"),
    *("saturation", "saturation_angles", "angles_before", "rank_over_bound"),
    *("capacity_over_bound", "angles_before_over_dimension"),
    *("hessian_rank", "hessian_over_dimension"),
    *("depth_50", "angles_50", "angles_50_late", "depth_100", "angles_100", "angles_100_late"),
    "sector_over_formula",
)
def theory(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per model and size: dimension of the algebra, ranks, and depths.

    `bound` is the smallest of dim 𝔤, its dimension on the subspace that the state explores, and
    2·2ⁿ−2 for one input, which all ranks of pure states obey; `qfim_rank` is that of the deepest
    circuit at generic angles, exact if `rank_exact` is 1, beside the largest numerical one and the
    smallest gap of its samples. `effective_dimension` is for 10¹² data; `effective_equal` is what
    equal eigenvalues, as many as the rank, would give: above the rank, because they are scaled to
    M angles in all; `effective_limit` extrapolates from 10⁶ and 10¹² data. `saturation` is the
    smallest depth with this rank, of all depths, and `angles_before` the angles of a layer less;
    `depth_50` and `depth_100` are the smallest depths at which so many per cent of the runs reach
    1e-4, `angles_50` and `angles_100` their angles, and `*_late` these over those of the first
    circuit of the grid with dim 𝔤 angles, or over dim 𝔤 if there is none; infinite if such a
    circuit does not succeed. Empty where this run has no such cell.
    """
    algebra: dict[tuple[str, int], dict[str, Any]] = {}
    parts: dict[str, list[pd.DataFrame]] = {}
    for record in records:
        kind = record.attrs["kind"]
        if kind == "algebra":
            spec = settings(record)
            algebra[spec["model"], spec["qubits"]] = numbers(record)
        else:
            # One by one, so that only one record is in memory.
            table = cells([record]) if kind in TRAINING else ranks([record])
            if "effective_dimension" in record and "rank" in record:
                table = table.assign(**_effective(record))
            parts.setdefault(kind, []).append(table)
    tables = {kind: pd.concat(found, ignore_index=True) for kind, found in parts.items()}
    rows = []
    for name, (model, spectra, training) in MODELS.items():
        for (other, qubits), known in sorted(algebra.items()):
            if other != model:
                continue
            row = {"model": name, "qubits": qubits, **known}
            row["dimension_over_formula"] = known["dimension"] / FORMULAS[model](qubits)
            if model == "tfim_periodic" and qubits % 2 == 0:
                row["sector_over_formula"] = known["sector"] / (3 * qubits / 2)
            # An operator on all inputs, or a state, has so many real directions.
            most = 4**qubits - 1 if name == "HEA, all inputs" else 2 * 2**qubits - 2
            row["bound"] = np.nanmin([known["dimension"], known["sector"], most])
            row |= _ranks(_chosen(tables, spectra, qubits), row["bound"], known["dimension"])
            if training:
                row |= _success(_chosen(tables, training, qubits), known["dimension"])
            rows.append(row)
    return pd.DataFrame(rows)


def _effective(record: Dataset) -> dict[str, float]:
    """The effective dimension without the part that falls as 1/log κ, and for equal eigenvalues."""
    fewer, more = record["effective_dimension"].values[-2:]
    low, high = (np.log(n / (2 * np.pi * np.log(n))) for n in DATA)
    rank, angles = int(record["rank"]), record["angles"].shape[1]
    return {
        "effective_limit": (more * high - fewer * low) / (high - low),
        "effective_equal": rank * np.log1p(np.exp(high) * angles / rank) / high,
    }


def _chosen(tables: Mapping[str, pd.DataFrame], rows: Rows, qubits: int) -> pd.DataFrame:
    """Rows of one kind with given settings, ordered by number of angles."""
    kind, wanted = rows
    table = tables.get(kind)
    if table is None:
        return pd.DataFrame()
    for column, value in {**wanted, "qubits": qubits}.items():
        table = table[table[column] == value]
    depth = "depth" if "depth" in table else "layers"
    return table.rename(columns={depth: "depth"}).sort_values("parameters")


def _ranks(rows: pd.DataFrame, bound: float, dimension: float) -> dict[str, Any]:
    if "rank" not in rows or rows["rank"].dropna().empty:
        return {}
    deepest = rows.dropna(subset="rank").iloc[-1]
    same = (
        *("rank_exact", "effective_dimension", "effective_equal", "effective_limit"),
        *("saturation", "saturation_angles", "angles_before"),
    )
    out = {name: deepest.get(name, np.nan) for name in same}
    out |= {
        "qfim_rank": deepest["rank"],
        "numerical_rank": deepest["qfim_rank_max"],
        "gap_min": deepest["qfim_gap_min"],
        "capacity": deepest["qfim_rank_mean"],
        "rank_over_bound": deepest["rank"] / bound,
        "capacity_over_bound": deepest["qfim_rank_mean"] / bound,
        "angles_before_over_dimension": deepest["angles_before"] / dimension,
    }
    if "hessian_rank_max" in rows:
        optimised = rows[rows["at"] == "optimised"]["hessian_rank_max"].max()
        out |= {"hessian_rank": optimised, "hessian_over_dimension": optimised / dimension}
    return out


def _success(rows: pd.DataFrame, dimension: float) -> dict[str, Any]:
    if rows.empty:
        return {}
    out: dict[str, Any] = {}
    enough = rows[rows["parameters"] >= dimension]["parameters"].min()
    for per_cent in (50, 100):
        reached = rows[rows[SUCCESS] >= rows["runs"] * per_cent / 100]
        angles = reached["parameters"].min()
        out |= {f"depth_{per_cent}": reached["depth"].min(), f"angles_{per_cent}": angles}
        late = angles / (dimension if np.isnan(enough) else enough)
        # Long enough circuits that do not succeed are no missing value.
        never = np.isnan(angles) and not np.isnan(enough)
        out[f"angles_{per_cent}_late"] = np.inf if never else late
    return out
