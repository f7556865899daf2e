"""Exact linear algebra over the integers modulo a prime, in NumPy."""

import numpy as np
from numpy.typing import NDArray

from overpar.engines.interface import Floats

Integers = NDArray[np.int64]

# The largest primes below 2³¹ that are 1 modulo 4, so that −1 has a square root. Products of two
# residues fit in 62 bits.
PRIMES = (
    2147483629,
    2147483549,
    2147483497,
    2147483489,
    2147483477,
    2147483353,
    2147483269,
    2147483249,
)

_LIMB = 11
# Products of an 11-bit limb with a residue, summed over so many rows, stay below 2⁵³.
_ROWS = 2048
_BLOCK = 16


def primes(modulus: int, count: int) -> list[int]:
    """The largest primes below 2³¹ that are 1 modulo a number.

    Args:
        modulus: even, so small that there are enough.
        count: how many.

    Examples:
        >>> primes(4, 8) == list(PRIMES)
        True

    Source: trial division.
    """
    found: list[int] = []
    divisors = np.arange(3, 2**15.5, 2, dtype=np.int64)
    candidate = (2**31 - 2) // modulus * modulus + 1
    while len(found) < count:
        if (candidate % divisors).all():
            found.append(candidate)
        candidate -= modulus
    return found


def root_of_unity(order: int, prime: int) -> int:
    """A primitive root of one modulo a prime.

    Args:
        order: of the root, at least 2.
        prime: 1 modulo the order.

    Examples:
        >>> root_of_unity(4, PRIMES[0]) ** 2 % PRIMES[0] == PRIMES[0] - 1
        True

    Source: Euler's criterion.
    """
    if (prime - 1) % order:
        raise ArithmeticError(f"one has no primitive root of order {order} modulo {prime}")
    # The order of a root divides `order`.
    smaller = [order // k for k in range(2, order + 1) if order % k == 0]
    powers = (pow(base, (prime - 1) // order, prime) for base in range(2, prime))
    return next(z for z in powers if all(pow(z, divisor, prime) != 1 for divisor in smaller))


def product(left: Integers, right: Floats, prime: int) -> Integers:
    """Matrix product modulo a prime, by exact floating-point products of 11-bit limbs.

    Args:
        left: residues, shape (m, r).
        right: residues as floats, shape (r, s).
        prime: below 2³¹.

    Returns:
        Residues, shape (m, s).

    Source: ours.
    """
    count = len(left)
    out = np.zeros((count, right.shape[1]), np.int64)
    for start in range(0, left.shape[1], _ROWS):
        part = left[:, start : start + _ROWS]
        limbs = [(part >> shift) & (2**_LIMB - 1) for shift in (2 * _LIMB, _LIMB, 0)]
        partial = np.concatenate(limbs).astype(np.float64) @ right[start : start + _ROWS]
        high, middle, low = partial.astype(np.int64).reshape(3, *out.shape)
        # A sum of rows is below 2⁵³, a residue times 2¹¹ below 2⁴².
        high %= prime
        high <<= _LIMB
        high += middle
        high %= prime
        high <<= _LIMB
        high += low
        out += high % prime
    out %= prime
    return out


class Echelon:
    """A growing set of independent vectors modulo a prime, in reduced echelon form.

    Held in blocks of doubling size: each block is reduced, and later blocks vanish on the pivots
    of earlier ones, so that adding vectors one by one costs no more than adding them at once.

    Args:
        width: length of the vectors.
        prime: below 2³¹.
    """

    def __init__(self, width: int, prime: int) -> None:
        self.width, self.prime = width, prime
        self.rank = 0
        self._blocks: list[tuple[Integers, Floats]] = []

    def add(self, vectors: Integers) -> Integers:
        """Add vectors (m, width), entries from 0 to p−1; the indices of those that are new."""
        rows = self._cleared(vectors)
        candidates = np.flatnonzero(rows.any(axis=1))
        if len(candidates) > _BLOCK:
            fresh = Echelon(self.width, self.prime)
            parts = [
                fresh.add(rows[candidates[start : start + _BLOCK]]) + start
                for start in range(0, len(candidates), _BLOCK)
            ]
            new = np.concatenate(parts)
            for pivots, block in fresh._blocks:
                self._push(pivots, block)
        else:
            new, pivots, block = self._eliminated(rows[candidates])
            if len(new):
                self._push(pivots, block)
        self.rank += len(new)
        return candidates[new]

    def _cleared(self, vectors: Integers) -> Integers:
        """The vectors with zeros at all pivots."""
        rows = vectors
        for pivots, block in self._blocks:
            clear = product(rows[:, pivots], block, self.prime)
            np.subtract(rows, clear, out=clear)
            clear %= self.prime
            rows = clear
        return rows

    def _eliminated(self, rows: Integers) -> tuple[Integers, Integers, Floats]:
        """Indices of independent rows, their pivots, and their reduced form."""
        new, pivots = [], []
        for k in range(len(rows)):
            places = np.flatnonzero(rows[k])
            if not len(places):
                continue
            pivot = places[0]
            rows[k] = rows[k] * pow(int(rows[k, pivot]), -1, self.prime) % self.prime
            others = np.flatnonzero(rows[:, pivot])
            others = others[others != k]
            rows[others] = (rows[others] - rows[others, pivot, None] * rows[k]) % self.prime
            new.append(k)
            pivots.append(pivot)
        return np.array(new, np.int64), np.array(pivots), rows[new].astype(np.float64)

    def _push(self, pivots: Integers, block: Floats) -> None:
        while self._blocks and len(self._blocks[-1][0]) <= len(pivots):
            pivots, block = self._merged(*self._blocks.pop(), pivots, block)
        self._blocks.append((pivots, block))

    def _merged(
        self, first: Integers, upper: Floats, second: Integers, lower: Floats
    ) -> tuple[Integers, Floats]:
        clear = product(upper[:, second].astype(np.int64), lower, self.prime)
        reduced = (upper - clear) % self.prime
        return np.concatenate([first, second]), np.concatenate([reduced, lower])

    def reduced(self) -> tuple[Integers, Integers]:
        """Pivots in ascending order, (rank,), and rows (rank, width) that are 1 there, else 0."""
        if not self._blocks:
            return np.empty(0, np.int64), np.empty((0, self.width), np.int64)
        while len(self._blocks) > 1:
            pivots, block = self._blocks.pop()
            self._blocks.append(self._merged(*self._blocks.pop(), pivots, block))
        pivots, block = self._blocks[0]
        order = np.argsort(pivots)
        return pivots[order], block[order].astype(np.int64)
