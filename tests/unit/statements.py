"""Statements of a small table, the verdicts on them, and a row of a scorecard."""

from typing import Any

import numpy as np
import pandas as pd

from overpar.base.validation import check
from overpar.report.statements import Claims
from overpar.report.verdicts import judge

TABLE = pd.DataFrame(
    {
        "n": [4, 4, 6, 6, 8],
        "depth": [2, 4, 2, 4, 2],
        "runs": [50, 50, 50, 50, 0],
        "best": [0.1, 0.2, 0.3, 0.5, np.nan],
        "low": [0.05, 0.1, 0.2, 0.4, np.nan],
        "high": [0.15, 0.3, 0.4, 0.6, np.nan],
        "good": [50, 40, 10, 50, 0],
        "fine": [50, 40, 10, 50, 0],
    }
)
FACTS = pd.DataFrame({"q": [4, 4, 6, 6], "p": [2, 4, 2, 4], "runs": 50, "good": [50, 38, 40, 50]})
SAME = {
    "kind": "same_counts",
    "column": "good",
    "published": "facts.csv",
    "match": {"n": "q", "depth": "p"},
}
# As figures/scorecard.csv has it.
ROW = {
    "id": "some-claim",
    "source": "A, Fig. 3, released loss curves",
    "statement": "a < b & c",
    "fixed": "before",
    "test": "bounds on x",
    "power": "0.1 past the bound",
    "instances": "2 of 2",
    "expected": "1",
    "observed": "2",
    "verdict": "replicated",
    "cause": "",
    "explanation": "",
    "figure": "fig3",
    "command": "make this",
}


def claim(name: str, test: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"id": name, "source": "A", "statement": "s", "table": "t", "fixed": "after"}
    return {**base, "test": test, "explanation": "why", **more}


def claims_of(*statements: dict[str, Any], alpha: float = 0.01) -> Claims:
    content = {"alpha": alpha, "explanations": {"why": "because"}, "statements": list(statements)}
    return check(Claims, content)


def judged(
    claims: Claims, tables: dict[str, pd.DataFrame], published: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """The scorecard, with the value that the first instance of each was judged by."""
    scorecard, instances = judge(claims, tables, published)
    if scorecard.empty:
        return scorecard
    values = instances.drop_duplicates("id").set_index("id")["value"]
    return scorecard.assign(value=[values[name] for name in scorecard["id"]])


def verdicts(*statements: dict[str, Any], alpha: float = 0.01) -> pd.DataFrame:
    checked = claims_of(*statements, alpha=alpha)
    return judged(checked, {"t": TABLE}, {"facts.csv": FACTS}).set_index("id")


N4, N6, N8 = ({"n": n} for n in (4, 6, 8))
NEAR = {"kind": "equals", "column": "best", "expected": 0.16, "tolerance": 0.061}
HELD = {"kind": "brackets", "low": "low", "high": "high", "expected": 0.3}
