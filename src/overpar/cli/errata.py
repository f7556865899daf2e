"""`overpar errata`: check what was found wrong in published data."""

import argparse
from collections import Counter

from overpar.base.errors import UserError
from overpar.base.progress import say
from overpar.cli.workflow import add_config_option, load_study


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `errata`."""
    command = commands.add_parser(
        "errata",
        help="check what was found wrong in published data",
        description="Check each finding of config/errata.yaml about published data and equations, "
        "from fetched files, published statistics and short computations; about a minute. Prints "
        "one line per finding. Ends with 0 if all are confirmed, 1 if one is not, and 2 if one "
        "could not be checked because a file cannot be had.",
    )
    command.add_argument(
        "findings", metavar="FINDING", nargs="*", help="only these, as docs/errata.md names them"
    )
    add_config_option(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from overpar.study.datasets import fetch_all
    from overpar.study.errata.findings import NO, UNKNOWN, rows

    plan = load_study(options.config).plan
    fetch_all(plan, say)
    counts: Counter[str] = Counter()
    for row in rows(plan, options.findings):
        counts[row["confirmed"]] += 1
        expected = f"expected {row['expected']}; seen " if row["expected"] else ""
        print(f"{row['id']}: {row['confirmed']}; {expected}{row['seen']}", flush=True)
    if counts[NO]:
        return 1
    if counts[UNKNOWN]:
        raise UserError(
            f"{counts[UNKNOWN]} of {counts.total()} findings could not be checked. What to do: try"
            " again with a network, or set OVERPAR_MIRROR to a directory laid out as"
            " <owner>/<repository>/<version>/<path>."
        )
    return 0
