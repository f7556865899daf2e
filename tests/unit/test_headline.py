"""The result in two sentences."""

import pandas as pd
import pytest

from overpar.study.headline import PARTS, headline

Cards = tuple[pd.DataFrame, pd.DataFrame]


def cards(**verdicts: str) -> Cards:
    names = {name.replace("_", "-"): verdict for name, verdict in verdicts.items()}
    names["other"] = "replicated"
    scorecard = pd.DataFrame({"id": list(names), "verdict": list(names.values())})
    seen = [(name, f"{first}8 … 1.14 in 4 cells") for name in names for first in ("1.0", "7.0")]
    return scorecard, pd.DataFrame(seen, columns=["id", "observed"])


def test_numbers_come_from_the_scorecard() -> None:
    text = headline(*cards(transition_half="replicated", more="open", third="not testable"))
    assert "half do at 1.08 … 1.14 M_c." in text
    assert "Of 4 statements, tested 8 times, 2 are replicated, 1 are open and 1 cannot" in text
    assert "cells" not in text


@pytest.mark.parametrize(("name", "good", "bad"), PARTS)
def test_a_claim_that_fails_is_said_otherwise(name: str, good: str, bad: str) -> None:
    seen = "1.08 … 1.14"
    key = name.replace("-", "_")
    holds, fails = (headline(*cards(**{key: v})) for v in ("replicated", "corrected"))
    assert good.format(seen=seen) in holds
    assert bad.format(seen=seen) in fails
    assert holds.split(" Of ")[0] != fails.split(" Of ")[0]


def test_what_could_not_be_tested_is_not_said() -> None:
    text = headline(*cards(transition_half="not testable"))
    assert text.startswith("Of 2 statements")
