"""Findings, the command that checks them, and the page that lists them."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from overpar import cli
from overpar.base.errors import UserError
from overpar.study import datasets
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
from overpar.study.errata import findings
from overpar.study.errata.files import Absent, Files, Outcome
from overpar.study.errata.findings import CHECKS, NO, UNKNOWN, YES, read_findings
from overpar.study.fetch import FetchError
from overpar.study.plan import DATASETS, ERRATA


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch, root: Path) -> dict[str, bool | None]:
    """What each check shall find; None for a file that is not there."""
    said: dict[str, bool | None] = dict.fromkeys(CHECKS, True)

    def outcome(name: str) -> Outcome:
        found = said[name]
        if found is None:
            raise Absent("data/external/one.npy is not there.")
        return Outcome("one", "two", found)

    fake = {name: lambda _, name=name: outcome(name) for name in CHECKS}
    monkeypatch.setattr(findings, "CHECKS", fake)
    monkeypatch.setattr(datasets, "fetch_all", lambda *_: None)
    monkeypatch.chdir(root)
    return said


def test_all_confirmed_is_success(
    outcomes: dict[str, bool | None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["errata"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{name}: confirmed; expected one; seen two" for name in read_findings(Path())]
    assert len(lines) == len(outcomes)


def test_one_that_is_not_confirmed_is_a_failure(
    outcomes: dict[str, bool | None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where another could not be checked."""
    outcomes["open-tying"], outcomes["initial-angles"] = False, None
    assert cli.main(["errata"]) == 1
    printed = capsys.readouterr().out
    assert "open-tying: not confirmed; expected one; seen two\n" in printed
    assert "initial-angles: not checked: file not there; data/external/one.npy is" in printed


def test_one_that_cannot_be_checked_says_what_to_do(
    outcomes: dict[str, bool | None], capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes["initial-angles"] = None
    assert cli.main(["errata"]) == 2
    assert (
        f"1 of {len(CHECKS)} findings could not be checked. What to do" in capsys.readouterr().err
    )
    assert cli.main(["errata", "open-tying"]) == 0


def test_an_unknown_finding_is_refused(
    outcomes: dict[str, bool | None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["errata", "open-tyings"]) == 2
    assert "no finding 'open-tyings'" in capsys.readouterr().err


def test_files_are_fetched_first(
    outcomes: dict[str, bool | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(datasets, "fetch_all", lambda plan, log: asked.append(plan))
    cli.main(["errata", "open-tying"])
    assert len(asked) == 1


def test_sources_that_cannot_be_reached_are_told_and_the_rest_is_checked(
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is fetched, and a finding that needs statistics only is confirmed."""
    monkeypatch.setattr(datasets, "fetch", fetch_from_nowhere)
    monkeypatch.chdir(root)
    config = tmp_path / "config.yaml"
    config.write_text(f"paths: {{external: {tmp_path / 'external'}}}", encoding="utf-8")
    names = ["compilation-2q-layers", "compilation-truncated"]
    assert cli.main(["errata", "--config", str(config), *names]) == 2
    printed = capsys.readouterr()
    assert "compilation-2q-layers: not checked: file not there; " in printed.out
    assert "compilation-truncated: confirmed; " in printed.out
    for dataset in DATASETS:
        assert f"Dataset {dataset!r}: no source\n" in printed.err


def fetch_from_nowhere(dataset: str, **_: object) -> None:
    raise FetchError(f"Dataset {dataset!r}: no source\nand more")


def test_every_check_is_a_finding(root: Path) -> None:
    assert read_findings(root).keys() == CHECKS.keys()


def test_every_statement_is_a_claim(root: Path) -> None:
    claims = {claim.id for claim in read_claims(read_study(root).plan).statements}
    for finding in read_findings(root).values():
        assert set(finding.statement) <= claims, finding.id


def test_a_finding_without_a_check_is_refused(tmp_path: Path, root: Path) -> None:
    content = yaml.safe_load((root / ERRATA).read_text(encoding="utf-8"))
    content["findings"][0]["id"] = "open-tyings"
    (tmp_path / "config").mkdir()
    (tmp_path / ERRATA).write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"no check 'open-tyings'.*open-tying"):
        read_findings(tmp_path)


def test_committed_table_is_of_these_findings(root: Path) -> None:
    """And all of them were checked."""
    table = pd.read_csv(read_study(root).plan.figures / "errata.csv", keep_default_na=False)
    found = read_findings(root)
    assert list(table["id"]) == list(found)
    assert set(table["confirmed"]) == {YES}
    for row in table.itertuples():
        assert row.where == found[row.id].where
        assert row.statement == ", ".join(found[row.id].statement)
    assert {YES, NO, UNKNOWN} == {"confirmed", "not confirmed", "not checked: file not there"}


def test_a_path_is_of_one_data_set_only(root: Path) -> None:
    """So a file is found by its path."""
    rows = pd.read_csv(root / "data/checksums.csv")
    assert not rows["path"].duplicated().any()
    assert len(Files(root, Path("data/external")).paths("")) == len(rows)
