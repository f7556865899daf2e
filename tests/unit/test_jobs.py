"""Jobs of the workflow end with a message, and put aside what is damaged."""

import subprocess
import sys
from pathlib import Path

import pytest

from overpar.base.errors import UserError
from overpar.base.records import read_record
from overpar.study.check import Study
from overpar.study.config import read
from overpar.study.jobs import job, note_processor_time


def ended(root: Path, work: object, monkeypatch: pytest.MonkeyPatch, log: Path) -> str:
    """What a job that fails ends with."""
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    with pytest.raises(SystemExit) as caught:
        job(read([root / "config" / "config.yaml"]), work, str(log))  # type: ignore[arg-type]
    return str(caught.value.code)


def test_a_record_that_is_damaged_meanwhile_is_set_aside(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "n=4.nc"
    record.write_bytes(b"damaged after the run began")
    message = ended(root, lambda study: read_record(record), monkeypatch, tmp_path / "log")
    assert message.startswith(f"overpar: Record {record} is damaged")
    assert "set aside as *.damaged; run again" in message
    assert {path.name for path in tmp_path.iterdir()} == {"n=4.nc.damaged", "log"}


def test_an_error_is_shown_without_a_traceback(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(study: Study) -> None:
        raise UserError("No.")

    assert ended(root, work, monkeypatch, tmp_path / "log") == "overpar: No."


def test_processor_time_of_this_process_and_its_children(tmp_path: Path) -> None:
    path = tmp_path / "new/runs.csv"
    note_processor_time(path)
    subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
    note_processor_time(path)
    (own, before), (later, after) = (
        [float(part) for part in line.split(",")] for line in path.read_text().splitlines()
    )
    assert 0 < own <= later
    assert after - before > 0.02
