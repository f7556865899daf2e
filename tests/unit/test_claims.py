"""Claims are judged by their tests alone."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from overpar.base.errors import UserError
from overpar.base.validation import check
from overpar.report.claims import judge, select
from overpar.report.criteria import Claims

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


def claim(name: str, test: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"id": name, "source": "A", "statement": "s", "table": "t", "family": "f"}
    return {**base, "test": test, "explanation": "because", **more}


def verdicts(*claims: dict[str, Any], alpha: float = 0.01) -> pd.DataFrame:
    checked = check(Claims, {"alpha": alpha, "claims": list(claims)})
    return judge(checked, {"t": TABLE}, {"facts.csv": FACTS}).set_index("id")


N4, N6, N8 = ({"n": n} for n in (4, 6, 8))
JUDGED = [
    # Median of 0.1 and 0.2.
    ({"kind": "within", "column": "best", "expected": 0.16, "tolerance": 0.011}, N4, True),
    ({"kind": "within", "column": "best", "expected": 0.16, "tolerance": 0.009}, N4, False),
    ({"kind": "within", "column": "best", "expected": 0.14, "tolerance": 0.009}, N4, False),
    ({"kind": "bounds", "column": "best", "at_most": 0.2}, N4, True),
    ({"kind": "bounds", "column": "best", "at_most": 0.19}, N4, False),
    ({"kind": "bounds", "column": "best", "at_least": 0.1}, N4, True),
    ({"kind": "bounds", "column": "best", "at_least": 0.11, "at_most": 0.9}, N4, False),
    ({"kind": "bounds", "column": "good", "per": "runs", "at_least": 0.8}, N4, True),
    ({"kind": "bounds", "column": "good", "per": "runs", "at_least": 0.81}, N4, False),
    (
        {"kind": "brackets", "low": "low", "high": "high", "expected": 0.3},
        {"n": 6, "depth": 2},
        True,
    ),
    (
        {"kind": "brackets", "low": "low", "high": "high", "expected": 0.41},
        {"n": 6, "depth": 2},
        False,
    ),
    (
        {"kind": "brackets", "low": "low", "high": "high", "expected": 0.1},
        {"n": 6, "depth": 2},
        False,
    ),
    (SAME, N4, True),
    (SAME, N6, False),
    (SAME, {"n": 6, "depth": [4]}, True),
    ({**SAME, "exclude": [{"n": 6, "depth": 2}]}, N6, True),
    ({**SAME, "exclude": [{"n": 6, "depth": 4}]}, N6, False),
    ({**SAME, "column": "fine", "published_column": "good"}, N4, True),
    ({**SAME, "column": "fine", "published_column": "good"}, N6, False),
]


@pytest.mark.parametrize(("test", "where", "holds"), JUDGED)
def test_verdict(test: dict[str, Any], where: dict[str, Any], holds: bool) -> None:
    row = verdicts(claim("c", test, where=where)).loc["c"]
    assert row["verdict"] == ("replicated" if holds else "deviates")
    assert row["explanation"] == ("" if holds else "because")


@pytest.mark.parametrize("where", [N8, {"n": 5}, {"boundary": "open"}])
@pytest.mark.parametrize("test", [test for test, _, _ in JUDGED[::4]])
def test_not_testable(test: dict[str, Any], where: dict[str, Any]) -> None:
    """A cell without runs, no such cell, a column that was left out as no record has it."""
    row = verdicts(claim("c", test, where=where)).loc["c"]
    assert row[["verdict", "observed", "p_or_margin"]].tolist() == [
        "not testable",
        "no such cell in this run",
        "",
    ]
    assert row["explanation"] == "because"


@pytest.mark.parametrize("test", [test for test, _, _ in JUDGED[::4]])
def test_not_testable_without_a_column(test: dict[str, Any]) -> None:
    table = TABLE.drop(columns=["best", "good", "low"])
    checked = check(Claims, {"alpha": 0.01, "claims": [claim("c", test)]})
    row = judge(checked, {"t": table}, {"facts.csv": FACTS}).loc[0]
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
    # Of 40 runs 20 are expected below; Fisher's p is 0.006 for 8 of 40 against 20 of 40.
    [(20, 0, True), (14, 0, True), (8, 0, False), (33, 0, False), (0, 40, True), (8, 20, True)],
)
def test_same_median(below: int, equal: int, holds: bool) -> None:
    """Runs on the published value itself count half."""
    best = [0.1] * below + [0.5] * equal + [0.9] * (40 - below - equal)
    runs = pd.DataFrame({"n": 4, "best": best})
    facts = pd.DataFrame({"q": [4, 6], "median": [0.5, 1e-15], "runs": 40})

    def verdict(**change: Any) -> str:
        checked = check(Claims, {"alpha": 0.01, "claims": [claim("c", {**MEDIAN, **change})]})
        return judge(checked, {"t": runs}, {"runs.csv": facts})["verdict"][0]

    assert verdict() == ("replicated" if holds else "deviates")
    assert verdict(floor=0.6) == "not testable"


def test_same_median_of_all_cells_together() -> None:
    """A shift too small for each cell is found in ten of them."""
    cells = [(n, [0.1] * 27 + [0.9] * 13) for n in range(10)]
    runs = pd.DataFrame([{"n": n, "best": x} for n, values in cells for x in values])
    facts = pd.DataFrame({"q": range(10), "median": 0.5, "runs": 40})
    for pooled, verdict, observed in (
        (False, "replicated", "0.1, 0.1"),
        (True, "deviates", "270 of 400 runs"),
    ):
        one = claim("c", {**MEDIAN, "pooled": pooled})
        checked = check(Claims, {"alpha": 0.01, "claims": [one]})
        row = judge(checked, {"t": runs}, {"runs.csv": facts}).loc[0]
        assert row["verdict"] == verdict
        assert row["observed"].startswith(observed)


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
    test = {
        "kind": "same_spectrum",
        "column": "eigenvalue",
        "published": "spectra.csv",
        "published_column": "list",
        "match": {"n": "q"},
        "tolerance": 0.01,
        "floor": 1e-9,
    }
    checked = check(Claims, {"alpha": 0.01, "claims": [claim("c", test)]})
    table = judge(checked, {"t": ours}, {"spectra.csv": facts})
    assert table["verdict"][0] == ("replicated" if holds else "deviates")


@pytest.mark.parametrize(
    ("trace", "largest", "verdict", "observed"),
    [
        ([4.0, 8.0], [2.0, 4.0], "replicated", "0 in 2 files"),
        ([4.04, 8.0], [2.0, 4.0], "deviates", "0.01 in 2 files"),
        ([4.0, 8.0], [2.0, 3.9], "deviates", "0.025 in 2 files"),
        ([4.0, np.nan], [2.0, 4.0], "deviates", "inf in 2 files"),
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
    checked = check(Claims, {"alpha": 0.01, "claims": [claim("c", test)]})
    row = judge(checked, {"t": ours}, {"spectra.csv": facts}).loc[0]
    assert row[["verdict", "observed"]].tolist() == [verdict, observed]
    nothing = judge(checked, {"t": ours[ours["seed"] == 8]}, {"spectra.csv": facts})
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
    test = {
        "kind": "same_spectrum",
        "column": "eigenvalue",
        "published": "spectra.csv",
        "published_column": "list",
        "match": {"n": "q"},
        "tolerance": 0.01,
        "floor": 1e-9,
    }
    checked = check(Claims, {"alpha": 0.01, "claims": [claim("c", test)]})
    row = judge(checked, {"t": ours}, {"spectra.csv": facts}).iloc[0]
    assert row["verdict"] == "deviates"
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
        ({**BEST, "at_most": 0.15}, [4, 6], "deviates", "0.1 … 0.2 in 3 cells, no value in 1 of"),
        (BEST, 6, "replicated", "0.1 … 0.2 in 2 cells"),
        (BEST, 8, "not testable", "no value in 1 of 1 cells"),
        ({**BEST, "per": "none"}, 6, "not testable", "0.2, no value in 1 of 2 cells"),
        (JUDGED[0][0], 4, "not testable", "no value in 1 of 2 cells"),
        (JUDGED[9][0] | {"low": "best"}, 6, "not testable", "no value in 1 of 2 cells"),
        (JUDGED[9][0] | {"low": "best"}, 8, "not testable", "no value in 1 of 1 cells"),
    ],
)
def test_a_cell_without_a_value_proves_nothing(
    test: dict[str, Any], n: int | list[int], verdict: str, observed: str
) -> None:
    """It does not count as passed; what is outside elsewhere still counts."""
    checked = check(Claims, {"alpha": 0.01, "claims": [claim("c", test, where={"n": n})]})
    row = judge(checked, {"t": MISSING}, {}).iloc[0]
    assert row["verdict"] == verdict
    assert row["observed"].startswith(observed)


def test_words_of_a_claim() -> None:
    table = verdicts(
        claim("within", {**JUDGED[0][0]}, where=N4),
        claim(
            "bounds", {"kind": "bounds", "column": "best", "at_least": 0, "at_most": 1}, where=N4
        ),
        claim("brackets", JUDGED[9][0], where=JUDGED[9][1]),
        claim("count", SAME, where={"n": 4, "depth": 4}),
        claim("counts", SAME, where=N4, family="other"),
    )
    assert table["expected"].to_dict() == {
        "within": "0.16 ± 0.011",
        "bounds": "≥ 0 and ≤ 1",
        "brackets": "0.3",
        "count": "38 of 50 [0.63, 0.86]",
        "counts": "50, 38 of 50",
    }
    assert table["observed"].to_dict() == {
        "within": "0.15",
        "bounds": "0.1 … 0.2 in 2 cells",
        "brackets": "[0.2, 0.4]",
        "count": "40 of 50 [0.67, 0.89]",
        "counts": "50, 40 of 50",
    }
    assert table.loc["within", "p_or_margin"] == "margin = 0.001"
    assert table.loc["counts", "p_or_margin"] == "p = 1 (smallest of 2, Holm)"
    assert table.loc["counts", "test"] == "Fisher per cell on good, Holm in other, α = 0.01"


def test_deviations_come_first() -> None:
    table = verdicts(
        claim("a", JUDGED[0][0], where=N4),
        claim("b", JUDGED[0][0], where=N8),
        claim("c", JUDGED[1][0], where=N4),
        claim("d", JUDGED[0][0], where=N4),
    )
    assert table.index.tolist() == ["c", "b", "a", "d"]
    assert verdicts_of_nothing().empty


def verdicts_of_nothing() -> pd.DataFrame:
    return judge(check(Claims, {"alpha": 0.01, "claims": []}), {}, {})


def test_holm_is_over_a_family() -> None:
    """p = 0.0119 of one comparison counts at α = 0.02; among four of its family it does not."""
    facts = pd.DataFrame({"q": [4], "p": [2], "runs": [50], "good": [44]})
    one = claim("one", SAME, where={"n": 4, "depth": 2}, family="one")
    many = [claim(f"m{k}", SAME, where={"n": 4, "depth": 2}, family="many") for k in range(4)]
    checked = check(Claims, {"alpha": 0.03, "claims": [one, *many]})
    table = judge(checked, {"t": TABLE}, {"facts.csv": facts}).set_index("id")
    assert table.loc["one", ["verdict", "p_or_margin"]].tolist() == [
        "deviates",
        "p = 0.027 (smallest of 1, Holm)",
    ]
    assert set(table.loc["m0":"m3", "verdict"]) == {"replicated"}
    assert table.loc["m0", "p_or_margin"] == "p = 0.11 (smallest of 1, Holm)"


def test_select() -> None:
    assert len(select(TABLE, {})) == 5
    assert select(TABLE, {"n": [4, 8], "depth": 2})["n"].tolist() == [4, 8]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"test": {"kind": "equals"}}, "kind"),
        ({"test": {**JUDGED[0][0], "tolerance": 0}}, "tolerance"),
        ({"test": {**SAME, "colum": "x"}}, "colum"),
        ({"verdict": "replicated"}, "verdict"),
        ({"family": None}, "family"),
    ],
)
def test_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        verdicts({**claim("c", JUDGED[0][0]), **change})
