"""Data sets of others, as they were fetched."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from overpar.base.arrays import load_array
from overpar.base.checks import require


@dataclass(frozen=True)
class DataSet:
    """A data set of others, as it was fetched.

    Args:
        repository: where it is from, as owner/name.
        version: its commit.
        root: directory of its files.
        sha256: the checksum that each file must have, by path.
        missing: why it was not fetched; empty if it was.
    """

    repository: str
    version: str
    root: Path
    sha256: Mapping[str, str]
    missing: str = ""

    @property
    def provenance(self) -> str:
        """Where the files are from, or why there are none."""
        if self.missing:
            return f"not available: {self.missing}"
        return f"{self.repository} at {self.version[:7]}, verified by sha256"

    def array(self, path: str) -> NDArray[Any]:
        """The array of a file, checked by its sha256.

        Raises:
            UserError: if the file is not of the data set, cannot be read or has another checksum.
        """
        require(path in self.sha256, f"{self.repository} has no file {path!r} that we know.")
        return load_array(self.root / path, self.sha256[path])
