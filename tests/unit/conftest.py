"""A directory that a small configuration can be read in."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Path:
    """A directory with the project's files about data."""
    shutil.copytree(root / "data" / "published", tmp_path / "data" / "published")
    shutil.copy(root / "data" / "checksums.csv", tmp_path / "data")
    (tmp_path / "config").mkdir()
    shutil.copy(root / "config" / "claims.yaml", tmp_path / "config")
    return tmp_path
