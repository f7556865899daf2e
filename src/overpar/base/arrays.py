"""Arrays from files of others."""

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import MAGIC_PREFIX
from numpy.typing import NDArray

from overpar.base.errors import UserError


def load_array(path: Path, sha256: str | None = None) -> NDArray[Any]:
    """Load the array in an .npy file; never unpickles.

    Args:
        path: the file.
        sha256: if given, the checksum that the file must have.

    Raises:
        UserError: if the file cannot be read, has another checksum or is not one plain array.
    """
    try:
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if sha256 not in (None, found):
            raise UserError(
                f"{path} has the wrong sha256 (not {sha256} but {found}). Fetch it again:"
                " snakemake --cores all --forcerun fetch"
            )
        if not content.startswith(MAGIC_PREFIX):
            raise UserError(f"{path} is not an .npy file.")
        array: NDArray[Any] = np.load(io.BytesIO(content), allow_pickle=False)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UserError:
        raise
    # A header is read by Python's own parser, and a damaged one can fail in any way.
    except Exception as error:
        if "allow_pickle" in str(error):
            raise UserError(f"{path} holds pickled objects, which are never loaded.") from error
        why = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"{path} cannot be read: {why}.") from error
    return array
