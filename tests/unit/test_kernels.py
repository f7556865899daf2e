"""Kernels are compiled by one process, and only those of the engines that are used."""

import fcntl
from pathlib import Path
from threading import Thread

import pytest

from overpar.study import kernels


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been compiled, in a project with two engines that have kernels."""
    found: list[str] = []
    work = {name: (lambda name=name: found.append(name), 1) for name in ("one", "two")}
    monkeypatch.setattr(kernels, "_CACHE", tmp_path / "kernels")
    monkeypatch.setattr(kernels, "WORK", work)
    return found


def test_once_and_by_engine(done: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for engines in (["two", "qibo"], ["two"], ["one", "two"]):
        kernels.compile_kernels(engines)
    assert done == ["two", "one"]
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "Kernels of two are compiled once, in about 1 s ..."
    assert len(said) == 2


def test_another_process_is_waited_for(done: list[str], tmp_path: Path) -> None:
    kernels.compile_kernels(["one"])
    (tmp_path / "kernels/one.compiled").unlink()
    with open(tmp_path / "kernels/one.lock", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = Thread(target=kernels.compile_kernels, args=(["one"],))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        (tmp_path / "kernels/one.compiled").touch()
    waiting.join(10)
    assert done == ["one"]
