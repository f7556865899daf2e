"""Which state of the project runs: its version and commit."""

import importlib.metadata
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

PYPROJECT = "pyproject.toml"


def git_commit(project: Path) -> str:
    """Commit of the project's checkout, with "+changes" if it differs; "unknown" without one.

    A repository that the project lies in says nothing about it.
    """
    above = str(project.resolve().parent)
    try:
        out = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+changes"],
            cwd=project,
            env={**os.environ, "GIT_CEILING_DIRECTORIES": above},
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return out.stdout.strip()


def release(project: Path) -> str:
    """The version that a checkout's sources have or follow, as pyproject.toml says it."""
    settings: dict[str, Any] = tomllib.loads((project / PYPROJECT).read_text(encoding="utf-8"))
    return str(settings["tool"]["hatch"]["version"]["fallback-version"])


def version(root: Path = Path(__file__).parents[3]) -> str:
    """The version that runs: of the installed wheel, or of a checkout with its commit.

    A checkout is asked when this is called: what an editable install has noted is as old as it.

    Args:
        root: two directories above the package: the checkout, if it is one.
    """
    if not (root / PYPROJECT).is_file():
        return importlib.metadata.version("overpar")
    return f"{release(root)}, commit {git_commit(root)}"
