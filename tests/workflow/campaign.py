"""`make faults`: a small workflow is killed and damaged a hundred times, and ends as undisturbed.

Faults are drawn with a seed; only the moments of kills depend on the machine. After each fault,
whatever passes for whole is compared with an undisturbed run, and after every few a run is
finished and everything is compared: records by their variables, all else byte by byte.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from planted import KINDS, plant
from scratch import RESULTS, Project, Run, jobs_of, started
from small import made_small

from overpar.base.records import read_record
from overpar.study.artefacts import artefacts
from overpar.study.check import read_study
from overpar.study.faults import WHOLE, states

DAY = 86400
TRACEBACK = "Traceback (most recent call last)"
KILLS = ("group", "main process", "one job")
PLACES = ("data/records", "data/tables", "figures", "data/external")
# A place that is not as it should be for one run, in a mount of that run alone: no other process
# sees it, and it ends with the run.
FULL = 'mount -t tmpfs -o size=8k none "$0" && exec "$@"'
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
ALONE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


def digest(path: Path) -> str:
    """SHA-256 of a file, or of a record's variables: its attributes hold when it was made."""
    if path.suffix != ".nc":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    found = hashlib.sha256()
    for name, variable in sorted(read_record(path).variables.items()):
        values = variable.values
        found.update(f"{name} {values.dtype} {values.shape} ".encode() + values.tobytes())
    return found.hexdigest()


@dataclass
class Campaign:
    """Faults in a finished project, each of which it must survive.

    Args:
        project: finished, undisturbed.
        seed: of all that is drawn.
        mirror: where fetched files come from.
        say: called with a line for each fault.
    """

    project: Project
    seed: int
    mirror: Path | None = None
    say: Callable[[str], object] = lambda text: None
    planted: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    differing: Counter[str] = field(default_factory=Counter)
    tracebacks: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.seconds = 15.0  # of a run from nothing to its end
        self._pending: list[str] = []  # faults since the last run that ended
        self._study = read_study(self.project.path)
        self._expected = self._whole()

    def _files(self) -> Iterator[Path]:
        """All files of what passes for whole."""
        stamps = {made.files[0]: made.stamp for made in artefacts(self._study)}
        for found in states(self._study):
            stamp = stamps.get(found.path)
            if found.state == WHOLE and stamp:
                names = json.loads(stamp.read_text(encoding="utf-8"))["sha256"]
                yield from (stamp, *(stamp.parent / name for name in names))
            elif found.state == WHOLE and found.path.suffix == ".nc":
                yield found.path

    def _whole(self) -> dict[Path, str]:
        return {path: digest(path) for path in self._files()}

    def _note(self, kind: str, what: str) -> None:
        """Count a fault, and compare what now passes for whole with the undisturbed run."""
        self.planted[kind] += 1
        self._pending.append(kind)
        other = [path for path, found in self._whole().items() if found != self._expected.get(path)]
        self.differing[kind] += len(other)
        differ = f"; NOT AS UNDISTURBED: {', '.join(map(str, other))}" if other else ""
        self.say(f"{self.planted.total():4} {kind}: {what}{differ}")

    def _look(self, kind: str, text: str) -> None:
        if TRACEBACK in text:
            self.tracebacks[kind] += text.count(TRACEBACK)
            self.say(f"TRACEBACK after {kind}:\n{text}")

    def corrupt(self, kind: str) -> None:
        """Damage one file of a kind."""
        what = plant(self.project, kind, self.draw)
        if what and kind == "cache":
            # So that something is computed with it.
            what += f", {plant(self.project, 'record', self.draw)}"
        if what:
            self._note(f"damaged {kind}", what)

    def kill(self, kind: str) -> None:
        """Kill a run at a random moment; one that had ended before is started anew from nothing."""
        killed = ""
        while not killed:
            with started(self.project, self.mirror) as process:
                begun = time.monotonic()
                # Several kills in a row, each in what the one before has left.
                moment = begun + self.draw.uniform(0, self.seconds / 2)
                while process.poll() is None and not killed:
                    time.sleep(0.01)
                    if time.monotonic() > moment:
                        killed = self._kill(process, kind)
                # Jobs whose main process was killed go on beside the next run.
                process.wait()
            taken = time.monotonic() - begun
            self._look(f"killed {kind}", (self.project.path / "killed.log").read_text("utf-8"))
            if killed:
                self._note(f"killed {kind}", f"{killed}, after {taken:.1f} s")
            else:
                self.seconds = max(taken, 5)
                self.empty()

    def _kill(self, process: subprocess.Popen[bytes], kind: str) -> str:
        """Kill what is meant; says what, or nothing if there is no job to be killed."""
        jobs = jobs_of(process)
        if kind != "one job":
            (os.killpg if kind == "group" else os.kill)(process.pid, signal.SIGKILL)
            return f"with {len(jobs)} jobs"
        if not jobs:
            return ""
        job = self.draw.choice(jobs)
        said = Path(job.cmdline()[-1]).name
        job.kill()
        return said

    def empty(self) -> None:
        """Remove all results; now and then Snakemake's memory stays."""
        for name in RESULTS[self.draw.randrange(2) :]:
            shutil.rmtree(self.project.path / name, ignore_errors=True)

    def clock(self) -> None:
        """Give all files times from ten years ago to ten years ahead."""
        now = time.time()
        for path in sorted(self.project.path.rglob("*")):
            if path.is_file() and ".snakemake" not in path.parts:
                os.utime(path, (now + self.draw.uniform(-3650, 3650) * DAY,) * 2)
        self._note("clock", "file times ten years back and ahead")

    def blocked(self, kind: str, place: str, program: str) -> None:
        """A run to which a place is full or read-only ends with a message that names it."""
        self.empty()
        (self.project.path / place).mkdir(parents=True)
        self._refused(kind, place, self._run([*ALONE, program, place]), place)

    def in_the_way(self, place: str) -> None:
        """A run that finds a file where it needs a directory ends with a message."""
        directory = self.project.path / place
        aside = directory.with_name(f"{directory.name}-aside")
        directory.mkdir(parents=True, exist_ok=True)
        directory.rename(aside)
        directory.write_text("", encoding="utf-8")
        try:
            self._refused("file for a directory", place, self._run(), place)
        finally:
            directory.unlink(missing_ok=True)
            aside.rename(directory)

    def two_runs(self) -> None:
        """A second run beside the first is refused, and the first ends."""
        with started(self.project, self.mirror) as first:
            lock = self.project.path / ".snakemake/overpar.lock"
            while first.poll() is None and not held(lock):
                time.sleep(0.05)
            second = self._run()
            self._refused("two runs", "at once", second, "Another run is going on")
            first.wait()

    def _refused(self, kind: str, what: str, run: Run, said: str) -> None:
        self._look(kind, run.text)
        self._note(kind, f"{what}; refused" if run.code else f"{what}; run to its end")
        if run.code and said not in run.text:
            self.lost[kind] += 1
            self.say(f"NOT NAMED: {said}\n{run.text}")

    def _run(self, before: Sequence[str] = ()) -> Run:
        return self.project.run(mirror=self.mirror, before=before)

    def settle(self) -> None:
        """Run to the end, and compare all with the undisturbed run."""
        run = self._run()
        found = self._whole()
        keys = {*found, *self._expected}
        other = sorted(str(k) for k in keys if found.get(k) != self._expected.get(k))
        last = self._pending[-1] if self._pending else "nothing"
        self._look(last, run.text)
        if run.code or other:
            self.lost.update(self._pending)
            self.say(f"NOT SURVIVED; not as undisturbed: {other}\n{run.text}")
            self.empty()
        else:
            self.say(f"     as undisturbed after {len(self._pending)} faults")
        self._pending.clear()

    @property
    def passed(self) -> bool:
        """Whether every fault was survived with the same bits and without a traceback."""
        return not (self.lost.total() or self.differing.total() or self.tracebacks.total())

    def summary(self) -> Iterator[str]:
        """A line for each kind of fault, and one for all."""
        counts = self.planted, self.lost, self.differing, self.tracebacks
        rows = {kind: [count[kind] for count in counts] for kind in sorted(self.planted)}
        for kind, (n, lost, bits, traces) in (rows | {"all": [c.total() for c in counts]}).items():
            yield (
                f"{kind:20} {n:4} faults {n - lost:4} survived {bits:3} differing files"
                f" {traces:3} tracebacks"
            )


def held(lock: Path) -> bool:
    """Whether a process holds a lock file."""
    if not lock.exists():
        return False
    with lock.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def campaign(faults: Campaign, rounds: int) -> None:
    """Rounds of five damaged files, five kills and one more fault each, and file times."""
    mounts = subprocess.run([*ALONE, ":"], capture_output=True).returncode == 0
    if not mounts:
        faults.say("No mounts are permitted here: neither full disks nor read-only places.")
    kinds: list[str] = []
    for number in range(rounds):
        for _ in range(5):
            kinds = kinds or faults.draw.sample([*KINDS], len(KINDS))
            faults.corrupt(kinds.pop())
        faults.clock()
        if number % 2:
            faults.settle()
            faults.empty()
        for count in range(5):
            faults.kill(KILLS[(count + number) % len(KILLS)])
        place = PLACES[number // 3 % len(PLACES)]
        if number % 3 == 0:
            faults.two_runs()
        elif number % 3 == 1 and mounts:
            faults.blocked(
                *(("full disk", place, FULL), ("read-only", place, READ_ONLY))[number % 2]
            )
        else:
            faults.in_the_way(place)
        faults.settle()


def main() -> int:
    """Run the campaign on a small project of its own.

    Returns:
        0 if every fault was survived.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="of ten faults and more each")
    parser.add_argument("--seed", type=int, default=18)
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        project, mirror = made_small(Path(directory))
        first = project.run(mirror=mirror)
        if first.code:
            print(first.text)
            return 1
        faults = Campaign(project, options.seed, mirror, lambda text: print(text, flush=True))
        faults.seconds = time.monotonic() - begun
        with contextlib.suppress(KeyboardInterrupt):
            campaign(faults, options.rounds)
    print(*faults.summary(), sep="\n")
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(part.ru_utime + part.ru_stime for part in used)
    print(f"{(time.monotonic() - begun) / 60:.1f} minutes, {seconds / 60:.1f} of processor time")
    return 0 if faults.passed else 1


if __name__ == "__main__":
    sys.exit(main())
