"""Jobs of the workflow end with a message, and put aside what is damaged."""

import errno
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from overpar.base.errors import UserError
from overpar.base.files import write_whole
from overpar.base.records import read_record
from overpar.study.check import Study
from overpar.study.config import read
from overpar.study.jobs import (
    bring_to_present,
    check_writable,
    drop_damaged,
    job,
    note_processor_time,
    run_alone,
)


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


def test_a_full_disk_is_one_line_that_names_the_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    path = tmp_path / "table.csv"
    message = ended(root, lambda study: write_whole(path, b"1"), monkeypatch, tmp_path / "log")
    assert message == f"overpar: [Errno 28] No space left on device: '{path}'."


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


def test_files_from_the_future_get_the_present_time(tmp_path: Path) -> None:
    past, future = tmp_path / "past", tmp_path / "future"
    for path, seconds in ((past, -1000), (future, 1000)):
        path.touch()
        os.utime(path, (time.time() + seconds,) * 2)
    before = past.stat().st_mtime
    bring_to_present([str(past), str(future), str(tmp_path / "not there")])
    assert past.stat().st_mtime == before
    assert abs(future.stat().st_mtime - time.time()) < 100


def test_what_snakemake_cannot_read_of_its_memory_is_dropped(tmp_path: Path) -> None:
    drop_damaged(tmp_path / "not there")
    (tmp_path / "deep").mkdir()
    contents = {"whole": b"{}", "list": b"[1]", "half": b'{"a', "deep/bytes": b"\xff\xfe"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    drop_damaged(tmp_path)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"whole", "half"}


def test_a_place_that_is_read_only_is_named_before_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locked").mkdir()
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name != "locked" and access(path, mode)
    )
    check_writable([tmp_path / "new/deep", tmp_path])
    for place in ("locked", "locked/new/deep"):
        with pytest.raises(UserError, match=r"locked cannot be written to: it is read-only"):
            check_writable([tmp_path, tmp_path / place])


def test_of_two_runs_one_is_refused(tmp_path: Path) -> None:
    run_alone(tmp_path / "new/lock")
    with pytest.raises(UserError, match="Another run is going on"):
        run_alone(tmp_path / "new/lock")


def test_where_nothing_can_be_locked_a_run_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", without)
    run_alone(tmp_path / "lock")
    said = capsys.readouterr().err
    assert said.startswith(f"{tmp_path / 'lock'} cannot be locked (No locks available): take care")
