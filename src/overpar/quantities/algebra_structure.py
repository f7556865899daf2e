"""Centre and simple ideals of a dynamical Lie algebra, and the loss variance they predict.

The basis is exact: rational numbers recovered from several primes. The ideals of an algebra with
rational generators need not be rational themselves (those of the periodic Ising chain hold
cos(2πk/n)), so the split is done in floating point, from the exact basis. It is then checked:
dimensions, ranks and roots must be those of compact simple Lie algebras, they must add up, and the
centre must have the dimension found exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt

import numpy as np
import scipy.linalg
from scipy.sparse.csgraph import connected_components

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.engines.interface import Complexes, Floats
from overpar.model.observables import PauliSum
from overpar.quantities.algebra import LIMIT_BASIS, Basis, Stopped, basis, centre_dimension
from overpar.quantities.modular import PRIMES
from overpar.quantities.strings import StringSet, StringTable, multiply

MAX_STRINGS = 8192
_ZERO, _TORI, _TRIES = 1e-9, 1e-6, 4
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
        basis: orthonormal over the strings of the structure, shape (dimension, strings).
    """

    name: str
    rank: int
    basis: Floats = field(repr=False)

    @property
    def dimension(self) -> int:
        """Dimension of the ideal."""
        return len(self.basis)

    def purity(self, components: Floats) -> float:
        """Squared norm of the projection of an operator with these components (strings,)."""
        return float(np.sum((self.basis @ components) ** 2))


@dataclass(frozen=True, eq=False)
class Structure:
    """An algebra as the sum of its centre and its simple ideals, mutually orthogonal.

    Args:
        qubits: n.
        strings: what the bases refer to.
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


def structure(generators: Sequence[PauliSum], qubits: int) -> Structure:
    """Split the algebra 𝔤 of some generators into centre and simple ideals.

    For a generic element a, the eigenvectors of {a, ·} on 𝔤 are its root vectors, and the null
    space is a Cartan subalgebra. Root vectors that a second generic element connects belong to
    one ideal; what they reach in the Cartan subalgebra completes it. The rest of the Cartan
    subalgebra is the centre.

    Args:
        generators: at least one.
        qubits: n ≥ 1.

    Raises:
        UserError: if the algebra is larger than `LIMIT_BASIS`, or the split fails its checks.

    Examples:
        >>> x, y = (PauliSum(((1.0, letter, (0,)),)) for letter in "XY")
        >>> [ideal.name for ideal in structure([x, y], 1).ideals]
        ['su(2)']

    Source: J. E. Humphreys, *Introduction to Lie Algebras*, sections 8 and 11.3, for roots; the
    method is ours.
    """
    table = StringTable(generators, qubits)
    try:
        strings, real, centre = _real_basis(table)
    except Stopped as stop:
        raise UserError(
            f"The ideals of an algebra can be found up to dimension {LIMIT_BASIS}; here {stop}."
        ) from None
    return split(qubits, strings, real, centre)


def split(qubits: int, strings: StringSet, real: Floats, centre: int) -> Structure:
    """Split an algebra with a known basis into centre and simple ideals.

    Args:
        qubits: n.
        strings: what the basis refers to.
        real: orthonormal basis, shape (d, strings).
        centre: dimension of the centre.

    Raises:
        UserError: if the split fails its checks.
    """
    for attempt in range(_TRIES):
        found = _split(strings, real, np.random.default_rng(attempt))
        if found is not None and found[0].dimension == centre:
            return Structure(qubits, strings, *found)
    raise UserError("The ideals of the algebra could not be told apart in double precision.")


def _real_basis(table: StringTable) -> tuple[StringSet, Floats, int]:
    """Strings, orthonormal basis of the algebra over them (d, strings), and dim of the centre.

    As many primes are used as the rational entries need; the result is closed under brackets.
    """
    found: list[Basis] = []
    for prime in PRIMES:
        found.append(basis(table, prime))
        last = found[-1]
        require(
            len(last.columns) <= MAX_STRINGS,
            f"The operators of the algebra hold {len(last.columns)} Pauli strings; its ideals can"
            f" be found up to {MAX_STRINGS}.",
        )
        agreeing = [b for b in found if _alike(b, last)]
        rows = _rational(agreeing) if len(agreeing) > 1 else None
        if rows is not None:
            strings = StringSet(last.masks)
            real = np.asarray(scipy.linalg.qr(rows.T, mode="economic")[0].T)
            if _closed(table, strings, real):
                return strings, real, centre_dimension(last)
    raise UserError("A basis of the algebra needs larger fractions than are supported.")


def _alike(first: Basis, second: Basis) -> bool:
    return np.array_equal(first.columns, second.columns) and np.array_equal(
        first.pivots, second.pivots
    )


def _rational(found: Sequence[Basis]) -> Floats | None:
    """Entries of a reduced basis as fractions, from their residues; None if primes are too few."""
    places = np.nonzero(np.any([b.rows != 0 for b in found], axis=0))
    modulus, residues = 1, [0] * len(places[0])
    for b in found:
        inverse = pow(modulus, -1, b.prime)
        residues = [
            r + modulus * ((v - r) * inverse % b.prime)
            for r, v in zip(residues, b.rows[places].tolist(), strict=True)
        ]
        modulus *= b.prime
    known = {residue: _fraction(residue, modulus) for residue in set(residues)}
    values = [known[residue] for residue in residues]
    if None in values:
        return None
    out = np.zeros(found[0].rows.shape)
    out[places] = values
    return out


def _fraction(residue: int, modulus: int) -> float | None:
    """The fraction with numerator and denominator below √(modulus/2) that has this residue.

    Source: P. S. Wang, SYMSAC 1981, p. 212.
    """
    bound = isqrt(modulus // 2)
    (a, b), (s, t) = (modulus, residue), (0, 1)
    while b > bound:
        quotient = a // b
        (a, b), (s, t) = (b, a - quotient * b), (t, s - quotient * t)
    if abs(t) > bound or t == 0:
        return None
    return float(Fraction(b, t))


def _closed(table: StringTable, strings: StringSet, real: Floats) -> bool:
    """Whether a subspace with orthonormal rows holds the generators and their brackets with it."""
    for generator in table.generators:
        element = np.zeros(len(strings))
        places = strings.find(np.array([mask for mask, _ in generator]))
        element[places] = [float(coefficient) for _, coefficient in generator]
        element /= np.linalg.norm(element)
        images = np.concatenate([element[None], real @ _bracket_matrix(strings, element)])
        outside = images - (images @ real.T) @ real
        if np.abs(outside).max() > _ZERO:
            return False
    return True


def _bracket_matrix(strings: StringSet, element: Floats) -> Floats:
    """Matrix B with {A, a} = A @ B for components A over the strings, for a given element a.

    Products that are not among the strings cancel if both are in the algebra; they are left out.
    """
    out = np.zeros((len(strings), len(strings)))
    for column in np.flatnonzero(element):
        result, k = multiply(strings.masks, strings.masks[column])
        rows = np.flatnonzero(k % 2)
        targets = strings.find(result[rows])
        rows, targets = rows[targets >= 0], targets[targets >= 0]
        out[rows, targets] += (2 - k[rows]) * element[column]
    return out


def _split(
    strings: StringSet, real: Floats, random: np.random.Generator
) -> tuple[Ideal, tuple[Ideal, ...]] | None:
    """Centre and ideals by generic elements, or None if these were not generic enough."""
    size = len(real)
    elements = random.normal(size=(2, size))
    first, second = (real @ _bracket_matrix(strings, e @ real) @ real.T for e in elements)
    # Antisymmetric matrices: eigenvalues ±λ for roots ±α, in ascending order.
    values, vectors = np.linalg.eigh(0.5j * (first - first.T))
    zero = np.abs(values) < _ZERO * max(1.0, float(np.abs(values).max()))
    roots = np.flatnonzero(values > 0)
    roots = roots[~zero[roots]]
    cartan = _real_span(vectors[:, zero])
    if cartan.shape[1] + 2 * len(roots) != size:
        return None
    positive = vectors[:, roots]
    both = np.concatenate([positive, positive.conj()], axis=1)
    links = np.abs(both.conj().T @ (second.T @ both))
    links[np.arange(len(roots)), len(roots) + np.arange(len(roots))] = np.inf
    groups = connected_components(links > _ZERO * max(1.0, float(np.abs(second).max())))[1]
    reached = cartan.T @ (second.T @ positive)
    # What an element with the coordinate b along a root vector reaches is b times the root.
    lengths = np.linalg.norm(reached, axis=0) / np.abs(elements[1] @ positive)
    ideals, taken = [], [np.zeros((cartan.shape[1], 0))]
    for group in np.unique(groups[: len(roots)]):
        mine = np.flatnonzero(groups[: len(roots)] == group)
        torus = _real_span(reached[:, mine])
        taken.append(torus)
        planes = np.sqrt(2) * np.concatenate([positive[:, mine].real, positive[:, mine].imag], 1)
        inside = np.concatenate([planes, cartan @ torus], axis=1)
        long = int(np.count_nonzero(lengths[mine] > _LONG * lengths[mine].min()))
        name = simple_name(inside.shape[1], torus.shape[1], long)
        if not name:
            return None
        ideals.append(Ideal(name, torus.shape[1], inside.T @ real))
    tori = np.concatenate(taken, axis=1)
    if np.abs(tori.T @ tori - np.eye(tori.shape[1])).max(initial=0) > _TORI:
        return None
    # What no ideal reaches of the Cartan subalgebra.
    rest = np.linalg.qr(tori, mode="complete")[0][:, tori.shape[1] :]
    ideals.sort(key=lambda ideal: -ideal.dimension)
    return Ideal("centre", rest.shape[1], (cartan @ rest).T @ real), tuple(ideals)


def _real_span(vectors: Complexes) -> Floats:
    """Orthonormal basis, as columns, of the real and imaginary parts of columns."""
    parts = np.concatenate([vectors.real, vectors.imag], axis=1)
    # Divide and conquer does not converge on some that hold many equal sizes.
    left, sizes, _ = scipy.linalg.svd(parts, full_matrices=False, lapack_driver="gesvd")
    return np.asarray(left[:, sizes > 1e-7 * sizes.max(initial=1e-7)])
