"""A shorter fault campaign than `make faults`, and that it notices."""

import shutil
import subprocess

import pytest
from campaign import ALONE, READ_ONLY, TRACEBACK, Campaign
from scratch import Project

from overpar.study import artefacts
from overpar.study.check import read_study


def test_seven_faults_leave_the_same_bits(finished: Project) -> None:
    faults = Campaign(finished, seed=18)
    for kind in ("record", "table", "stamp", "figure CSV", "metadata"):
        faults.corrupt(kind)
    faults.clock()
    faults.kill("group")
    faults.settle()
    assert faults.passed, [*faults.summary()]
    assert faults.planted.total() == 7


def test_a_read_only_place_is_named_before_the_first_job(finished: Project) -> None:
    """A job clears its outputs' places before it starts; there Snakemake ends in a traceback."""
    if subprocess.run([*ALONE, ":"], capture_output=True).returncode:
        pytest.skip("no mounts are permitted here")
    shutil.rmtree(finished.path / "figures")
    (finished.path / "figures").mkdir()
    run = finished.run(before=[*ALONE, READ_ONLY, "figures"])
    assert run.code != 0
    assert "overpar: figures cannot be written to: it is read-only" in run.text
    assert TRACEBACK not in run.text
    assert "localrule" not in run.text


def test_other_numbers_that_pass_for_whole_are_noticed(finished: Project) -> None:
    """A table that was changed together with its stamp."""
    said: list[str] = []
    faults = Campaign(finished, seed=18, say=said.append)
    table = artefacts.table(read_study(finished.path), "vqe")
    content = table.content(table.files[0])
    table.write({table.files[0]: content.replace(b"open", b"shut")})
    faults.clock()
    assert not faults.passed
    # The table and its stamp.
    assert faults.differing["clock"] == 2
    assert "NOT AS UNDISTURBED" in said[0]
