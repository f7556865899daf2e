"""Fig. 4 and Supplementary Figs. 1 and 2: spectra, and rank against depth beside training."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from overpar.report.outcomes import select
from overpar.report.plots.style import COLOURS, COLUMN, PUBLISHED, Drawn

BOUNDARIES = ("open", "periodic")
FLOOR = 1e-17
MIN_GAP = 4
# What is drawn of a cell's spectra: label, kind, tying, point, published factor to our units.
CURVES = (
    ("QFIM, random", "qfim", "correct", "random", 4.0),
    ("QFIM, released tying", "qfim", "released", "random", 4.0),
    ("Hessian, optimised", "hessian", "correct", "optimised", 1.0),
    ("Hessian, random", "hessian", "correct", "random", 1.0),
)
PUBLISHED_TYING = {"open": "released", "periodic": "correct"}


def _spectra(
    axis: Axes, values: pd.DataFrame, facts: pd.DataFrame, n: int, boundary: str
) -> pd.DataFrame:
    """Eigenvalues of the deepest cell of one chain; the published edge of each spectrum."""
    chosen = values.query("qubits == @n and boundary == @boundary")
    chosen = chosen[chosen["depth"] == chosen["depth"].max()]
    drawn = []
    for colour, (label, kind, tying, at, factor) in zip(COLOURS, CURVES, strict=False):
        if tying == "released" and boundary == "periodic":
            continue
        rows = select(chosen, {"kind": kind, "tying": tying, "at": at})
        for sample, spectrum in rows.groupby("sample"):
            sizes = spectrum["eigenvalue"].abs().clip(lower=FLOOR)
            order = np.sort(sizes.to_numpy())[::-1]
            name = label if sample == rows["sample"].min() else None
            axis.plot(spectrum["index"], order, color=colour, linewidth=0.7, label=name)
        drawn.append(rows)
        known = select(facts, {"n": n, "bc": boundary, "kind": kind, "at": at})
        if kind == "qfim":
            known = known if tying == PUBLISHED_TYING[boundary] else known.iloc[:0]
        for _, fact in known.iterrows():
            # Without a gap there is no edge: the released 10-qubit Hessian of run 49 is corrupt.
            if fact["gap_decades"] >= MIN_GAP:
                edge = fact["smallest_nonzero"] * factor
                axis.plot([fact["rank_1e8"]], [edge], **PUBLISHED)
    axis.set(yscale="log", ylim=(FLOOR / 3, 1e5), xlim=(0, None))
    axis.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    depth = int(chosen["depth"].max()) if len(chosen) else 0
    axis.set_title(f"{n} qubits, {boundary}, $p = {depth}$", pad=2)
    return pd.concat(drawn) if drawn else pd.DataFrame()


def _legend(figure: Figure) -> None:
    lines = [
        Line2D([], [], color=colour, label=curve[0])
        for colour, curve in zip(COLOURS, CURVES, strict=False)
    ]
    lines.append(Line2D([], [], **PUBLISHED, label="published edge"))
    figure.legend(handles=lines, loc="outside upper center", ncols=3, handlelength=1)


SPECTRA_CAPTION = (
    "Eigenvalues in descending order (absolute values; up to three points each) of the QFIM in "
    "full normalisation and of the Hessian, at seeded random angles and at optimised ones (loss "
    "polished below 1e-12). 'Released tying' takes each ZZ derivative with that of RX on qubit 0 "
    "added, as in the authors' released open-chain data. Black circles: last eigenvalue above the "
    "cut in the released spectra (QFIM × 4), at its index. Eigenvalues are cut at 1e-17."
)


def draw_beside_training(
    *, eigenvalues: pd.DataFrame, ranks: pd.DataFrame, cells: pd.DataFrame, edges: pd.DataFrame
) -> Drawn:
    """Spectra of the longest chain; below, rank and training success against depth."""
    n = int(eigenvalues["qubits"].max())
    figure = Figure(figsize=(COLUMN, 4.1))
    axes = figure.subplots(2, 2, height_ratios=[1.2, 1], sharey="row")
    data = []
    for column, boundary in enumerate(BOUNDARIES):
        top, bottom = axes[:, column]
        data.append(_spectra(top, eigenvalues, edges, n, boundary).assign(panel="spectra"))
        known = ranks.query("qubits == @n and boundary == @boundary and tying == 'correct'")
        known = known.sort_values("depth")
        bottom.plot(known["parameters"], known["rank"], color=COLOURS[0], label="rank")
        limit = n if boundary == "periodic" else n * n // 2
        bottom.axhline(limit, color="0.6", linewidth=0.6, linestyle="--")
        runs = cells.query("qubits == @n and boundary == @boundary and initial == 'data'")
        runs = runs[runs["runs"] > 0].sort_values("depth")
        other = bottom.twinx()
        share = runs["min_lt_0.0001"] / runs["runs"]
        other.plot(2 * runs["depth"], share, color=COLOURS[1], label="success")
        other.set_ylim(-0.03, 1.08)
        other.spines["right"].set_visible(True)
        if column == 1:
            other.set_ylabel(r"fraction below $10^{-4}$", color=COLOURS[1])
        else:
            other.set_yticklabels([])
        top.set_xlabel("index")
        bottom.set_xlabel("angles $M = 2p$")
        data += [known.assign(panel="rank"), runs.assign(panel="success", fraction=share)]
    axes[0, 0].set_ylabel("eigenvalue")
    axes[1, 0].set_ylabel("QFIM rank", color=COLOURS[0])
    _legend(figure)
    caption = (
        f"{SPECTRA_CAPTION} Below: exact QFIM rank at generic angles (correct tying; dashed: n "
        "for the periodic, n²/2 for the open chain) and fraction of training runs below 1e-4."
    )
    return Drawn(figure, pd.concat(data, ignore_index=True), caption)


def draw(*, eigenvalues: pd.DataFrame, edges: pd.DataFrame) -> Drawn:
    """Spectra of every chain length."""
    sizes = sorted(int(n) for n in eigenvalues["qubits"].unique())
    figure = Figure(figsize=(COLUMN, 1.75 * len(sizes) + 0.3))
    axes = figure.subplots(len(sizes), 2, sharey=True, squeeze=False)
    data = [
        _spectra(axes[row, column], eigenvalues, edges, n, boundary)
        for row, n in enumerate(sizes)
        for column, boundary in enumerate(BOUNDARIES)
    ]
    for axis in axes[:, 0]:
        axis.set_ylabel("eigenvalue")
    for axis in axes[-1]:
        axis.set_xlabel("index")
    _legend(figure)
    return Drawn(figure, pd.concat(data, ignore_index=True), SPECTRA_CAPTION)


def draw_ranks(*, ranks: pd.DataFrame, released: pd.DataFrame) -> Drawn:
    """Rank against depth for every chain length, both boundaries, both tyings."""
    figure = Figure(figsize=(COLUMN, 2.7))
    axes = figure.subplots(1, 2)
    sizes = sorted(int(n) for n in ranks["qubits"].unique())
    for axis, boundary in zip(axes, BOUNDARIES, strict=True):
        for colour, n in zip(COLOURS, sizes, strict=False):
            for tying, style in (("correct", "-"), ("released", ":")):
                rows = ranks.query("qubits == @n and boundary == @boundary and tying == @tying")
                rows = rows.sort_values("depth")
                if rows.empty or (tying == "released" and boundary == "periodic"):
                    continue
                name = str(n) if tying == "correct" else None
                axis.plot(rows["parameters"], rows["rank"], style, color=colour, label=name)
            known = released.query("n == @n and bc == @boundary")
            axis.plot(known["M"], known["rank_max"], **PUBLISHED)
        axis.set(xlabel="angles $M = 2p$", title=f"{boundary} chain")
    axes[0].set_ylabel("QFIM rank")
    handles, _ = axes[0].get_legend_handles_labels()
    extra = [
        Line2D([], [], color="0.3", label="correct tying"),
        Line2D([], [], color="0.3", linestyle=":", label="released tying"),
        Line2D([], [], **PUBLISHED, label="published"),
    ]
    axes[0].set_ylim(top=1.3 * ranks["rank"].max())
    axes[0].legend(handles=extra, loc="upper left")
    axes[1].legend(handles=handles, title="qubits", title_fontsize=6, loc="lower right")
    caption = (
        "Exact rank of the QFIM at generic angles. Correct derivative: min(2p, n) periodic, "
        "min(2p, n²/2) open. Released tying (open chain): up to n(n−1). Black circles: largest "
        "rank in the authors' released spectra, eigenvalues above 1e-8 of the largest."
    )
    columns = ["qubits", "boundary", "tying", "depth", "parameters", "samples", "rank"]
    return Drawn(figure, ranks[[*columns, *(c for c in ranks if c.startswith("qfim_"))]], caption)
