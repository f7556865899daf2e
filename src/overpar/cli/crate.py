"""`overpar crate`: the provenance of a finished run."""

import argparse

from overpar.base.files import write_whole
from overpar.cli.workflow import add_config_option, load_study


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `crate`."""
    command = commands.add_parser(
        "crate",
        help="write the provenance of a finished run as an RO-Crate",
        description="Check all records, tables and figures by content and write"
        " ro-crate-metadata.json, a Provenance Run Crate: what was made by which code from what.",
    )
    add_config_option(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from overpar.study.crate import NAME, crate_text

    study = load_study(options.config)
    path = study.plan.project / NAME
    write_whole(path, crate_text(study).encode())
    print(path)
