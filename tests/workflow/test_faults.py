"""Killed runs and damaged records: the next run ends with the same bits."""

import os
import signal
from pathlib import Path

import h5py
import pytest
from planted import half
from scratch import (
    CODER,
    FROM_AUTOENCODER,
    FROM_VQE,
    VQE,
    Project,
    assert_same_bits,
    copied,
    held,
    jobs_of,
    started,
    vqe,
    wait_until_held,
)

# A number that no process has: the largest that Linux gives is 2²².
NO_PROCESS = 2**22 + 1
HELD_CELL = "records/held/model=held,n=2,depth={}"


def test_a_killed_run_is_continued_to_the_same_bits(fresh: Project, tmp_path: Path) -> None:
    """kill -9 of everything, in the middle of a job, with one core instead of two afterwards."""
    held(fresh)
    undisturbed = copied(fresh, tmp_path / "undisturbed")
    with started(fresh) as process:
        wait_until_held(fresh, process)
        second = fresh.run()
        assert second.code != 0
        assert "Another run is going on" in second.text
        assert "Traceback" not in second.text
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert set(fresh.records()) == {HELD_CELL.format(1)}
    # What a kill in the middle of writing leaves.
    half = fresh.record(HELD_CELL.format(2))
    half = half.with_name(f".{half.name}.{os.uname().nodename}.{NO_PROCESS}.tmp")
    half.write_bytes(b"half")
    before = fresh.contents()

    (fresh.path / "go").touch()
    run = fresh.run(cores=1)
    assert run.code == 0, run.text
    assert "2 cells simulated, 1 up to date" in run.text
    assert before.items() <= fresh.contents().items()
    assert fresh.leftovers() == []
    assert fresh.planned() == set()
    (undisturbed.path / "go").touch()
    run = undisturbed.run()
    assert run.code == 0, run.text
    assert_same_bits(fresh, undisturbed)


def test_a_killed_job_is_reported_and_made_again(fresh: Project) -> None:
    """kill -9 of one job: the run fails and says which; the next run makes it."""
    held(fresh)
    with started(fresh) as process:
        wait_until_held(fresh, process)
        (job,) = jobs_of(process, "simulate")
        job.kill()
        assert process.wait() != 0
    said = (fresh.path / "killed.log").read_text(encoding="utf-8")
    assert "Error in rule simulate" in said
    assert "SIGKILL" in said
    assert "data/records/held/" in said.partition("Error in rule simulate")[2]

    (fresh.path / "go").touch()
    run = fresh.run()
    assert run.code == 0, run.text
    assert fresh.leftovers() == []
    assert set(fresh.records()) == {HELD_CELL.format(p) for p in (1, 2, 3)}


def flip_a_byte(path: Path) -> None:
    """Within the losses, where no file format looks before they are read."""
    with h5py.File(path) as file:
        losses = file["loss"].id  # so few that they are not deflated
        middle = losses.get_offset() + losses.get_storage_size() // 2
    data = bytearray(path.read_bytes())
    data[middle] ^= 1
    path.write_bytes(data)


def test_truncated_and_foreign_records_are_named_and_made_again(
    finished: Project, offline: Project
) -> None:
    """A dry run says so and changes nothing; a run makes them, and only them and what follows."""
    truncated, foreign = vqe(3), "records/autoencoder/L=1,states=regenerated"
    half(finished.record(truncated))
    other = finished.record("records/autoencoder/L=1,states=ntangled").read_bytes()
    finished.record(foreign).write_bytes(other)
    before = finished.contents()
    follows = FROM_AUTOENCODER - {"tables/autoencoder_ranks"}
    expected = VQE | CODER | FROM_VQE | follows

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
