"""What is known of a run: its stages, the jobs that run, and the time that is left."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from overpar.base.progress import about
from overpar.study.stages import Work

# For so many seconds the estimates weigh as much as what was measured.
PRIOR = 20.0
BAR = 24


@dataclass(frozen=True)
class Job:
    """A job that runs: what it makes, its log, and when it began (as of `time.monotonic`)."""

    work: Work
    title: str
    log: Path | None
    began: float

    def last_words(self) -> str:
        """The last line that this job, not one before it, has written to its log; may be ""."""
        lines = self.log_end(1)
        return lines[0] if lines else ""

    def log_end(self, lines: int) -> list[str]:
        """The last lines of its log, without empty ones."""
        age = time.monotonic() - self.began
        # A file's time is of the kernel's clock, which may be a tick behind.
        return end_of(self.log, lines, after=time.time() - age - 0.1) if self.log else []


def end_of(path: Path, lines: int, *, after: float = 0.0) -> list[str]:
    """The last lines of a text file that are not empty.

    Args:
        path: the file; if there is none, there are no lines.
        lines: at most so many.
        after: Unix time in seconds; a file that was last written before it has no lines.
    """
    try:
        if path.stat().st_mtime < after:
            return []
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 300 * lines))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()][-lines:]


@dataclass
class Stage:
    """A part of the run: numbers of its jobs, their estimated seconds, when it began and ended."""

    name: str
    total: int = 0
    done: int = 0
    seconds: float = 0.0
    seconds_done: float = 0.0
    began: float | None = None
    ended: float | None = None


@dataclass
class Board:
    """The state of a run.

    Args:
        works: what the jobs of each rule do.
        counts: number of jobs of each rule.
        cores: that run jobs.
    """

    works: Mapping[str, Work]
    counts: Mapping[str, int]
    cores: int
    stages: dict[str, Stage] = field(default_factory=dict)
    running: dict[int, Job] = field(default_factory=dict)
    failed: int = 0
    ended: bool = False

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        for rule in sorted(self.counts, key=[*self.works, *self.counts].index):
            work = self.work(rule)
            stage = self.stages.setdefault(work.stage, Stage(work.stage))
            stage.total += self.counts[rule]
            stage.seconds += self.counts[rule] * work.seconds

    def work(self, rule: str) -> Work:
        """What the jobs of a rule do."""
        return self.works.get(rule, Work(rule))

    @property
    def total(self) -> int:
        """Number of all jobs."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Number of jobs that are done."""
        return sum(stage.done for stage in self.stages.values())

    def start(self, jobid: int, rule: str, wildcards: Mapping[str, str], log: str) -> Stage | None:
        """A job starts.

        Returns:
            Its stage, if that begins with it.
        """
        now, work = time.monotonic(), self.work(rule)
        title = work.title or " ".join([rule, *wildcards.values()])
        self.running[jobid] = Job(work, title, Path(log) if log else None, now)
        stage = self.stages[work.stage]
        if stage.began is not None:
            return None
        stage.began = now
        return stage

    def finish(self, jobid: int) -> tuple[Job, Stage] | None:
        """A job is done.

        Returns:
            The job and its stage, which has ended if that was the last; None for a job that did
            not start.
        """
        job = self.running.pop(jobid, None)
        if job is None:
            return None
        stage = self.stages[job.work.stage]
        stage.done += 1
        stage.seconds_done += job.work.seconds
        if stage.done == stage.total:
            stage.ended = time.monotonic()
        return job, stage

    def fail(self, jobid: int, *, stopped: bool = False) -> Job | None:
        """A job has failed, or was stopped with the run; None if it did not start."""
        self.failed += not stopped
        return self.running.pop(jobid, None)

    def over(self) -> None:
        """The run has ended, whatever is done."""
        self.running.clear()
        self.ended = True

    def left(self, stage: Stage | None = None) -> float:
        """Estimated seconds until a stage, or all, is done.

        What is left by estimate goes on at the speed seen so far (estimated seconds done a second;
        at first, one a core), and no job that runs ends before its own estimate.
        """
        now = time.monotonic()
        speed = (self._seconds_done(now) + PRIOR * self.cores) / (now - self.began + PRIOR)
        chosen = [stage] if stage else [*self.stages.values()]
        todo = sum(each.seconds for each in chosen) - self._seconds_done(now, stage)
        longest = [
            job.work.seconds - (now - job.began)
            for job in self.running.values()
            if stage is None or job.work.stage == stage.name
        ]
        return max([0.0, todo / speed, *longest])

    def _seconds_done(self, now: float, stage: Stage | None = None) -> float:
        """Estimated seconds of what is done, the part done of running jobs included."""
        chosen = [stage] if stage else [*self.stages.values()]
        names = {each.name for each in chosen}
        partly = sum(
            min(now - job.began, job.work.seconds)
            for job in self.running.values()
            if job.work.stage in names
        )
        return partly + sum(each.seconds_done for each in chosen)

    def lines(self) -> list[str]:
        """A line a stage, then a line a running job, the oldest first."""
        now = time.monotonic()
        width = max(map(len, self.stages), default=0)
        shown = []
        for stage in self.stages.values():
            filled = BAR * stage.done // max(stage.total, 1)
            counts = f"{stage.done}/{stage.total}"
            line = f"{stage.name:{width}} {'█' * filled}{'░' * (BAR - filled)} {counts:>9}"
            if stage.began is not None:
                line += f"  {clock((stage.ended or now) - stage.began):>7}"
            if stage.ended is None and not self.ended:
                line += f"  {about(self.left(stage))} left" if stage.began else "  waits"
            shown.append(line)
        return shown + [f"  {self.told(job)}" for job in self.running.values()]

    def told(self, job: Job) -> str:
        """A running job: since when, what, and what it said last."""
        words = job.last_words().removeprefix(f"{job.title}: ")
        parts = [re.split("(?<=[ ,])", text) for text in (job.title, words)]
        same = takewhile(lambda pair: pair[0] == pair[1], zip(*parts, strict=False))
        words = "".join(parts[1][len(list(same)) :])
        return f"{clock(time.monotonic() - job.began):>7}  {job.title}" + (words and f": {words}")

    def summary(self) -> str:
        """The whole in a few words."""
        words = f"{self.done} of {self.total} jobs done in {clock(time.monotonic() - self.began)}"
        return words + ("" if self.done == self.total else f", {about(self.left())} left")


def clock(seconds: float) -> str:
    """A time as 1:02:03 or 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
