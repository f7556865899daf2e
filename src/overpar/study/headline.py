"""The result in two sentences, made from the scorecard."""

import re

import pandas as pd

# Claim, what is said where it is replicated, and where it is not; {seen} is what was observed.
PARTS = (
    (
        "transition-above-periodic",
        "on the ring every run that is continued to a stationary point reaches the ground state"
        " from M_c angles on, where the exact rank saturates",
        "on the ring {seen} of the runs that are continued to a stationary point reach the ground"
        " state from M_c angles on, where the exact rank saturates",
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
        "and the {seen} M_c that 3000 steps of Adam need are slow valleys, not traps",
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
            text = good if rows.loc[name, "verdict"] == "replicated" else bad
            said.append(text.format(seen=seen))
    counts = scorecard["verdict"].value_counts()
    answer = f"**Where is the transition?** At M_c: {', '.join(said)}. " if said else ""
    return (
        f"{answer}Of {len(scorecard)} tested claims {counts.get('replicated', 0)} are replicated,"
        f" {counts.get('deviates', 0)} deviate, as the scorecard shows one by one, and"
        f" {counts.get('not testable', 0)} cannot be tested."
    )
