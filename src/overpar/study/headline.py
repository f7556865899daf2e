"""The result in two sentences, made from the scorecard."""

import re

import pandas as pd

# Statement, what is said where it is replicated, and where it is not; {seen} is what was observed.
PARTS = (
    (
        "transition-above-periodic",
        "on the ring of up to 20 qubits every run that is continued to a stationary point reaches"
        " the ground state from there on",
        "on the ring of up to 20 qubits {seen} of the runs that are continued to a stationary"
        " point reach the ground state from there on",
    ),
    (
        "transition-half",
        "on the open chain of up to 10 half do at {seen} M_c",
        "on the open chain of up to 10 half do at {seen} M_c, outside the bounds set before",
    ),
    (
        "transition-traps-singular",
        "no trap has a QFIM of full rank",
        "some traps have a QFIM of full rank",
    ),
    (
        "transition-critical",
        "and 3000 steps of Adam need {seen} M_c",
        "and the {seen} M_c that 3000 steps of Adam need are slow valleys",
    ),
)
NAMES = {
    "replicated": "are replicated",
    "corrected": "are corrected with a tested cause",
    "asymptotic": "hold in a limit",
    "open": "are open",
    "not testable": "cannot be tested",
}


QUESTION = "Where is the transition?"


def headline(scorecard: pd.DataFrame, instances: pd.DataFrame) -> str:
    """Where the transition is, and how many statements hold.

    Args:
        scorecard: with columns id and verdict.
        instances: with columns id and observed.
    """
    found = transition(scorecard, instances)
    counts = scorecard["verdict"].value_counts()
    parts = [f"{counts[v]} {said}" for v, said in NAMES.items() if counts.get(v, 0)]
    return (
        f"{f'**{QUESTION}** {found} ' if found else ''}"
        f"Of {len(scorecard)} statements, tested {len(instances)} times,"
        f" {', '.join(parts[:-1])}{' and ' if parts[:-1] else ''}{parts[-1]}."
    )


def transition(scorecard: pd.DataFrame, instances: pd.DataFrame) -> str:
    """Where the transition is.

    Args:
        scorecard: with columns id and verdict; statements that it has not, or that this run could
            not test, are left out.
        instances: with columns id and observed, of which the first of a statement is quoted.

    Returns:
        A sentence; nothing without any of the statements.
    """
    verdicts = scorecard.set_index("id")["verdict"]
    first = instances.drop_duplicates("id").set_index("id")["observed"]
    said = []
    for name, good, bad in PARTS:
        if name in verdicts.index and verdicts[name] != "not testable":
            seen = re.sub(r" in \d+ cells", "", str(first[name]))
            seen = re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.3g}", seen)
            said.append((good if verdicts[name] == "replicated" else bad).format(seen=seen))
    where = "At M_c angles, where the exact rank saturates: "
    return f"{where}{', '.join(said)}." if said else ""
