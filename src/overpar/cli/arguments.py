"""What the arguments of `overpar` stand for: angles."""

import re
from pathlib import Path

import numpy as np

from overpar.base.arrays import load_array
from overpar.base.checks import real_array, require
from overpar.base.errors import UserError
from overpar.base.seeds import released_angles
from overpar.engines.interface import Floats

SEEDED = re.compile(r"seed:(\d+):(2?)pi")
SEEDS = 2**32


def parse_angles(text: str, parameters: int) -> Floats:
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
