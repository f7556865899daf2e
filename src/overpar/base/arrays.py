"""Arrays from files of others."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import MAGIC_PREFIX
from numpy.typing import NDArray

from overpar.base.errors import UserError


def load_array(path: Path) -> NDArray[Any]:
    """Load the array in an .npy file; never unpickles.

    Raises:
        UserError: if the file cannot be read or is not one plain array.
    """
    try:
        with open(path, "rb") as handle:
            if handle.read(len(MAGIC_PREFIX)) != MAGIC_PREFIX:
                raise UserError(f"{path} is not an .npy file.")
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (EOFError, ValueError) as error:
        if "allow_pickle" in str(error):
            raise UserError(f"{path} holds pickled objects, which are never loaded.") from error
        raise UserError(f"{path} cannot be read: {error}") from error
    return array
