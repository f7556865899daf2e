"""The command line: `overpar evaluate`, `plan`, `run`, `dla`, `diagnose`, `verify` and more."""

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from overpar.base.errors import UserError, extras

# The module of each command. Only that of the command given is imported: some take seconds.
MODULES = {
    "evaluate": "evaluate",
    "plan": "workflow",
    "run": "workflow",
    "dla": "dla",
    "diagnose": "diagnose",
    "errata": "errata",
    "times": "times",
    "verdict": "verdict",
    "verify": "verify",
    "crate": "crate",
    "schema": "schema",
}


# Characters of a wrong argument that are shown.
SHOWN = 300


class Parser(argparse.ArgumentParser):
    """A parser that says how a sum of strings with a leading minus sign is written."""

    def error(self, message: str) -> NoReturn:
        """Exit with one line and code 2."""
        message = message if len(message) <= SHOWN else f"{message[:SHOWN]} …"
        if re.search(r"(^|\s)-\d*\W*[IXYZ]", message):
            message += "; write -- before generators, of which the first begins with a minus sign"
        elif message == "argument --observable: expected one argument":
            message += '; write --observable="-ZZ - X" for a sum that begins with a minus sign'
        self.exit(2, f"{self.prog}: {message}. {self.prog} --help says more.\n")


class _Version(argparse.Action):
    """Says the version, for which Git is asked, only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from overpar.study.checkout import version

        print(f"overpar {version()}")
        parser.exit()


def parser(command: str = "") -> Parser:
    """The parser of one command, or of all if there is none of that name."""
    top = Parser(
        prog="overpar",
        description="Replication of the theory of overparametrization in quantum neural networks.",
        epilog="`overpar COMMAND --help` says more. Figures and tables are made by `make`;"
        " docs/api.md lists what can be done from Python.",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    modules = [MODULES[command]] if command in MODULES else dict.fromkeys(MODULES.values())
    for module in modules:
        importlib.import_module(f"overpar.cli.{module}").add_command(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 on success, 1 if what was checked is not so, 2 after a message about what is wrong, 130 if
        interrupted.
    """
    # One thread is fastest at these sizes, and it keeps results the same for any --cores.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    given = sys.argv[1:] if arguments is None else arguments
    options = parser(given[0] if given else "").parse_args(given)
    try:
        with extras():
            code: int = options.run(options) or 0
    except UserError as error:
        print(f"overpar: {error}", file=sys.stderr)
        return 2
    except MemoryError as error:
        why = f": {error}" if str(error) else ""
        print(f"overpar: Not enough memory for this size{why}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"overpar: {error}.", file=sys.stderr)
        return 2
    return code
