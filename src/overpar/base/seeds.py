"""Random numbers keyed by what they are for, never by position in a list."""

import hashlib

import numpy as np
from numpy.typing import NDArray


def generator(root: int, *content: str | int) -> np.random.Generator:
    """A random generator for one use, independent of every other use.

    The key is the content itself, so adding cells or initialisations changes no other number.

    Args:
        root: the workflow's root seed, at least 0.
        content: what the numbers are for, e.g. experiment, cell label, initialisation.

    Examples:
        >>> bool(generator(1, "vqe", "n=4", 0).random() == generator(1, "vqe", "n=4", 0).random())
        True

    Source: `numpy.random.SeedSequence`; SHA-256 of the content gives its entropy words.
    """
    text = "\x1f".join(str(part) for part in content)
    digest = hashlib.sha256(text.encode()).digest()
    words = np.frombuffer(digest, dtype=">u4").astype(np.uint32).tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([root, *words])))


def released_angles(seed: int, parameters: int, width: float) -> NDArray[np.float64]:
    """The angles that the authors' code draws: np.random.seed(seed); width·np.random.rand(M).

    Args:
        seed: 0 to 2³²−1.
        parameters: number M of angles.
        width: upper end, radians.

    Source: the authors' released code of arXiv:2109.11676.
    """
    return width * np.random.RandomState(seed).rand(parameters)
