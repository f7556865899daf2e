"""Haar averages: exact values from the literature, algebra, and sampled unitaries."""

from fractions import Fraction
from itertools import permutations
from math import factorial, prod

import numpy as np
import pytest
from cases import random_states, rng

from overpar.base.errors import UserError
from overpar.model.qntk import haar_unitaries
from overpar.quantities.weingarten import (
    centraliser,
    character,
    partitions,
    schur,
    state_moment,
    trace_moment,
    twirled,
    weingarten,
)

DEGREES = (1, 2, 3, 4, 5, 6)


def cycles_of(permutation: tuple[int, ...]) -> tuple[int, ...]:
    left, out = set(range(len(permutation))), []
    while left:
        start = at = left.pop()
        length = 1
        while (at := permutation[at]) != start:
            left.remove(at)
            length += 1
        out.append(length)
    return tuple(sorted(out, reverse=True))


@pytest.mark.parametrize("degree", DEGREES)
def test_characters_are_orthogonal(degree: int) -> None:
    classes = partitions(degree)
    assert sum(Fraction(factorial(degree), centraliser(c)) for c in classes) == factorial(degree)
    for a in classes:
        for b in classes:
            inner = sum(
                Fraction(character(a, c) * character(b, c), centraliser(c)) for c in classes
            )
            assert inner == (a == b)


def test_characters_of_the_table_of_s4() -> None:
    """W. Fulton and J. Harris, Representation Theory, § 2.3; classes in the order of there."""
    classes = ((1, 1, 1, 1), (2, 1, 1), (3, 1), (4,), (2, 2))
    table = {(4,): (1, 1, 1, 1, 1), (3, 1): (3, 1, 0, -1, -1), (2, 2): (2, 0, -1, 0, 2)}
    table |= {(2, 1, 1): (3, -1, 0, 1, -1), (1, 1, 1, 1): (1, -1, 1, -1, 1)}
    for shape, values in table.items():
        assert tuple(character(shape, c) for c in classes) == values


@pytest.mark.parametrize("d", [3, 4, 7])
def test_weingarten_functions_of_three(d: int) -> None:
    """B. Collins and P. Śniady, arXiv:math-ph/0402073, the examples of degree 1 to 3."""
    assert weingarten((1,), d) == Fraction(1, d)
    assert weingarten((1, 1), d) == Fraction(1, d**2 - 1)
    assert weingarten((2,), d) == Fraction(-1, d * (d**2 - 1))
    assert weingarten((1, 1, 1), d) == Fraction(d**2 - 2, d * (d**2 - 1) * (d**2 - 4))
    assert weingarten((2, 1), d) == Fraction(-1, (d**2 - 1) * (d**2 - 4))
    assert weingarten((3,), d) == Fraction(2, d * (d**2 - 1) * (d**2 - 4))


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5])
def test_weingarten_is_the_inverse_of_the_gram_matrix_or_its_pseudo_inverse(d: int) -> None:
    group = list(permutations(range(4)))
    place = {g: i for i, g in enumerate(group)}
    quotient = np.empty((24, 24), dtype=object)
    for g in group:
        inverse = tuple(np.argsort(g))
        for h in group:
            quotient[place[h], place[g]] = cycles_of(tuple(h[i] for i in inverse))
    values = {c: float(weingarten(c, d)) for c in partitions(4)}
    wg = np.vectorize(values.__getitem__, otypes=[float])(quotient)
    gram = np.vectorize(lambda c: float(d ** len(c)), otypes=[float])(quotient)
    np.testing.assert_allclose(gram @ wg @ gram, gram, atol=1e-9)
    np.testing.assert_allclose(wg @ gram @ wg, wg, atol=1e-9)
    if d >= 4:
        np.testing.assert_allclose(gram @ wg, np.eye(24), atol=1e-9)


@pytest.mark.parametrize("k", DEGREES)
def test_moments_of_traces_count_permutations(k: int) -> None:
    """E|Tr U|^{2k} is the number of permutations without an increasing run of more than D places:
    E. Rains, "Increasing subsequences and the classical groups" (1998). One entry: k!/(D)_k."""
    for d in (1, 2, 3, 6):
        found = factorial(k) * sum(
            Fraction(factorial(k), centraliser(c)) * weingarten(c, d) * d ** len(c)
            for c in partitions(k)
        )
        assert found == sum(longest(p) <= d for p in permutations(range(k)))
        first = sum(
            Fraction(factorial(k) ** 2, centraliser(c)) * weingarten(c, d) for c in partitions(k)
        )
        assert first == Fraction(factorial(k), prod(d + i for i in range(k)))


def valued(factors: dict[tuple[int, ...], Fraction], powers: list[float]) -> float:
    return sum(float(f) * prod(powers[j - 1] for j in c) for c, f in factors.items())


def longest(permutation: tuple[int, ...]) -> int:
    best: list[int] = []
    for i, value in enumerate(permutation):
        best.append(1 + max((best[j] for j in range(i) if permutation[j] < value), default=0))
    return max(best)


@pytest.mark.parametrize("k", DEGREES)
def test_a_pure_state_is_twirled_to_the_symmetric_subspace(k: int) -> None:
    for d in (2, 5):
        for c in partitions(k):
            assert twirled([1] * k, c, d) == Fraction(1, prod(d + i for i in range(k)))


@pytest.mark.parametrize("k", [2, 3, 4])
def test_twirling_keeps_traces(k: int) -> None:
    """Tr(τ E X^{⊗k}) = Tr(τ X^{⊗k}) for every τ, at D below and above k."""
    for d in (2, 3, 5):
        x = np.arange(1, d + 1) ** 2 - 3
        powers = [int((x**j).sum()) for j in range(1, k + 1)]
        for tau in permutations(range(k)):
            found = sum(
                twirled(powers, cycles_of(sigma), d)
                * d ** len(cycles_of(tuple(tau[i] for i in sigma)))
                for sigma in permutations(range(k))
            )
            assert found == prod(powers[j - 1] for j in cycles_of(tau))


@pytest.mark.parametrize("d", [2, 3, 4, 5, 6, 7, 8])
def test_moments_to_degree_six_are_those_of_sampled_unitaries(d: int) -> None:
    """Five standard errors of 40,000 unitaries; at D < 6 some shapes vanish."""
    u = haar_unitaries(d, 40_000, rng("weingarten", d))
    a, x = rng("a", d).normal(size=d), rng("x", d).normal(size=d)
    left, right = ([float((v**j).sum()) for j in range(1, 7)] for v in (a, x))
    squared = [float((a ** (2 * j)).sum()) for j in range(1, 7)]
    seen = np.einsum("i,nij,j,nij->n", a, u, x, u.conj()).real
    along = np.abs(np.einsum("i,nii->n", a, u)) ** 2
    expectation = (np.abs(u[:, 0]) ** 2) @ x
    for k in DEGREES:
        cases = [(seen**k, float(trace_moment(left, right, k, size=d)))]
        wanted = factorial(k) ** 2 * sum(
            weingarten(c, d) / centraliser(c) * prod(squared[j - 1] for j in c)
            for c in partitions(k)
        )
        cases += [(along**k, wanted)]
        cases += [(expectation**k, valued(state_moment((1,) * k, d), right))]
        for samples, exact in cases:
            error = samples.std() / np.sqrt(len(samples))
            assert abs(samples.mean() - exact) < 5 * error, (k, samples.mean(), exact, error)


def test_products_of_moments_of_a_random_state() -> None:
    """⟨O⟩²⟨O²⟩⟨O³⟩ over 200,000 states, to five standard errors."""
    o = np.array([1.0, 0.4, -0.7, -1.5])
    weights = np.abs(random_states(2, 200_000, "moments")) ** 2
    samples = (weights @ o) ** 2 * (weights @ o**2) * (weights @ o**3)
    powers = [float((o**j).sum()) for j in range(1, 8)]
    exact = valued(state_moment((3, 1, 2, 1), 4), powers)
    assert abs(samples.mean() - exact) < 5 * samples.std() / np.sqrt(len(samples))


def test_schur_functions_of_two_numbers() -> None:
    """s_(2,1)(x, y) = x²y + xy²."""
    x, y = Fraction(2), Fraction(5)
    assert schur((2, 1), [x**j + y**j for j in (1, 2, 3)]) == x * x * y + x * y * y
    with pytest.raises(UserError, match="`degree` must be"):
        trace_moment((0,), (0,), 0, size=2)
