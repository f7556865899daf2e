"""What a run of the workflow shows on the console: `snakemake --logger overpar`.

A line a stage, redrawn in place on a terminal; elsewhere a line when a stage ends and every few
minutes. Failed jobs are named with the end of their logs. All that Snakemake and its jobs say is
in Snakemake's log file.
"""

import os
import sys
import threading
import time
from collections.abc import Mapping
from logging import ERROR, WARNING, LogRecord
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from overpar.base.progress import about
from overpar.study.stages import Work
from snakemake_logger_plugin_overpar.board import Board, Job, Stage, clock, end_of
from snakemake_logger_plugin_overpar.screen import Screen

# Seconds between two drawings, and between two plain lines within a stage.
REDRAWN, REPEATED = 1.0, 300.0
# A stage that is estimated to take longer is announced in plain output.
LONG = 60.0
# Lines of a failed job's log that are shown.
SHOWN = 12
# What Snakemake says of itself, and after a failure that has been told.
NOISE = (
    "Building DAG",
    "Assuming ",
    "Using shell",
    "Conda environments",
    "Singularity containers",
    "Select jobs",
    "Creating report",
    "Adding ",
    "Loading ",
    "Exiting because a job",
    "At least one job",
    "WorkflowError:\nAt least one job",
    "--keep-incomplete mode",
    "Restored previous version",
    "Cannot restore ",
)


class LogHandler(LogHandlerBase):
    """Snakemake's messages made into a few lines.

    It leaves the console to Snakemake in dry runs and with `--verbose`, `--quiet` or
    `--printshellcmds`, which are about Snakemake's own lines.
    """

    def __post_init__(self) -> None:
        asked = self.common_settings
        self._mine = not (asked.dryrun or asked.verbose or asked.quiet or asked.printshellcmds)
        self._screen = Screen(sys.stderr)
        self._works: Mapping[str, Work] = {}
        self._counts: dict[str, int] = {}
        self._cores = 1
        self._board: Board | None = None
        self._log: Path | None = None
        self._cause = ""
        self._kept: dict[int, int] = {}
        self._ended = threading.Event()

    @property
    def writes_to_stream(self) -> bool:
        """If it does not, Snakemake does."""
        return self._mine

    @property
    def writes_to_file(self) -> bool:
        """Snakemake's own log file has everything."""
        return False

    @property
    def has_filter(self) -> bool:
        """It chooses by itself."""
        return True

    @property
    def has_formatter(self) -> bool:
        """It writes its own lines."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """It draws no graph."""
        return False

    def begin(self, works: Mapping[str, Work], log: list[str]) -> None:
        """Called when jobs are about to run; from then on what they print goes to the log.

        Args:
            works: what the jobs of each rule do.
            log: files of Snakemake's log, the last of which is used.
        """
        self._works = works
        if not self._mine or not log:
            return
        self._log = Path(log[-1])
        self._screen = Screen(os.fdopen(os.dup(2), "w", encoding="utf-8"))
        file = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for descriptor in (1, 2):
            self._kept[descriptor] = os.dup(descriptor)
            os.dup2(file, descriptor)
        os.close(file)
        threading.Thread(target=self._repeat, daemon=True).start()

    def emit(self, record: LogRecord) -> None:
        """Show what a message of Snakemake's means, if anything."""
        if self._mine:
            try:
                self._see(record)
            except Exception:
                self.handleError(record)

    def _see(self, record: LogRecord) -> None:
        said = vars(record)
        match said.get("event"):
            case LogEvent.RUN_INFO:
                skipped = ("all", "total")
                self._counts = {k: v for k, v in said["stats"].items() if k not in skipped}
            case LogEvent.RESOURCES_INFO:
                self._cores = said.get("cores") or self._cores
            case LogEvent.JOB_INFO:
                self._started(said)
            case LogEvent.JOB_FINISHED:
                self._finished(said["job_id"])
            case LogEvent.JOB_ERROR:
                self._failed(said)
            case None | LogEvent.ERROR:
                self._told(record)

    def _told(self, record: LogRecord) -> None:
        """Warnings and errors; and what else there is to say as long as no jobs run."""
        text = record.getMessage()
        if self._board and text.startswith("RuleException:"):
            # Of a job that is reported next: a long command and how it ended.
            self._cause = text.rpartition("' ")[2].strip().rstrip(".")
            return
        wanted = record.levelno >= WARNING or (
            self._board is None and not hasattr(record, "quietness")
        )
        known = text.startswith(NOISE) and (record.levelno < ERROR or self._board is not None)
        if wanted and not known:
            self._say(text)

    def _started(self, said: dict[str, object]) -> None:
        rule, log = str(said["rule_name"]), said["log"]
        if rule not in self._counts:
            return
        if self._board is None:
            self._board = Board(self._works, self._counts, self._cores)
            parts = [f"{s.total} {s.name}" for s in self._board.stages.values()]
            whole = f"{self._board.total} jobs: {', '.join(parts)}; {about(self._board.left())}"
            self._say(f"{whole} on {self._cores} cores")
        path = str(log[0]) if isinstance(log, list) and log else ""
        values = said["wildcards"]
        wildcards = dict(values) if isinstance(values, Mapping) else {}
        jobid = said["jobid"]
        assert isinstance(jobid, int)
        stage = self._board.start(jobid, rule, wildcards, path)
        if stage and not self._screen.live and stage.seconds > LONG:
            self._say(f"{stage.name}: {stage.total} jobs, {about(self._board.left(stage))}")
        self._draw()

    def _finished(self, jobid: int) -> None:
        found = self._board.finish(jobid) if self._board else None
        if found is None:
            return
        job, stage = found
        # What could be had is worth a line: the run goes on without the rest.
        words = job.last_words() if stage.name == "fetch" else ""
        if words:
            self._say(words)
        if stage.ended and not self._screen.live:
            self._say(self._line(stage))
        self._draw()

    def _failed(self, said: dict[str, object]) -> None:
        jobid, log = said["jobid"], said["log"]
        assert self._board is not None
        assert isinstance(jobid, int)
        cause, self._cause = self._cause, ""
        stopped = "SIGINT" in cause
        job: Job | None = self._board.fail(jobid, stopped=stopped)
        if stopped:
            return
        title = job.title if job else said["rule_name"]
        path = str(log[0]) if isinstance(log, list) and log else ""
        lines = job.log_end(SHOWN) if job else []
        if not lines and self._log:
            # It ended before it could say anything there; whoever ran it may have.
            path, lines = str(self._log), end_of(self._log, SHOWN)
        shown = [f"    {line}" for line in lines]
        how = f" ({cause})" if cause else ""
        self._say(f"Failed: {title}, rule {said['rule_name']}{how}. The end of {path}:", *shown)

    def _line(self, stage: Stage) -> str:
        assert stage.began is not None
        time_taken = clock((stage.ended or time.monotonic()) - stage.began)
        return f"{stage.name}: {stage.done} of {stage.total} done in {time_taken}"

    def _repeat(self) -> None:
        """Draw again and again, or say from time to time how far it is."""
        while not self._ended.wait(REDRAWN if self._screen.live else REPEATED):
            # The lock that Handler.handle holds around emit.
            self.acquire()
            if self._screen.live:
                self._draw()
            elif self._board:
                told = [f"  {self._board.told(job)}" for job in self._board.running.values()]
                self._say(self._board.summary(), *told)
            self.release()

    def _draw(self) -> None:
        if self._board and not self._ended.is_set():
            self._screen.draw(self._board.lines())

    def _say(self, *lines: str) -> None:
        self._screen.say(*lines)
        self._draw()

    def close(self) -> None:
        """Show how it ended, and give the console back."""
        board, self._board = self._board, None
        self._ended.set()
        if board:
            todo = board.total - board.done
            board.over()
            if self._screen.live:
                self._screen.draw(board.lines())
            self._screen.keep()
            if board.failed:
                rest = f"; {todo - board.failed} more are not done" if todo > board.failed else ""
                self._say(f"{board.failed} of {board.total} jobs failed{rest}.")
            elif todo:
                self._say(f"Stopped: {todo} of {board.total} jobs are not done.")
            else:
                self._say(board.summary() + ".")
            if todo:
                self._say("What is done is kept: start the same command again to go on.")
            self._say(f"Everything that was said is in {self._log}.")
        for descriptor, kept in self._kept.items():
            os.dup2(kept, descriptor)
            os.close(kept)
        self._kept.clear()
        super().close()
