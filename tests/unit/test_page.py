"""The page says what the tables say, needs no other file, and can be read by everybody."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import statements
from markup import Page, complaints
from PIL import Image

from overpar.report.charts import training, transition
from overpar.report.page import Chart, Picture, bars, embedded, page

ROW = statements.ROW | {"figure": "fig3, fig4"}
ROWS = [
    {**ROW, "id": "off", "verdict": "open", "explanation": "Because of it.", "observed": "a; b"},
    {**ROW, "id": "off-too", "verdict": "corrected", "cause": "good-3", "figure": "fig4"},
    {**ROW, "id": "none", "verdict": "not testable", "source": "derived here", "figure": ""},
    *({**ROW, "id": f"good-{k}"} for k in range(20)),
]
TEST = {"expected": "1", "observed": "2", "value": "margin 1", "result": "holds"}
TESTS = [{**TEST, "id": row["id"], "instance": f"n={k}"} for row in ROWS for k in (4, 6)]
FINDING = {
    "id": "wrong",
    "where": "A, a file",
    "says": "x < 1",
    "is": "2",
    "expected": "1",
    "seen": "2",
    "confirmed": "confirmed",
    "shown_by": "overpar errata wrong",
    "statement": "good-3, elsewhere",
}
PAPERS = {"A": "Larocca et al.", "B": "Others"}
CELLS = pd.DataFrame(
    {
        "boundary": "open",
        "qubits": [4, 4, 6],
        "depth": [4, 8, 9],
        "initial": ["data", "code", "data"],
        "runs": 50,
        "min_lt_0.01": [10, 50, 20],
        "min_lt_0.0001": [0, 50, 5],
        "best_median": [1e-3, 1e-20, 0.1],
        "best_low": [1e-4, 0.0, 0.01],
        "best_high": [1e-2, 1e-19, 0.2],
    }
)
RANKS = pd.DataFrame({"boundary": "open", "qubits": [4, 6], "saturation_angles": [8, 18]})
RELEASED = pd.DataFrame({"n": [4], "bc": "open", "p": [4], "runs": [50], "min_lt_0.01": [12]})


def png(width: int = 4, colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, 3), colour).save(out, "png")
    return out.getvalue()


def made(**changes: Any) -> str:
    content: dict[str, Any] = {
        "scorecard": pd.DataFrame(ROWS),
        "instances": pd.DataFrame(TESTS),
        "errata": pd.DataFrame([FINDING]),
        "assumptions": pd.DataFrame([{"file": "f.py", "where": "g", "text": "x < y"}]),
        "papers": PAPERS,
        "transition": "Here.",
        "pictures": [
            Picture("fig3", "Training", "Training. Of some runs.", png()),
            Picture("fig4", "Spectra", "Spectra. Of others.", png(2000)),
        ],
        "charts": [Chart("low", "How low", ["vqe"], training.loss(cells=CELLS, ranks=RANKS))],
        "provenance": {"Root seed": "2109"},
        "stamps": [{"name": "Figure fig3", "identity": "abc", "file": "fig3.json"}],
        "size": "Small & < . ",
    }
    return page(**content | changes)


@pytest.fixture(scope="module")
def whole() -> Page:
    return Page(made())


def test_first_screen_counts_what_the_scorecard_holds(whole: Page) -> None:
    sentences = [li.text for li in whole.all("li") if li.around[-1]["class"] == "sentences"]
    assert len(sentences) == 5
    for sentence, part in zip(
        sentences,
        (
            "Of 23 statements, tested 46 times, 20 are replicated: ",
            "1 is corrected: ",
            "None is asymptotic: ",
            "1 is open: the test fails, and no tested statement says why; 1 is not testable",
            "Here.",
        ),
        strict=True,
    ):
        assert sentence.startswith(part)
    assert "Small & < ." in whole.source.replace("&amp;", "&").replace("&lt;", "<")


def test_an_article_is_linked_where_there_is_one(whole: Page) -> None:
    linked = Page(made(article="short.pdf", charts=[]))
    without, with_it = ({a["href"] for a in page.all("a")} for page in (whole, linked))
    assert "short.pdf" in with_it - without


def test_a_bar_per_paper_with_parts_of_the_longest() -> None:
    a, ours = bars(pd.DataFrame(ROWS), PAPERS)
    assert (a["letter"], a["total"], a["said"]) == ("A", 22, "20 replicated, 1 corrected, 1 open")
    assert [part["verdict"] for part in a["parts"]] == ["replicated", "corrected", "open"]
    ends = [(part["start"], part["start"] + part["width"]) for part in a["parts"]]
    assert ends[0][0] == 0
    assert ends[-1][1] == pytest.approx(100, abs=0.01)
    assert [end for _, end in ends[:-1]] == pytest.approx(
        [start for start, _ in ends[1:]], abs=0.01
    )
    assert (ours["letter"], ours["said"]) == ("ours", "1 not testable")
    assert ours["parts"][0]["width"] == pytest.approx(100 / 22, abs=0.01)


def test_every_statement_stands_once_with_its_first_figure(whole: Page) -> None:
    places = {li["id"]: li for li in whole.all("li") if li["id"].startswith("s-")}
    assert list(places) == [f"s-{name}" for name in ("off", *(f"good-{k}" for k in range(20)))] + [
        "s-off-too",
        "s-none",
    ]
    figures = {name: [outer["id"] for outer in li.around] for name, li in places.items()}
    assert "fig3" in figures["s-off"]
    assert "fig4" in figures["s-off-too"]
    assert "figures" in figures["s-none"]
    assert places["s-off"]["data-verdict"] == "open"
    assert places["s-none"]["data-verdict"] == "not-testable"
    assert places["s-none"]["data-paper"] == "ours"
    also = next(p for p in whole.all("p") if "also" in p["class"])
    assert also.text.split()[:5] == ["Also", "drawn", "here:", "off,", "good-0,"]


def test_numbers_and_command_of_each_statement_are_on_a_click(whole: Page) -> None:
    rows = [tr for tr in whole.all("tr") if any(o["id"] == "s-good-3" for o in tr.around)]
    assert [row.text for row in rows][1:] == ["n=412margin 1holds", "n=612margin 1holds"]
    assert all(any(outer.tag == "details" for outer in row.around) for row in rows)
    assert whole.source.count("<code>make this</code>") == len(ROWS) + 3
    for name in ("fig3.csv", "fig4.pdf", "scorecard.csv", "instances.csv", "errata.csv"):
        assert any(a["href"] == name for a in whole.all("a")), name


def test_deviations_come_worst_first_with_their_cause(whole: Page) -> None:
    places = [li["id"] for li in whole.all("li") if li["id"].startswith("why-")]
    assert places == ["why-off", "why-off-too", "why-none"]
    off, too, _ = (li for li in whole.all("li") if li["id"].startswith("why-"))
    assert "Because of it." in off.text
    assert "2 of 2 instances hold; see each test" in off.text
    (cause,) = (a for a in whole.all("a") if too in a.around and a["href"] == "#s-good-3")
    assert cause.text == "good-3"


def test_errata_lead_to_statements_that_are_there(whole: Page) -> None:
    (found,) = whole.all("article")
    assert "x < 1" in found.text
    assert [a["href"] for a in whole.all("a") if found in a.around] == ["#s-good-3"]


def test_page_is_whole_and_for_everybody(whole: Page) -> None:
    assert complaints(whole) == []
    assert whole.source.startswith("<!doctype html>")
    assert "a < b" not in whole.source


def test_the_published_page_is_whole_and_for_everybody(root: Path) -> None:
    """Under 6 MB, with every statement and figure."""
    text = (root / "figures/index.html").read_text(encoding="utf-8")
    assert len(text.encode()) < 6_000_000
    published = Page(text)
    assert complaints(published) == []
    scorecard = pd.read_csv(root / "figures/scorecard.csv")
    ids = {element["id"] for element in published.elements}
    assert {f"s-{name}" for name in scorecard["id"]} <= ids
    assert len(published.all("img")) == len([*(root / "figures").glob("*.txt")])


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('<html lang="en">', "<html>", "no language"),
        ('<main id="main">', '<main id="errata">', "the id errata stands twice"),
        ('alt="Training', 'title="Training', "an image without alt"),
        ('role="img" aria-label', 'role="img" title', "a drawing without a name"),
        ('src="data:image', 'src="https://example.org/a', "img loads https://example.org"),
        ("<h2 ", "<h4 ", "closes nothing"),
        ('scope="col"', 'class="col"', "th without scope"),
        ('href="#errata"', 'href="#nowhere"', "#nowhere leads nowhere"),
        (":root {", "@import 'a.css'; :root {", "a style loads something"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_page_is_seen(before: str, after: str, complaint: str) -> None:
    text = made(charts=[])
    assert before in text
    try:
        found = complaints(Page(text.replace(before, after, 1)))
    except ValueError as error:
        found = [str(error)]
    assert any(complaint in one for one in found), found


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<h1>a</h1><h3>b</h3>", "h3 below h1"),
        ("<h2>a</h2>", "not one h1, at the beginning"),
        ("<h1>a</h1><select name='n'></select>", "select n has no label"),
        ("<h1>a</h1><table><tr></tr></table>", "a table without caption"),
    ],
)
def test_what_is_wrong_with_a_small_page_is_seen(body: str, complaint: str) -> None:
    assert complaints(Page(f"<html lang='en'>{body}</html>")) == [complaint]


def test_without_charts_there_is_no_script_of_vega(whole: Page) -> None:
    assert "vegaEmbed=" in whole.source
    assert "vegaEmbed=" not in made(charts=[])
    (data,) = (s for s in whole.all("script") if s["type"] == "application/json")
    assert json.loads(data.text)["low"]["$schema"].endswith("vega-lite/v6.4.1.json")


def test_pictures_keep_their_pixels() -> None:
    address, *size = embedded(png(7, "#123456"))
    assert size == [7, 3]
    assert address.startswith("data:image/webp;base64,")
    assert "UklGR" in address, "RIFF, as WebP begins"


def rows_of(specification: dict[str, Any]) -> pd.DataFrame:
    (rows,) = specification["datasets"].values()
    return pd.DataFrame(rows)


def listed(specification: dict[str, Any]) -> dict[str, list[Any]]:
    """Options of each list, the first of which is chosen at the start."""
    params = [p for p in specification["params"] if "bind" in p]
    assert all(p["value"] == p["bind"]["options"][0] for p in params)
    return {p["name"]: p["bind"]["options"] for p in params}


def test_chart_of_success_has_ours_and_the_released_runs() -> None:
    chart = training.success(cells=CELLS, ranks=RANKS, released=RELEASED)
    rows = rows_of(chart)
    assert len(rows) == 2 * 3 + 1
    assert listed(chart) == {
        "boundary": ["open"],
        "arm": ["data", "code", "released"],
        "size": [0, 4, 6],
        "threshold": ["0.0001", "0.01"],
    }
    first = rows[(rows["t"] == "0.01") & (rows["qubits"] == 4)].set_index("initial")
    assert first.loc["data", ["x", "y", "of"]].tolist() == [1.0, 0.2, "10 of 50"]
    assert first.loc["released", ["x", "y", "of"]].tolist() == [1.0, 0.24, "12 of 50"]
    assert (first["low"] < first["y"]).all()


def test_chart_of_losses_ends_at_rounding() -> None:
    rows = rows_of(training.loss(cells=CELLS, ranks=RANKS))
    assert rows["y"].tolist() == [1e-3, training.FLOOR, 0.1]
    assert rows["x"].tolist() == [1.0, 2.0, 1.0]


def test_chart_of_halves_has_ends_beside_every_goal() -> None:
    half = {"model": "tfim_open", "boundary": "open", "qubits": 4, "start": "quarter", "runs": 50,
            "optimiser": "adam", "rate": 0.01, "half": 8.0, "half_over_critical": 1.0,
            "half_over_critical_low": 0.9, "half_over_critical_high": 1.1}  # fmt: skip
    table = pd.DataFrame(
        [
            {**half, "criterion": "loss", "threshold": 1e-4, "budget": 3000},
            {**half, "criterion": "loss", "threshold": 1e-2, "budget": 300},
            {**half, "criterion": "stationary", "threshold": 1e-10, "budget": 0},
            {**half, "criterion": "loss", "threshold": 1e-4, "budget": 100, "half": None},
            {**half, "criterion": "loss", "threshold": 1e-4, "budget": 100, "start": "full"},
        ]
    )
    chart = transition.halves(halves=table)
    rows = rows_of(chart)
    assert sorted(zip(rows["goal"], rows["steps"], strict=True)) == [
        ("loss below 0.0001", "3,000 steps"),
        ("loss below 0.0001", transition.STATIONARY),
        ("loss below 0.01", "300 steps"),
        ("loss below 0.01", transition.STATIONARY),
    ]
    assert listed(chart) == {
        "chain": ["open"],
        "goal": ["loss below 0.0001", "loss below 0.01"],
        "way": ["Adam, rate 0.01"],
    }
