"""Pauli strings as bits, and commutators of sums of them with a set of generators.

A string is i^|x·z| X^x Z^z with bit masks x and z. The bracket of Hermitian operators used here
is {A, B} = [A, B]/(2i): of two strings it is zero or plus or minus a string, so that brackets of
integer combinations are integer combinations.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from scipy.sparse import csr_array

from overpar.base.checks import integer, require
from overpar.engines.interface import Complexes, Floats
from overpar.model.circuits import pauli_masks
from overpar.model.observables import PauliSum
from overpar.quantities.exchange import Masks, Symmetry
from overpar.quantities.modular import Integers

# Words of pairs of strings that are multiplied at once.
_PAIRS = 2**22
_HALF = 16
# Largest denominator of a coefficient that is recognised, such as that of 1/3.
_DENOMINATOR = 4096


def masks(terms: Sequence[tuple[str, tuple[int, ...]]], qubits: int) -> Masks:
    """Bit masks of Pauli strings: x and z in words of 64 bits, shape (strings, 2, words)."""
    words = -(-qubits // 64)
    out = np.zeros((len(terms), 2, words), np.uint64)
    for k, (letters, where) in enumerate(terms):
        for part, mask in enumerate(pauli_masks(letters, where, qubits)[:2]):
            out[k, part] = np.frombuffer(mask.to_bytes(8 * words, "little"), "<u8")
    return out


def overlap(first: Masks, second: Masks) -> Integers:
    """Number of bits set in both, over the last axis."""
    return np.bitwise_count(first & second).sum(axis=-1, dtype=np.int64)


def multiply(first: Masks, second: Masks) -> tuple[Masks, Integers]:
    """Product of strings: masks of the product P_c, and k with P_a P_b = i^k P_c, 0 ≤ k < 4.

    The strings anticommute where k is odd, and then {P_a, P_b} = (2 − k) P_c.

    Examples:
        >>> x, y = masks([("X", (0,)), ("Y", (0,))], 1)
        >>> int(multiply(x, y)[1])
        1

    Source: J. Dehaene and B. De Moor, PRA 68, 042318 (2003), section II.
    """
    result = first ^ second
    k = overlap(first[..., 0, :], first[..., 1, :]) + overlap(second[..., 0, :], second[..., 1, :])
    k += 2 * overlap(first[..., 1, :], second[..., 0, :])
    return result, (k - overlap(result[..., 0, :], result[..., 1, :])) % 4


def images(strings: Masks, states: Complexes) -> Iterator[Complexes]:
    """P|ψ⟩ for each string (strings, 2, words) of up to 63 qubits, states (k, 2ⁿ): same shape."""
    rows = np.arange(states.shape[1])
    for x, z in strings[:, :, 0].astype(np.int64):
        signs = 1 - 2 * (np.bitwise_count((rows ^ x) & z) & 1).astype(np.int64)
        yield 1j ** int(np.bitwise_count(x & z)) * signs * states[:, rows ^ x]


class Vectors:
    """Sparse vectors over the strings of a table.

    Args:
        count: number of vectors.
        rows: vector of each entry.
        columns: string of each entry, by its number in the table.
        values: residues modulo a prime.
    """

    def __init__(self, count: int, rows: Integers, columns: Integers, values: Integers) -> None:
        self.count = count
        self.rows, self.columns, self.values = rows, columns, values

    def __len__(self) -> int:
        """Number of entries."""
        return len(self.rows)

    def take(self, wanted: Integers) -> "Vectors":
        """The vectors of these numbers, ascending."""
        number = np.full(self.count, -1)
        number[wanted] = np.arange(len(wanted))
        keep = number[self.rows] >= 0
        return Vectors(len(wanted), number[self.rows[keep]], self.columns[keep], self.values[keep])


def stacked(parts: Sequence[Vectors]) -> Vectors:
    """Several sets of vectors one after the other."""
    offsets = np.cumsum([0, *(part.count for part in parts)])
    return Vectors(
        int(offsets[-1]),
        np.concatenate([part.rows + start for part, start in zip(parts, offsets, strict=False)]),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


class StringSet:
    """Distinct strings, or orbits of strings, numbered in the order in which they came.

    Args:
        strings: the first ones, shape (strings, 2, words), distinct.
        symmetry: whose orbits they stand for, each named by one of its strings.
    """

    def __init__(self, strings: Masks, symmetry: Symmetry | None = None) -> None:
        self.symmetry = symmetry or Symmetry(0)
        self.masks = strings[:0]
        self._number: dict[bytes, int] = {}
        self.intern(strings)

    def __len__(self) -> int:
        """Number of strings."""
        return len(self.masks)

    @property
    def norms(self) -> Floats:
        """Norm of the sum over each orbit, 1 for a single string, shape (strings,)."""
        return self.symmetry.norms(self.masks)

    def find(self, strings: Masks) -> Integers:
        """Numbers of strings (k, 2, words), −1 where one is not here."""
        keys = _keys(self.symmetry.canonical(strings))
        return np.array([self._number.get(key, -1) for key in keys], np.int64)

    def intern(self, strings: Masks) -> Integers:
        """Numbers of strings (k, 2, words), new where one was not here."""
        number, known = self._number, len(self._number)
        strings = self.symmetry.canonical(strings)
        found = [number.setdefault(key, len(number)) for key in _keys(strings)]
        places, first = np.unique(np.array(found, np.int64), return_index=True)
        self.masks = np.concatenate([self.masks, strings[first[places >= known]]])
        return np.array(found, np.int64)


def _keys(strings: Masks) -> list[bytes]:
    data = np.ascontiguousarray(strings).tobytes()
    size = max(1, strings[:1].nbytes)
    return [data[k : k + size] for k in range(0, len(data), size)]


class StringTable:
    """Strings met so far, and their brackets with generators.

    Under a symmetry a string stands for the mean over its orbit. The bracket of a mean with a
    generator that the symmetry leaves alone is the sum of the brackets of one string of the orbit,
    each replaced by its mean: so all coefficients stay integers.

    Args:
        generators: Hermitian; each coefficient is taken as the fraction of small denominator that
            it is in double precision, or else as the decimal number it prints as.
        qubits: n ≥ 1.
        symmetry: that leaves all generators alone; none if None.

    Attributes:
        terms: all strings of all generators, shape (terms, 2, words).

    Raises:
        UserError: if a generator is zero, contains the identity or does not fit the qubits.
    """

    def __init__(
        self, generators: Sequence[PauliSum], qubits: int, symmetry: Symmetry | None = None
    ) -> None:
        integer("qubits", qubits, 1)
        require(len(generators) > 0, "Argument `generators` must not be empty.")
        self.qubits = qubits
        self.generators = [_merged(generator, qubits) for generator in generators]
        sizes = [len(generator) for generator in self.generators]
        self._owner = np.repeat(np.arange(len(sizes)), sizes)
        self._coefficients = [c for generator in self.generators for _, c in generator]
        self.terms = np.concatenate([m[None] for g in self.generators for m, _ in g])
        self.strings = StringSet(self.terms[:0], symmetry)
        self._columns = self.strings.intern(self.terms)
        # Entry k says: the bracket of string source[k] with term[k] is sign[k] times target[k].
        self._expanded = np.zeros(len(self), bool)
        self._source = np.empty(0, np.int64)
        self._target = np.empty(0, np.int64)
        self._term = np.empty(0, np.int64)
        self._sign = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Number of strings."""
        return len(self.strings)

    @property
    def single(self) -> bool:
        """Whether every generator is one string."""
        return all(len(generator) == 1 for generator in self.generators)

    def expand(self, columns: Integers) -> None:
        """Find the brackets of these strings with every term of the generators."""
        columns = columns[~self._expanded[columns]]
        self._expanded[columns] = True
        step = max(1, _PAIRS // self.terms[:, 0].size)
        for start in range(0, len(columns), step):
            part = columns[start : start + step]
            result, k = multiply(self.terms, self.strings.masks[part, None])
            row, term = np.nonzero(k % 2)
            self._source = np.concatenate([self._source, part[row]])
            self._target = np.concatenate([self._target, self.strings.intern(result[row, term])])
            self._term = np.concatenate([self._term, term])
            self._sign = np.concatenate([self._sign, 2 - k[row, term]])
        self._grow()

    def _grow(self) -> None:
        grown = np.zeros(len(self) - len(self._expanded), bool)
        self._expanded = np.concatenate([self._expanded, grown])

    def vectors(self, prime: int) -> Vectors:
        """The generators as vectors."""
        coefficients = np.array([c % prime for c in self._coefficients], np.int64)
        # Strings of one orbit stand for the same mean.
        places = np.unique(np.stack([self._owner, self._columns]), axis=1, return_inverse=True)
        values = np.zeros(places[0].shape[1], np.int64)
        np.add.at(values, places[1].ravel(), coefficients)
        values %= prime
        owner, columns = places[0][:, values != 0]
        return Vectors(len(self.generators), owner, columns, values[values != 0])

    def brackets(self, vectors: Vectors, prime: int) -> Vectors:
        """{G, A} modulo a prime for all vectors A and generators G: number A·(generators) + G."""
        self.expand(np.unique(vectors.columns))
        many, size = len(self.generators), len(self)
        left = csr_array(
            (vectors.values, (vectors.rows, vectors.columns)), shape=(vectors.count, size)
        )
        coefficients = np.array([c % prime for c in self._coefficients], np.int64)
        parts = []
        for generator in range(many):
            mine = np.flatnonzero(self._owner[self._term] == generator)
            weights = coefficients[self._term[mine]]
            weights = np.where(weights > prime // 2, weights - prime, weights) * self._sign[mine]
            places = self._source[mine], self._target[mine]
            found = _times(left, weights, places, prime)
            rows = np.repeat(np.arange(vectors.count), np.diff(found.indptr)) * many + generator
            parts.append((rows, found.indices.astype(np.int64), found.data))
        return Vectors(vectors.count * many, *(np.concatenate(p) for p in zip(*parts, strict=True)))

    @property
    def directions(self) -> Floats:
        """Generators of norm 1 over the normalised strings, shape (generators, strings)."""
        out = np.zeros((len(self.generators), len(self)))
        np.add.at(out, (self._owner, self._columns), [float(c) for c in self._coefficients])
        out /= self.strings.norms
        return np.asarray(out / np.linalg.norm(out, axis=1, keepdims=True))

    def components(self, operators: Sequence[PauliSum]) -> Floats:
        """Coefficients of operators over the strings, which are met now if they were not before.

        Orbits are normalised: what a symmetry does not leave alone is replaced by its mean.
        """
        terms = [[(masks([t[1:]], self.qubits), t[0]) for t in o.terms] for o in operators]
        columns = [self.strings.intern(np.concatenate([m for m, _ in part])) for part in terms]
        self._grow()
        out = np.zeros((len(operators), len(self)))
        for row, part, where in zip(out, terms, columns, strict=True):
            np.add.at(row, where, [c for _, c in part])
        return out / self.strings.norms

    def real_brackets(self, rows: Floats) -> Iterator[Floats]:
        """{G, A}/|G| in double precision for each generator G and all A, shape (m, strings).

        Args:
            rows: coefficients of A over the normalised strings known so far, shape (m, any).
        """
        self.expand(np.flatnonzero(rows.any(axis=0)))
        size, norms = len(self), self.strings.norms
        padded = np.pad(rows, ((0, 0), (0, size - rows.shape[1]))) * norms
        for number in range(len(self.generators)):
            terms = np.array([float(c) for _, c in self.generators[number]])
            weights = np.zeros(len(self._owner))
            weights[self._owner == number] = terms / np.linalg.norm(terms)
            mine = np.flatnonzero(self._owner[self._term] == number)
            values = weights[self._term[mine]] * self._sign[mine]
            # Transposed, for a sparse matrix acts from the left.
            matrix = csr_array((values, (self._target[mine], self._source[mine])), (size, size))
            yield np.ascontiguousarray((matrix @ padded.T).T) / norms


def _times(
    left: csr_array, weights: Integers, places: tuple[Integers, Integers], prime: int
) -> csr_array:
    """Product of sparse matrices of residues modulo a prime, the right one of |weights| ≤ p/2."""
    size = left.shape[1]

    def times(part: Integers) -> csr_array:
        out = left @ csr_array((part, places), shape=(size, size))
        out.data %= prime
        return out

    # A residue times a sum of weights below 2³² fits in 63 bits; else split the weights.
    if np.abs(weights).sum() < 2**32:
        out = times(weights)
    else:
        out = times(weights >> _HALF)
        out.data <<= _HALF
        out = out + times(weights & (2**_HALF - 1))
        out.data %= prime
    out.eliminate_zeros()
    return out


def _fraction(value: float) -> Fraction:
    simple = Fraction(value).limit_denominator(_DENOMINATOR)
    return simple if float(simple) == value else Fraction(str(value))


def _merged(generator: PauliSum, qubits: int) -> list[tuple[Masks, int]]:
    """A generator's distinct strings with integer coefficients without a common factor needed.

    Raises:
        UserError: if it is zero, contains the identity or does not fit.
    """
    generator.check(qubits, "Generator")
    sums: dict[bytes, tuple[Masks, Fraction]] = {}
    for coefficient, letters, where in generator.terms:
        (mask,) = masks([(letters, where)], qubits)
        require(bool(mask.any()), "A generator must not contain the identity: it is only a phase.")
        before = sums.get(mask.tobytes(), (mask, Fraction(0)))[1]
        sums[mask.tobytes()] = mask, before + _fraction(float(coefficient))
    left = [(mask, value) for mask, value in sums.values() if value]
    require(bool(left), "A generator must not be zero.")
    scale = lcm(*(value.denominator for _, value in left))
    return [(mask, int(value * scale)) for mask, value in left]
