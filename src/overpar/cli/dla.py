"""`overpar dla`: dimension and structure of a dynamical Lie algebra."""

import argparse
import json
import sys
from typing import Any, get_args

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.ansatz import Boundary
from overpar.model.generators import parse_generators
from overpar.quantities.algebra import (
    LIMIT_BASIS,
    LIMIT_STRINGS,
    LIMIT_SUMS,
    dla_dimension,
    sector_dimension,
)
from overpar.quantities.algebra_structure import structure

_DEFAULTS = (LIMIT_SUMS, LIMIT_STRINGS)

DESCRIPTION = """\
Print the dimension of the Lie algebra that generators span with all their nested commutators, or
"exceeds N" where counting stopped. It bounds the ranks of QFIM and Hessian of a circuit of these
generators. Arithmetic is exact: ranks modulo primes, so that no tolerance decides.
"""
EXAMPLES = """\
A generator is a sum of Pauli strings, and a string stands for its sum over the chain:
  "ZZ"            ZZ on all neighbours        "X@0"           X on qubit 0 alone
  "XX + 0.5*YY"   both with one angle         "XIX"           next-nearest neighbours
Write -- before a generator that begins with a minus sign.

examples:
  overpar dla --qubits 6 --boundary open "ZZ" "X"            36, that is n^2
  overpar dla --qubits 6 --boundary periodic "ZZ" "X" --state + --ideals
  overpar dla --qubits 6 --local "ZZ" "X"                    66, that is n(2n-1)
  overpar dla --qubits 6 "ZZ" "X" "X@0"                      66 as well
  overpar dla --qubits 3 --full "XYZ" "ZZI" "IXX"
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
    command.add_argument("generators", nargs="+", metavar="GENERATOR", help="see below")
    command.add_argument("--qubits", type=int, required=True, metavar="N", help="from 1 to 256")
    command.add_argument(
        "--boundary",
        choices=get_args(Boundary),
        default="open",
        help="of the chain (default open)",
    )
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
        help='print "exceeds D" as soon as that is known (default'
        f" {LIMIT_SUMS}, or {LIMIT_STRINGS} if every generator is one string)",
    )
    command.add_argument(
        "--state",
        metavar="LETTERS",
        help="also the dimension on the subspace that this product state explores: a letter 0, 1,"
        " + or - for all qubits or for each",
    )
    command.add_argument(
        "--ideals",
        action="store_true",
        help=f"also the centre and the simple ideals (dimension up to {LIMIT_BASIS})",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=_run)


def report(options: argparse.Namespace) -> dict[str, Any]:
    """What the command prints, by name.

    Raises:
        UserError: if an argument is out of range, or a generator is not well formed.
    """
    require(
        options.max_dim is None or options.max_dim >= 1,
        f"Argument `max-dim` must be at least 1, but is {options.max_dim}.",
    )
    n = options.qubits
    generators = parse_generators(
        options.generators, n, options.boundary, local=options.local, full=options.full
    )
    dimension = dla_dimension(generators, n, options.max_dim)
    out: dict[str, Any] = {
        "qubits": n,
        "generators": len(generators),
        "dimension": dimension.value,
        "exceeds": dimension.exceeds,
    }
    if dimension.value is None:
        out["stopped_because"] = dimension.reason
    if options.state is not None:
        sector = sector_dimension(generators, n, options.state)
        out |= {"state": options.state, "sector_dimension": sector.value}
        if sector.value is None:
            out["sector_stopped_because"] = sector.reason
    if options.ideals and dimension.value is not None:
        try:
            parts = structure(generators, n)
        except UserError as error:
            return out | {"ideals": None, "ideals_not_found_because": str(error)}
        out["centre"] = parts.centre.dimension
        out["ideals"] = [
            {"name": ideal.name, "dimension": ideal.dimension, "rank": ideal.rank}
            for ideal in parts.ideals
        ]
    return out


def _run(options: argparse.Namespace) -> None:
    found = report(options)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    stopped = found["dimension"] is None
    print(f"exceeds {found['exceeds']}" if stopped else found["dimension"])
    if stopped and found["exceeds"] != options.max_dim:
        hint = "; --max-dim sets the limit" if found["exceeds"] in _DEFAULTS else ""
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
