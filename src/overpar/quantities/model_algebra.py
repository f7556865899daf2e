"""The Lie algebra of a model whose fixed gates were absorbed: exact where that can be had."""

from functools import lru_cache

import numpy as np

from overpar.base.errors import UserError
from overpar.base.progress import Progress, silent
from overpar.engines.interface import Floats
from overpar.quantities.absorbed import NO_STATE, Absorbed
from overpar.quantities.algebra import Dimension, dla_dimension
from overpar.quantities.algebra_structure import split, structure
from overpar.quantities.ideals import Structure
from overpar.quantities.orbit import actions, closed_span, sector_rank
from overpar.quantities.sector import sector_dimension
from overpar.quantities.strings import StringTable, images

# Where the closure stops in double precision, and the numbers that images of states may hold.
LIMIT_NUMERICAL, _MAX_IMAGES = 600, 2**24
NUMERICAL = (
    "the algebra is numerical, not exact: fixed gates between its rotations are not Clifford gates"
)


@lru_cache(maxsize=1)
def _numerical(given: Absorbed) -> tuple[StringTable, Floats]:
    """The algebra's strings and an orthonormal basis over them, in double precision.

    Raises:
        UserError: above `LIMIT_NUMERICAL`, or where rounding hides what is independent.
    """
    table = StringTable(given.generators, given.qubits)
    basis = closed_span(table, table.directions, LIMIT_NUMERICAL)
    return table, basis


def model_dimension(given: Absorbed, max_dim: int | None, progress: Progress = silent) -> Dimension:
    """Dimension of the algebra; see `dla_dimension`."""
    if given.exact:
        return dla_dimension(given.generators, given.qubits, max_dim, progress)
    try:
        size = len(_numerical(given)[1])
    except UserError as error:
        return Dimension(None, None, f"{NUMERICAL}; {error}")
    if max_dim is not None and size > max_dim:
        return Dimension(None, max_dim, f"there are more than {max_dim} independent operators")
    return Dimension(size)


def model_sector(given: Absorbed, progress: Progress = silent) -> Dimension:
    """Dimension on the subspace that the input explores; see `sector_dimension`."""
    if given.exact and given.letters:
        return sector_dimension(given.generators, given.qubits, given.letters, progress=progress)
    states = given.states
    if given.letters:
        states = np.eye(1, 2**given.qubits, dtype=np.complex128)
    if states is None:
        return Dimension(None, None, NO_STATE)
    try:
        table, basis = _numerical(given)
    except UserError as error:
        return Dimension(None, None, f"since it is not exact: {error}")
    if basis.shape[1] * states.size > _MAX_IMAGES:
        return Dimension(None, None, "since the input holds too many amplitudes")
    moved = np.array([image.ravel() for image in images(table.strings.masks, states)])
    return Dimension(sector_rank(actions(table, basis), basis @ moved[: basis.shape[1]]))


def model_structure(given: Absorbed, progress: Progress = silent) -> Structure:
    """Centre and simple ideals; see `structure`.

    Raises:
        UserError: if the algebra is too large, or cannot be split in double precision.
    """
    if given.exact:
        return structure(given.generators, given.qubits, given.symmetry, progress)
    table, basis = _numerical(given)
    squares = sum(move.T @ move for move in actions(table, basis))
    centre = int(np.count_nonzero(np.linalg.eigvalsh(squares) < 1e-9))
    return split(table, basis, centre)
