"""Minimisation to a vanishing gradient, with exact second derivatives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from overpar.base.progress import Progress, silent
from overpar.engines.interface import Curved, Floats

GRADIENT = 1e-11
# Losses are sums of about n terms of order one; differences below this are rounding.
ROUNDING = 1e-13
SMALLEST, LARGEST = 1e-14, 1e8
# So many steps in a row that foretell no more than rounding end a run.
FLAT = 20


@dataclass(frozen=True, eq=False)
class Ends:
    """Where a batch of minimisations ended.

    Args:
        angles: (runs, M).
        losses: (runs,).
        gradients: (runs,): Euclidean norms of the gradient.
        iterations: (runs,): second derivatives that were taken.
    """

    angles: Floats
    losses: Floats
    gradients: Floats
    iterations: NDArray[np.int64]


def newton(
    curved: Curved,
    angles: Floats,
    *,
    gradient: float = GRADIENT,
    steps: int = 500,
    progress: Progress = silent,
) -> Ends:
    """Minimise from each of several points until the gradient vanishes.

    A step solves (H + λ)s = −∇L with the exact Hessian H and a λ that makes H + λ positive
    definite; λ falls where the quadratic model foretells the loss and grows where it does not, so
    that near a minimum steps are Newton's, and nowhere does the loss rise. Runs never influence
    each other.

    Args:
        curved: loss, gradient and Hessian of the task.
        angles: start, radians, (runs, M).
        gradient: a run ends when the norm of its gradient is below this,
        steps: or after so many steps, or where no step promises more than rounding; then it has not
            converged, which its gradient tells.
        progress: called with (runs ended, runs).

    Source: K. Levenberg (1944), D. Marquardt (1963), on Newton's matrix; J. Nocedal and S. Wright,
        *Numerical Optimization*, section 4.
    """
    points = np.array(angles, np.float64)
    losses, slopes = curved.loss_and_gradient(points)
    norms = np.linalg.norm(slopes, axis=1)
    iterations = np.zeros(len(points), np.int64)
    damping, idle = np.full(len(points), 1e-3), np.zeros(len(points), np.int64)
    active = np.flatnonzero(norms >= gradient)
    for _ in range(steps):
        if not len(active):
            break
        hessians = curved.hessian(points[active])
        iterations[active] += 1
        # Those whose trial fails try again with more damping, from the same Hessian.
        trying = np.arange(len(active))
        while len(trying):
            runs = active[trying]
            moves = np.empty((len(runs), points.shape[1]))
            for k, run in enumerate(runs):
                moves[k], damping[run] = _step(hessians[trying[k]], slopes[run], damping[run])
            new, there = curved.loss_and_gradient(points[runs] + moves)
            foretold = 0.5 * np.einsum("ri,rij,rj->r", moves, hessians[trying], moves)
            foretold += np.einsum("ri,ri->r", slopes[runs], moves)
            gained = new - losses[runs]
            ratio = gained / np.minimum(foretold, -np.finfo(float).tiny)
            # Where the loss is all rounding, the gradient tells whether a step was good.
            flat = np.abs(foretold) < ROUNDING * (1 + np.abs(losses[runs]))
            after = np.linalg.norm(there, axis=1)
            good = np.where(flat, after < norms[runs], ratio > 1e-4)
            damping[runs] *= np.where(good, np.where(flat | (ratio > 0.7), 0.2, 1.0), 4.0)
            np.clip(damping, SMALLEST, None, out=damping)
            idle[runs] = np.where(flat, idle[runs] + 1, 0)
            done = runs[good]
            points[done] += moves[good]
            losses[done], slopes[done], norms[done] = new[good], there[good], after[good]
            trying = trying[~good & (damping[runs] < LARGEST) & (idle[runs] < FLAT)]
        going = (norms[active] >= gradient) & (damping[active] < LARGEST) & (idle[active] < FLAT)
        active = active[going]
        progress(len(points) - len(active), len(points))
    return Ends(points, losses, norms, iterations)


def _step(hessian: Floats, slope: Floats, damping: float) -> tuple[Floats, float]:
    """A step, and the damping that made the matrix positive definite."""
    # A third of a second to import, which most commands need not pay.
    from scipy.linalg import cho_factor, cho_solve

    size = len(slope)
    while True:
        try:
            factor = cho_factor(hessian + damping * np.eye(size), check_finite=False)
        except np.linalg.LinAlgError:
            damping = max(4 * damping, 1e-12)
            continue
        return -cho_solve(factor, slope, check_finite=False), damping
