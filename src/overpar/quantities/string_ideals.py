"""Centre and simple ideals of an algebra that is spanned by Pauli strings, by their products alone.

Such an algebra is the sum of its centre and of one part for each connected set of generators,
joined where they anticommute. Within a part, let K be the strings z that commute with it and map it
onto itself, P ↦ zP. Each character χ of K gives the ideal of Σ_z χ(z)zP, and all of these are
simple: what commutes with all brackets of a part, as a linear map, is graded by strings, and its
part of every degree has dimension one at most, since what is left of degree zero is a number.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.engines.interface import Floats
from overpar.quantities.exchange import Masks
from overpar.quantities.ideals import Ideal, Structure, long_roots, simple_name
from overpar.quantities.modular import Integers
from overpar.quantities.strings import StringSet, StringTable, multiply, overlap

_ENTRIES, _PAIRS = 2**22, 2**24


def string_structure(table: StringTable) -> Structure:
    """Split the algebra of generators of one string each into centre and simple ideals.

    Args:
        table: that holds all strings of the algebra; see `count_strings`.

    Raises:
        UserError: if the ideals hold more than 2²² coefficients.

    Source: the grading of the centroid is ours; G. Aguilar, S. Cichy, J. Eisert and L. Bittel,
    arXiv:2408.00081, classify the same algebras.
    """
    strings = table.strings
    joined = anticommute(table.terms, table.terms)
    groups = np.where(joined.any(axis=1), connected_components(joined)[1], -1)
    # What commutes with all generators of a part is not in it.
    first = np.argmax(touched := anticommute(strings.masks, table.terms), axis=1)
    mine = np.where(touched.any(axis=1), groups[first], -1)
    ideals = [
        ideal
        for group in np.unique(groups[groups >= 0])
        for ideal in _ideals(strings, np.flatnonzero(mine == group), table.terms[groups == group])
    ]
    ideals.sort(key=lambda ideal: -ideal.dimension)
    alone = np.flatnonzero(mine < 0)
    rows = csr_array(
        (np.ones(len(alone)), (np.arange(len(alone)), alone)), shape=(len(alone), len(strings))
    )
    return Structure(table.qubits, strings, Ideal("centre", len(alone), rows), tuple(ideals))


def anticommute(first: Masks, second: Masks) -> np.ndarray:
    """Whether strings anticommute, shape (first, second).

    Examples:
        >>> from overpar.quantities.strings import masks
        >>> letters = masks([(letter, (0,)) for letter in "XYZ"], 1)
        >>> anticommute(letters, letters).sum()
        np.int64(6)
    """
    out = np.empty((len(first), len(second)), bool)
    step = max(1, _PAIRS // max(1, second[:, 0].size))
    for start in range(0, len(first), step):
        part = first[start : start + step, None]
        crossed = overlap(part[:, :, 0], second[:, 1]) + overlap(part[:, :, 1], second[:, 0])
        out[start : start + step] = crossed % 2
    return out


def _ideals(strings: StringSet, part: Integers, generators: Masks) -> list[Ideal]:
    """The simple ideals of one connected part."""
    here = strings.masks[part]
    shifts = here ^ here[0]
    shifts = shifts[~anticommute(shifts, generators).any(axis=1)]
    count = len(shifts)
    require(
        len(part) * count <= _ENTRIES,
        f"The {count} alike ideals of a part of dimension {len(part)} hold more than {_ENTRIES}"
        " coefficients.",
    )
    places, signs = _orbits(strings, part, _independent(shifts))
    places, signs = (a[places.min(axis=1) == part] for a in (places, signs))
    torus = _commuting(here)
    lengths = np.sqrt(anticommute(here, torus).sum(axis=1, dtype=np.float64))
    # Two strings outside the torus make a positive root and its negative.
    long = long_roots(lengths[lengths > 0]) // (2 * count)
    rank = len(torus) // count
    name = simple_name(len(places), rank, long)
    if not name:
        raise UserError("The ideals of an algebra of strings could not be named.")
    rows = np.repeat(np.arange(len(places)), count)
    shape = len(places), len(strings)
    subsets = np.arange(count)
    found = []
    for character in range(count):
        turned = signs * (1.0 - 2 * (np.bitwise_count(subsets & character) & 1)) / np.sqrt(count)
        basis = csr_array((turned.ravel(), (rows, places.ravel())), shape=shape)
        found.append(Ideal(name, rank, basis))
    return found


def _independent(shifts: Masks) -> Masks:
    """Strings of which all of a group are products, shape (log₂ of their number, 2, words)."""
    span, found = {bytes(shifts[0].nbytes)}, []
    for shift in shifts:
        if shift.tobytes() not in span:
            found.append(shift)
            known = np.frombuffer(b"".join(span), shifts.dtype).reshape(-1, *shift.shape)
            span |= {other.tobytes() for other in known ^ shift}
    return np.array(found, shifts.dtype).reshape(-1, *shifts.shape[1:])


def _orbits(strings: StringSet, part: Integers, basis: Masks) -> tuple[Integers, Floats]:
    """Numbers of ±zP for each string of a part and all z, and the signs, shape (part, 2^basis)."""
    places, signs = part[:, None], np.ones((len(part), 1))
    for shift in basis:
        results, exponents = multiply(shift, strings.masks[places])
        found = strings.find(results.reshape(-1, *results.shape[2:])).reshape(places.shape)
        places = np.concatenate([places, found], axis=1)
        signs = np.concatenate([signs, signs * (1 - exponents)], axis=1)
    return places, signs


def _commuting(strings: Masks) -> Masks:
    """A maximal set of commuting strings: a maximal torus, as what commutes with it is in it."""
    torus, left = [], strings
    while len(left):
        torus.append(left[0])
        left = left[1:][~anticommute(left[1:], left[:1])[:, 0]]
    return np.array(torus)
