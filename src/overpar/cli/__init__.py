"""The command line: `overpar evaluate`, `plan`, `run`, `dla`, `diagnose`, `times` and `schema`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from overpar.base.errors import UserError


def parser() -> argparse.ArgumentParser:
    """The parser with all commands."""
    from overpar.cli import diagnose, dla, evaluate, schema, times, workflow

    top = argparse.ArgumentParser(
        prog="overpar",
        description="Replication of the theory of overparametrization in quantum neural networks.",
        epilog="`overpar COMMAND --help` says more. Figures and tables are made by `make`.",
    )
    top.add_argument("--version", action="version", version=f"overpar {version('overpar')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    evaluate.add_command(commands)
    workflow.add_commands(commands)
    dla.add_command(commands)
    diagnose.add_command(commands)
    times.add_command(commands)
    schema.add_command(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 on success, 2 after a message about what is wrong, 130 if interrupted."""
    # One thread is fastest at these sizes, and it keeps results the same for any --cores.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        print(f"overpar: {error}", file=sys.stderr)
        return 2
    except MemoryError as error:
        print(f"overpar: Not enough memory for this size: {error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
