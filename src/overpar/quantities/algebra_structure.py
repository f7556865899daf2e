"""Centre and simple ideals of a dynamical Lie algebra, and the loss variance they predict.

The basis is exact: rational numbers recovered from several primes. The ideals of an algebra with
rational generators need not be rational themselves (those of the periodic Ising chain hold
cos(2πk/n)), so the split is done in floating point, from the exact basis. It is then checked:
dimensions, ranks and roots must be those of compact simple Lie algebras, they must add up, and the
centre must have the dimension found exactly.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

import numpy as np
import scipy.linalg
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.base.progress import Progress, silent
from overpar.engines.interface import Complexes, Floats
from overpar.model.observables import PauliSum
from overpar.quantities.algebra import (
    LIMIT_BASIS,
    LIMIT_STRINGS,
    Basis,
    Stopped,
    basis,
    centre_dimension,
    count_strings,
)
from overpar.quantities.exchange import Symmetry
from overpar.quantities.ideals import Ideal, Structure, long_roots, simple_name
from overpar.quantities.modular import PRIMES
from overpar.quantities.string_ideals import string_structure
from overpar.quantities.strings import StringSet, StringTable

MAX_STRINGS = 8192
_ZERO, _TORI, _TRIES = 1e-9, 1e-6, 4
# Mixtures of the generators from which generic elements are bred, and rounds of brackets.
_POOL, _ROUNDS = 6, 5


def structure(
    generators: Sequence[PauliSum],
    qubits: int,
    symmetry: Symmetry | None = None,
    progress: Progress = silent,
) -> Structure:
    """Split the algebra 𝔤 of some generators into centre and simple ideals.

    For a generic element a, the eigenvectors of {a, ·} on 𝔤 are its root vectors, and the null
    space is a Cartan subalgebra. Root vectors that a second generic element connects belong to
    one ideal; what they reach in the Cartan subalgebra completes it. The rest of the Cartan
    subalgebra is the centre. An algebra of strings is split by their products alone.

    Args:
        generators: at least one.
        qubits: n ≥ 1.
        symmetry: that leaves all generators alone, to compute with orbits of strings; none if None.
        progress: called with (operators found so far, where counting stops).

    Raises:
        UserError: if the algebra is larger than `LIMIT_BASIS`, or than 2¹⁸ if every generator is
            one string, or the split fails its checks.

    Examples:
        >>> x, y = (PauliSum(((1.0, letter, (0,)),)) for letter in "XY")
        >>> [ideal.name for ideal in structure([x, y], 1).ideals]
        ['su(2)']

    Source: J. E. Humphreys, *Introduction to Lie Algebras*, sections 8 and 11.3, for roots; the
    method is ours.
    """
    table = StringTable(generators, qubits, symmetry)
    limit = LIMIT_STRINGS if table.single else LIMIT_BASIS
    try:
        if table.single:
            count_strings(table, limit, progress)
            return string_structure(table)
        return split(table, *_real_basis(table, progress))
    except Stopped as stop:
        raise UserError(
            f"The ideals of an algebra can be found up to dimension {limit}; here {stop}."
        ) from None


def split(table: StringTable, real: Floats, centre: int) -> Structure:
    """Split an algebra with a known basis into centre and simple ideals.

    Args:
        table: of the generators.
        real: orthonormal basis over strings of the table, shape (d, strings).
        centre: dimension of the centre.

    Raises:
        UserError: if the split fails its checks.
    """
    used = np.flatnonzero(real.any(axis=0))
    strings = StringSet(table.strings.masks[used], table.strings.symmetry)
    pool = _mixtures(table, real)
    for attempt in range(_TRIES):
        found = pool and _split(pool, real[:, used], np.random.default_rng(attempt))
        if found and found[0].dimension == centre:
            return Structure(table.qubits, strings, *found)
    raise UserError("The ideals of the algebra could not be told apart in double precision.")


def _real_basis(table: StringTable, progress: Progress) -> tuple[Floats, int]:
    """Orthonormal basis of the algebra over the strings of the table, and dim of the centre.

    As many primes are used as the rational entries need; the result is closed under brackets.
    """
    found: list[Basis] = []
    for prime in PRIMES:
        found.append(basis(table, prime, silent if found else progress))
        last = found[-1]
        require(
            len(last.columns) <= MAX_STRINGS,
            f"The operators of the algebra hold {len(last.columns)} Pauli strings; its ideals can"
            f" be found up to {MAX_STRINGS}.",
        )
        agreeing = [b for b in found if _alike(b, last)]
        rows = _rational(agreeing) if len(agreeing) > 1 else None
        if rows is not None:
            rows /= table.strings.norms[last.columns]
            real = np.zeros((len(rows), int(last.columns[-1]) + 1))
            real[:, last.columns] = scipy.linalg.qr(rows.T, mode="economic")[0].T
            if _mixtures(table, real) is not None:
                return real, centre_dimension(last)
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


# An element of the algebra: its coordinates (d,), and the matrix (d, d) of its bracket with others.
_Element = tuple[Floats, Floats]


def _mixtures(table: StringTable, real: Floats) -> list[_Element] | None:
    """Random mixtures of the generators; None if a subspace does not hold them and their brackets.

    Args:
        real: orthonormal rows over strings of the table.
    """
    size, strings = real.shape
    weights = np.random.default_rng(0).normal(size=(_POOL, len(table.generators)))
    pool = [(np.zeros(size), np.zeros((size, size))) for _ in range(_POOL)]
    directions = table.directions
    for number, images in enumerate(table.real_brackets(real)):
        rows = np.concatenate([np.zeros((1, images.shape[1])), images])
        rows[0, : directions.shape[1]] = directions[number]
        inside = rows[:, :strings] @ real.T
        rows[:, :strings] -= inside @ real
        if np.abs(rows).max() > _ZERO:
            return None
        for weight, (coordinates, matrix) in zip(weights[:, number], pool, strict=True):
            coordinates += weight * inside[0]
            matrix += weight * inside[1:]
    return pool


def _generic(pool: Sequence[_Element], random: np.random.Generator) -> _Element:
    """An element that is bred from mixtures of generators by rounds of brackets among three."""
    three = [_sum(random.normal(size=len(pool)), pool) for _ in range(3)]
    for _ in range(_ROUNDS):
        pairs = [(three[k], three[k - 1]) for k in range(3)]
        three = [_sum(random.normal(size=3), [_bracket(a, b), a, b]) for a, b in pairs]
    return three[0]


def _sum(weights: Floats, elements: Sequence[_Element]) -> _Element:
    """A sum of elements whose matrices are brought to one size, if they are not rounding."""
    sizes = [float(np.linalg.norm(matrix)) for _, matrix in elements]
    parts = weights / [size if size > _ZERO else 1.0 for size in sizes]
    coordinates = np.tensordot(parts, [c for c, _ in elements], 1)
    return coordinates, np.asarray(sum(w * m for w, (_, m) in zip(parts, elements, strict=True)))


def _bracket(first: _Element, second: _Element) -> _Element:
    # Both matrices are antisymmetric, so that one product gives the commutator.
    half = second[1] @ first[1]
    return second[0] @ first[1], half - half.T


def _split(
    pool: Sequence[_Element], real: Floats, random: np.random.Generator
) -> tuple[Ideal, tuple[Ideal, ...]] | None:
    """Centre and ideals by generic elements, or None if these were not generic enough."""
    size = len(real)
    (_, first), (element, second) = (_generic(pool, random) for _ in range(2))
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
    lengths = np.linalg.norm(reached, axis=0) / np.abs(element @ positive)
    ideals, taken = [], [np.zeros((cartan.shape[1], 0))]
    for group in np.unique(groups[: len(roots)]):
        mine = np.flatnonzero(groups[: len(roots)] == group)
        torus = _real_span(reached[:, mine])
        taken.append(torus)
        planes = np.sqrt(2) * np.concatenate([positive[:, mine].real, positive[:, mine].imag], 1)
        inside = np.concatenate([planes, cartan @ torus], axis=1)
        name = simple_name(inside.shape[1], torus.shape[1], long_roots(lengths[mine]))
        if not name:
            return None
        ideals.append(Ideal(name, torus.shape[1], csr_array(inside.T @ real)))
    tori = np.concatenate(taken, axis=1)
    if np.abs(tori.T @ tori - np.eye(tori.shape[1])).max(initial=0) > _TORI:
        return None
    # What no ideal reaches of the Cartan subalgebra.
    rest = np.linalg.qr(tori, mode="complete")[0][:, tori.shape[1] :]
    ideals.sort(key=lambda ideal: -ideal.dimension)
    return Ideal("centre", rest.shape[1], csr_array((cartan @ rest).T @ real)), tuple(ideals)


def _real_span(vectors: Complexes) -> Floats:
    """Orthonormal basis, as columns, of the real and imaginary parts of columns."""
    parts = np.concatenate([vectors.real, vectors.imag], axis=1)
    # Divide and conquer does not converge on some that hold many equal sizes.
    left, sizes, _ = scipy.linalg.svd(parts, full_matrices=False, lapack_driver="gesvd")
    return np.asarray(left[:, sizes > 1e-7 * sizes.max(initial=1e-7)])
