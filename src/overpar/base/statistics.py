"""Intervals and tests used by tables, figures and claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, ndtri, stdtrit

from overpar.base.checks import require
from overpar.base.seeds import generator

# Of a sweep, for the interval of its crossing.
RESAMPLES = 400


def wilson(successes: int, runs: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a proportion.

    Args:
        successes: 0…runs.
        runs: at least 1.
        level: confidence level in (0, 1).

    Examples:
        >>> [round(x, 2) for x in wilson(0, 50)]
        [0.0, 0.07]

    Source: E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).
    """
    require(
        0 <= successes <= runs and runs > 0,
        f"Argument `successes` must be in 0…{runs}, but is {successes}.",
    )
    # Not by scipy.stats.binomtest, which tests as well and takes a hundred times as long.
    z = float(ndtri(0.5 + 0.5 * level))
    share = successes / runs
    width = 2 * (runs + z**2)
    centre = (2 * runs * share + z**2) / width
    half = z / width * sqrt(4 * runs * share * (1 - share) + z**2)
    return (
        0.0 if successes == 0 else centre - half,
        1.0 if successes == runs else centre + half,
    )


def median_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Distribution-free confidence interval of a median, from order statistics.

    Args:
        values: sample, shape (n,), n ≥ 1.
        level: confidence level; for few values the widest interval is returned.

    Source: H. A. David and H. N. Nagaraja, *Order Statistics*, section 7.1.
    """
    ordered = np.sort(np.asarray(values, float))
    n = len(ordered)
    low = int(np.searchsorted(bdtr(np.arange(n + 1), n, 0.5), (1 - level) / 2))
    low = min(max(low - 1, 0), (n - 1) // 2)
    return float(ordered[low]), float(ordered[n - 1 - low])


def fisher(a: int, runs_a: int, b: int, runs_b: int) -> float:
    """Two-sided p-value of Fisher's exact test that two success probabilities are equal.

    Source: R. A. Fisher, J. R. Stat. Soc. 85, 87 (1922); scipy.stats.fisher_exact.
    """
    from scipy import stats

    return float(stats.fisher_exact([[a, runs_a - a], [b, runs_b - b]]).pvalue)


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Holm's step-down adjusted p-values, in the order given.

    Examples:
        >>> holm([0.01, 0.04, 0.03])
        array([0.03, 0.06, 0.06])

    Source: S. Holm, Scand. J. Stat. 6, 65 (1979).
    """
    p = np.asarray(p_values, float)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def variance_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Sample variance, and the half-width of its interval from the fourth moment.

    Args:
        values: sample, shape (n,), n large.
        level: confidence level in (0, 1).

    Examples:
        >>> variance_interval([1.0, -1.0] * 50)[1]
        0.0

    Source: A. W. van der Vaart, *Asymptotic Statistics*, example 3.2.
    """
    sample = np.asarray(values, float)
    error = np.std((sample - sample.mean()) ** 2) / np.sqrt(len(sample))
    return float(sample.var(ddof=1)), float(ndtri((1 + level) / 2) * error)


@dataclass(frozen=True)
class Line:
    """A weighted straight line.

    Args:
        slope: of the line.
        half: half-width of the slope's interval.
        middle: abscissa around which slope and height are independent.
        height: of the line there.
        misfit: χ² per degree of freedom; above 1 it has widened the interval, then Student's.
    """

    slope: float
    half: float
    middle: float
    height: float
    misfit: float


def line(x: ArrayLike, y: ArrayLike, error: ArrayLike, level: float = 0.99) -> Line:
    """Least squares through points with known errors.

    Args:
        x: abscissae, shape (n,), n ≥ 3.
        y: ordinates.
        error: their standard errors, positive.
        level: confidence level of the slope's interval.

    Examples:
        >>> line([0, 1, 2], [1, 3, 5], [1, 1, 1]).slope
        2.0

    Source: P. R. Bevington and D. K. Robinson, *Data Reduction and Error Analysis*, chapter 6.
    """
    x, y, weight = np.asarray(x, float), np.asarray(y, float), np.asarray(error, float) ** -2
    require(len(x) >= 3, f"A line needs three points, but there are {len(x)}.")
    middle, height = np.average(x, weights=weight), np.average(y, weights=weight)
    spread = (weight * (x - middle) ** 2).sum()
    slope = (weight * (x - middle) * y).sum() / spread
    misfit = (weight * (y - height - slope * (x - middle)) ** 2).sum() / (len(x) - 2)
    # A scatter that is estimated from the points has few degrees of freedom.
    quantile = ndtri((1 + level) / 2) if misfit <= 1 else stdtrit(len(x) - 2, (1 + level) / 2)
    half = quantile * np.sqrt(max(1.0, misfit) / spread)
    return Line(float(slope), float(half), float(middle), float(height), float(misfit))


def half_crossing(
    angles: NDArray[np.float64], successes: NDArray[np.int64], runs: NDArray[np.int64]
) -> tuple[float, float, float]:
    """Where the share of successes crosses one half, with its 95 % interval; NaN if nowhere.

    Args:
        angles: ascending, (cells,).
        successes: of each cell.
        runs: of each cell.

    Examples:
        >>> half_crossing(np.array([8.0, 10, 12]), np.array([0, 20, 20]), np.array([20, 20, 20]))
        (9.0, 8.0, 10.0)

    Source: R. Barlow et al., *Statistical Inference under Order Restrictions* (1972), for the
        isotonic regression; B. Efron (1979) for the resamples.
    """
    share = successes / runs
    value = _crossing(angles, _isotonic(share[None], runs))[0]
    if np.isnan(value):
        return np.nan, np.nan, np.nan
    drawn = generator(0, "half", len(angles)).binomial(runs, share, (RESAMPLES, len(runs))) / runs
    others = _crossing(angles, _isotonic(drawn, runs))
    # A resample that does not cross lies beyond the sweep.
    others = np.where(np.isnan(others), np.where(drawn.mean(axis=1) < 0.5, np.inf, 0.0), others)
    low, high = np.quantile(others, [0.025, 0.975], method="nearest")
    if low == high:
        # None succeed at one cell and all at the next: it lies between.
        low, high = angles[angles < value].max(), angles[angles > value].min()
    return float(value), float(max(low, angles[0])), float(min(high, angles[-1]))


def _isotonic(shares: NDArray[np.float64], weights: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weighted isotonic regression of each row (k, cells), by the max-min formula."""
    cells = shares.shape[1]
    sums = np.concatenate([np.zeros((len(shares), 1)), np.cumsum(shares * weights, axis=1)], axis=1)
    total = np.concatenate([[0], np.cumsum(weights)])
    out = np.empty_like(shares)
    for k in range(cells):
        best = np.full(len(shares), -np.inf)
        for first in range(k + 1):
            last = np.arange(k + 1, cells + 1)
            means = (sums[:, last] - sums[:, first, None]) / (total[last] - total[first])
            best = np.maximum(best, means.min(axis=1))
        out[:, k] = best
    return out


def _crossing(angles: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where rows of rising shares first reach one half, by linear interpolation."""
    reached = shares >= 0.5
    place = reached.argmax(axis=1)
    rows = np.arange(len(shares))
    before = np.maximum(place - 1, 0)
    low, high = shares[rows, before], shares[rows, place]
    part = np.where(high > low, (0.5 - low) / np.where(high > low, high - low, 1.0), 1.0)
    value = angles[before] + part * (angles[place] - angles[before])
    inside = reached.any(axis=1) & ~reached[:, 0]
    return np.where(inside, value, np.nan)
