"""Many pairs of counts at once: is every one of two equal probabilities, and what would be seen.

Of a pair, a of m runs and b of n, only a is random once a + b is given: it is hypergeometric. The
statistic is the sum of (a − E a)²/Var a over all pairs, and its distribution is computed exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from overpar.base.checks import require
from overpar.base.seeds import generator

Ints = NDArray[np.int64]
# Of the statistic; each pair's part is rounded to it, and the test is exact for what is rounded.
STEP = 0.02
DRAWS = 500


@dataclass(frozen=True)
class Pairs:
    """Successes a of m runs beside b of n, pair by pair: four arrays of shape (pairs,)."""

    a: Ints
    m: Ints
    b: Ints
    n: Ints

    @classmethod
    def of(cls, a: ArrayLike, m: ArrayLike, b: ArrayLike, n: ArrayLike) -> "Pairs":
        """From anything that holds whole numbers.

        Raises:
            UserError: where there are more successes than runs.
        """
        found = [np.atleast_1d(np.asarray(x, np.int64)) for x in (a, m, b, n)]
        for successes, runs in (found[:2], found[2:]):
            require(
                bool(((successes >= 0) & (successes <= runs)).all()),
                "Successes must be in 0…runs, in every pair.",
            )
        return cls(*found)

    def __add__(self, other: "Pairs") -> "Pairs":
        """The pairs of both."""
        mine, theirs = vars(self).values(), vars(other).values()
        return Pairs(*(np.concatenate(both) for both in zip(mine, theirs, strict=True)))


def _parts(a: Ints, total: Ints, m: Ints, n: Ints) -> Ints:
    """Each pair's part of the statistic in units of STEP; zero where nothing can vary."""
    runs = m + n
    mean = m * total / runs
    variance = mean * n * (runs - total) / (runs * np.maximum(runs - 1, 1))
    part = (a - mean) ** 2 / np.where(variance > 0, variance, 1)
    out: Ints = np.rint(np.where(variance > 0, part, 0) / STEP).astype(np.int64)
    return out


def _below(pairs: Pairs, size: int) -> NDArray[np.float64]:
    """Probability of each value of the statistic below `size`, in units of STEP."""
    total = pairs.a + pairs.b
    out = np.zeros(size)
    out[0] = 1.0
    for k, m, n in zip(total, pairs.m, pairs.n, strict=True):
        a = np.arange(max(0, k - n), min(k, m) + 1)
        if len(a) == 1:
            continue
        log = sum(
            sign * gammaln(x + 1.0)
            for sign, x in (
                *((1, m), (-1, a), (-1, m - a), (1, n), (-1, k - a), (-1, n - k + a)),
                *((-1, m + n), (1, k), (1, m + n - k)),
            )
        )
        moved = np.zeros(size)
        each = np.full(len(a), 1)
        for part, weight in zip(_parts(a, k * each, m * each, n * each), np.exp(log), strict=True):
            if part < size:
                moved[part:] += weight * out[: size - part]
        out = moved
    return out


def together(pairs: Pairs) -> float:
    """p-value that in every pair both success probabilities are equal.

    Args:
        pairs: the counts.

    Examples:
        >>> together(Pairs.of([5, 6], [10, 10], [5, 5], [10, 10])) > 0.5
        True
        >>> together(Pairs.of([2] * 9, [10] * 9, [7] * 9, [10] * 9)) < 1e-6
        True

    Source: the sum of the tables' exact statistics; A. Agresti, *Categorical Data Analysis*,
        section 6.3, for what is conditioned on.
    """
    seen = int(_parts(pairs.a, pairs.a + pairs.b, pairs.m, pairs.n).sum())
    if seen == 0:
        return 1.0
    # What is left over is of the order of rounding, and may come out below zero.
    return float(min(1.0, max(1 - _below(pairs, seen).sum(), 0.0)))


def smallest_shift(pairs: Pairs, alpha: float, chance: float = 0.9) -> float:
    """The smallest shift of our success probabilities that `together` finds with a given chance.

    Args:
        pairs: of which `b` of `n` are taken for the truth without a shift, and `a` is not used.
        alpha: p-values below it count.
        chance: of finding the shift.

    Returns:
        A shift common to all pairs, in 0.01…1, up or down, whichever is found less easily, each
        probability staying in 0…1; 1 if none is found.
    """
    truth = pairs.b / pairs.n
    null = Pairs(np.rint(truth * pairs.m).astype(np.int64), pairs.m, pairs.b, pairs.n)
    size = int((4 * len(truth) + 100) / STEP)
    critical = int(np.searchsorted(np.cumsum(_below(null, size)), 1 - alpha)) + 1

    def found(shift: float) -> bool:
        random = generator(0, "power", len(truth))
        ours = np.clip(truth + shift, 0, 1)
        a = random.binomial(pairs.m, ours, (DRAWS, len(truth)))
        b = random.binomial(pairs.n, truth, (DRAWS, len(truth)))
        seen = _parts(a, a + b, pairs.m, pairs.n).sum(axis=1)
        return float((seen >= critical).mean()) >= chance

    worst = 0.0
    for sign in (1, -1):
        low, high = 0, 100  # not found at `low` per cent, found at `high`
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if found(sign * middle / 100) else (middle, high)
        worst = max(worst, high / 100)
    return worst
