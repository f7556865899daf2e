"""Kernels are compiled by one process, and only those of the engines that are used."""

import errno
import fcntl
from pathlib import Path
from threading import Thread

import pytest

from overpar.engines import lanes
from overpar.model.foreign import load_function
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


def test_kernels_are_compiled_where_nothing_can_be_locked(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(file: object, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", without)
    kernels.compile_kernels(["one"])
    assert done == ["one"]


def test_a_damaged_kernel_is_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cut short, as a full disk leaves it, or with one bit of its machine code turned."""
    monkeypatch.setattr(lanes, "_CACHE", tmp_path / "cache")
    file = tmp_path / "twice.py"
    file.write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    twice = load_function(f"{file}:twice")

    def run() -> tuple[int, int, str]:
        compiled = lanes.kernel(twice)
        value = compiled(4)
        hits = compiled.stats.cache_hits  # type: ignore[attr-defined]
        return value, sum(hits.values()), capsys.readouterr().err

    assert [run(), run()] == [(8, 0, ""), (8, 1, "")]
    for ending in ("nbi", "nbc"):
        (path,) = (tmp_path / "cache").rglob(f"*.{ending}")
        good = path.read_bytes()
        for bad in (good[:40], good[:-200] + bytes([good[-200] ^ 1]) + good[-199:]):
            path.write_bytes(bad)
            said = f"{path} is damaged. It is compiled again.\n"
            assert run() == (8, 0, said)
            assert path.with_name(f"{path.name}.damaged").read_bytes() == bad
            assert run() == (8, 1, "")
