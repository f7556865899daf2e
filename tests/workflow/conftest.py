"""One finished run of the tiny configuration, and copies of it to work on."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium
from scratch import RESULTS, Project, copied, made
from selenium.webdriver import Chrome

# Fixtures that are whole runs, or start them.
RUNS = {"offline", "finished", "fresh"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs a workflow is a slow test."""
    for item in items:
        if RUNS & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A run finished without network or mirror, made once for all test workers; do not change it.

    What it said is in run.log.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = shared / "offline"
    with (shared / "offline.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            project = made(tmp_path_factory.mktemp("offline") / "project")
            run = project.run()
            assert run.code == 0, run.text
            (project.path / "run.log").write_text(run.text, encoding="utf-8")
            project.path.rename(path)
    return Project(path)


@pytest.fixture
def finished(offline: Project, tmp_path: Path) -> Project:
    """A copy of the finished run, Snakemake's memory of it included."""
    return copied(offline, tmp_path)


@pytest.fixture
def fresh(offline: Project, tmp_path: Path) -> Project:
    """A copy in which nothing has been run."""
    project = copied(offline, tmp_path)
    for name in RESULTS:
        shutil.rmtree(project.path / name)
    return project


@pytest.fixture
def browser() -> Iterator[Chrome]:
    """A headless Chromium with an empty profile."""
    with chromium() as chrome:
        yield chrome
