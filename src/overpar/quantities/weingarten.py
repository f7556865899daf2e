"""Averages over Haar-random unitaries, by characters of the symmetric group in exact rationals.

A permutation of k places enters by the lengths of its cycles, a partition of k. Partitions also
name the irreducible representations ("shapes"). The average of (V X V†)^{⊗k} is Σ_σ c(σ) σ, where
σ permutes k copies of ℂᴰ and c depends on cycles alone. Shapes of more than D rows vanish on
(ℂᴰ)^{⊗k} and are left out: this is the pseudo-inverse of the Gram matrix, right for every D, also
below k.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import factorial, prod

from overpar.base.checks import integer

Partition = tuple[int, ...]
Number = Fraction | float | int


@cache
def partitions(total: int, largest: int | None = None) -> tuple[Partition, ...]:
    """Partitions of `total` into parts in descending order, none above `largest`.

    Examples:
        >>> partitions(3)
        ((3,), (2, 1), (1, 1, 1))

    Source: definition.
    """
    if total == 0:
        return ((),)
    top = min(total, largest or total)
    return tuple(
        (part, *rest) for part in range(top, 0, -1) for rest in partitions(total - part, part)
    )


def centraliser(cycles: Partition) -> int:
    """Number of permutations that commute with one of these cycles; k! over it have them.

    Examples:
        >>> centraliser((2, 1, 1))
        4

    Source: definition.
    """
    return prod(c ** cycles.count(c) * factorial(cycles.count(c)) for c in set(cycles))


@cache
def character(shape: Partition, cycles: Partition) -> int:
    """χ_λ of a permutation with these cycles; at (1, …, 1) the dimension of the representation.

    Examples:
        >>> character((2, 1), (1, 1, 1)), character((2, 1), (3,))
        (2, -1)

    Source: the Murnaghan–Nakayama rule, on first-column hook lengths.
    """
    rows = len(shape)
    return _hooks(tuple(part + rows - 1 - row for row, part in enumerate(shape)), cycles)


@cache
def _hooks(lengths: Partition, cycles: Partition) -> int:
    if not cycles:
        return 1
    total = 0
    for length in lengths:
        left = length - cycles[0]
        if left >= 0 and left not in lengths:
            crossed = sum(left < other < length for other in lengths)
            moved = tuple(left if other == length else other for other in lengths)
            total += (-1) ** crossed * _hooks(moved, cycles[1:])
    return total


def schur(shape: Partition, powers: Sequence[Number]) -> Number:
    """The Schur function s_λ of eigenvalues whose power sums Tr Xʲ, j = 1 … k, are given.

    Examples:
        >>> schur((2,), (Fraction(3), Fraction(3)))  # all ones: the dimension of Sym²(ℂ³)
        Fraction(6, 1)

    Source: G. Frobenius's formula, s_λ = Σ_μ χ_λ(μ) p_μ/z_μ.
    """
    classes = partitions(sum(shape))
    terms = (
        Fraction(character(shape, c), centraliser(c)) * prod(powers[j - 1] for j in c)
        for c in classes
    )
    return sum(terms, Fraction(0))


def weingarten(cycles: Partition, size: int) -> Fraction:
    """Wg(σ, D) of a permutation with these cycles.

    E U_{i₁j₁} … U_{i_kj_k} Ū_{i'₁j'₁} … Ū_{i'_kj'_k} is the sum of Wg(στ⁻¹, D) over the σ that take
    i to i' and the τ that take j to j'. For k = 1 it is 1/D.

    Args:
        cycles: partition of k.
        size: D ≥ 1.

    Examples:
        >>> weingarten((2,), 3)
        Fraction(-1, 24)

    Source: B. Collins and P. Śniady, arXiv:math-ph/0402073.
    """
    degree = factorial(sum(cycles))
    return sum(
        (dim**2 * character(shape, cycles) / ones for shape, dim, ones in _shapes(cycles, size)),
        Fraction(0),
    ) / (degree * degree)


def twirled(powers: Sequence[Number], cycles: Partition, size: int) -> Number:
    """c(σ) in E (V X V†)^{⊗k} = Σ_σ c(σ) σ, for σ with these cycles.

    For a pure state it is 1/(D(D+1)…(D+k−1)) for every σ.

    Args:
        powers: Tr Xʲ for j = 1 … k.
        cycles: partition of k.
        size: D ≥ 1.

    Source: Schur's lemma and duality; B. Collins and P. Śniady, arXiv:math-ph/0402073.
    """
    return sum(
        (
            dim * character(shape, cycles) * schur(shape, powers) / ones
            for shape, dim, ones in _shapes(cycles, size)
        ),
        Fraction(0),
    ) / factorial(sum(cycles))


def trace_moment(
    left: Sequence[Number], right: Sequence[Number], degree: int, *, size: int
) -> Number:
    """E Tr(A V X V†)^k = Σ_λ χ_λ(1) s_λ(A) s_λ(X)/s_λ(1).

    For traceless A and X it is Tr A² Tr X²/(D²−1) at k = 2.

    Args:
        left: Tr Aʲ for j = 1 … k at least.
        right: Tr Xʲ, as many.
        degree: k ≥ 1.
        size: D ≥ 1.

    Examples:
        >>> trace_moment((0, 2), (0, 2), 2, size=2)
        Fraction(4, 3)

    Raises:
        UserError: if `degree` is below 1.

    Source: C. Itzykson and J.-B. Zuber, J. Math. Phys. 21, 411 (1980).
    """
    integer("degree", degree, 1)
    return sum(
        (
            dim * schur(shape, left) * schur(shape, right) / ones
            for shape, dim, ones in _shapes((degree,), size)
        ),
        Fraction(0),
    )


def state_moment(orders: Sequence[int], size: int) -> dict[Partition, Fraction]:
    """E Π_i ⟨ψ|O^{a_i}|ψ⟩ over Haar-random states ψ, in products of power sums of O.

    It is the sum over set partitions of Π_blocks (|b|−1)! Tr O^{Σ_b a}, over D(D+1)…(D+k−1).

    Args:
        orders: a_1 … a_k, each at least 1.
        size: D ≥ 1.

    Returns:
        The factor of Π_j Tr O^{λ_j} for each partition λ of Σ a.

    Examples:
        >>> state_moment((1, 1), 2)  # ⟨Z⟩² of a random qubit: Tr² Z/6 + Tr Z²/6 = 1/3
        {(1, 1): Fraction(1, 6), (2,): Fraction(1, 6)}

    Source: projector on the symmetric subspace; `twirled` of a pure state.
    """
    below = prod(size + i for i in range(len(orders)))
    return {each: Fraction(count, below) for each, count in _blocks(tuple(orders)).items()}


@cache
def _blocks(orders: Partition) -> dict[Partition, int]:
    if not orders:
        return {(): 1}
    total: dict[Partition, int] = {}
    others = range(1, len(orders))
    for count in range(len(orders)):
        for joined in combinations(others, count):
            order = orders[0] + sum(orders[i] for i in joined)
            rest = tuple(orders[i] for i in others if i not in joined)
            for each, ways in _blocks(rest).items():
                key = tuple(sorted((order, *each), reverse=True))
                total[key] = total.get(key, 0) + factorial(count) * ways
    return total


def _shapes(cycles: Partition, size: int) -> Iterator[tuple[Partition, int, Fraction]]:
    """Shapes of at most D rows, with χ_λ(1) and s_λ(1, …, 1) = dimension over U(D)."""
    degree = sum(cycles)
    for shape in partitions(degree):
        if len(shape) <= size:
            dim = character(shape, (1,) * degree)
            yield shape, dim, Fraction(schur(shape, [size] * degree))
