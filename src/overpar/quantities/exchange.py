"""Qubits that may be exchanged: operators that do not tell them apart span far fewer dimensions."""

from collections.abc import Sequence
from functools import cached_property
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import integer
from overpar.engines.interface import Floats
from overpar.model.generators import simplified
from overpar.model.observables import PauliSum

Masks = NDArray[np.uint64]
_Key = frozenset[tuple[int, str]]


class Symmetry:
    """The group that permutes qubits within classes.

    An operator that it leaves alone is a sum of orbits of strings; each orbit is named by the
    string whose letters are sorted within every class.

    Args:
        qubits: n.
        classes: disjoint sets of qubits; those in none are classes of their own.
    """

    def __init__(self, qubits: int, classes: Sequence[Sequence[int]] = ()) -> None:
        self.qubits = qubits
        self.classes = [np.array(c) for c in classes if len(c) > 1]

    def canonical(self, strings: Masks) -> Masks:
        """The strings that name the orbits of strings, shape (k, 2, words) in and out.

        Examples:
            >>> both = Symmetry(2, [(0, 1)])
            >>> both.canonical(np.array([[[1], [0]], [[2], [0]]], np.uint64))[:, 0, 0].tolist()
            [1, 1]
        """
        if not self.classes:
            return strings
        letters = self._letters(strings)
        for where in self.classes:
            letters[:, where] = np.sort(letters[:, where], axis=1)
        bits = np.stack([letters & 1, letters >> 1], axis=1)[:, :, ::-1]
        padded = np.pad(bits, ((0, 0), (0, 0), (0, 64 * strings.shape[2] - self.qubits)))
        packed = np.packbits(padded, axis=-1, bitorder="little")
        return np.ascontiguousarray(packed).view("<u8").astype(np.uint64)

    def norms(self, strings: Masks) -> Floats:
        """Norm of the sum over the orbit of each string, √(its size), shape (k,)."""
        if not self.classes:
            return np.ones(len(strings))
        letters = self._letters(strings)
        sizes = [1] * len(strings)
        for where in self.classes:
            counts = [np.count_nonzero(letters[:, where] == k, axis=1).tolist() for k in range(4)]
            most = factorial(len(where))
            parts = zip(*counts, strict=True)
            sizes = [s * most // prod(map(factorial, c)) for s, c in zip(sizes, parts, strict=True)]
        return np.sqrt(np.array(sizes, np.float64))

    def _letters(self, strings: Masks) -> NDArray[np.uint8]:
        """0 for I, 1 for X, 2 for Z, 3 for Y of every qubit, shape (k, n)."""
        raw = np.ascontiguousarray(strings.astype("<u8")).view(np.uint8)
        bits = np.unpackbits(raw, axis=-1, bitorder="little")[:, :, : self.qubits]
        letters: NDArray[np.uint8] = bits[:, 0, ::-1] + 2 * bits[:, 1, ::-1]
        return letters


def exchangeable(operators: Sequence[PauliSum], qubits: int, letters: str = "") -> Symmetry:
    """The qubits that none of some operators, and no letter of a product state, tells apart.

    Two qubits are alike if every operator stays the same when they are exchanged; that is an
    equivalence, and the exchanges within its classes generate all permutations of them.

    Args:
        operators: generators of an algebra, and whatever else is looked at.
        qubits: n.
        letters: of a product state, one per qubit; "" for none.

    Examples:
        >>> star = PauliSum(tuple((1.0, "ZZ", (0, q)) for q in (1, 2, 3)))
        >>> [c.tolist() for c in exchangeable([star], 4).classes]
        [[1, 2, 3]]

    Raises:
        UserError: if an operator does not fit the qubits.

    Source: ours.
    """
    integer("qubits", qubits, 1)
    for operator in operators:
        operator.check(qubits, "Generator")
    alike = _Alike(operators, qubits)
    classes: dict[object, list[list[int]]] = {}
    for qubit in range(qubits):
        rough = classes.setdefault((letters[qubit : qubit + 1], alike.seen_from[qubit]), [])
        mine = next((c for c in rough if alike.exchanged(c[0], qubit)), None)
        if mine is None:
            rough.append([qubit])
        else:
            mine.append(qubit)
    return Symmetry(qubits, [c for rough in classes.values() for c in rough])


class _Alike:
    """Terms of operators by the qubits that they act on."""

    def __init__(self, operators: Sequence[PauliSum], qubits: int) -> None:
        self.terms: list[dict[_Key, float]] = []
        self.at: list[list[tuple[int, _Key]]] = [[] for _ in range(qubits)]
        for number, operator in enumerate(operators):
            found = {
                frozenset(zip(where, letters, strict=True)): c
                for c, letters, where in simplified(operator).terms
            }
            self.terms.append(found)
            for key in found:
                for qubit, _ in key:
                    self.at[qubit].append((number, key))

    @cached_property
    def seen_from(self) -> list[tuple[object, ...]]:
        """Equal for qubits that are alike, and rarely for others."""
        return [
            tuple(sorted((k, self.terms[k][key], dict(key)[q], len(key)) for k, key in here))
            for q, here in enumerate(self.at)
        ]

    def exchanged(self, one: int, other: int) -> bool:
        """Whether every operator stays the same when two qubits are exchanged."""
        other_name = {one: other, other: one}
        for number, key in (*self.at[one], *self.at[other]):
            moved = frozenset((other_name.get(q, q), letter) for q, letter in key)
            if self.terms[number].get(moved) != self.terms[number][key]:
                return False
        return True
