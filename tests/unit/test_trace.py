"""From claims and assumptions to the pages that show them."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from statements import ROW

from overpar.report.papers import paper
from overpar.report.plots.scorecard import LOOK, SQUARE, draw
from overpar.report.plots.style import styled
from overpar.study import docs
from overpar.study.assumptions import Assumption, collect, digest
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
from overpar.study.plan import Plan
from overpar.study.trace import command, figures_of, traced

ROOT = Path(__file__).parents[2]
CONFIGS = {"published": [], "smoke": ["config/smoke.yaml"]}
ROWS = [
    {**ROW, "id": "off", "verdict": "open", "explanation": "Because of it."},
    {**ROW, "id": "off-too", "verdict": "corrected", "cause": "good-3"},
    {**ROW, "id": "none", "verdict": "not testable", "source": "derived here"},
    *({**ROW, "id": f"good-{k}"} for k in range(20)),
]
PAPERS = {"A": "Larocca et al."}


def plan(size: str) -> Plan:
    return read_study(ROOT, *(Path(name) for name in CONFIGS[size])).plan


@pytest.mark.parametrize("size", CONFIGS)
def test_every_claim_has_a_figure_and_a_command_that_makes_its_table(size: str) -> None:
    """Each target is made by the workflow, and one of them needs the claim's table or its cells."""
    here = plan(size)
    paths = here.config.paths
    for claim in read_claims(here).statements:
        table = claim.instances[0].table
        names = figures_of(here, table)
        assert names, claim.id
        targets = re.findall(r"\S+\.(?:png|csv)", command(here, table))
        tables: set[str] = set()
        for target in targets:
            path = Path(target)
            if path.suffix == ".png":
                assert path.parent == Path(paths.figures)
                tables |= set(here.figure_tables(path.stem))
            else:
                assert path.parent == Path(paths.tables)
                tables.add(path.stem)
        assert table in tables, claim.id


def test_the_figure_most_about_a_table_comes_first() -> None:
    assert figures_of(plan("published"), "rank_sweep")[0] == "sup_fig_2"


def test_a_table_without_a_figure_is_made_beside_one_of_the_same_cells() -> None:
    here = plan("published")
    assert not any("vqe_runs" in block.tables.values() for block in here.config.figures.values())
    assert "fig3" in figures_of(here, "vqe_runs")
    assert "data/tables/vqe_runs.csv figures/fig3.png" in command(here, "vqe_runs")


def test_commands_of_the_smoke_run_name_its_config() -> None:
    assert "--configfile config/smoke.yaml" in command(plan("smoke"), "vqe")
    assert "--configfile" not in command(plan("published"), "vqe")


def test_scorecard_gets_figure_and_command_of_each_claim() -> None:
    here = plan("published")
    claims = read_claims(here)
    card = pd.DataFrame({"id": [claim.id for claim in reversed(claims.statements)]})
    out = traced(here, claims, card).set_index("id")
    for claim in claims.statements:
        table = claim.instances[0].table
        assert out.loc[claim.id, "figure"] == ", ".join(figures_of(here, table))
        assert out.loc[claim.id, "command"] == command(here, table)


def test_every_letter_of_a_source_is_explained() -> None:
    claims = read_claims(plan("published"))
    used = {
        letter for c in claims.statements for letter in re.findall(r"\b[A-Z](?=[,;]|$)", c.source)
    }
    assert used == set(claims.papers)


def test_figure_has_a_line_per_statement_below_its_verdict() -> None:
    figure = draw(pd.DataFrame(ROWS), PAPERS)
    (axes,) = figure.axes
    places = [p.get_y() for p in axes.patches if p.get_width() == SQUARE]
    assert places == sorted(places)
    assert len(places) == len(ROWS)
    heads = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert heads["1 open"] < places[0] < heads["1 corrected"] < places[1] < heads["20 replicated"]
    assert heads["20 replicated"] < places[3]
    assert "0 asymptotic" not in heads
    colours = {patch.get_facecolor() for patch in axes.patches}
    assert len(colours) == 4 < len(LOOK)


def test_the_figure_of_the_project_fits_a_page(root: Path) -> None:
    """A4 is 29.7 cm high."""
    scorecard = pd.read_csv(root / "figures/scorecard.csv", keep_default_na=False)
    with styled():
        assert draw(scorecard, PAPERS).get_size_inches()[1] < 29.7 / 2.54


def test_long_texts_do_not_shrink_the_figure() -> None:
    with styled():
        figure = draw(pd.DataFrame(ROWS).assign(statement="WWWW " * 60), PAPERS)
        figure.draw_without_rendering()
    assert figure.axes[0].get_position().width > 0.95


def test_paper_of_a_source() -> None:
    assert paper("B; A, Extended Data Fig. 1") == "B"
    assert paper("A, Fig. 3 and more") == "A"
    assert paper("our own protocol on E") == "ours"


PYTHON = '''
# ASSUME: a long one
# of two lines.
X = 1  # ASSUME: short.
# Another comment.


class A:
    def f():
        """Does it.

        # ASSUME: in the docstring
        it goes on.

        Not this.
        """
'''


def test_assumptions_are_collected_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "src/one.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "config/c.yaml").write_text("# ASSUME: here\n# too.\na: 1\n", encoding="utf-8")
    assert collect(tmp_path) == [
        Assumption("config/c.yaml", "", "here too."),
        Assumption("src/one.py", "", "a long one of two lines."),
        Assumption("src/one.py", "", "short."),
        Assumption("src/one.py", "A.f", "in the docstring it goes on."),
    ]
    before = digest(tmp_path)
    (tmp_path / "src/one.py").write_text(f"# A comment.\n\n{PYTHON}", encoding="utf-8")
    assert digest(tmp_path) == before
    text = PYTHON.replace("short.", "shorter.")
    (tmp_path / "src/one.py").write_text(text, encoding="utf-8")
    assert digest(tmp_path) != before


@pytest.mark.parametrize("name", docs.pages(ROOT))
def test_pages_are_in_step_with_the_project(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == docs.pages(ROOT)[name], "run `make docs`"


def test_every_mark_is_listed() -> None:
    files = [*ROOT.glob("src/**/*.py"), *ROOT.glob("config/*.yaml"), ROOT / "Snakefile"]
    marks = sum(len(re.findall(r"#\s+ASSUME:", f.read_text(encoding="utf-8"))) for f in files)
    page = (ROOT / "docs/assumptions.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^- ", page, re.MULTILINE)) == marks > 5


def test_every_claim_is_listed() -> None:
    page = (ROOT / "docs/claims.md").read_text(encoding="utf-8")
    for claim in read_claims(plan("published")).statements:
        assert f"- `{claim.id}` " in page


def test_codecheck_manifest_has_every_figure_and_its_data() -> None:
    manifest = yaml.safe_load((ROOT / "codecheck.yml").read_text(encoding="utf-8"))["manifest"]
    files = {entry["file"] for entry in manifest}
    assert all(entry["comment"] for entry in manifest)
    for name in plan("published").config.figures:
        assert {f"figures/{name}.png", f"figures/{name}.csv"} <= files
