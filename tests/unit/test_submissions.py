"""What a cluster is asked for: few submissions, which wait for none that waits for them."""

from pathlib import Path

import pytest
from plans import CODER, changed, make

from overpar.study.order import read_by
from overpar.study.plan import LONGEST, Plan, rule_name
from overpar.study.submissions import MARGIN, MORE, MOST, SNAKEMAKE, submissions


@pytest.fixture
def many(project: Path) -> Plan:
    """A hundred batches that take from a second to many minutes, and others that read them."""
    cells = [{"layers": list(range(1, 101)), "states": ["ntangled", "regenerated"]}]
    values = {"experiments__autoencoder__cells": cells}
    return make(project, changed(**values, experiments__autoencoder__every={"steps": 10**5}))


def test_there_are_few_submissions_of_about_the_same_time(many: Plan) -> None:
    asked = submissions(many)
    assert len(asked) == len(many.batches) > 4 * MOST
    time: dict[str, int] = {}
    for one in asked.values():
        time[one.submission] = time.get(one.submission, 0) + one.minutes
    assert MOST - 2 <= len(time) <= MOST
    level = sorted(minutes for name, minutes in time.items() if name.startswith("records_0_"))
    assert level[-1] - level[0] <= max(one.minutes for one in asked.values())


def test_no_batch_reads_what_its_submission_makes(many: Plan) -> None:
    asked = submissions(many)
    name = {batch: asked[rule_name("simulate", *batch)].submission for batch in many.batches}
    readers = [batch for batch, others in read_by(many).items() if others]
    assert readers
    after = {(name[batch], name[other]) for batch in readers for other in read_by(many)[batch]}
    assert not after & {(other, batch) for batch, other in after}
    assert all(batch != other for batch, other in after)


def test_what_most_is_to_follow_is_first_in_the_queue(project: Path) -> None:
    asked = submissions(make(project))
    generator = asked[rule_name("simulate", "ntangled", "n=4,depth=2,target=0.15")]
    reader = asked[rule_name("simulate", "autoencoder", CODER[1])]
    assert 0 <= generator.place < reader.place < len({one.submission for one in asked.values()})


def test_memory_and_time_are_those_of_the_plan(project: Path) -> None:
    plan = make(project, changed(experiments__autoencoder__every={"steps": 10**6}))
    (cell,) = plan.batches["autoencoder", CODER[1]]
    asked = submissions(plan)[rule_name("simulate", "autoencoder", CODER[1])]
    assert asked.megabytes == pytest.approx(SNAKEMAKE + cell.spec.megabytes(), abs=1)
    assert cell.spec.seconds() > 200
    assert asked.minutes == pytest.approx(MORE + MARGIN * cell.spec.seconds() / 60, abs=1)


def test_names_of_rules_are_short_and_differ() -> None:
    assert rule_name("simulate", "vqe", "n=4,boundary=open") == "simulate_vqe_n_4_boundary_open"
    long = [rule_name("simulate", "a" * 60, batch) for batch in ("n=4", "n=5")]
    assert [len(name) for name in long] == [LONGEST, LONGEST]
    assert long[0] != long[1]
