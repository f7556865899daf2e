"""The stages of a run, for whoever watches it: what each rule's jobs do, and for how long."""

from dataclasses import dataclass

from overpar.study.plan import Plan, rule_name

# Seconds that a job takes before its first cell: the interpreter, libraries, compiled kernels.
START = 2.0


@dataclass(frozen=True)
class Work:
    """What a job of a rule does.

    Args:
        stage: the part of the run that it belongs to, e.g. "records".
        title: what it makes, for a person; empty if the job's wildcards say it.
        seconds: rough time of one job on one core.
    """

    stage: str
    title: str = ""
    seconds: float = START


def works(plan: Plan) -> dict[str, Work]:
    """What the jobs of each rule do, by the rule's name, in the order of the stages.

    A rule that is not named here is a stage of its own.
    """
    found = {"fetch": Work("fetch", seconds=5.0)}
    for (experiment, batch), cells in plan.batches.items():
        title = f"{experiment} {cells[0].label if len(cells) == 1 else batch}"
        title += f" ({len(cells)} cells)" if len(cells) > 1 else ""
        seconds = START + sum(cell.spec.seconds() for cell in cells)
        found[rule_name("simulate", experiment, batch)] = Work("records", title, seconds)
    for batch, tables in plan.table_batches.items():
        found[rule_name("tabulate", batch)] = Work("tables", "table " + ", ".join(tables))
    for name in ("figure", "errata", "scorecard"):
        found[name] = Work("figures", seconds=4.0)
    found["notebook"] = Work("notebooks", seconds=10.0)
    return found
