"""`overpar dla`: dimension and structure of a dynamical Lie algebra."""

import argparse
import json
import re
import sys
from dataclasses import asdict
from typing import Any

import overpar
from overpar.base.checks import require
from overpar.base.progress import reporter
from overpar.cli.arguments import MODELS, add_edges, model_settings

DESCRIPTION = """\
Print the dimension of the Lie algebra that generators span with all their nested commutators, or
"exceeds N" where counting stopped. It bounds the ranks of QFIM and Hessian of a circuit of these
generators. Arithmetic is exact: ranks modulo primes, so that no tolerance decides.
"""
EXAMPLES = """\
A generator is a sum of Pauli strings, and a string stands for its sum over the chain:
  "ZZ"            ZZ on all neighbours        "X@0"           X on qubit 0 alone
  "XX + 1/2*YY"   both with one angle         "XIX"           next-nearest neighbours
  "ZZ@0,3"        Z on qubits 0 and 3         "Z0 Z3"         the same
  "XX@0::2"       on bonds 0-1, 2-3, ...      "ZZ" --edges star   on all edges of a graph
Write -- before a generator that begins with a minus sign.

examples:
  overpar dla --qubits 6 --boundary open "ZZ" "X"            36, that is n^2
  overpar dla --qubits 6 --boundary periodic "ZZ" "X" --state + --ideals
  overpar dla --qubits 6 --local "ZZ" "X"                    66, that is n(2n-1)
  overpar dla --qubits 6 "ZZ" "X" "X@0"                      66 as well
  overpar dla --qubits 3 --full "XYZ" "ZZI" "IXX"
  overpar dla --qubits 10 --edges complete "ZZ" "X" --ideals
  overpar dla --qubits 6 --model tfim_periodic --ideals
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `dla`."""
    command = commands.add_parser(
        "dla",
        help="print the dimension of a dynamical Lie algebra",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("generators", nargs="*", metavar="GENERATOR", help="see below")
    command.add_argument(
        "--model",
        metavar="MODEL",
        help=f"in place of generators: {MODELS}",
    )
    command.add_argument("--qubits", type=int, required=True, metavar="N", help="from 1 to 256")
    command.add_argument(
        "--boundary",
        choices=("open", "periodic"),
        help="of the chain (default open)",
    )
    add_edges(command)
    how = command.add_mutually_exclusive_group()
    how.add_argument(
        "--local", action="store_true", help="every place is a generator of its own, no sums"
    )
    how.add_argument(
        "--full", action="store_true", help="strings have N letters and are taken as they are"
    )
    command.add_argument(
        "--max-dim",
        type=int,
        metavar="D",
        help='print "exceeds D" as soon as that is known (default 2048, or 262144 if every'
        " generator is one string)",
    )
    command.add_argument(
        "--state",
        metavar="LETTERS",
        help="also the dimension on the subspace that this product state explores: letters 0, 1,"
        " +, -, repeated along the chain",
    )
    command.add_argument(
        "--ideals",
        action="store_true",
        help="also the centre and the simple ideals (dimension up to 2048, or 262144 if every"
        " generator is one string)",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=_run)


def make_model(options: argparse.Namespace) -> overpar.Model:
    """The model that the options describe.

    Raises:
        UserError: if a generator is not well formed, or no model or both are given.
    """
    require(
        bool(options.generators) != bool(options.model),
        "Give generators, or --model, and not both.",
    )
    settings = model_settings(options)
    if options.state is not None:
        settings["state"] = options.state
    if options.model:
        return overpar.load_model(options.model, **settings)
    texts = [_placed(text, options.qubits) if options.full else text for text in options.generators]
    return overpar.Model(generators=list(dict.fromkeys(texts)), local=options.local, **settings)


def _placed(text: str, qubits: int) -> str:
    """Strings of one letter per qubit, each in its one place."""
    strings = re.findall(r"[A-Za-z]+", re.sub(r"\d+\.?\d*[eE][+-]?\d+", "", text))
    require(
        "@" not in text and all(len(string) == qubits for string in strings),
        f"Generator {text!r} must have {qubits} letters and no @, one letter per qubit.",
    )
    return re.sub(rf"([A-Za-z]{{{qubits}}})", r"\1@0", text)


def report(options: argparse.Namespace) -> dict[str, Any]:
    """What the command prints, by name.

    Raises:
        UserError: if an argument is out of range, or a generator is not well formed.
    """
    found = overpar.dla(
        make_model(options),
        options.qubits,
        max_dim=options.max_dim,
        sector=options.state is not None,
        ideals=options.ideals,
        progress=reporter("operators found, of at most"),
    )
    out: dict[str, Any] = {
        "qubits": found.qubits,
        "generators": found.generators,
        "dimension": found.dimension,
        "exceeds": found.exceeds,
    }
    if found.dimension is None:
        out["stopped_because"] = found.stopped
    if options.state is not None:
        out |= {"state": options.state, "sector_dimension": found.sector}
        if found.sector is None:
            out["sector_stopped_because"] = found.no_sector
    if not options.ideals or found.dimension is None:
        return out
    if found.centre is None:
        return out | {"ideals": None, "ideals_not_found_because": found.no_ideals}
    return out | {"centre": found.centre, "ideals": [asdict(ideal) for ideal in found.ideals]}


def _run(options: argparse.Namespace) -> None:
    found = report(options)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    stopped = found["dimension"] is None
    print(f"exceeds {found['exceeds']}" if stopped else found["dimension"])
    if stopped and found["exceeds"] != options.max_dim:
        hint = "; --max-dim sets the limit" if options.max_dim is None else ""
        print(f"overpar: stopped, since {found['stopped_because']}{hint}.", file=sys.stderr)
    if "state" in found:
        value = found["sector_dimension"]
        shown = "not found, " + found["sector_stopped_because"] if value is None else value
        print(f"on the subspace explored from {found['state']}: {shown}")
    if "ideals" in found and found["ideals"] is None:
        print(f"ideals: not found. {found['ideals_not_found_because']}")
    elif "ideals" in found:
        print(f"centre: {found['centre']}")
        for ideal in found["ideals"]:
            print(f"ideal: {ideal['name']}, dimension {ideal['dimension']}, rank {ideal['rank']}")
