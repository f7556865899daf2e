"""Commands about the workflow: plan and run."""

import argparse
import os
from pathlib import Path

from overpar.base.checks import require
from overpar.base.progress import reporter
from overpar.study.check import Study, read_study
from overpar.study.config import DEFAULT
from overpar.study.execute import execute, prepare


def load_study(extra: list[Path]) -> Study:
    """The checked study of config/config.yaml with further files laid upon it.

    Raises:
        UserError: for the first thing that is wrong with the configuration or its claims.
    """
    require(DEFAULT.is_file(), f"There is no {DEFAULT} here; run this in the project's directory.")
    return read_study(Path(), *extra)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `plan` and `run`."""
    plan = commands.add_parser(
        "plan",
        help="list the cells with estimated times",
        description="Check the config and list its cells: experiment, label, estimated time on one "
        "core, and whether there is a record. Nothing is run.",
    )
    plan.set_defaults(run=_plan)
    run = commands.add_parser(
        "run",
        help="simulate one cell, with a progress bar",
        description="Simulate one cell and print the path of its record.\n"
        "Inputs that are not there yet are fetched or simulated first.",
        epilog="example:\n  overpar run --config config/smoke.yaml vqe"
        ' "n=4,boundary=open,depth=4,initial=data"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("experiment", metavar="EXPERIMENT", help="name of a block in the config")
    run.add_argument("label", metavar="LABEL", help="the cell's label, as `overpar plan` prints it")
    run.set_defaults(run=_run)
    for command in (plan, run):
        add_config_option(command)


def add_config_option(command: argparse.ArgumentParser) -> None:
    """Add `--config` to a command."""
    command.add_argument(
        "--config",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=f"laid upon {DEFAULT}; may be given again",
    )


def _plan(options: argparse.Namespace) -> None:
    plan = load_study(options.config).plan
    width = max((len(f"{c.experiment} {c.label}") for c in plan.cells.values()), default=0)
    total = 0.0
    for cell in plan.cells.values():
        seconds = cell.spec.seconds()
        total += seconds
        state = "recorded" if cell.path.exists() else ""
        print(f"{cell.experiment + ' ' + cell.label:{width}}  {seconds:8.1f} s  {state}".rstrip())
    print(f"{len(plan.cells)} cells, about {total / 60:.1f} minutes on one core")


def _run(options: argparse.Namespace) -> None:
    study = load_study(options.config)
    cell = study.plan.cell(options.experiment, options.label)
    prepare(study, cell.spec.needs())
    path = execute(
        study, cell, reporter(f"{cell.experiment} {cell.label}"), threads=os.cpu_count() or 1
    )
    print(path)
