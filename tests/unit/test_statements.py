"""Instances of statements, what they are tested on together, causes and power."""

from typing import Any

import pandas as pd
import pytest
from statements import HELD, N4, N6, N8, NEAR, SAME, TABLE, claim, claims_of, judged, verdicts

from overpar.base.errors import UserError
from overpar.report.verdicts import judge


def test_what_is_not_replicated_comes_first() -> None:
    table = verdicts(
        claim("a", NEAR, where=N4),
        claim("b", NEAR, where=N8),
        claim("c", {**NEAR, "tolerance": 0.01}, where=N4),
        claim("d", NEAR, where=N4),
    )
    assert table.index.tolist() == ["c", "b", "a", "d"]
    assert judged(claims_of(), {}, {}).empty


def test_holm_is_over_all_cells_of_a_statement() -> None:
    """p = 0.027 of one comparison counts at α/2 = 0.03; as one of two it does not."""
    facts = pd.DataFrame({"q": [4, 6], "p": [2, 4], "runs": [50, 50], "good": [44, 50]})
    one = claim("one", SAME, where={"n": 4, "depth": 2})
    many = claim("many", SAME, for_each=[{"n": 4, "depth": 2}, {"n": 6, "depth": 4}])
    scorecard, instances = judge(
        claims_of(one, many, alpha=0.06), {"t": TABLE}, {"facts.csv": facts}
    )
    verdict = scorecard.set_index("id")["verdict"]
    assert instances["value"].tolist() == ["p = 0.027 (Holm)", "p = 0.053 (Holm)", "p = 1 (Holm)"]
    assert instances["result"].tolist() == ["fails", "holds", "holds"]
    assert verdict["one"] == "open"


GAP = {"kind": "bounds", "column": "best", "at_most": "{most}"}


def test_instances() -> None:
    """Keys that are written in the test are its numbers, others are columns."""
    claims = claims_of(
        claim(
            "c",
            GAP,
            for_each=[
                {"n": 4, "most": 0.2},
                {"n": [4, 6], "depth": 2, "most": 0.2},
                {"n": 8, "most": 1},
            ],
        )
    )
    scorecard, instances = judge(claims, {"t": TABLE}, {})
    assert instances["instance"].tolist() == ["n=4", "n=[4, 6], depth=2", "n=8"]
    assert instances["result"].tolist() == ["holds", "fails", "not tested"]
    assert scorecard.loc[0, ["verdict", "instances"]].tolist() == ["open", "1 of 3"]


def test_a_statement_with_an_instance_that_is_not_tested_is_not_replicated() -> None:
    one = claim("c", {**NEAR, "tolerance": 1}, for_each={"n": [4, 8]})
    assert verdicts(one).loc["c", ["verdict", "instances"]].tolist() == ["not testable", "1 of 2"]


def test_every_combination_of_values() -> None:
    one = claim(
        "c", {**NEAR, "column": "{which}"}, for_each={"which": ["best", "low"], "n": [4, 6]}
    )
    labels = [instance.label for instance in claims_of(one).statements[0].instances]
    assert labels == ["which=best, n=4", "which=best, n=6", "which=low, n=4", "which=low, n=6"]


def test_rows_that_are_left_out() -> None:
    wrong = claim("c", SAME, where=N6)
    assert verdicts(wrong).loc["c", "verdict"] == "open"
    left = {"where": {"n": 6, "depth": 2}, "because": "it is of another size"}
    assert verdicts({**wrong, "leave_out": [left]}).loc["c", "verdict"] == "replicated"


@pytest.mark.parametrize(
    ("key", "verdict"), [("corrected_by", "corrected"), ("exact_law", "asymptotic")]
)
@pytest.mark.parametrize("holds", [True, False])
def test_a_cause_counts_while_it_holds(key: str, verdict: str, holds: bool) -> None:
    cause = claim("cause", {**NEAR, "tolerance": 1 if holds else 0.01}, where=N4)
    fails = claim("c", {**NEAR, "tolerance": 0.01}, where=N4, **{key: ["cause"]})
    row = verdicts(fails, cause).loc["c"]
    assert row["verdict"] == (verdict if holds else "open")
    assert row[["cause", "explanation"]].tolist() == ["cause" if holds else "", "because"]
    # A statement that holds needs no cause.
    good = verdicts({**fails, "test": NEAR}, cause).loc["c"]
    assert good[["verdict", "cause", "explanation"]].tolist() == ["replicated", "", ""]


def test_instances_that_look_at_the_same_runs_are_not_tested_together() -> None:
    """Of two columns that are the same, one says all that both do."""
    facts = pd.DataFrame({"q": 4, "p": [2, 4], "runs": 50, "good": [44, 47]})
    test = {**SAME, "column": "{of}", "published_column": "good"}
    both = claim("c", test, for_each={"of": ["good", "fine"]}, where={"n": 4})
    single = claim("c", {**SAME, "published_column": "good"}, where={"n": 4})

    def together(one: dict[str, Any]) -> float:
        seen = judge(claims_of(one), {"t": TABLE}, {"facts.csv": facts})[0]["observed"][0]
        return float(seen.split()[-2])

    assert together(both) < together(single) / 5
    # Holm's correction for two equal p-values.
    assert together({**both, "repeated": ["of"]}) == pytest.approx(2 * together(single), rel=0.02)


@pytest.mark.parametrize(
    ("test", "where", "power"),
    [
        (NEAR, N4, "0.061 in best"),
        ({"kind": "equals", "column": "good", "expected": 50}, N4, "1 in good"),
        ({"kind": "equals", "column": "good", "per": "runs", "expected": 1}, N4, "any difference"),
        ({"kind": "bounds", "column": "best", "at_most": 1}, N4, "any difference"),
        # A true value 1.28 standard errors past the bound is seen past it nine times in ten.
        (
            {"kind": "bounds", "column": "best", "at_most": 1, "half": 2.576 / 1.2816},
            N4,
            "1 past the bound",
        ),
        # 0.95 per run is 0.1 for 45 runs to be all good.
        (
            {"kind": "runs", "column": "good", "expected": "all"},
            {"n": 6, "depth": 4},
            "0.045 of the",
        ),
        ({**HELD, "level": 0.9}, {"n": 6, "depth": 2}, "0.18 in"),
        (SAME, {"n": 4, "depth": 4}, "0.39 in the share of every cell"),
    ],
)
def test_power(test: dict[str, Any], where: dict[str, Any], power: str) -> None:
    assert verdicts(claim("c", test, where=where)).loc["c", "power"].startswith(power)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"test": {"kind": "equal"}}, "kind"),
        ({"test": {"kind": "equals"}}, "column"),
        ({"test": {**NEAR, "tolerance": -1}}, "tolerance"),
        ({"test": {**SAME, "colum": "x"}}, "colum"),
        ({"verdict": "replicated"}, "verdict"),
        ({"fixed": "later"}, "fixed"),
        ({"explanation": "no"}, "there is no explanation 'no'"),
        ({"corrected_by": ["other"]}, "corrected_by names 'other', which is no other statement"),
        ({"exact_law": ["c"]}, "exact_law names 'c', which is no other statement"),
        ({"repeated": ["of"]}, "repeated names 'of', which for_each does not have"),
        ({"test": {**NEAR, "column": "{of}"}}, "{of} is not a key of for_each"),
        ({"for_each": {"n": []}}, "for_each has no value"),
    ],
)
def test_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        verdicts({**claim("c", NEAR), **change})
