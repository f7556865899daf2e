"""What is known of a run and how it is told, without a run."""

import io
import logging
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from plans import make
from snakemake_interface_logger_plugins.common import LogEvent

import snakemake_logger_plugin_overpar as plugin
from overpar.study.stages import Work, works
from snakemake_logger_plugin_overpar import board
from snakemake_logger_plugin_overpar.board import Board, Job, clock, end_of
from snakemake_logger_plugin_overpar.screen import Screen

WORKS = {
    "simulate_a": Work("records", "a n=4,depth=2", 30.0),
    "simulate_b": Work("records", "b (2 cells)", 10.0),
    "figure": Work("figures", seconds=4.0),
}


def told(event: LogEvent | None, level: int = logging.INFO, **said: Any) -> logging.LogRecord:
    """A message as Snakemake gives it."""
    record = logging.makeLogRecord({"levelno": level, **said})
    if event:
        vars(record)["event"] = event
    return record


def started(jobid: int, rule: str, log: Path | None = None, **wildcards: str) -> logging.LogRecord:
    said = {"jobid": jobid, "rule_name": rule, "wildcards": wildcards}
    return told(LogEvent.JOB_INFO, log=[str(log)] if log else [], **said)


def handler(**settings: Any) -> plugin.LogHandler:
    asked = dict.fromkeys(("dryrun", "verbose", "quiet", "printshellcmds"), None) | settings
    return plugin.LogHandler(SimpleNamespace(**asked), None)  # type: ignore[arg-type]


def test_time_left_follows_the_speed_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """At first by the estimates: 44 s on two cores, but none shorter than its longest job."""
    now = 0.0
    monkeypatch.setattr(board.time, "monotonic", lambda: now)
    run = Board(WORKS, {"figure": 1, "simulate_b": 1, "simulate_a": 1}, cores=2)
    assert list(run.stages) == ["records", "figures"]
    assert run.left() == pytest.approx(44 / 2)
    run.start(1, "simulate_a", {}, "")
    assert run.left() == 30.0
    run.start(2, "simulate_b", {}, "")
    now = 20.0
    run.finish(2)
    # 20 of a and 10 of b in 20 s, beside a prior of two a second for 20 s: 70 in 40 s.
    assert run.left() == pytest.approx(max(14 / (70 / 40), 30 - 20))
    assert run.left(run.stages["figures"]) == pytest.approx(4 / (70 / 40))
    run.finish(1)
    assert run.stages["records"].ended == now
    assert run.summary() == "2 of 3 jobs done in 0:20, about 2 s left"


def test_a_line_says_what_a_job_said_last_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("x\na n=4,depth=12: 3/9, about 5 s left\n\n", encoding="utf-8")
    job = Job(WORKS["simulate_a"], "a n=4,depth=2", log, time.monotonic() - 1)
    run = Board(WORKS, {}, cores=1)
    assert run.told(job).split("  ")[-1] == "a n=4,depth=2: depth=12: 3/9, about 5 s left"
    log.write_text("a n=4,depth=2: 3/9", encoding="utf-8")
    assert run.told(job).split("  ")[-1] == "a n=4,depth=2: 3/9"
    # What an earlier run left there is not what this job said.
    os.utime(log, (0, 0))
    assert run.told(job).split("  ")[-1] == "a n=4,depth=2"


def test_end_of_a_file(tmp_path: Path) -> None:
    assert end_of(tmp_path / "none", 3) == []
    path = tmp_path / "log"
    path.write_text("".join(f"line {k}\n\n" for k in range(900)), encoding="utf-8")
    assert end_of(path, 2) == ["line 898", "line 899"]


def test_clock() -> None:
    assert [clock(s) for s in (0.4, 61, 3599.6)] == ["0:00", "1:01", "1:00:00"]


def test_a_file_gets_lines_and_no_drawing() -> None:
    stream = io.StringIO()
    screen = Screen(stream)
    screen.draw(["bar"])
    screen.say("one", "two")
    assert stream.getvalue() == "one\ntwo\n"


def test_a_plan_says_what_its_rules_do(tmp_path: Path) -> None:
    """Cells and tables by their batches; a rule of which nothing is known is a stage of its own."""
    found = works(make(tmp_path))
    records = [work.title for work in found.values() if work.stage == "records"]
    assert "ntangled n=4,depth=2,target=0.15" in records
    assert [title for title in records if title.startswith("vqe") and title.endswith("(2 cells)")]
    assert [work.title for work in found.values() if work.stage == "tables"] == [
        "table vqe",
        "table both",
    ]
    assert Board(found, {"article": 2}, cores=1).stages["article"].total == 2


@pytest.mark.parametrize("asked", [{"dryrun": True}, {"quiet": {"host"}}, {"verbose": True}])
def test_it_steps_aside(asked: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    aside = handler(**asked)
    assert not aside.writes_to_stream
    aside.emit(told(None, logging.ERROR, msg="trouble"))
    assert capsys.readouterr().err == ""
    assert handler().writes_to_stream


def test_errors_and_warnings_are_shown_and_noise_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = handler()
    for level, text in (
        (logging.INFO, "Building DAG of jobs..."),
        (logging.INFO, "Nothing to be done (all requested files are present and up to date)."),
        (logging.WARNING, "Missing is a file"),
        (logging.ERROR, "WorkflowError:\nno rule"),
    ):
        shown.emit(told(None, level, msg=text))
    assert capsys.readouterr().err.splitlines() == [
        "Nothing to be done (all requested files are present and up to date).",
        "Missing is a file",
        "WorkflowError:",
        "no rule",
    ]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("returned non-zero exit status 1.", "1 of 2 jobs failed; 1 more are not done."),
        ("died with <Signals.SIGINT: 2>.", "Stopped: 2 of 2 jobs are not done."),
    ],
)
def test_a_failed_job_is_named_and_a_stopped_one_is_not(
    how: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "job.log"
    shown = handler()
    shown.emit(told(LogEvent.RUN_INFO, stats={"figure": 2}))
    shown.emit(started(3, "figure", log, figure="fig3"))
    log.write_text("overpar: no such angle\n", encoding="utf-8")
    text = f"RuleException:\nCalledProcessError in file x:\nCommand 'python x.py' {how}"
    shown.emit(told(LogEvent.ERROR, logging.ERROR, msg=text))
    error = {"jobid": 3, "rule_name": "figure", "log": [str(log)]}
    shown.emit(told(LogEvent.JOB_ERROR, logging.ERROR, **error))
    shown.close()
    lines = capsys.readouterr().err.splitlines()[1:]
    named = [f"Failed: figure fig3, rule figure ({how[:-1]}). The end of {log}:"]
    named += ["    overpar: no such angle"]
    assert lines[:-3] == (named if "exit" in how else [])
    assert lines[-3] == said


def test_plain_lines_come_every_few_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """And what jobs print meanwhile goes to the log, as does nothing after the end."""
    monkeypatch.setattr(plugin, "REPEATED", 0.05)
    shown, log = handler(), tmp_path / "run.log"
    shown.begin(WORKS, [str(log)])
    shown.emit(told(LogEvent.RUN_INFO, stats={"simulate_a": 1, "figure": 1, "total": 2}))
    shown.handle(started(1, "simulate_a"))
    os.write(2, b"a job's words\n")
    time.sleep(0.5)
    shown.handle(told(LogEvent.JOB_FINISHED, job_id=1))
    shown.close()
    os.write(2, b"afterwards\n")
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "2 jobs: 1 records, 1 figures; about 34 s on 1 cores"
    assert lines[1].startswith("0 of 2 jobs done in 0:0")
    assert lines[2].split(maxsplit=1)[1] == "a n=4,depth=2"
    assert any(line.startswith("records: 1 of 1 done in 0:0") for line in lines)
    assert lines[-4] == "Stopped: 1 of 2 jobs are not done."
    assert lines[-1] == "afterwards"
    assert log.read_text(encoding="utf-8") == "a job's words\n"
