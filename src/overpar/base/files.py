"""Files that are written whole or not at all."""

import contextlib
import glob
import os
from pathlib import Path


def write_whole(path: Path, *parts: bytes | memoryview) -> None:
    """Write a file under a temporary name, then move it into place.

    What killed writers of the same file left behind on this computer is removed.

    Args:
        path: where it ends up.
        parts: its content.

    Raises:
        OSError: if it cannot be written, e.g. because the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{os.uname().nodename}.{os.getpid()}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    try:
        with open(temporary, "wb") as handle:
            handle.writelines(parts)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _sweep(path: Path) -> None:
    # Of a writer on another computer nobody here can say whether it is alive.
    name = glob.escape(f".{path.name}.{os.uname().nodename}.")
    for left in path.parent.glob(f"{name}*.tmp"):
        try:
            os.kill(int(left.name.split(".")[-2]), 0)
        except ProcessLookupError:
            left.unlink(missing_ok=True)
        except (PermissionError, ValueError, OverflowError):
            pass  # alive and someone else's, or no temporary name of ours
