"""Trends over sizes, and a verdict on whether a model can be trained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from overpar.base.statistics import Line, line

LEVEL = 0.99
QUANTILE = float(ndtri((1 + LEVEL) / 2))
# Above this χ² per degree of freedom a law does not describe the sampled variances.
FITS = 4.0
# Variances that fall by less than this factor 2^rate per qubit do not count as vanishing.
SLOW = -0.2

CANNOT_KNOW = (
    "whether training ends in a good minimum below the number of angles where the rank is full",
    "other initial angles than uniform ones: small or structured ones can have larger gradients",
    "noise and the statistical error of measured gradients",
    "sizes beyond those computed: trends are extrapolated, not proved",
)


@dataclass(frozen=True)
class Trend:
    """How positive numbers change with n.

    Args:
        law: "constant", "power", "exponential", or "undecided" where both laws fit.
        power: line of ln y against ln n.
        rate: line of log₂ y against n.
    """

    law: str
    power: Line
    rate: Line

    def at(self, qubits: int) -> dict[str, float]:
        """The numbers extrapolated by either law."""
        power = self.power.height + self.power.slope * (np.log(qubits) - self.power.middle)
        rate = self.rate.height + self.rate.slope * (qubits - self.rate.middle)
        return {"power": float(np.exp(power)), "exponential": float(2.0**rate)}


def trend(qubits: Sequence[int], values: Sequence[float], errors: Sequence[float]) -> Trend | None:
    """The trend of at least three numbers with relative errors; None for fewer.

    Args:
        qubits: sizes n, different.
        values: positive.
        errors: relative standard errors; zeros for exact numbers, whose law is that with the
            smaller residuals.
    """
    if len(qubits) < 3 or min(values) <= 0:
        return None
    exact = not any(errors)
    weight = np.full(len(qubits), 1e-3) if exact else np.asarray(errors, float)
    n, logarithm = np.asarray(qubits, float), np.log(values)
    power = line(np.log(n), logarithm, weight, LEVEL)
    rate = line(n, logarithm / np.log(2), weight / np.log(2), LEVEL)
    fits = [fit.misfit <= FITS for fit in (power, rate)]
    law = "power" if power.misfit < rate.misfit else "exponential"
    if abs(rate.slope) <= (1e-9 if exact else rate.half):
        law = "constant"
    elif not exact and all(fits):
        law = "undecided"
    return Trend(law, power, rate)


def judge_sizes(sizes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Trends, verdict and reasons for the sizes of a model.

    Args:
        sizes: rows with qubits, dimension, exceeds, angles, rank_is_full, gradient_variance and
            gradient_half (that of its 99 % interval); None where not known.

    Returns:
        trends, verdict ("trainable", "hard", "flat" or "undecided"), reasons, cannot_know.
    """
    dimensions = [row for row in sizes if row["dimension"]]
    growth = trend(*_columns(dimensions, "dimension"))
    angles = trend(*_columns([r for r in sizes if r["rank_is_full"]], "angles"))
    sampled = [row for row in sizes if row["gradient_variance"]]
    gradient = trend(
        [row["qubits"] for row in sampled],
        [row["gradient_variance"] for row in sampled],
        [row["gradient_half"] / row["gradient_variance"] / QUANTILE for row in sampled],
    )
    reasons = _reasons(sizes, growth, angles, gradient)
    exceeded = any(row["exceeds"] for row in sizes)
    large = exceeded or (growth is not None and growth.law == "exponential")
    vanishing = (
        gradient is not None
        and gradient.law in ("exponential", "undecided")
        and gradient.rate.slope + gradient.rate.half < SLOW
    )
    known = [row["gradient_variance"] for row in sizes if row["gradient_variance"] is not None]
    if known and not any(known):
        verdict = "flat"
    elif vanishing and (large or (gradient is not None and gradient.law == "exponential")):
        verdict = "hard"
    elif growth is not None and not large and gradient is not None and not vanishing:
        verdict = "trainable"
    else:
        verdict = "undecided"
    trends = {"dimension": growth, "angles": angles, "gradient_variance": gradient}
    return {
        "trends": {name: _described(found, sizes) for name, found in trends.items()},
        "verdict": verdict,
        "reasons": reasons,
        "cannot_know": list(CANNOT_KNOW),
    }


def _columns(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[list[int], list[float], Any]:
    return [r["qubits"] for r in rows], [float(r[name]) for r in rows], [0.0] * len(rows)


def _described(found: Trend | None, sizes: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    if found is None:
        return None
    far = 2 * max(row["qubits"] for row in sizes)
    return {
        "law": found.law,
        "power": found.power.slope,
        "power_half": found.power.half,
        "rate": found.rate.slope,
        "rate_half": found.rate.half,
        "extrapolated_to": far,
        "extrapolated": found.at(far),
    }


def _law(found: Trend) -> str:
    power, rate = found.power, found.rate
    texts = {
        "power": f"as n^{power.slope:.2f} (± {power.half:.2f})",
        "exponential": f"as 2^({rate.slope:.2f} n) (± {rate.half:.2f})",
        "constant": f"by no more than can be told: 2^({rate.slope:.2f} n) (± {rate.half:.2f})",
    }
    both = f"{texts['power']} or {texts['exponential']}, which these sizes do not tell apart"
    return texts.get(found.law, both)


def _reasons(
    sizes: Sequence[Mapping[str, Any]],
    growth: Trend | None,
    angles: Trend | None,
    gradient: Trend | None,
) -> list[str]:
    out = []
    for row in sizes:
        if row["exceeds"]:
            more = f"more than {row['exceeds']} dimensions"
            out.append(f"at n = {row['qubits']} the algebra has {more}")
    if growth is not None:
        out.append(
            f"the dimension of the Lie algebra, which bounds the rank and the angles that"
            f" overparametrise, changes {_law(growth)}"
        )
    if angles is not None:
        out.append(f"the angles where the rank is full change {_law(angles)}")
    if gradient is not None:
        out.append(f"the variance of the gradient changes {_law(gradient)}")
    if not any((growth, angles, gradient)):
        out.append("a trend needs at least three sizes for which the numbers are known")
    return out
