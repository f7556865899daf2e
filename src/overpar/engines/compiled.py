"""Compiled kernels on disk: a file that is not as it was written is compiled again."""

import contextlib
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numba.core.caching import IndexDataCacheFile

from overpar.base.progress import say

_LENGTH = hashlib.sha256().digest_size


class CheckedFiles(IndexDataCacheFile):  # type: ignore[misc]
    """Numba's index and data files, each with its sha256 behind it, checked whenever it is read.

    Numba unpickles what it finds and runs the machine code in it, whatever that is by then.
    """

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        content = io.BytesIO()
        yield content
        written = content.getvalue()
        with super()._open_for_write(filepath) as file:
            file.write(written + hashlib.sha256(written).digest())

    def _load_index(self) -> Any:
        return super()._load_index() if _is_whole(self._index_path) else {}

    def _load_data(self, name: str) -> Any:
        path = self._data_path(name)
        if not _is_whole(path):
            raise FileNotFoundError(path)  # which Numba takes for one to be compiled
        return super()._load_data(name)


def _is_whole(path: str) -> bool:
    """Whether a file ends with its checksum, or is not there; one that does not is set aside."""
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        return True
    if hashlib.sha256(content[:-_LENGTH]).digest() == content[-_LENGTH:]:
        return True
    with contextlib.suppress(FileNotFoundError):
        os.replace(path, f"{path}.damaged")
        say(f"{path} is damaged. It is compiled again.")
    return False
