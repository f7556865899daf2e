"""Simple ideals and centre of a Lie algebra, and the names of compact simple ones."""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from overpar.engines.interface import Floats
from overpar.quantities.strings import StringSet

# Roots of two lengths are √2 or √3 apart.
_LONG = 1.2
# By dimension, rank and number of long positive roots.
_EXCEPTIONAL = {
    (14, 2, 3): "g2",
    (52, 4, 12): "f4",
    (78, 6, 0): "e6",
    (133, 7, 0): "e7",
    (248, 8, 0): "e8",
}


@dataclass(frozen=True, eq=False)
class Ideal:
    """A simple ideal, or the centre.

    Args:
        name: of the compact simple Lie algebra, or "centre".
        rank: dimension of a maximal commuting subalgebra.
        basis: orthonormal over the strings of the structure, sparse, shape (dimension, strings).
    """

    name: str
    rank: int
    basis: csr_array = field(repr=False)

    @property
    def dimension(self) -> int:
        """Dimension of the ideal."""
        return int(self.basis.shape[0])

    def purity(self, components: Floats) -> float:
        """Squared norm of the projection of an operator with these components (strings,)."""
        return float(np.sum((self.basis @ components) ** 2))


@dataclass(frozen=True, eq=False)
class Structure:
    """An algebra as the sum of its centre and its simple ideals, mutually orthogonal.

    Args:
        qubits: n.
        strings: what the bases refer to; under a symmetry, sums over orbits of norm 1.
        centre: may have dimension 0.
        ideals: in descending order of dimension.
    """

    qubits: int
    strings: StringSet
    centre: Ideal
    ideals: tuple[Ideal, ...]

    @property
    def dimension(self) -> int:
        """Dimension of the whole algebra."""
        return self.centre.dimension + sum(ideal.dimension for ideal in self.ideals)

    def __str__(self) -> str:
        size = self.centre.dimension
        names = [ideal.name for ideal in self.ideals]
        return " + ".join(names + [f"centre of dimension {size}"] * (size > 0))


def simple_name(dimension: int, rank: int, long: int) -> str:
    """The compact simple Lie algebra with these numbers, "" if there is none.

    Where several isomorphic ones have a name, su before so before sp: su(2), so(5), su(4).

    Args:
        dimension: real.
        rank: dimension of a maximal torus.
        long: how many of its positive roots are longer than the shortest: r(r − 1) in so(2r+1),
            r in sp(r), none where all are alike.

    Examples:
        >>> simple_name(15, 3, 0), simple_name(21, 3, 6), simple_name(21, 3, 3)
        ('su(4)', 'so(7)', 'sp(3)')

    Source: the Cartan classification, e.g. J. E. Humphreys, *Introduction to Lie Algebras*, 11.4
    and 12.2.
    """
    if dimension == rank * (rank + 2) and long == 0:
        return f"su({rank + 1})"
    if rank >= 2 and dimension == rank * (2 * rank + 1) and long:
        series = {rank * (rank - 1): f"so({2 * rank + 1})", rank: f"sp({rank})"}
        return "so(5)" if rank == 2 else series.get(long, "")
    if rank >= 4 and dimension == rank * (2 * rank - 1) and long == 0:
        return f"so({2 * rank})"
    return _EXCEPTIONAL.get((dimension, rank, long), "")


def long_roots(lengths: Floats) -> int:
    """How many roots of one simple ideal are longer than its shortest.

    Args:
        lengths: of its roots, in any unit, shape (any,).

    Examples:
        >>> long_roots(np.array([1.0, 1.41, 1.0]))
        1
    """
    return int(np.count_nonzero(lengths > _LONG * lengths.min()))
