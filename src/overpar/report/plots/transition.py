"""Where the transition is: how runs end, and at how many angles half of them succeed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from overpar.base.statistics import half_crossing
from overpar.report.plots.style import COLOURS, COLUMN, PUBLISHED, Drawn

OPEN = "tfim_open"
START = "quarter"
SUCCESS = 1e-4
USUAL = 3000
WAYS = (
    ("global_minimum", "global minimum", COLOURS[2]),
    ("local_minimum", "trap", COLOURS[1]),
    ("not_converged", "not converged", "0.75"),
)
OPTIMISERS = (
    ("adam", 0.001, "Adam, 0.001"),
    ("adam", 0.01, "Adam, 0.01"),
    ("adam", 0.1, "Adam, 0.1"),
    ("gd", 0.005, "gradient descent"),
    ("lbfgs", 0.01, "L-BFGS"),
    ("qng", 0.1, "natural gradient"),
)
MODELS = {
    "tfim_periodic": "TFIM-HVA, periodic",
    "hardware_efficient": "HEA, one input",
    "compilation": "compilation",
    "autoencoder": "autoencoder",
    "xxz": "XXZ chain",
}


def draw(
    *, ends: pd.DataFrame, successes: pd.DataFrame, halves: pd.DataFrame, published: pd.DataFrame
) -> Drawn:
    """Ends of runs, successes against M/M_c, and M₅₀ against size, budget and optimiser.

    Args:
        ends: made by transition:ends.
        successes: made by transition:successes.
        halves: made by transition:halves.
        published: counts of successful runs of the release.
    """
    figure = Figure(figsize=(2 * COLUMN, 4.4))
    (a, b, c), (d, e, f) = figure.subplots(2, 3)
    chain = ends[(ends["model"] == OPEN) & (ends["start"] == START)].sort_values("parameters")
    sizes = sorted(chain["qubits"].unique())
    colours = dict(zip(sizes, COLOURS, strict=False))  # larger sizes are grey
    _ends(a, _densest(chain))
    usual = _loss(successes).query("budget == @USUAL and optimiser == 'adam' and rate == 0.01")
    _against_reach(b, chain, usual[usual["model"] == OPEN], colours)
    others = ends[ends["model"].isin(MODELS)]
    _models(c, others)
    known = halves[(halves["model"] == OPEN) & (halves["start"] == START)]
    theirs = _published(published)
    _against_size(d, known, theirs)
    _against_budget(e, known, colours)
    _optimisers(f, known, colours)
    for axis, letter in zip((a, b, c, d, e, f), "abcdef", strict=True):
        axis.set_title(f"({letter})", loc="left", pad=3)
    densest = f"{_densest(chain)['qubits'].iloc[0]} qubits" if sizes else "no size of this run"
    caption = (
        "M is the number of angles, M_c the smallest with the largest generic rank of the QFIM "
        "(exact, modulo primes); the open TFIM-HVA from U[0, π/2) unless said otherwise. (a) "
        f"{densest}: how runs end that Newton's method continues to a stationary point; a global "
        "minimum is a loss below 1e-10, a trap a local one. (b) Solid: share that ends at the "
        "global minimum; dotted: share whose loss under Adam falls below 1e-4 within 3000 steps. "
        "Bands: 95 % Wilson; sizes up to 16 qubits. (c) The same as solid in (b) for the other "
        "models, at the size with most depths. (d) Angles at which half succeed (95 %); black "
        "circles: the released runs. (e) Adam against the budget of steps; lines at the right: "
        "continued to the end. (f) Other optimisers from the same angles, 1e-4 within 3000 steps "
        "(natural gradient: 1000); colours as in (b), grey: 20 qubits."
    )
    parts = {"ends": ends, "successes": usual, "halves": known, "published": theirs}
    data = [part.assign(panel=panel) for panel, part in parts.items()]
    return Drawn(figure, pd.concat(data, ignore_index=True), caption)


def _densest(ends: pd.DataFrame) -> pd.DataFrame:
    """Rows of the size that has most of them, the largest of such sizes."""
    cells = ends["qubits"].value_counts().sort_index(ascending=False)
    return ends[ends["qubits"] == cells.idxmax()] if len(cells) else ends


def _loss(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["criterion"] == "loss") & (table["threshold"] == SUCCESS)]


def _ends(axis: Axes, rows: pd.DataFrame) -> None:
    base = np.zeros(len(rows))
    places = np.arange(len(rows))
    for name, label, colour in WAYS:
        share = (rows[name] / rows["runs"]).to_numpy()
        axis.bar(places, share, 0.85, bottom=base, color=colour, label=label)
        base = base + share
    axis.set_xticks(places, [f"{reach:.2g}" for reach in rows["reach"]], rotation=90)
    axis.set(xlabel="$M/M_c$", ylabel="share of runs", ylim=(0, 1.17))
    axis.set_yticks(np.linspace(0, 1, 6))
    axis.legend(loc="upper center", ncols=3, fontsize=5, columnspacing=0.6, handlelength=0.8)


def _against_reach(
    axis: Axes, chain: pd.DataFrame, trained: pd.DataFrame, colours: dict[int, str]
) -> None:
    axis.axvline(1, color="0.6", lw=0.6)
    for qubits, colour in colours.items():
        rows = chain[chain["qubits"] == qubits]
        axis.fill_between(
            rows["reach"], rows["global_low"], rows["global_high"], color=colour, alpha=0.15, lw=0
        )
        axis.plot(rows["reach"], rows["global_share"], color=colour, label=str(qubits))
        cells = trained[trained["qubits"] == qubits].groupby("reach")[["successes", "runs"]].sum()
        axis.plot(cells.index, cells["successes"] / cells["runs"], ":", color=colour)
    axis.set(xlabel="$M/M_c$", ylabel="share of runs", ylim=(-0.03, 1.03))
    axis.legend(title="qubits", title_fontsize=6)


def _models(axis: Axes, ends: pd.DataFrame) -> None:
    axis.axvline(1, color="0.6", lw=0.6)
    for colour, (model, label) in zip(COLOURS, MODELS.items(), strict=False):
        rows = ends[ends["model"] == model].dropna(subset=["reach"]).sort_values("reach")
        rows = _densest(rows)
        if len(rows):
            text = f"{label}, $n={rows['qubits'].iloc[0]}$"
            axis.plot(
                rows["reach"], rows["global_share"], "o-", markersize=2.5, color=colour, label=text
            )
    axis.set(xlabel="$M/M_c$", ylabel="share at the global minimum", ylim=(-0.03, 1.03))
    axis.set_xlim(0.45, 2.8)
    axis.legend(loc="center right", fontsize=5, handlelength=1.2)


def _published(counts: pd.DataFrame) -> pd.DataFrame:
    """Angles at which half of the released runs of the open chain succeed."""
    rows = []
    for qubits, group in counts[counts["bc"] == "open"].groupby("n"):
        cells = group.sort_values("p")
        arrays = (2.0 * cells["p"], cells["min_lt_0.0001"], cells["runs"])
        half, low, high = half_crossing(*(part.to_numpy() for part in arrays))
        rows.append({"qubits": qubits, "half": half, "half_low": low, "half_high": high})
    return pd.DataFrame(rows)


def _against_size(axis: Axes, halves: pd.DataFrame, published: pd.DataFrame) -> None:
    trained = _loss(halves).query("optimiser == 'adam' and rate == 0.01")
    series = [
        (halves[halves["criterion"] == "stationary"], "continued to the end", "s", COLOURS[2]),
        (trained[trained["budget"] == USUAL], "Adam, 3000 steps", "^", COLOURS[0]),
        (trained[trained["budget"] == 100_000], "Adam, 100,000 steps", "v", COLOURS[4]),
    ]
    top = 4
    for rows, label, marker, colour in series:
        rows = rows.dropna(subset=["half"]).sort_values("qubits")
        error = [rows["half"] - rows["half_low"], rows["half_high"] - rows["half"]]
        axis.errorbar(
            rows["qubits"], rows["half"], error, fmt=marker, ms=3, lw=0.8, color=colour, label=label
        )
        top = max(top, rows["qubits"].max() if len(rows) else 0)
    axis.plot(published["qubits"], published["half"], **PUBLISHED, label="released runs")
    n = np.linspace(3.8, 1.05 * top, 60)
    for law, text, style in ((n * n / 2, "$n^2/2 = M_c$", "-"), (n * (n - 1), "$n(n-1)$", "--")):
        axis.plot(n, law, style, color="0.5", lw=0.7, label=text)
    axis.set(xscale="log", yscale="log", xlabel="qubits $n$", ylabel="$M_{50}$")
    ticks = [k for k in (4, 6, 8, 10, 12, 16, 20, 24, 32) if k <= top]
    axis.set_xticks(ticks, [str(k) for k in ticks])
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.legend(fontsize=5)


def _against_budget(axis: Axes, halves: pd.DataFrame, colours: dict[int, str]) -> None:
    axis.axhline(1, color="0.6", lw=0.6)
    trained = _loss(halves).query("optimiser == 'adam' and rate == 0.01")
    long = trained[trained["budget"] > USUAL]["qubits"].unique()
    for qubits in sorted(long):
        rows = trained[trained["qubits"] == qubits].dropna(subset=["half"]).sort_values("budget")
        colour = colours.get(qubits, "0.3")
        axis.plot(
            rows["budget"], rows["half_over_critical"], "o-", ms=2.5, color=colour, label=qubits
        )
        still = halves[(halves["criterion"] == "stationary") & (halves["qubits"] == qubits)]
        for value in still["half_over_critical"].dropna():
            axis.plot([1.2e5, 3e5], [value, value], color=colour)
    axis.set(xscale="log", xlabel="steps of Adam", ylabel="$M_{50}/M_c$")
    axis.legend(title="qubits", title_fontsize=6)


def _optimisers(axis: Axes, halves: pd.DataFrame, colours: dict[int, str]) -> None:
    axis.axvline(1, color="0.6", lw=0.6)
    known = _loss(halves)
    for place, (optimiser, rate, _) in enumerate(OPTIMISERS):
        rows = known[(known["optimiser"] == optimiser) & (known["rate"] == rate)]
        rows = rows[rows["budget"] == min(USUAL, rows["budget"].max())] if len(rows) else rows
        for qubits, row in rows.groupby("qubits"):
            axis.plot(
                row["half_over_critical"],
                [place] * len(row),
                "o",
                ms=3.5,
                color=colours.get(qubits, "0.3"),
                label=None if place else str(qubits),
            )
    axis.set_yticks(range(len(OPTIMISERS)), [label for *_, label in OPTIMISERS])
    axis.invert_yaxis()
    axis.set(xlabel="$M_{50}/M_c$")
