"""Dimensions of dynamical Lie algebras: published values, a dense closure, exact arithmetic."""

import itertools
import time
from fractions import Fraction

import dense
import dense_algebra
import numpy as np
import pytest
from cases import rng
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine
from overpar.model.ansatz import hardware_efficient_circuit
from overpar.model.generators import (
    hardware_efficient_generators,
    parse_generators,
    simplified,
    tfim_generators,
)
from overpar.model.observables import PauliSum
from overpar.model.papers import tfim_hva
from overpar.quantities import algebra
from overpar.quantities.absorbed import moved_generators
from overpar.quantities.algebra import dla_dimension
from overpar.quantities.information import numerical_rank, qfim, spectrum
from overpar.quantities.modular import PRIMES, Echelon, product, root_of_unity
from overpar.quantities.sector import sector_dimension
from overpar.quantities.strings import StringTable, _times, masks, multiply


def dimension(texts: list[str], n: int, boundary: str = "open", **options: bool) -> int | None:
    return dla_dimension(parse_generators(texts, n, boundary, **options), n).value


# arXiv:2109.11676 states polynomial dimensions for this ansatz; n², 3n−1 and n(2n−1) are the
# free-fermion counts: u(n), one su(2) per momentum pair and two phases, so(2n).
@pytest.mark.parametrize(
    ("n", "expected"), [(3, 9), (4, 16), (5, 25), (6, 36), (14, 196), (20, 400)]
)
def test_open_chain(n: int, expected: int) -> None:
    """n = 14 and 20 are where a closure in floating point gives 192 and 220."""
    assert dimension(["ZZ", "X"], n) == expected
    assert dla_dimension(tfim_generators(n, "open"), n).value == expected


def test_four_hundred_dimensions_take_less_than_two_seconds() -> None:
    """Processor time, which other programs do not lengthen much."""
    generators = tfim_generators(20, "open")
    started = time.process_time()
    assert dla_dimension(generators, 20).value == 400
    assert time.process_time() - started < 2


@pytest.mark.parametrize(("n", "expected"), [(3, 8), (4, 11), (5, 14), (6, 17), (12, 35)])
def test_periodic_chain(n: int, expected: int) -> None:
    assert dimension(["ZZ", "X"], n, "periodic") == expected
    assert dla_dimension(tfim_generators(n, "periodic"), n).value == expected


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 40, 70])
def test_local_generators_of_the_open_chain(n: int) -> None:
    assert dimension(["ZZ", "X"], n, local=True) == n * (2 * n - 1)


@pytest.mark.parametrize(("n", "expected"), [(3, 15), (4, 28), (5, 45), (6, 66)])
def test_open_chain_with_the_first_x(n: int, expected: int) -> None:
    assert dimension(["ZZ", "X", "X@0"], n) == expected
    assert dla_dimension(tfim_generators(n, "open", first_x=True), n).value == expected


@pytest.mark.parametrize(("n", "layers"), [(2, 3), (3, 5), (4, 6)])
def test_hardware_efficient_ansatz(n: int, layers: int) -> None:
    """4ⁿ − 1, from its letters and from the circuit with its CZ gates as they are."""
    assert dla_dimension(hardware_efficient_generators(n), n).value == 4**n - 1
    generators, _ = moved_generators(hardware_efficient_circuit(n, layers))
    assert dla_dimension(generators, n).value == 4**n - 1


def test_xxz_chain_is_that_of_a_dense_closure() -> None:
    """A model outside the papers, whose sums are not free."""
    for n in (2, 3, 4):
        generators = parse_generators(["XX + YY", "ZZ", "Z"], n)
        expected = len(dense_algebra.closure(list(generators), n))
        assert dla_dimension(generators, n).value == expected


def random_generators(key: int, n: int) -> list[PauliSum]:
    """Two to four sums of one to three strings, with whole or decimal coefficients."""
    random = rng("algebra", key)
    letters = [*("XYZ" if key % 3 else "XZ")]
    found: list[PauliSum] = []
    while len(found) < 2 + key % 3:
        terms = []
        for _ in range(int(random.integers(1, 4))):
            where = random.permutation(n)[: int(random.integers(1, min(n, 2 + key % 2) + 1))]
            coefficient = float(random.choice([-2, -1, 1, 1, 3, 0.37]))
            string = "".join(random.choice(letters, len(where)))
            terms.append((coefficient, string, tuple(int(q) for q in where)))
        operator = simplified(PauliSum(tuple(terms)))
        found += [operator] if operator.terms else []
    return found


@pytest.mark.parametrize("key", range(30))
def test_random_generators_give_the_dense_dimension(key: int) -> None:
    n = 1 + key % 4
    generators = random_generators(key, n)
    basis = dense_algebra.closure(generators, n)
    assert dla_dimension(generators, n).value == len(basis)
    state = "".join(rng("state", key).choice([*"01+-"], n))
    expected = dense_algebra.sector_dimension(basis, dense_algebra.product_state(state))
    assert sector_dimension(generators, n, state).value == expected


@pytest.mark.parametrize("n", [2, 4, 6, 8, 10, 12])
def test_sector_of_the_periodic_chain(n: int) -> None:
    """From |+⟩ⁿ only the momenta of even parity are seen: n/2 copies of su(2)."""
    generators = tfim_generators(n, "periodic")
    assert sector_dimension(generators, n, "+").value == 3 * n // 2
    assert sector_dimension(generators, n, "+" * n).value == 3 * n // 2


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("boundary", ["open", "periodic"])
def test_sector_of_the_chain_is_that_of_dense_matrices(n: int, boundary: str) -> None:
    generators = tfim_generators(n, boundary)
    basis = dense_algebra.closure(list(generators), n)
    for state in ("+" * n, "0" * n, "+" * (n - 1) + "-", "0" + "+" * (n - 1)):
        expected = dense_algebra.sector_dimension(basis, dense_algebra.product_state(state))
        assert sector_dimension(generators, n, state).value == expected


def test_sector_for_many_qubits() -> None:
    """Beyond 64 qubits masks have two words."""
    assert sector_dimension(tfim_generators(66, "periodic"), 66, "+").value == 99


@pytest.mark.parametrize(("n", "boundary"), [(4, "open"), (4, "periodic"), (6, "periodic")])
def test_rank_of_the_qfim_is_bounded_by_the_sector(n: int, boundary: str) -> None:
    """Theorem 1 of arXiv:2109.11676, with a rank that has saturated."""
    engine = make_engine(tfim_hva(boundary).task(n, 3 * n))
    eigenvalues = spectrum(qfim(engine, np.random.default_rng(0).uniform(0, 7, 6 * n)))
    rank = numerical_rank(eigenvalues).value
    bound = sector_dimension(tfim_generators(n, boundary), n, "+").value
    assert rank is not None
    assert bound is not None
    assert rank <= bound


def test_counting_stops_honestly() -> None:
    generators = tfim_generators(6, "open")
    assert dla_dimension(generators, 6, max_dim=36).value == 36
    stopped = dla_dimension(generators, 6, max_dim=35)
    assert (stopped.value, stopped.exceeds) == (None, 35)
    assert str(stopped) == "exceeds 35"
    strings = hardware_efficient_generators(3)
    assert dla_dimension(strings, 3, max_dim=63).value == 63
    assert dla_dimension(strings, 3, max_dim=62).exceeds == 62
    assert dla_dimension(hardware_efficient_generators(40), 40, max_dim=1000).exceeds == 1000


@pytest.mark.parametrize(
    ("name", "most"), [("MAX_STRINGS", 500), ("MAX_ENTRIES", 1000), ("MAX_DENSE", 20000)]
)
def test_counting_stops_before_memory_does(
    name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    generators = parse_generators(["XX + YY", "ZZ", "Z"], 6)
    complete = dla_dimension(generators, 6).value
    assert complete == 246
    monkeypatch.setattr(algebra, name, most)
    stopped = dla_dimension(generators, 6)
    assert stopped.value is None
    assert stopped.exceeds is not None
    assert 0 < stopped.exceeds < complete
    assert f"more than {most}" in stopped.reason


def test_primes_must_agree() -> None:
    """A rank that one prime alone has is not believed; the larger of two is a lower bound too."""
    by_prime = dict(zip(PRIMES, (5, 7, 7, 9), strict=False))
    assert algebra.agreed(lambda prime, known: by_prime[prime]).value == 7
    seen = []
    algebra.agreed(lambda prime, known: seen.append(known) or 3)  # type: ignore[func-returns-value]
    assert seen == [0, 3]
    never = algebra.agreed(lambda prime, known: known + 1)
    assert (never.value, never.exceeds) == (None, len(PRIMES) - 1)


def test_a_sector_of_a_large_algebra_is_not_guessed() -> None:
    found = sector_dimension(hardware_efficient_generators(6), 6, "0")
    assert (found.value, found.exceeds) == (None, None)
    assert str(found) == "unknown"
    assert "2048" in found.reason


def test_widening_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(algebra, "_START", 4)
    assert dimension(["ZZ", "X"], 7) == 49
    assert dimension(["XX + YY", "ZZ", "Z"], 5) == 63


def test_large_and_small_coefficients() -> None:
    """Residues times coefficients far above 2³² must not overflow."""
    huge = parse_generators(["123456789.25*ZZ", "0.000001*X + 98765432109*Z"], 3)
    plain = parse_generators(["ZZ", "0.31*X + 1.7*Z"], 3)
    assert dla_dimension(huge, 3).value == dla_dimension(plain, 3).value
    assert dla_dimension(plain, 3).value == len(dense_algebra.closure(list(plain), 3))


STRINGS = st.integers(1, 5).flatmap(
    lambda n: st.tuples(*[st.text("IXYZ", min_size=n, max_size=n)] * 3)
)


def _word(mask: np.ndarray, n: int) -> str:
    x, z = (int(word) for word in mask[:, 0])
    return "".join("IZXY"[2 * (x >> q & 1) + (z >> q & 1)] for q in reversed(range(n)))


def bracket(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    """Bracket of integer combinations of strings, by `multiply`."""
    out: dict[str, int] = {}
    for (p, c), (q, d) in itertools.product(a.items(), b.items()):
        n = len(p)
        left, right = masks([(p, tuple(range(n))), (q, tuple(range(n)))], n)
        result, k = multiply(left, right)
        if k % 2:
            word = _word(result, n)
            out[word] = out.get(word, 0) + c * d * (2 - int(k))
    return {word: value for word, value in out.items() if value}


@given(STRINGS)
def test_bracket_obeys_jacobi(strings: tuple[str, str, str]) -> None:
    first, second, third = strings
    a, b, c = {first: 1, second: 3}, {second: -1, third: 2}, {third: 1, first: -5}
    total: dict[str, int] = {}
    for x, y, z in ((a, b, c), (b, c, a), (c, a, b)):
        for word, value in bracket(x, bracket(y, z)).items():
            total[word] = total.get(word, 0) + value
    assert not any(total.values())


@given(STRINGS)
def test_bracket_is_that_of_matrices(strings: tuple[str, str, str]) -> None:
    n = len(strings[0])
    p, q = (dense.string(s, tuple(range(n)), n) for s in strings[:2])
    expected = (p @ q - q @ p) / 2j
    ours = bracket({strings[0]: 1}, {strings[1]: 1})
    matrix = sum((c * dense.string(s, tuple(range(n)), n) for s, c in ours.items()), 0 * p)
    np.testing.assert_array_equal(matrix, expected)


@given(st.integers(0, 10**6), st.integers(1, 3))
def test_the_algebra_is_closed_under_all_brackets(key: int, n: int) -> None:
    """Adding a bracket of any two elements as a generator changes no dimension."""
    generators = random_generators(key, n)
    basis = algebra.basis(StringTable(generators, n), PRIMES[0])
    assert dla_dimension(generators, n).value == len(basis.rows)
    coordinates = np.random.default_rng(key).integers(0, PRIMES[0], (2, len(basis.rows)))
    words = [_word(mask, n) for mask in basis.masks]
    first, second = (
        {word: int(c) for word, c in zip(words, (row.astype(object) @ basis.rows), strict=True)}
        for row in coordinates
    )
    found = {word: v % PRIMES[0] for word, v in bracket(first, second).items()}
    at_pivots = np.array([found.get(words[k], 0) for k in basis.pivots], object)
    expected = dict(zip(words, (at_pivots @ basis.rows) % PRIMES[0], strict=True))
    assert {w: v for w, v in found.items() if v} == {w: v for w, v in expected.items() if v}


# ------------------------------------------------------------------ arithmetic modulo a prime


@pytest.mark.parametrize("prime", PRIMES)
def test_primes(prime: int) -> None:
    assert prime % 4 == 1
    assert prime < 2**31
    assert all(pow(a, prime - 1, prime) == 1 for a in (2, 3, 5, 7, 11))
    assert root_of_unity(4, prime) ** 2 % prime == prime - 1


def test_modular_product_is_exact() -> None:
    prime = PRIMES[0]
    random = rng("modular")
    left = random.integers(0, prime, (3, 5000))
    left[0], right = prime - 1, random.integers(0, prime, (5000, 2))
    right[:, 0] = prime - 1
    expected = (left.astype(object) @ right.astype(object)) % prime
    np.testing.assert_array_equal(product(left, right.astype(float), prime), expected.astype(int))


def test_sparse_modular_product_does_not_overflow() -> None:
    """Forty products of nearly 2⁶¹ of one sign meet in one entry."""
    prime, size = PRIMES[0], 40
    left = csr_array(np.full((1, size), prime - 1))
    weights = np.full(size, prime // 2)
    found = _times(left, weights, (np.arange(size), np.zeros(size, np.int64)), prime)
    assert found.toarray()[0].tolist() == [size * (prime - 1) * (prime // 2) % prime] + [0] * 39
    found = _times(left, -weights, (np.arange(size), np.zeros(size, np.int64)), prime)
    assert found.toarray()[0, 0] == -size * (prime - 1) * (prime // 2) % prime


def rational_rank(rows: list[list[int]]) -> int:
    """Rank by elimination with fractions."""
    left = [[Fraction(v) for v in row] for row in rows]
    rank = 0
    for column in range(len(left[0])):
        pivot = next((r for r in left[rank:] if r[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(rank, pivot)
        for k, row in enumerate(left):
            if k != rank and row[column]:
                factor = row[column] / pivot[column]
                left[k] = [v - factor * w for v, w in zip(row, pivot, strict=True)]
        rank += 1
    return rank


@given(st.integers(0, 10**6))
def test_echelon_rank_is_rational_rank(key: int) -> None:
    random = np.random.default_rng(key)
    width, inner = int(random.integers(1, 30)), int(random.integers(1, 12))
    rows = random.integers(-3, 4, (60, inner)) @ random.integers(-3, 4, (inner, width))
    prime = PRIMES[0]
    whole, pieces = Echelon(width, prime), Echelon(width, prime)
    new = whole.add(rows % prime)
    assert whole.rank == len(new) == rational_rank(rows.tolist())
    assert rational_rank(rows[new].tolist() or [[0]]) == whole.rank
    for k in range(0, 60, 7):
        pieces.add(rows[k : k + 7] % prime)
    for a, b in zip(whole.reduced(), pieces.reduced(), strict=True):
        np.testing.assert_array_equal(a, b)
    pivots, reduced = whole.reduced()
    np.testing.assert_array_equal(reduced[:, pivots], np.eye(len(pivots)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dla_dimension([], 2), "must not be empty"),
        (lambda: dla_dimension([PauliSum(())], 2), "must not be zero"),
        (lambda: dla_dimension([PauliSum(((1.0, "X", (0,)), (-1.0, "X", (0,))))], 2), "zero"),
        (lambda: dla_dimension([PauliSum(((1.0, "I", (0,)),))], 2), "identity"),
        (lambda: dla_dimension([PauliSum(((1.0, "X", (2,)),))], 2), "does not fit"),
        (lambda: dla_dimension([PauliSum(((1j, "X", (0,)),))], 2), "real and finite"),  # type: ignore[arg-type]
        (lambda: dla_dimension([PauliSum(((np.nan, "X", (0,)),))], 2), "real and finite"),
        (lambda: dla_dimension(tfim_generators(3, "open"), 3, 0), "max_dim"),
        (lambda: sector_dimension(tfim_generators(3, "open"), 3, "+0"), "state"),
        (lambda: sector_dimension(tfim_generators(3, "open"), 3, "x"), "state"),
    ],
)
def test_arguments_that_are_refused(call: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        call()  # type: ignore[operator]
