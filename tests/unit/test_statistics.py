"""Intervals and tests against printed values and against their definitions."""

import numpy as np
import pytest
from scipy import stats

from overpar.base.errors import UserError
from overpar.base.statistics import fisher, holm, median_interval, wilson


@pytest.mark.parametrize(
    ("successes", "runs", "low", "high"),
    [
        # Newcombe, Stat. Med. 17, 857 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson(successes: int, runs: int, low: float, high: float) -> None:
    assert wilson(successes, runs) == pytest.approx((low, high), abs=5e-5)
    mirrored = wilson(runs - successes, runs)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_wilson_solves_its_equation() -> None:
    """Both ends p obey |k/n − p| = z √(p(1−p)/n)."""
    z = stats.norm.ppf(0.95)
    for end in wilson(7, 31, level=0.9):
        assert abs(7 / 31 - end) == pytest.approx(z * np.sqrt(end * (1 - end) / 31))


@pytest.mark.parametrize(("successes", "runs"), [(-1, 5), (6, 5), (0, 0)])
def test_wilson_refuses(successes: int, runs: int) -> None:
    with pytest.raises(UserError, match=f"`successes` must be in 0…{runs}, but is {successes}"):
        wilson(successes, runs)


@pytest.mark.parametrize(
    ("runs", "rank"),
    # 95 % intervals of a median: Conover, Practical Nonparametric Statistics, table A3.
    [(1, 1), (2, 1), (5, 1), (6, 1), (8, 1), (9, 2), (10, 2), (20, 6), (30, 10), (50, 18)],
)
def test_median_interval(runs: int, rank: int) -> None:
    values = np.random.default_rng(0).permutation(np.arange(1, runs + 1))
    assert median_interval(values) == (rank, runs + 1 - rank)


@pytest.mark.parametrize("runs", range(6, 80))
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_median_interval_is_the_narrowest_that_covers(runs: int, level: float) -> None:
    """Of ranks (l, n+1−l) the coverage is 1 − 2 P(Binomial(n, ½) < l)."""
    low, _ = median_interval(np.arange(1, runs + 1), level)

    def coverage(rank: int) -> float:
        return float(1 - 2 * stats.binom.cdf(rank - 1, runs, 0.5))

    assert coverage(int(low)) >= level or low == 1
    assert coverage(int(low) + 1) < level


def test_median_interval_of_failed_runs() -> None:
    low, high = median_interval([*range(20), *[np.inf] * 16])
    assert np.isfinite(low)
    assert np.isinf(high)


@pytest.mark.parametrize(
    ("table", "p"),
    # Fisher's tea; and the example of scipy's documentation, after Agresti.
    [((3, 4, 1, 4), 0.4857142857), ((8, 10, 1, 6), 0.0349650350), ((50, 50, 50, 50), 1.0)],
)
def test_fisher(table: tuple[int, int, int, int], p: float) -> None:
    a, m, b, n = table
    assert fisher(*table) == pytest.approx(p, abs=1e-9)
    assert fisher(b, n, a, m) == pytest.approx(p, abs=1e-9)
    assert fisher(m - a, m, n - b, n) == pytest.approx(p, abs=1e-9)


def test_holm() -> None:
    """Holm's paper, section 4: sorted p times m, m−1, …, never falling, at most 1."""
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.9, 0.8]), [1, 1])
    np.testing.assert_allclose(holm([0.02, 0.02]), [0.04, 0.04])
    assert holm([]).shape == (0,)
