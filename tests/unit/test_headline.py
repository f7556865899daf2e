"""The result in two sentences."""

import pandas as pd
import pytest

from overpar.study.headline import PARTS, headline


def scorecard(**verdicts: str) -> pd.DataFrame:
    rows = [
        {"id": name.replace("_", "-"), "verdict": verdict, "observed": "1.08 … 1.14 in 4 cells"}
        for name, verdict in verdicts.items()
    ]
    return pd.DataFrame([*rows, {"id": "other", "verdict": "replicated", "observed": "3"}])


def test_numbers_come_from_the_scorecard() -> None:
    text = headline(scorecard(transition_half_open="replicated"))
    assert "half do at 1.08 … 1.14 M_c." in text
    assert "Of 2 tested claims 2 are replicated, 0 deviate" in text
    assert "cells" not in text


@pytest.mark.parametrize(("name", "good", "bad"), PARTS)
def test_a_claim_that_fails_is_said_otherwise(name: str, good: str, bad: str) -> None:
    seen = "1.08 … 1.14"
    key = name.replace("-", "_")
    replicated, deviates = (headline(scorecard(**{key: v})) for v in ("replicated", "deviates"))
    assert good.format(seen=seen) in replicated
    assert bad.format(seen=seen) in deviates
    assert replicated.split(" Of ")[0] != deviates.split(" Of ")[0]


def test_what_could_not_be_tested_is_not_said() -> None:
    text = headline(scorecard(transition_half_open="not testable"))
    assert text.startswith("Of 2 tested claims")
