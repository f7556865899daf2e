"""Trends over sizes and the verdict."""

from typing import Any

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.base.statistics import line, variance_interval
from overpar.quantities.verdict import judge_sizes, trend

N = [4, 6, 8, 10]


def test_line_is_least_squares_with_weights() -> None:
    random = np.random.default_rng(3)
    x, error = np.arange(6.0), random.uniform(0.5, 2, 6)
    y = 2 * x + 1 + error * random.normal(size=6)
    design = np.stack([x, np.ones(6)], axis=1) / error[:, None]
    solved, residual, *_ = np.linalg.lstsq(design, y / error, rcond=None)
    covariance = np.linalg.inv(design.T @ design)
    found = line(x, y, error, 0.99)
    assert found.slope == pytest.approx(solved[0])
    assert found.height - found.slope * found.middle == pytest.approx(solved[1])
    assert found.misfit == pytest.approx(residual[0] / 4)
    assert found.misfit > 1
    # Student's quantile for four degrees of freedom, as the scatter is taken from the points.
    half = 4.6040949 * (covariance[0, 0] * found.misfit) ** 0.5
    assert found.half == pytest.approx(half)
    close = line(x, 2 * x + 1 + 0.1 * (y - 2 * x - 1), error, 0.99)
    assert close.half == pytest.approx(2.5758293 * covariance[0, 0] ** 0.5)
    with pytest.raises(UserError, match="needs three points, but there are 2"):
        line([1, 2], [1, 2], [1, 1])


def test_variance_interval_covers() -> None:
    random = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        value, half = variance_interval(random.exponential(size=400), 0.9)
        held += abs(value - 1) <= half
    # Slightly too few, since the fourth moment of few values is too small.
    assert 0.80 <= held / 400 <= 0.93


@pytest.mark.parametrize(
    ("values", "law"),
    [
        ([n**2 for n in N], "power"),
        ([4**n - 1 for n in N], "exponential"),
        ([3 * n - 1 for n in N], "power"),
        ([7] * 4, "constant"),
    ],
)
def test_laws_of_exact_numbers(values: list[float], law: str) -> None:
    found = trend(N, values, [0.0] * 4)
    assert found is not None
    assert found.law == law


def test_extrapolation() -> None:
    found = trend(N, [3 * n**2 for n in N], [0.0] * 4)
    assert found is not None
    assert found.at(20)["power"] == pytest.approx(1200)
    found = trend(N, [5 * 2.0 ** (-n / 2) for n in N], [0.01] * 4)
    assert found is not None
    assert found.at(20)["exponential"] == pytest.approx(5 * 2.0**-10)


def test_no_trend_without_three_sizes() -> None:
    assert trend([4, 6], [1, 2], [0, 0]) is None
    assert trend([4, 6, 8], [1, 2, 0], [0, 0, 0]) is None


def rows(dimension: Any, gradient: Any, exceeds: Any = None) -> list[dict[str, Any]]:
    return [
        {
            "qubits": n,
            "dimension": dimension(n),
            "exceeds": exceeds,
            "angles": 2 * n,
            "rank_is_full": True,
            "gradient_variance": gradient(n),
            "gradient_half": 0.05 * gradient(n) if gradient(n) else None,
        }
        for n in N
    ]


@pytest.mark.parametrize(
    ("dimension", "gradient", "exceeds", "verdict"),
    [
        (lambda n: n**2, lambda n: 1 / n, None, "trainable"),
        (lambda n: n**2, lambda n: 1.0, None, "trainable"),
        (lambda n: 4**n - 1, lambda n: 2.0**-n, None, "hard"),
        (lambda n: None, lambda n: 2.0**-n, 2048, "hard"),
        (lambda n: None, lambda n: 1.0, 2048, "undecided"),
        (lambda n: 4**n - 1, lambda n: 1.0, None, "undecided"),
        (lambda n: n**2, lambda n: None, None, "undecided"),
        (lambda n: n**2, lambda n: 2.0**-n, None, "hard"),
    ],
)
def test_verdicts(dimension: Any, gradient: Any, exceeds: Any, verdict: str) -> None:
    found = judge_sizes(rows(dimension, gradient, exceeds))
    assert found["verdict"] == verdict
    assert found["reasons"]
    assert found["cannot_know"]


def test_one_size_gives_no_verdict() -> None:
    found = judge_sizes(rows(lambda n: n**2, lambda n: 1.0)[:1])
    assert found["verdict"] == "undecided"
    assert found["reasons"] == [
        "a trend needs at least three sizes for which the numbers are known"
    ]
