"""What every job of the workflow shares: the study, and errors without a traceback."""

import contextlib
import fcntl
import gc
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from overpar.base.errors import UserError
from overpar.base.progress import say
from overpar.base.records import DamagedRecord, RecordError
from overpar.study.artefacts import ArtefactError
from overpar.study.check import Study, opened

# Snakemake and notebooks import nbformat and so jsonschema, which takes 1.7 s to make a parser of
# international addresses if it finds this package. Nothing here has any.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


# A plan, a graph of jobs and parsed code are many objects without cycles, among which to look for
# cycles takes a tenth of the time of a run that has nothing to do.
gc.set_threshold(100_000, 50, 100)


class _Copied(io.TextIOBase):
    """A text stream whose text also goes to a file."""

    def __init__(self, stream: TextIO, path: str) -> None:
        self._stream, self._path = stream, Path(path)
        self._path.write_text("", encoding="utf-8")

    def write(self, text: str) -> int:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text)
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()


def job(config: Mapping[str, Any], work: Callable[[Study], object], log: str) -> None:
    """Do a job's work on the study of a configuration; a `UserError` ends the process with it.

    A damaged record that the work meets is set aside, so that the next run makes it again.

    Args:
        config: the configuration as read.
        work: called with the study.
        log: file that gets a copy of what goes to standard error.
    """
    sys.stderr = _Copied(sys.stderr, log)
    try:
        work(opened(config))
    except DamagedRecord as error:
        if error.path.exists():
            os.replace(error.path, f"{error.path}.damaged")
        sys.exit(f"overpar: {error} It is set aside as *.damaged; run again to recompute it.")
    except (RecordError, ArtefactError) as error:
        sys.exit(f"overpar: {error} Run again: what must not be used is made again.")
    except UserError as error:
        sys.exit(f"overpar: {error}")
    except OSError as error:
        # A full disk, say.
        sys.exit(f"overpar: {error}.")


def note_processor_time(path: Path) -> None:
    """Append to a file of CSV the seconds that this process and all its ended children used."""
    path.parent.mkdir(parents=True, exist_ok=True)
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    seconds = [f"{part.ru_utime + part.ru_stime:.2f}" for part in used]
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join(seconds) + "\n")


def bring_to_present(paths: Iterable[str]) -> None:
    """Give files from the future the present time, as after the clock was set back.

    Snakemake makes nothing from them: what it makes must not be older.

    Args:
        paths: files, some of which need not be there.
    """
    now = time.time()
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            if os.stat(path).st_mtime > now:
                os.utime(path)


def drop_damaged(memory: Path) -> None:
    """Remove what Snakemake remembers of jobs where that would end it: no text, or no mapping.

    It passes over half a file itself, which another run may be writing.

    Args:
        memory: directory of these files, which need not be there.
    """
    for path in filter(Path.is_file, memory.rglob("*")):
        try:
            whole = isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
        except json.JSONDecodeError:
            continue
        except UnicodeDecodeError:
            whole = False
        if not whole:
            path.unlink(missing_ok=True)


def check_writable(places: Iterable[Path]) -> None:
    """See to it that results can be written, before Snakemake finds that they cannot.

    Args:
        places: directories, which need not be there yet.

    Raises:
        UserError: if one of them can be neither written to nor made.
    """
    for place in places:
        there = next(path for path in (place, *place.parents) if path.exists())
        if not os.access(there, os.W_OK):
            raise UserError(
                f"{there} cannot be written to: it is read-only or another user's. Change that,"
                " or set other `paths` in a file of --configfile."
            )


def run_alone(path: Path) -> None:
    """Hold a lock file until this process ends, however it ends; the system releases it.

    Some shared file systems have no locks; there it is said that nothing stands between two runs.

    Raises:
        UserError: if another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(
            f"Another run is going on in {Path.cwd()}; wait for it to end, or stop it."
        ) from None
    except OSError as error:
        say(
            f"{path} cannot be locked ({error.strerror}): take care that no other run goes on here."
        )
