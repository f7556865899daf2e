"""The result in two sentences, made from the scorecard."""

import re

import pandas as pd

# Claim, what is said where it is replicated, and where it is not; {seen} is what was observed.
PARTS = (
    (
        "transition-above-periodic",
        "on the ring every run that is continued to a stationary point reaches the ground state"
        " from there on",
        "on the ring {seen} of the runs that are continued to a stationary point reach the ground"
        " state from there on",
    ),
    (
        "transition-half-open",
        "on the open chain half do at {seen} M_c",
        "on the open chain half do at {seen} M_c, outside the bounds set before",
    ),
    (
        "transition-traps-singular-open",
        "no trap has a QFIM of full rank",
        "some traps have a QFIM of full rank",
    ),
    (
        "transition-critical-adam",
        "and 3000 steps of Adam need {seen} M_c",
        "and the {seen} M_c that 3000 steps of Adam need are slow valleys",
    ),
)


def headline(scorecard: pd.DataFrame) -> str:
    """Where the transition is, and how many claims hold.

    Args:
        scorecard: with columns id, verdict and observed; claims that it has not, or that this run
            could not test, are left out.
    """
    rows = scorecard.set_index("id")
    said = []
    for name, good, bad in PARTS:
        if name in rows.index and rows.loc[name, "verdict"] != "not testable":
            seen = re.sub(r" in \d+ cells", "", str(rows.loc[name, "observed"]))
            seen = re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.3g}", seen)
            text = good if rows.loc[name, "verdict"] == "replicated" else bad
            said.append(text.format(seen=seen))
    counts = scorecard["verdict"].value_counts()
    where = "**Where is the transition?** At M_c angles, where the exact rank saturates: "
    answer = f"{where}{', '.join(said)}. " if said else ""
    good, bad, open_ = (counts.get(v, 0) for v in ("replicated", "deviates", "not testable"))
    return (
        f"{answer}Of {len(scorecard)} tested claims {good} are replicated, {bad} deviate and"
        f" {open_} cannot be tested."
    )
