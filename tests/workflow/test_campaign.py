"""A shorter fault campaign than `make faults`, and that it notices."""

from campaign import Campaign
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
