"""`overpar verify`: whether what lies in a checkout is what it should be."""

import argparse
from collections import Counter

from overpar.cli.workflow import add_config_option, load_study
from overpar.study.faults import DAMAGED, MISSING, WHOLE, states


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `verify`."""
    command = commands.add_parser(
        "verify",
        help="check that nothing in this checkout was changed or damaged",
        description="Check all fetched files, records, tables, figures and pages by content,"
        " against what this configuration and code say they must be. Nothing is run. Lists what is"
        " damaged or was made with other settings, seed or code, and counts the rest. Exit code 1"
        " if something is damaged; the next run makes that again.",
    )
    add_config_option(command)
    command.add_argument("--all", action="store_true", help="list what is whole or missing too")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    counts: Counter[str] = Counter()
    for found in states(load_study(options.config)):
        counts[found.state] += 1
        if options.all or found.state not in (WHOLE, MISSING):
            print(f"{found.state:8}  {found.name}{': ' + found.why if found.why else ''}")
    print(", ".join(f"{number} {state}" for state, number in sorted(counts.items())))
    return 1 if counts[DAMAGED] else 0
