"""The order of jobs: the longest first, so that all cores end together."""

from functools import cache

from overpar.study.plan import Plan

Batch = tuple[str, str]


def priorities(plan: Plan) -> dict[Batch, int]:
    """Priority of the job of each batch: about the seconds until all that follows it is simulated.

    Args:
        plan: what is made.

    Returns:
        By (experiment, batch): the time of its cells on one core and of the longest chain of
        batches that read their records, at least 1.
    """
    readers: dict[Batch, set[Batch]] = {batch: set() for batch in plan.batches}
    for batch, others in read_by(plan).items():
        for other in others:
            readers[other].add(batch)

    @cache
    def seconds(batch: Batch) -> float:
        own = sum(cell.spec.seconds() for cell in plan.batches[batch])
        return own + max(map(seconds, readers[batch]), default=0.0)

    return {batch: 1 + round(seconds(batch)) for batch in plan.batches}


def read_by(plan: Plan) -> dict[Batch, set[Batch]]:
    """The batches whose records each batch reads."""
    job = {cell.path: batch for batch, cells in plan.batches.items() for cell in cells}
    return {
        batch: {
            job[other.path] for cell in cells for other in plan.records(cell.spec.needs()).values()
        }
        for batch, cells in plan.batches.items()
    }
