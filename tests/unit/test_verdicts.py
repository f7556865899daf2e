"""Statements are judged by their tests alone."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from statements import (
    FACTS,
    HELD,
    N4,
    N6,
    N8,
    NEAR,
    SAME,
    TABLE,
    claim,
    claims_of,
    judged,
    verdicts,
)

from overpar.report.outcomes import select
from overpar.report.verdicts import judge

JUDGED = [
    (NEAR, N4, True),
    ({**NEAR, "tolerance": 0.059}, N4, False),
    ({"kind": "equals", "column": "good", "expected": 50}, {"n": 6, "depth": 4}, True),
    ({"kind": "equals", "column": "good", "expected": 49}, {"n": 6, "depth": 4}, False),
    ({"kind": "equals", "column": "good", "per": "runs", "expected": 1}, {"depth": 4}, False),
    ({"kind": "runs", "column": "good", "expected": "all"}, {"n": 6, "depth": 4}, True),
    ({"kind": "runs", "column": "good", "expected": "all"}, N4, False),
    ({"kind": "runs", "column": "good", "expected": "none"}, N4, False),
    ({"kind": "bounds", "column": "best", "at_most": 0.2}, N4, True),
    ({"kind": "bounds", "column": "best", "at_most": 0.19}, N4, False),
    ({"kind": "bounds", "column": "best", "at_least": 0.1}, N4, True),
    ({"kind": "bounds", "column": "best", "at_least": 0.11, "at_most": 0.9}, N4, False),
    ({"kind": "bounds", "column": "good", "per": "runs", "at_least": 0.8}, N4, True),
    ({"kind": "bounds", "column": "good", "per": "runs", "at_least": 0.81}, N4, False),
    (HELD, {"n": 6, "depth": 2}, True),
    ({**HELD, "expected": 0.42}, {"n": 6, "depth": 2}, False),
    ({**HELD, "expected": 0.1}, {"n": 6, "depth": 2}, False),
    ({**HELD, "expected": "best"}, N4, True),
    ({**HELD, "expected": "depth"}, N4, False),
    (SAME, N4, True),
    (SAME, N6, False),
    (SAME, {"n": 6, "depth": [4]}, True),
    ({**SAME, "column": "fine", "published_column": "good"}, N4, True),
    ({**SAME, "column": "fine", "published_column": "good"}, N6, False),
]

SPECTRUM = {
    "kind": "same_spectrum",
    "column": "eigenvalue",
    "published": "spectra.csv",
    "published_column": "list",
    "match": {"n": "q"},
    "tolerance": 0.01,
    "floor": 1e-9,
}


@pytest.mark.parametrize(
    ("bound", "said"), [(0.2 + 1e-8, True), (0.2 - 1e-8, True), (0.2, False), (0.2 + 1e-5, False)]
)
def test_what_rounding_can_turn_is_said(bound: float, said: bool) -> None:
    """A verdict may differ on another processor; a count that is its bound does not."""
    row = verdicts(claim("c", BEST | {"at_most": bound}, where=N4)).loc["c"]
    assert row["verdict"] == ("open" if bound < 0.2 else "replicated")
    assert ("within rounding of the bound" in row["observed"]) == said


@pytest.mark.parametrize(("test", "where", "holds"), JUDGED)
def test_verdict(test: dict[str, Any], where: dict[str, Any], holds: bool) -> None:
    row = verdicts(claim("c", test, where=where)).loc["c"]
    assert row["verdict"] == ("replicated" if holds else "open")
    assert row["explanation"] == ("" if holds else "because")


@pytest.mark.parametrize("where", [N8, {"n": 5}, {"nothing": "open"}])
@pytest.mark.parametrize("test", [test for test, _, _ in JUDGED[::4]])
def test_not_testable(test: dict[str, Any], where: dict[str, Any]) -> None:
    """A cell without runs, no such cell, a column that was left out as no record has it."""
    row = verdicts(claim("c", test, where=where)).loc["c"]
    assert row[["verdict", "observed", "value"]].tolist() == [
        "not testable",
        "no such cell in this run",
        "",
    ]
    assert row[["explanation", "instances"]].tolist() == ["", "0 of 1"]


@pytest.mark.parametrize("test", [test for test, _, _ in JUDGED[::4]])
def test_not_testable_without_a_column(test: dict[str, Any]) -> None:
    table = TABLE.drop(columns=["best", "good", "low"])
    checked = claims_of(claim("c", test))
    row = judged(checked, {"t": table}, {"facts.csv": FACTS}).loc[0]
    assert row[["verdict", "observed"]].tolist() == ["not testable", "no such cell in this run"]


MEDIAN = {
    "kind": "same_median",
    "column": "best",
    "published": "runs.csv",
    "published_column": "median",
    "match": {"n": "q"},
}


@pytest.mark.parametrize(
    ("below", "equal", "holds"),
    # Of 40 runs 20 are expected below; Fisher's p is 0.003 for 7 of 40 against 20 of 40.
    [(20, 0, True), (14, 0, True), (7, 0, False), (33, 0, False), (0, 40, True), (8, 20, True)],
)
def test_same_median(below: int, equal: int, holds: bool) -> None:
    """Runs on the published value itself count half."""
    best = [0.1] * below + [0.5] * equal + [0.9] * (40 - below - equal)
    runs = pd.DataFrame({"n": 4, "best": best})
    facts = pd.DataFrame({"q": [4, 6], "median": [0.5, 1e-15], "runs": 40})

    def verdict(**change: Any) -> str:
        checked = claims_of(claim("c", {**MEDIAN, **change}))
        return judged(checked, {"t": runs}, {"runs.csv": facts})["verdict"][0]

    assert verdict() == ("replicated" if holds else "open")
    assert verdict(floor=0.6) == "not testable"


@pytest.mark.parametrize(
    ("below", "pooled", "verdict"),
    [(27, False, "open"), (24, False, "replicated"), (27, True, "open")],
)
def test_same_median_of_all_cells_together(below: int, pooled: bool, verdict: str) -> None:
    """A shift too small for each cell is found in ten of them."""
    cells = [(n, [0.1] * below + [0.9] * (40 - below)) for n in range(10)]
    runs = pd.DataFrame([{"n": n, "best": x} for n, values in cells for x in values])
    facts = pd.DataFrame({"q": range(10), "median": 0.5, "runs": 40})
    claims = claims_of(claim("c", {**MEDIAN, "pooled": pooled}))
    scorecard, instances = judge(claims, {"t": runs}, {"runs.csv": facts})
    assert scorecard["verdict"][0] == verdict
    # No cell alone is far enough.
    assert instances["result"][0] == ("fails" if pooled else "holds")
    assert instances["observed"][0].startswith("270 of 400 runs" if pooled else "0.1, 0.1")


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ([4.0, 1.0, 1e-15], True),
        ([1.0, 1e-9, 4.0], True),
        ([4.03, 1.0, 0.0], True),
        ([4.05, 1.0, 0.0], False),
        ([4.0, 0.98, 0.0], False),
    ],
)
def test_same_spectrum(values: list[float], holds: bool) -> None:
    """Within 1 %, for published eigenvalues above the floor."""
    ours = pd.DataFrame({"n": 4, "eigenvalue": values})
    facts = pd.DataFrame({"q": [4], "list": ["4.0 1.0 1e-12"]})
    checked = claims_of(claim("c", SPECTRUM))
    table = judged(checked, {"t": ours}, {"spectra.csv": facts})
    assert table["verdict"][0] == ("replicated" if holds else "open")


@pytest.mark.parametrize(
    ("trace", "largest", "verdict", "observed"),
    [
        ([4.0, 8.0], [2.0, 4.0], "replicated", "0 in 2 files"),
        ([4.04, 8.0], [2.0, 4.0], "open", "0.01 in 2 files"),
        ([4.0, 8.0], [2.0, 3.9], "open", "0.025 in 2 files"),
        ([4.0, np.nan], [2.0, 4.0], "open", "inf in 2 files"),
    ],
)
def test_same_values(trace: list[float], largest: list[float], verdict: str, observed: str) -> None:
    """Ours times the scale, row by row; a seed that is not published does not count."""
    ours = pd.DataFrame({"n": 4, "seed": [3, 7, 8], "t": [*trace, 9.0], "l": [*largest, 9.0]})
    facts = pd.DataFrame({"q": 4, "s": [7, 3, 1], "trace": [2.0, 1, 5], "big": [1.0, 0.5, 5]})
    test = {
        "kind": "same_values",
        "columns": {"t": "trace", "l": "big"},
        "scale": 0.25,
        "tolerance": 1e-6,
        "published": "spectra.csv",
        "match": {"n": "q", "seed": "s"},
    }
    checked = claims_of(claim("c", test))
    row = judged(checked, {"t": ours}, {"spectra.csv": facts}).loc[0]
    assert row[["verdict", "observed"]].tolist() == [verdict, observed]
    nothing = judged(checked, {"t": ours[ours["seed"] == 8]}, {"spectra.csv": facts})
    assert nothing["verdict"][0] == "not testable"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([4.0, 1.0], "2 eigenvalues where 3 are published"),
        ([4.0, 1.0, 0.0, 0.0], "4 eigenvalues where 3 are published"),
        ([4.0, 1.0, np.nan], "2 eigenvalues where 3 are published"),
    ],
)
def test_a_spectrum_of_another_length_deviates(values: list[float], reason: str) -> None:
    ours = pd.DataFrame({"n": [4] * len(values) + [6] * 3, "eigenvalue": [*values, 4.0, 1.0, 0.0]})
    facts = pd.DataFrame({"q": [4, 6], "list": ["4.0 1.0 1e-12"] * 2})
    checked = claims_of(claim("c", SPECTRUM))
    row = judged(checked, {"t": ours}, {"spectra.csv": facts}).iloc[0]
    assert row["verdict"] == "open"
    assert row["observed"] == f"{reason}; 0 in 2 spectra"


BEST = {"kind": "bounds", "column": "best", "at_most": 0.2}
MISSING = pd.DataFrame(
    {
        "n": [4, 4, 6, 6, 8],
        "best": [0.1, np.nan, 0.1, 0.2, np.nan],
        "high": [0.2, 0.3, 0.4, np.nan, np.nan],
        "none": [1.0, 1.0, np.nan, 1.0, 1.0],
    }
)


@pytest.mark.parametrize(
    ("test", "n", "verdict", "observed"),
    [
        (BEST, 4, "not testable", "0.1, no value in 1 of 2 cells"),
        (BEST, [4, 6], "not testable", "0.1 … 0.2 in 3 cells, no value in 1 of 4 cells"),
        ({**BEST, "at_most": 0.15}, [4, 6], "open", "0.1 … 0.2 in 3 cells, no value in 1 of"),
        (BEST, 6, "replicated", "0.1 … 0.2 in 2 cells"),
        (BEST, 8, "not testable", "no value in 1 of 1 cells"),
        ({**BEST, "per": "none"}, 6, "not testable", "0.2, no value in 1 of 2 cells"),
        (NEAR, 4, "not testable", "0.1, no value in 1 of 2 cells"),
        (HELD | {"low": "best"}, 6, "not testable", "no value in 1 of 2 cells"),
        (HELD | {"low": "best"}, 8, "not testable", "no value in 1 of 1 cells"),
    ],
)
def test_a_cell_without_a_value_proves_nothing(
    test: dict[str, Any], n: int | list[int], verdict: str, observed: str
) -> None:
    """It does not count as passed; what is outside elsewhere still counts."""
    checked = claims_of(claim("c", test, where={"n": n}))
    row = judged(checked, {"t": MISSING}, {}).iloc[0]
    assert row["verdict"] == verdict
    assert row["observed"].startswith(observed)


def test_words_of_a_claim() -> None:
    table = verdicts(
        claim("equals", NEAR, where=N4),
        claim(
            "bounds", {"kind": "bounds", "column": "best", "at_least": 0, "at_most": 1}, where=N4
        ),
        claim("brackets", HELD, where={"n": 6, "depth": 2}),
        claim("runs", {"kind": "runs", "column": "good", "expected": "all"}, where={"depth": 4}),
        claim("counts", SAME, where=N4),
    )
    assert table["expected"].to_dict() == {
        "equals": "0.16 ± 0.061",
        "bounds": "≥ 0 and ≤ 1",
        "brackets": "0.3",
        "runs": "all of the runs",
        "counts": "50, 38 of 50",
    }
    assert table["observed"].to_dict() == {
        "equals": "0.1 … 0.2 in 2 cells",
        "bounds": "0.1 … 0.2 in 2 cells",
        "brackets": "p = 1 the smallest of 1, p = 1 together",
        "runs": "90 of 100",
        "counts": "p = 1 the smallest of 2, p = 0.81 together",
    }
    assert table["value"].to_dict() == {
        "equals": "margin 0.001",
        "bounds": "margin 0.1",
        "brackets": "p = 1 (Holm)",
        "runs": "margin -10",
        "counts": "p = 1 (Holm)",
    }
    assert table.loc["counts", "test"] == "Fisher per cell (Holm), all cells together, on good"


PLATEAUS = {
    "kind": "same_plateaus",
    "column": "best",
    "smallest": "low",
    "mean": "mean",
    "largest": "high",
    "published": "plateaus.csv",
    "match": {"n": "q"},
}


@pytest.mark.parametrize(
    ("lower", "elsewhere", "verdict"),
    [(20, 0, "replicated"), (25, 0, "replicated"), (36, 0, "open"), (20, 1, "open")],
)
def test_same_plateaus(lower: int, elsewhere: int, verdict: str) -> None:
    """The published mean says that 20 of 40 runs were on the lower plateau."""
    best = [0.1] * lower + [0.15] * elsewhere + [0.3] * (40 - lower - elsewhere)
    facts = pd.DataFrame({"q": [4], "low": 0.1, "mean": 0.2, "high": 0.3, "runs": 40})
    runs = pd.DataFrame({"n": 4, "best": best})
    _, instances = judge(claims_of(claim("c", PLATEAUS)), {"t": runs}, {"plateaus.csv": facts})
    row = judged(claims_of(claim("c", PLATEAUS)), {"t": runs}, {"plateaus.csv": facts}).loc[0]
    assert row["verdict"] == verdict
    assert instances["expected"][0] == "20 of 40 at 0.1, the others at 0.3"
    assert instances["observed"][0] == f"{lower} and {40 - lower - elsewhere} of 40"


def test_select() -> None:
    assert len(select(TABLE, {})) == 5
    assert select(TABLE, {"n": [4, 8], "depth": 2})["n"].tolist() == [4, 8]
