"""`overpar schema`: what the config may hold."""

import argparse

from overpar.study.schema import page, schema_text


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `schema`."""
    command = commands.add_parser(
        "schema",
        help="print what the config may hold",
        description="Print what the config may hold: a JSON schema in YAML, which is "
        "config/schema.yaml, or the page config/README.md.",
    )
    command.add_argument("--markdown", action="store_true", help="print the page")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    print(page() if options.markdown else schema_text(), end="")
