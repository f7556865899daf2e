"""`overpar verdict` on a copy of what is committed."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from overpar.cli import main
from overpar.study import scorecard


@pytest.fixture
def project(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in (
        "config",
        "data/published",
        "data/large",
        "notebooks",
        "figures/tables",
        "workflow",
    ):
        shutil.copytree(root / folder, tmp_path / folder)
    for name in ("data/checksums.csv", "figures/scorecard.csv"):
        shutil.copy(root / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_committed_scorecard_is_that_of_the_committed_tables(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And an edited verdict, or one that is not there, is seen."""
    # Judged once: it takes seconds, and the same tables are judged the same.
    known: list[Any] = []
    judged = scorecard.judged

    def once(*given: Any) -> Any:
        known.append(known[0] if known else judged(*given))
        return known[0]

    monkeypatch.setattr(scorecard, "judged", once)
    assert main(["verdict"]) == 0
    said = capsys.readouterr().out
    assert said.rstrip().endswith("scorecard.csv: the same")
    assert "\nreplicated " not in said
    card = project / "figures/scorecard.csv"
    rows = card.read_text(encoding="utf-8").splitlines(keepends=True)
    edited = next(row for row in rows if row.startswith("qntk-decay-rate,"))
    for other in (edited.replace(",open,", ",replicated,"), ""):
        card.write_text("".join(rows).replace(edited, other), encoding="utf-8")
        assert main(["verdict", "--all"]) == 1
        said = capsys.readouterr().out
        assert said.rstrip().endswith("scorecard.csv: qntk-decay-rate differ")
        assert "\nreplicated " in said


def test_a_table_that_is_not_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "figures/tables/vqe.csv.gz").unlink()
    assert main(["verdict"]) == 2
    assert "vqe.csv.gz; `make reproduce` makes it." in capsys.readouterr().err
