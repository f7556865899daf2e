"""The article: numbers are looked up, never typed, and one that is not found stops the build."""

import gzip
import io
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from overpar.base.errors import UserError
from overpar.report.article import check_typed, filled, typeset
from overpar.report.numbers import Numbers
from overpar.study import article
from overpar.study.article import ABSENT, compose
from overpar.study.article_sources import sources
from overpar.study.check import opened
from overpar.study.config import read
from overpar.study.plan import Plan

ROOT = Path(__file__).parents[2]
RUNS = pd.DataFrame({"qubits": [4, 6, 6], "depth": [2, 2, 4], "half": [1.5, None, 1.25]})
SCORECARD = pd.DataFrame({"id": ["a"], "verdict": ["open"]})


def table(name: str) -> pd.DataFrame:
    if name not in ("runs", "scorecard"):
        raise UserError(f"There is no table {name!r}.")
    return RUNS if name == "runs" else SCORECARD


def told(text: str, absent: str = "") -> str:
    return filled(text, name="x.typ", numbers=Numbers(table), absent=absent)


@cache
def project(size: str = "published") -> Plan:
    values = read([ROOT / "config/config.yaml"])
    return opened({**values, "size": size}, ROOT).plan


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ('value("runs", "half", qubits=4)', "1.5"),
        ('value("runs", "half", qubits=[4, 5])', "1.5"),
        ('value("runs", "qubits", qubits=6)', "6"),
        ('each("runs", "depth", qubits=6)', "2 and 4"),
        ('each("runs", "depth") | span', "2 to 4"),
        ('each("runs", "depth") | largest', "4"),
        ('total("runs", "depth")', "8"),
        ('count("runs", qubits=6)', "2"),
        ('count("runs", qubits=5)', "0"),
        ('verdict("a", "open")', "a"),
        ('(value("runs", "half", qubits=4) / 7) | digits(2)', "0.21"),
    ],
)
def test_a_reference_is_replaced_by_its_number(reference: str, said: str) -> None:
    assert told(f"x {{{{ {reference} }}}} y") == f'x #"{said}"; y'


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ('value("runs", "half", qubits=5)', r"Table runs, qubits=5: there is no such row\."),
        ('value("runs", "half", qubits=6, depth=2)', r"half is missing in 1 rows\."),
        ('value("runs", "depth", qubits=6)', r"2 rows have more than one depth\."),
        ('value("runs", "haff")', "no column 'haff'; .*Did you mean 'half'"),
        ('value("runs", "half", qubit=4)', "no column 'qubit'"),
        ('value("run", "half")', "no table 'run'"),
        ('verdict("a", "replicated")', "takes a for replicated; the scorecard has: open"),
        ('"a" | seen', "'a' has no number 1"),
        ("nothing", "nothing"),
        ("value(", "unexpected"),
        ('value("runs")', "missing 1 required"),
    ],
)
def test_a_reference_that_finds_nothing_stops_with_one_line(reference: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        told(f"first\n\nthird {{{{ {reference} }}}}")
    assert str(error.value).startswith(f"x.typ:3: {{{{ {reference} }}}}: ")
    assert "\n" not in str(error.value)


def test_a_small_run_says_which_number_it_has_not() -> None:
    text = '{{ value("runs", "half", qubits=5) }} {{ verdict("a", "replicated") }}'
    assert told(text, absent="none") == '#"none"; #"none";'
    with pytest.raises(UserError, match="no column"):
        told('{{ value("runs", "haff") }}', absent="none")


@pytest.mark.parametrize(
    "text",
    [
        "It needs 40 angles.",
        "a share of 0.5",
        "$M = 40$ angles",
        "$50$ angles",
        "about $1.08 M_c$",
        "n² angles",
        "10⁻⁴",
        "line\n1e-4",
        '#strong("40")',
        "figure 3",
    ],
)
def test_a_typed_number_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"x\.typ:\d: a number is typed: "):
        check_typed(text, "x.typ")


@pytest.mark.parametrize(
    "text",
    [
        '#import "layout.typ": *',
        'It needs {{ value("runs", "half", qubits=4) }} angles.',
        "$M_c = n^2 slash 2$, $min(2p, n)$, $U[0, pi slash 2)$, $4^n - 1$",
        "Fig. 3, eqs. (12) and (17), Extended Data Fig. 1",
        '#picture("fig3") <fig3> @fig3',
        "// 40",
    ],
)
def test_names_formulas_and_references_may_have_digits(text: str) -> None:
    check_typed(text, "x.typ")


def test_a_mistake_in_typst_is_a_message() -> None:
    with pytest.raises(UserError, match=r"^Typst: .*unknown variable: nothing"):
        typeset({"x.typ": b"#nothing"}, "x.typ")


def texts(monkeypatch: pytest.MonkeyPatch, changed: Mapping[str, bytes], size: str) -> str:
    """The article's text as Typst gets it, with files of the run exchanged."""
    monkeypatch.setattr(
        article,
        "typeset",
        lambda files, main: b"\n".join(v for k, v in files.items() if k.endswith(".typ")),
    )
    made = compose(project(size), lambda path: changed.get(path.name, b"") or path.read_bytes())
    return made.decode()


def test_a_changed_table_changes_the_articles_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    with gzip.open(ROOT / "figures/tables/vqe.csv.gz") as file:
        rows = pd.read_csv(file)
    row = (rows["boundary"] == "open") & (rows["qubits"] == 6) & (rows["depth"] == 8)
    rows.loc[row & (rows["initial"] == "data"), "min_lt_0.0001"] = 31
    text = io.BytesIO()
    rows.to_csv(text, index=False)
    before = texts(monkeypatch, {}, "published")
    after = texts(monkeypatch, {"vqe.csv.gz": gzip.compress(text.getvalue())}, "published")
    assert before != after
    assert after.count('#"31,') == before.count('#"31,') + 1


def test_a_missing_row_stops_a_published_article_and_not_a_small_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with gzip.open(ROOT / "figures/tables/vqe.csv.gz") as file:
        rows = pd.read_csv(file)
    text = io.BytesIO()
    rows[rows["qubits"] != 6].to_csv(text, index=False)
    changed = {"vqe.csv.gz": gzip.compress(text.getvalue())}
    with pytest.raises(UserError, match=r"^transition\.typ:\d+: .*qubits=6.*no such row\.$"):
        texts(monkeypatch, changed, "published")
    assert f'#"{ABSENT}";' in texts(monkeypatch, changed, "smoke")


def test_another_verdict_stops_the_article(monkeypatch: pytest.MonkeyPatch) -> None:
    scorecard = (ROOT / "figures/scorecard.csv").read_text(encoding="utf-8")
    turned = re.sub(r"(?m)^(transition-below,.*),replicated,", r"\1,open,", scorecard)
    assert turned != scorecard
    with pytest.raises(UserError, match=r"takes transition-below for replicated; .* has: open\.$"):
        texts(monkeypatch, {"scorecard.csv": turned.encode()}, "published")


def test_the_projects_article_is_typeset_the_same_each_time() -> None:
    first, second = (compose(project(), Path.read_bytes) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-")
    assert len(first) < 3e6


def test_every_reference_is_cited() -> None:
    texts = sources(project())
    keys = re.findall(r"(?m)^@\w+\{(\w+),", texts.pop("references.bib"))
    assert [key for key in keys if f"@{key}" not in "".join(texts.values())] == []
