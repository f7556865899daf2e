"""Training of the Ising chain against the number of angles."""

from typing import Any

import altair as alt
import pandas as pd

from overpar.base.statistics import wilson
from overpar.report.charts.style import COLOURS, Layers, choice, numbers, specification

ARMS = {"data": "U[0, π/2), as the released curves", "code": "U[0, π), as the released code"}
RELEASED = "released"
THRESHOLDS = ("0.0001", "0.01", "0.001", "1e-06")
# Losses at rounding are equal.
FLOOR = 1e-12


def success(*, cells: pd.DataFrame, ranks: pd.DataFrame, released: pd.DataFrame) -> dict[str, Any]:
    """Share of runs whose lowest loss is below a threshold, with 95 % Wilson intervals.

    Args:
        cells: as table `vqe`.
        ranks: as table `chain_ranks`, for M_c.
        released: as data/published/vqe_success.csv.
    """
    theirs = released.rename(columns={"n": "qubits", "bc": "boundary", "p": "depth"})
    both = pd.concat([cells, theirs.assign(initial=RELEASED)], ignore_index=True)
    rows = [
        _row(cell) | _share(int(cell[f"min_lt_{threshold}"]), int(cell["runs"])) | {"t": threshold}
        for threshold in THRESHOLDS
        if f"min_lt_{threshold}" in both
        for _, cell in both.dropna(subset=[f"min_lt_{threshold}"]).iterrows()
    ]
    chart = _drawn(_reached(rows, ranks), "share of runs below it", alt.Scale(domain=[0, 1]))
    seen = [t for t in THRESHOLDS if t in {row["t"] for row in rows}]
    below = choice("threshold", "Loss below", seen, seen)
    chart = chart.add_params(below).transform_filter("datum.t == threshold")
    return specification(
        chart,
        "Share of runs that reach a loss threshold against angles over M_c, a curve per number of"
        " qubits. Lists choose the boundary, the initial angles and the threshold.",
    )


def loss(*, cells: pd.DataFrame, ranks: pd.DataFrame) -> dict[str, Any]:
    """Median over runs of the lowest loss, with its 95 % interval.

    Args:
        cells: as table `vqe`.
        ranks: as table `chain_ranks`, for M_c.
    """
    rows = [
        _row(cell)
        | {
            "y": max(cell["best_median"], FLOOR),
            "low": max(cell["best_low"], FLOOR),
            "high": max(cell["best_high"], FLOOR),
        }
        for _, cell in cells[cells["runs"] > 0].iterrows()
    ]
    scale = alt.Scale(type="log", domain=[FLOOR, 10])
    return specification(
        _drawn(_reached(rows, ranks), "lowest loss, median with 95 % interval", scale),
        "Median of the lowest loss of each run against angles over M_c, on a logarithmic scale, a"
        " curve per number of qubits. Lists choose the boundary and the initial angles.",
    )


def _row(cell: pd.Series) -> dict[str, Any]:
    names = ("boundary", "qubits", "depth", "initial")
    return {name: cell[name] for name in names} | {"M": 2 * int(cell["depth"])}


def _share(found: int, runs: int) -> dict[str, Any]:
    low, high = wilson(found, runs)
    return {"y": found / runs, "low": low, "high": high, "of": f"{found} of {runs}"}


def _reached(rows: list[dict[str, Any]], ranks: pd.DataFrame) -> pd.DataFrame:
    """Rows with their angles over M_c, where that is known."""
    critical = ranks[["boundary", "qubits", "saturation_angles"]].drop_duplicates()
    data = pd.DataFrame(rows).merge(critical, on=["boundary", "qubits"])
    data["x"] = data["M"] / data.pop("saturation_angles")
    return data.assign(**{name: numbers(data[name]) for name in ("x", "y", "low", "high")})


def _drawn(data: pd.DataFrame, title: str, scale: alt.Scale) -> Layers:
    """A curve per number of qubits, with a list each for boundary and initial angles."""
    boundaries = sorted(set(data["boundary"]))
    known = ARMS | {RELEASED: "the authors' released runs"}
    arms = [arm for arm in known if arm in set(data["initial"])]
    sizes = sorted(int(n) for n in set(data["qubits"]))
    listed = choice("size", "Qubits", [0, *sizes], ["all", *map(str, sizes)])
    base = alt.Chart(data).encode(
        x=alt.X("x:Q", title="angles M / M_c", axis=alt.Axis(tickCount=10)),
        color=alt.Color("qubits:O", title="qubits", scale=alt.Scale(range=list(COLOURS))),
    )
    wanted = ("datum.boundary == boundary", "datum.initial == arm")
    for condition in (*wanted, "size == 0 || datum.qubits == size"):
        base = base.transform_filter(condition)
    words = {"qubits": "qubits", "depth": "depth", "M": "angles", "x": "M / M_c", "y": title}
    words |= {"of": "runs"} if "of" in data else {}
    tips = [alt.Tooltip(name, title=word) for name, word in words.items()]
    y = alt.Y("y:Q", title=title, scale=scale)
    # A scale in common needs the same title.
    bands = base.mark_area(opacity=0.15).encode(alt.Y("low:Q", title=title, scale=scale), y2="high")
    curves = base.mark_line(point=True).encode(y=y, tooltip=tips)
    return alt.layer(bands, curves).add_params(
        choice("boundary", "Boundary", boundaries, boundaries),
        choice("arm", "Initial angles", arms, [known[arm] for arm in arms]),
        listed,
    )
