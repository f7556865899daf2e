"""What the arguments of `overpar` stand for: angles and models."""

import argparse
import re
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from overpar.base.arrays import load_array
from overpar.base.checks import real_array, require
from overpar.base.errors import UserError
from overpar.base.seeds import released_angles

SEEDED = re.compile(r"seed:([0-9]{1,10}):(2?)pi")
SEEDS = 2**32


def parse_angles(text: str, parameters: int) -> NDArray[np.float64]:
    """Angles from a file or a legacy NumPy seed.

    Args:
        text: path of an .npy file, seed:K:pi or seed:K:2pi.
        parameters: number M of angles there must be.

    Raises:
        UserError: if the text is neither, or the array has the wrong shape or NaN.
    """
    seeded = SEEDED.fullmatch(text)
    if seeded:
        seed = int(seeded[1])
        require(seed < SEEDS, f"Argument `angles`: seed {seed} must be below {SEEDS}.")
        return released_angles(seed, parameters, 2 * np.pi if seeded[2] else np.pi)
    require(
        not text.startswith("seed:"),
        f"Argument `angles` is {text!r}; allowed: seed:K:pi or seed:K:2pi with K from 0 to"
        f" {SEEDS - 1}, or an .npy file.",
    )
    try:
        array = load_array(Path(text))
    except UserError as error:
        raise UserError(f"Argument `angles`: {error}") from error
    return real_array("angles", array, (parameters,))


# What commands take as a model, in their help.
MODELS = (
    "tfim_hva, hea, hea_compilation, a name under `models` in the config or in files"
    " named by OVERPAR_CONFIG, SPEC.yaml, FILE.qasm, or FILE.py:FUNCTION"
)
# Options that take the place of a model's fields.
FIELDS = {
    "boundary": "boundary",
    "edges": "edges",
    "field": "field",
    "tying": "tying",
    "input": "state",
    "observable": "observable",
    "target_seed": "target",
}


def add_edges(group: "argparse._ActionsContainer") -> None:
    """Add `--edges`."""
    group.add_argument(
        "--edges",
        metavar="GRAPH",
        help="in place of a chain: complete, cycle, grid, path, star, edges such as"
        ' "[[0, 1], [1, 2, 0.5]]" with or without weights, or FILE.py:FUNCTION of the number of'
        " qubits; strings of two letters are summed over it",
    )


def add_model_options(group: "argparse._ArgumentGroup") -> None:
    """Add the options that take the place of a model's fields."""
    group.add_argument(
        "--boundary", choices=("open", "periodic"), help="of the chain (default open)"
    )
    add_edges(group)
    group.add_argument(
        "--field", type=float, metavar="G", help="tfim_hva: transverse field, above 0 (default 1)"
    )
    group.add_argument(
        "--tying",
        choices=("correct", "released"),
        help="tfim_hva: which gates a derivative contains; released is that of the authors' "
        "released QFIM for the open chain (default correct)",
    )
    group.add_argument(
        "--input", metavar="LETTERS", help='product state it acts on, letters 0, 1, +, -, e.g. "01"'
    )
    group.add_argument(
        "--observable", metavar="SUM", help='whose lowest eigenvalue is sought, e.g. "-ZZ - X"'
    )
    group.add_argument(
        "--target-seed",
        type=int,
        metavar="K",
        help="hea_compilation: NumPy seed of the target unitary (default 1)",
    )


def model_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The fields of a model that options give."""
    given = {field: getattr(options, name, None) for name, field in FIELDS.items()}
    given["edges"] = _edges(given["edges"])
    return {field: value for field, value in given.items() if value is not None}


def _edges(text: str | None) -> Any:
    """A graph as a model takes it: edges are written as in YAML."""
    if text is None or not text.lstrip().startswith("["):
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise UserError(f"Argument `edges` must be [[0, 1], …], but is {text!r}.") from None
