"""Arrays from files of others."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from overpar.base.errors import UserError


def load_array(path: Path) -> NDArray[Any]:
    """Load the array in an .npy file; never unpickles.

    Raises:
        UserError: if the file cannot be read or is not one plain array.
    """
    try:
        array = np.load(path, allow_pickle=False)
        if isinstance(array, np.ndarray):
            return array
        raise ValueError("it is an archive of arrays")
    except Exception as error:
        raise UserError(f"Cannot read an array from {path}: {error}") from error
