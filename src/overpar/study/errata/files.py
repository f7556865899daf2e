"""What the checks of the errata read and give."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from overpar.base.errors import UserError
from overpar.engines.interface import Floats
from overpar.study.plan import DATASETS, PUBLISHED
from overpar.study.tracked import expected


class Absent(UserError):
    """A file that is needed was not fetched."""


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    Args:
        expected: of the finding.
        seen: in the data.
        confirmed: whether they agree.
    """

    expected: str
    seen: str
    confirmed: bool


class Files:
    """Fetched files and published statistics.

    Args:
        project: root directory.
        external: directory of the fetched files, relative to it.
    """

    def __init__(self, project: Path, external: Path) -> None:
        self._project = project
        sets = [expected(project, project / external, name) for name in DATASETS]
        self._sets = {path: data for data in sets for path in data.sha256}

    def array(self, path: str) -> NDArray[Any]:
        """The array of a fetched file, by its path in its repository.

        Raises:
            Absent: if it was not fetched.
            UserError: if it has another checksum.
        """
        data = self._sets[path]
        if not (data.root / path).is_file():
            raise Absent(f"{data.root / path} is not there.")
        return data.array(path)

    def paths(self, prefix: str) -> list[str]:
        """Paths of all files that can be fetched and begin so."""
        return [path for path in self._sets if path.startswith(prefix)]

    def facts(self, name: str) -> pd.DataFrame:
        """A table of data/published."""
        return pd.read_csv(self._project / PUBLISHED / name)

    def spectrum(self, path: str) -> Floats:
        """A released spectrum in descending order, by its path in raw_data."""
        return np.sort(self.array(f"raw_data/{path}").real)[::-1]


def gap(ours: Floats, theirs: Floats) -> float:
    """Largest difference of two spectra; infinite if they differ in length."""
    return float(np.abs(ours - theirs).max()) if ours.shape == theirs.shape else np.inf
