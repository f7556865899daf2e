"""What a run shows: on a terminal, in a file, when a job fails, when it is stopped."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scratch import HELD, Project, held, made, wait_until_held

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "snakemake", "--cores", "2"]
COLUMNS = 100
FAILS = HELD.replace('Path("waiting").touch()', 'raise ValueError("no such gate")')


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy with one batch of three cells, the second of which waits, where nothing was run."""
    return held(made(tmp_path / "project"))


class Terminal:
    """What a run in a pseudo-terminal writes, and the screen that this makes."""

    def __init__(self, project: Project) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            COMMAND,
            cwd=project.path,
            env=project.environment() | {"TERM": "xterm"},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            # A shell starts what is in its background with interrupts ignored, tests too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        os.close(theirs)
        self._ours, self._bytes = ours, b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        # Reading fails when nobody has the other end open any more.
        try:
            while some := os.read(self._ours, 65536):
                self._bytes += some
        except OSError:
            pass

    @property
    def written(self) -> str:
        return self._bytes.decode("utf-8", "ignore")

    def end(self) -> int:
        code = self.process.wait()
        self._reader.join()
        os.close(self._ours)
        return code

    def screen(self) -> list[str]:
        """The lines on an endless screen; the last is the one that the cursor is in."""
        rows, row, column = [""], 0, 0
        for token in re.findall(r"\x1b\[\d*[A-Za-z]|\r|\n|[^\x1b\r\n]+|\x1b", self.written):
            if token == "\r":
                column = 0
            elif token == "\n":
                row += 1
                rows += [""] * (row == len(rows))
            elif up := re.fullmatch(r"\x1b\[(\d+)A", token):
                row -= int(up[1])
            elif token == "\x1b[J":
                rows[row:] = [rows[row][:column]]
            else:
                assert "\x1b" not in token, token
                rows[row] = rows[row][:column].ljust(column) + token
                column += len(token)
        assert row == len(rows) - 1
        return rows


@contextmanager
def terminal(project: Project) -> Iterator[Terminal]:
    started = Terminal(project)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            os.killpg(started.process.pid, signal.SIGKILL)
            started.end()


def plain(project: Project) -> tuple[int, list[str]]:
    run = subprocess.run(
        COMMAND,
        cwd=project.path,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return run.returncode, run.stdout.splitlines()


def log_of(project: Project) -> str:
    (path,) = (project.path / ".snakemake/log").glob("*.log")
    return path.read_text(encoding="utf-8")


def test_in_a_file_a_run_is_a_dozen_lines(project: Project) -> None:
    """And all the rest is in Snakemake's log: its own lines and those of the jobs."""
    (project.path / "go").touch()
    code, lines = plain(project)
    assert code == 0, lines
    assert len(lines) <= 12
    assert not any("\x1b" in line for line in lines)
    for stage in ("fetch: 3 of 3", "records: 1 of 1", "tables: 1 of 1", "figures: 2 of 2"):
        assert any(re.fullmatch(rf"{stage} done in \d+:\d\d", line) for line in lines), stage
    assert sum("is unavailable; the workflow goes on without it" in line for line in lines) == 3
    assert re.fullmatch(r"8 of 8 jobs done in \d+:\d\d\.", lines[-2])
    log = log_of(project)
    assert "Select jobs to execute..." in log
    assert "3 cells simulated, 0 up to date" in log

    code, lines = plain(project)
    assert code == 0
    assert lines[-1].startswith("Nothing to be done")
    assert len(lines) <= 2


def test_a_failed_job_is_named_with_the_end_of_its_log(project: Project) -> None:
    (project.path / "held.py").write_text(FAILS, encoding="utf-8")
    code, lines = plain(project)
    assert code != 0
    (number,) = (k for k, line in enumerate(lines) if line.startswith("Failed: "))
    assert "held model=held,n=2 (3 cells)" in lines[number]
    path = lines[number].removesuffix(":").rpartition(" ")[2]
    assert (project.path / path).is_file()
    assert any("no such gate" in line for line in lines[number + 1 :])
    assert sum("no such gate" in line for line in lines) == 1
    assert "exit status 1" in lines[number]
    assert re.fullmatch(r"1 of 8 jobs failed; \d more are not done.", lines[-3])
    assert not any("RuleException" in line or "restore" in line for line in lines)
    assert "start the same command again" in lines[-2]
    assert ".snakemake/log/" in lines[-1]


def test_a_terminal_shows_a_line_a_stage(project: Project) -> None:
    """And nothing else is left of what was drawn: no job, no broken line."""
    with terminal(project) as shown:
        wait_until_held(project, shown.process)
        # Drawn at least once more while the job waits.
        before = len(shown.written)
        while len(shown.written) == before:
            time.sleep(0.05)
        assert "held model=held,n=2 (3 cells)" in shown.written
        (project.path / "go").touch()
        assert shown.end() == 0
    *lines, cursor = shown.screen()
    assert cursor == ""
    stages = [line.split()[0] for line in lines if "█" in line]
    assert stages == ["fetch", "records", "tables", "figures", "page"]
    assert not any("░" in line or "held" in line for line in lines)
    assert all(len(line) < COLUMNS for line in re.split("[\r\n]+", shown.written) if "░" in line)
    assert len(lines) <= 12
    assert "8 of 8 jobs done" in lines[-2]


def test_a_stopped_run_leaves_a_clean_screen(project: Project) -> None:
    """Ctrl-C, which goes to all processes of the terminal."""
    with terminal(project) as shown:
        wait_until_held(project, shown.process)
        os.killpg(shown.process.pid, signal.SIGINT)
        assert shown.end() != 0
    *lines, cursor = shown.screen()
    assert cursor == ""
    assert len(lines) <= 13
    assert "Traceback" not in shown.written
    assert "Failed" not in shown.written
    assert "left" not in "".join(lines)
    assert re.fullmatch(r"Stopped: \d of 8 jobs are not done.", lines[-3])
    assert "start the same command again" in lines[-2]
