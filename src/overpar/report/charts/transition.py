"""Where half of the runs succeed."""

from typing import Any

import altair as alt
import pandas as pd

from overpar.report.charts.style import COLOURS, choice, numbers, specification

CRITERIA = {"loss": "loss", "relative": "loss over spectral width", "stationary": "stationary"}
STATIONARY = "continued to a stationary point"
OPTIMISERS = {
    "adam": "Adam",
    "lbfgs": "L-BFGS",
    "gd": "gradient descent",
    "qng": "natural gradient",
}
RATED = ("adam", "gd", "qng")


def halves(*, halves: pd.DataFrame) -> dict[str, Any]:
    """Angles at which half of the runs succeed, over M_c, against the number of qubits.

    Args:
        halves: as table `transition_halves`, of which runs from U[0, π/2) are drawn.
    """
    found = halves[halves["half"].notna() & (halves["start"] == "quarter")]
    ends = found[found["criterion"] == "stationary"]
    trained = found[found["criterion"] != "stationary"]
    # The end of a run has no budget, criterion or threshold: it stands beside all of them.
    goals = trained[["criterion", "threshold"]].drop_duplicates()
    ends = ends.drop(columns=["criterion", "threshold"]).merge(goals, how="cross")
    rows = pd.concat([trained, ends], ignore_index=True)
    ratio = "half_over_critical"
    data = pd.DataFrame(
        {
            "model": rows["boundary"],
            "qubits": rows["qubits"],
            "with": [_named(*pair) for pair in zip(rows["optimiser"], rows["rate"], strict=True)],
            "goal": [
                _goal(*pair) for pair in zip(rows["criterion"], rows["threshold"], strict=True)
            ],
            "steps": [f"{int(b):,} steps" if b else STATIONARY for b in rows["budget"]],
            "y": numbers(rows[ratio]),
            "low": numbers(rows[f"{ratio}_low"]),
            "high": numbers(rows[f"{ratio}_high"]),
            "M": numbers(rows["half"]),
            "runs": rows["runs"],
        }
    )
    # The goal that the papers' Fig. 3 is read with comes first, and Adam as they used it.
    first_goal, first_with = _goal("loss", 1e-4), _named("adam", 0.01)
    budgets = sorted(set(rows["budget"]) - {0})
    order = [STATIONARY, *(f"{int(b):,} steps" for b in budgets)]
    goals_listed = _first(first_goal, sorted(set(data["goal"])))
    ways = _first(first_with, sorted(set(data["with"])))
    chains = sorted(set(data["model"]))
    base = alt.Chart(data).encode(
        x=alt.X("qubits:Q", title="qubits", scale=alt.Scale(type="log", nice=False)),
        color=alt.Color("steps:N", title=None, sort=order, scale=_colours(order)),
    )
    for condition in ("datum.model == chain", "datum['with'] == way", "datum.goal == goal"):
        base = base.transform_filter(condition)
    title = "angles at which half succeed / M_c"
    tips = [
        "qubits",
        "steps",
        "runs",
        alt.Tooltip("M", title="angles"),
        alt.Tooltip("y", title=title),
    ]
    y = alt.Y("y:Q", title=title, scale=alt.Scale(zero=False))
    bars = base.mark_rule().encode(
        alt.Y("low:Q", title=title, scale=alt.Scale(zero=False)), y2="high"
    )
    chart = alt.layer(bars, base.mark_line(point=True).encode(y=y, tooltip=tips)).add_params(
        choice("chain", "Boundary", chains, chains),
        choice("goal", "Success is", goals_listed, goals_listed),
        choice("way", "Optimiser", ways, ways),
    )
    return specification(
        chart,
        "Angles at which half of the runs succeed, over M_c, against the number of qubits, a curve"
        " per budget of steps. Lists choose boundary, what counts as success, and optimiser.",
    )


def _named(optimiser: str, rate: float) -> str:
    name = OPTIMISERS.get(optimiser, optimiser)
    return f"{name}, rate {rate:g}" if optimiser in RATED else name


def _goal(criterion: str, threshold: float) -> str:
    return f"{CRITERIA[criterion]} below {threshold:g}"


def _first(wanted: str, known: list[str]) -> list[str]:
    """What is known, with what is wanted first where it is known."""
    return sorted(known, key=lambda value: value != wanted)


def _colours(order: list[str]) -> alt.Scale:
    return alt.Scale(domain=order, range=list(COLOURS))
