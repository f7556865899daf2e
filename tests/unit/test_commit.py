"""The commit that a record names: the project's own, or none."""

import subprocess
from pathlib import Path

from overpar.study.execute import git_commit

NOBODY = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")


def committed(place: Path) -> str:
    """Make a repository with one commit, and say which."""
    git = ["git", "-C", str(place), *NOBODY]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message=first"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return head.stdout.strip()


def test_a_repository_around_the_project_is_not_its_own(tmp_path: Path) -> None:
    committed(tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    assert git_commit(project) == "unknown"
    own = committed(project)
    assert git_commit(project) == own
