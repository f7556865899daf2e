"""Killed runs and damaged records: the next run ends with the same bits."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import killpg
from pathlib import Path

import h5py
import psutil
import pytest
from scratch import (
    CONFIG,
    FROM_AUTOENCODER,
    FROM_VQE,
    SIMULATIONS,
    VQE,
    Project,
    assert_same_bits,
    vqe,
)

# A number that no process has: the largest that Linux gives is 2²².
NO_PROCESS = 2**22 + 1


@contextmanager
def started(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    """A run in a process group of its own, which is killed at the end."""
    with (project.path / "killed.log").open("wb") as log:
        process = subprocess.Popen(
            [*project.command, "--cores", "2"],
            cwd=project.path,
            env=project.environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait for a condition while the process runs."""
    while not condition():
        assert process.poll() is None, "the run ended too early"
        time.sleep(0.01)


def job_of(process: subprocess.Popen[bytes], script: str) -> psutil.Process | None:
    """A running job of that script."""
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if child.cmdline()[-1:] and child.cmdline()[-1].endswith(f".{script}.py"):
                return child
        except psutil.Error:
            pass
    return None


def test_a_killed_run_is_continued_to_the_same_bits(fresh: Project, offline: Project) -> None:
    """kill -9 of everything, in the middle, with one core instead of two afterwards."""
    fresh.configure(tables={"vqe": CONFIG["tables"]["vqe"]}, figures={})
    with started(fresh) as process:
        wait_until(lambda: len(fresh.records()) >= 2, process)
        second = fresh.run()
        assert second.code != 0
        assert "Another run is going on" in second.text
        assert "Traceback" not in second.text
        killpg(process.pid, signal.SIGKILL)
        process.wait()
    there = set(fresh.records())
    assert there < SIMULATIONS
    # What a kill in the middle of writing leaves.
    half = fresh.record(vqe(2)).with_name(f".{fresh.record(vqe(2)).name}.{NO_PROCESS}.tmp")
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    fresh.record(vqe(2)).unlink(missing_ok=True)

    run = fresh.run(cores=1)
    assert run.code == 0, run.text
    assert run.started() >= SIMULATIONS - there
    assert fresh.leftovers() == []
    assert fresh.planned() == set()
    assert_same_bits(fresh, offline)


def test_a_killed_job_is_reported_and_made_again(fresh: Project, offline: Project) -> None:
    """kill -9 of one job: the run fails and says which; the next run makes it."""
    only_vqe = {"vqe": CONFIG["experiments"]["vqe"]}
    tables = {"vqe": CONFIG["tables"]["vqe"]}
    fresh.configure(experiments=only_vqe, tables=tables, figures={})
    with started(fresh) as process:
        wait_until(lambda: job_of(process, "simulate"), process)
        job = job_of(process, "simulate")
        assert job is not None
        job.kill()
        assert process.wait() != 0
    said = (fresh.path / "killed.log").read_text(encoding="utf-8")
    assert "Error in rule simulate" in said
    assert "SIGKILL" in said
    assert "data/records/vqe/" in said.partition("Error in rule simulate")[2]

    run = fresh.run()
    assert run.code == 0, run.text
    assert fresh.leftovers() == []
    for depth in (2, 3):
        ours, theirs = (p.variables()[vqe(depth)]["loss"] for p in (fresh, offline))
        assert ours.tobytes() == theirs.tobytes()


def cut_in_half(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def flip_a_byte(path: Path) -> None:
    """Within the compressed losses, where no file format looks before they are read."""
    with h5py.File(path) as file:
        chunk = file["loss"].id.get_chunk_info(0)
    data = bytearray(path.read_bytes())
    data[chunk.byte_offset + chunk.size // 2] ^= 1
    path.write_bytes(data)


def test_truncated_and_foreign_records_are_named_and_made_again(
    finished: Project, offline: Project
) -> None:
    """A dry run says so and changes nothing; a run makes them, and only them and what follows."""
    truncated, foreign = vqe(3), "records/autoencoder/L=1,states=regenerated"
    cut_in_half(finished.record(truncated))
    other = finished.record("records/autoencoder/L=1,states=ntangled").read_bytes()
    finished.record(foreign).write_bytes(other)
    before = finished.contents()
    expected = {foreign} | VQE | FROM_VQE | FROM_AUTOENCODER - {"tables/autoencoder_ranks"}

    dry = finished.run("--dry-run")
    assert dry.started() == expected
    for name in (truncated, foreign):
        assert f"Record data/{name}.nc" in dry.text
    assert finished.contents() == before

    run = finished.run()
    assert run.code == 0, run.text
    assert run.started() == expected
    after = finished.contents()
    assert {name for name in before if before[name] != after[name]} == {truncated, foreign}
    assert_same_bits(finished, offline)
    assert finished.planned() == set()


def test_a_record_with_a_flipped_byte_is_named_and_made_again(
    finished: Project, offline: Project
) -> None:
    """Before the first job: what reads the record never sees it."""
    flip_a_byte(finished.record(vqe(3)))
    run = finished.run()
    assert run.code == 0, run.text
    assert f"Record data/{vqe(3)}.nc is damaged" in run.text
    assert run.started() == VQE | FROM_VQE
    assert finished.leftovers() == []
    assert_same_bits(finished, offline)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sed": 1}, "unknown key sed = 1; allowed: seed, "),
        ({"experiments__vqe__every": {"depth": -1}}, "depth is -1; allowed: an integer"),
        (
            {"experiments__vqe__every": {"boundary": "ring"}},
            "boundary is 'ring'; allowed: 'open' or 'periodic'",
        ),
    ],
)
def test_a_wrong_configuration_stops_before_anything_is_run(
    fresh: Project, changes: dict[str, object], message: str
) -> None:
    """One message with key, value and what is allowed."""
    for key in changes:
        if key.startswith("experiments"):
            cell = {"depth": 2, "qubits": 4, "boundary": "open", "initial": "data"}
            changes = {"experiments__vqe": {"cells": [cell | dict(changes[key])]}}  # type: ignore[call-overload]
    fresh.configure(**changes)
    run = fresh.run()
    assert run.code != 0
    assert run.text.count("overpar: Config: ") == 1
    assert message in run.text
    assert "Traceback" not in run.text
    assert not run.started()
    assert fresh.records() == {}
