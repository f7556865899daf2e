"""Many pairs of counts tested together, against permutations and enumeration."""

import itertools

import numpy as np
import pytest
from scipy.stats import hypergeom

from overpar.base.errors import UserError
from overpar.report.pairs import STEP, Pairs, smallest_shift, together

RANDOM = np.random.default_rng(11)


def parts(a: np.ndarray, m: np.ndarray, b: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The statistic's part of each pair, by scipy's moments, rounded as in the module."""
    law = hypergeom(m + n, a + b, m)
    return np.rint((a - law.mean()) ** 2 / law.var() / STEP)


def test_enumeration_of_few_pairs() -> None:
    """Over every outcome with the same margins."""
    m, n = np.array([6, 5, 7]), np.array([6, 8, 4])
    a, b = np.array([5, 1, 4]), np.array([2, 5, 2])
    total = a + b
    seen = parts(a, m, b, n).sum()
    p_value = 0.0
    outcomes = [range(max(0, k - y), min(k, x) + 1) for k, x, y in zip(total, m, n, strict=True)]
    for other in itertools.product(*outcomes):
        ours = np.array(other)
        if parts(ours, m, total - ours, n).sum() >= seen:
            p_value += float(np.prod(hypergeom(m + n, total, m).pmf(ours)))
    assert together(Pairs.of(a, m, b, n)) == pytest.approx(p_value, abs=1e-12)


def test_as_rare_as_it_says_where_nothing_differs() -> None:
    rate = RANDOM.random(25) ** 3
    runs = np.full(25, 50)
    p = [
        together(Pairs.of(RANDOM.binomial(50, rate), runs, RANDOM.binomial(50, rate), runs))
        for _ in range(300)
    ]
    assert 0.02 <= np.mean(np.array(p) < 0.05) <= 0.09
    assert 0.4 <= np.mean(np.array(p) < 0.5) <= 0.6


def test_a_shift_that_no_single_pair_shows() -> None:
    """30 of 50 beside 22 of 50 has p = 0.16 alone, and 1e-6 twenty times."""
    many = Pairs.of([30] * 20, [50] * 20, [22] * 20, [50] * 20)
    assert together(Pairs.of(30, 50, 22, 50)) > 0.1
    assert together(many) < 1e-3


def test_pairs_where_nothing_can_vary_do_not_count() -> None:
    assert together(Pairs.of([50, 0], [50, 50], [50, 0], [50, 50])) == 1
    one = Pairs.of([40], [50], [30], [50])
    assert together(one + Pairs.of([50], [50], [50], [50])) == pytest.approx(together(one))


def test_the_power_is_what_simulation_says() -> None:
    rate = np.linspace(0.1, 0.9, 12)
    runs = np.full(12, 50)
    published = np.rint(rate * 50).astype(int)
    shift = smallest_shift(Pairs.of(published, runs, published, runs), 0.01)
    found = {}
    for size in (shift, 0.6 * shift):
        ours = np.clip(published / 50 + size, 0, 1)
        drawn = (
            Pairs.of(RANDOM.binomial(50, ours), runs, RANDOM.binomial(50, published / 50), runs)
            for _ in range(300)
        )
        found[size] = np.mean([together(pairs) < 0.01 for pairs in drawn])
    assert found[shift] >= 0.84
    assert found[0.6 * shift] < 0.75


def test_more_runs_find_less() -> None:
    few, many = (
        smallest_shift(Pairs.of([0] * 5, [n] * 5, [n // 2] * 5, [n] * 5), 0.01) for n in (20, 200)
    )
    assert many < few / 2


@pytest.mark.parametrize("counts", [(6, 5, 1, 5), (1, 5, -1, 5)])
def test_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match=r"Successes must be in 0…runs"):
        Pairs.of(*counts)
