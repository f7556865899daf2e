"""What a cluster is asked for: a few submissions of many jobs, with their memory and time."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import ceil

from overpar.study.order import Batch, priorities, read_by
from overpar.study.plan import Plan, rule_name
from overpar.study.stages import START

# Of records; tables and all that is made from them are one more.
MOST = 36
# Time asked for over its estimate, which is rough.
MARGIN = 4
# Minutes asked for beside it, for two starts of Snakemake and kernels that are not compiled yet.
MORE = 2
# Memory in MB of Snakemake, which runs twice beside a job: in the submission and in its step.
SNAKEMAKE = 800


@dataclass(frozen=True)
class Asked:
    """What a batch asks of a cluster.

    Args:
        submission: name of the submission that it is part of.
        place: of the submission in the queue, from 0; those that most is to follow come first.
        megabytes: memory, at least 1.
        minutes: time until it is stopped, at least 1.
    """

    submission: str
    place: int
    megabytes: int
    minutes: int


def submissions(plan: Plan) -> dict[str, Asked]:
    """What each batch asks of a cluster, at most `MOST` submissions in all.

    The batches of a submission are done one after the other, on one core. None reads the records
    of another, so that no submission waits for one that waits for it. Those that can go on at the
    same time take about as long, apart from batches that take longer alone.

    Args:
        plan: what is made.

    Returns:
        By the name of the batch's rule.
    """
    seconds = {
        batch: START + sum(cell.spec.seconds() for cell in cells)
        for batch, cells in plan.batches.items()
    }
    names, order = _named(plan, seconds), priorities(plan)
    first = sorted(order, key=order.__getitem__, reverse=True)
    place = {name: rank for rank, name in enumerate(dict.fromkeys(names[one] for one in first))}
    return {
        rule_name("simulate", *batch): Asked(
            submission=names[batch],
            place=place[names[batch]],
            megabytes=SNAKEMAKE + ceil(max(cell.spec.megabytes() for cell in cells)),
            minutes=MORE + ceil(MARGIN * seconds[batch] / 60),
        )
        for batch, cells in plan.batches.items()
    }


def _named(plan: Plan, seconds: dict[Batch, float]) -> dict[Batch, str]:
    """The submission of each batch: of those that may take it the one with least to do."""
    read = read_by(plan)

    @cache
    def level(batch: Batch) -> int:
        return max((1 + level(other) for other in read[batch]), default=0)

    times: Counter[int] = Counter()
    for batch, time in seconds.items():
        times[level(batch)] += ceil(time)
    free = MOST - len(times)
    loads = {number: [0.0] * (1 + free * time // times.total()) for number, time in times.items()}
    names = {}
    for batch in sorted(seconds, key=seconds.__getitem__, reverse=True):
        load = loads[level(batch)]
        least = load.index(min(load))
        load[least] += seconds[batch]
        names[batch] = f"records_{level(batch)}_{least}"
    return names
