"""Optimisers beside Adam: gradient descent, L-BFGS and the quantum natural gradient."""

from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import choice, integer, positive, require
from overpar.base.progress import Progress, silent
from overpar.engines.interface import Curved, Floats, Objective
from overpar.quantities.training import Log, Training, descend, train

Indices = NDArray[np.int64]
OptimiserName = Literal["adam", "gd", "lbfgs", "qng"]
# Weak Wolfe conditions: fraction of the predicted decrease, and of the slope that may be left.
DECREASE, SLOPE = 1e-4, 0.9
# A rise of the loss by so much, relative to 1 + |loss|, is rounding; slopes then decide.
ROUNDING = 1e-11
# Steps tried on one line: from 1 down to 2⁻³⁰ of the step that the curvature suggests.
TRIALS = 30


def optimise(
    name: OptimiserName,
    objective: Objective,
    angles: Floats,
    steps: int,
    *,
    rate: float | None = None,
    progress: Progress = silent,
) -> Training:
    """Minimise a loss from a batch of initial angles with the optimiser of that name.

    Args:
        name: "adam", "gd" (gradient descent), "lbfgs" or "qng" (quantum natural gradient).
        objective: of the task; "qng" needs a `Curved` one.
        angles: initial angles in radians, (runs, M).
        steps: number of updates, at least 1; of evaluations after the first for "lbfgs".
        rate: learning rate, positive; if None that of the optimiser. "lbfgs" has none.
        progress: called with (steps done, steps).

    Raises:
        UserError: if an argument is out of range, or the optimiser does not fit the objective.

    Source: see the function of each.
    """
    choice("name", name, OptimiserName)
    if name == "lbfgs":
        require(rate is None, f"Argument `rate` must be None for optimiser 'lbfgs', but is {rate}.")
        return lbfgs(objective, angles, steps, progress=progress)
    rates = {} if rate is None else {"rate": rate}
    if name == "qng":
        require(
            hasattr(objective, "qfim"),
            "Optimiser 'qng' needs an objective with a QFIM, from `make_curved`, but it is"
            f" {type(objective).__name__}.",
        )
        curved = cast(Curved, objective)
        return quantum_natural_gradient(curved, angles, steps, **rates, progress=progress)
    method = train if name == "adam" else gradient_descent
    return method(objective, angles, steps, **rates, progress=progress)


def gradient_descent(
    objective: Objective,
    angles: Floats,
    steps: int,
    *,
    rate: float = 1e-3,
    progress: Progress = silent,
) -> Training:
    """Minimise a loss by θ ← θ − rate·∇L from a batch of initial angles.

    It can converge only where the rate is below 2 over the largest curvature of the loss.

    Args:
        objective: of the task.
        angles: initial angles in radians, (runs, M).
        steps: number of updates, at least 1.
        rate: learning rate, positive.
        progress: called with (steps done, steps).

    Raises:
        UserError: if an argument is out of range.

    Source: definition.
    """
    positive("rate", rate)
    return descend(
        objective, angles, steps, lambda _, at, gradient: at - rate * gradient, progress=progress
    )


def quantum_natural_gradient(
    curved: Curved,
    angles: Floats,
    steps: int,
    *,
    rate: float = 1e-1,
    regularisation: float = 1e-3,
    progress: Progress = silent,
) -> Training:
    """Minimise a loss by θ ← θ − rate·(F/4 + λ·1)⁻¹∇L from a batch of initial angles.

    F is the QFIM at each point, F/4 the Fubini–Study metric: F/4 = 1/4 for one rotation of |0⟩.
    λ keeps directions in which the state stays as it is from being divided by zero. One QFIM per
    run and step is computed.

    Args:
        curved: of the task.
        angles: initial angles in radians, (runs, M).
        steps: number of updates, at least 1.
        rate: learning rate, positive.
        regularisation: λ, positive, in units of the metric.
        progress: called with (steps done, steps).

    Raises:
        UserError: if an argument is out of range.

    Source: J. Stokes, J. Izaac, N. Killoran, G. Carleo, Quantum 4, 269 (2020), eq. (7).
    """
    positive("rate", rate)
    positive("regularisation", regularisation)

    def update(_: int, at: Floats, gradient: Floats) -> Floats:
        out = at.copy()
        shift = regularisation * np.eye(at.shape[1])
        # A run that has diverged has gradient zero, and perhaps no QFIM.
        runs = np.flatnonzero(gradient.any(axis=1))
        metrics = curved.qfim(at[runs]) / 4 + shift
        out[runs] -= rate * np.linalg.solve(metrics, gradient[runs, :, None])[..., 0]
        return out

    return descend(curved, angles, steps, update, progress=progress)


def lbfgs(
    objective: Objective,
    angles: Floats,
    steps: int,
    *,
    tolerance: float = 1e-9,
    memory: int = 10,
    progress: Progress = silent,
) -> Training:
    """Minimise a loss with the limited-memory BFGS method from a batch of initial angles.

    A step is one evaluation of loss and gradient, whether its point is accepted or not, so that
    budgets compare with those of other optimisers; a record holds the loss of the point accepted
    last, and so `best_angles` and `final_angles` are accepted points. A point is accepted by the
    weak Wolfe conditions, looked for by doubling and bisection; where the loss changes by less
    than rounding, slopes decide (the approximate conditions). A run stops where the norm of its
    gradient is below `tolerance`, or where no step is found along the gradient itself: its later
    losses are the last one. Runs never influence each other, and only those that have not
    stopped are evaluated.

    Args:
        objective: of the task.
        angles: initial angles in radians, (runs, M).
        steps: number of evaluations after the first, at least 1.
        tolerance: norm of the gradient at which a run stops, positive.
        memory: pairs of moves and gradient changes that are kept, at least 1.
        progress: called with (steps done, steps).

    Raises:
        UserError: if an argument is out of range.

    Source: J. Nocedal, S. Wright, Numerical Optimization, algorithm 7.4; A. Lewis, M. Overton,
    Math. Program. 141, 135 (2013), algorithm 4.6; W. Hager, H. Zhang, SIAM J. Optim. 16, 170
    (2005), eq. (4.1).
    """
    positive("tolerance", tolerance)
    integer("memory", memory, 1)
    log = Log(angles, steps)
    loss, gradient = objective.loss_and_gradient(log.initial)
    lines = _Lines(log.initial.copy(), loss, gradient, tolerance=tolerance, memory=memory)
    log.add(0, lines.loss, lines.angles)
    for step in range(1, steps + 1):
        if len(lines.runs):
            trial = lines.trial()
            lines.judge(trial, *objective.loss_and_gradient(trial))
        log.add(step, lines.loss, lines.angles)
        progress(step, steps)
    return log.training(lines.angles, np.isfinite(lines.loss))


class _Lines:
    """The lines along which a batch of runs is minimised, all arrays by run.

    Args:
        angles: points accepted last, (runs, M).
        loss: there, (runs,); NaN for runs that have diverged.
        gradient: there, (runs, M).
        tolerance: norm of the gradient at which a run stops.
        memory: pairs that are kept.
    """

    def __init__(
        self, angles: Floats, loss: Floats, gradient: Floats, *, tolerance: float, memory: int
    ) -> None:
        finite = _finite(loss, gradient)
        self.angles, self.loss, self.gradient = angles, np.where(finite, loss, np.nan), gradient
        self.tolerance = tolerance
        runs, size = angles.shape
        self._moves = np.zeros((runs, memory, size))
        self._changes = np.zeros((runs, memory, size))
        # 1/(move · change), newest last; zero where there is no pair yet.
        self._weights = np.zeros((runs, memory))
        self._direction = np.zeros((runs, size))
        self._slope, self._size = np.zeros(runs), np.zeros(runs)
        self._low, self._high = np.zeros(runs), np.zeros(runs)
        self._trials = np.zeros(runs, np.int64)
        # Those that have not stopped.
        self.runs = self._aim(np.flatnonzero(finite))

    def _aim(self, runs: Indices) -> Indices:
        """Begin a new line from the points accepted last; the runs that have not arrived."""
        gradient = self.gradient[runs]
        norm = np.sqrt(_dot(gradient, gradient))
        far = norm >= self.tolerance
        runs, gradient, norm = runs[far], gradient[far], norm[far]
        direction = -self._two_loops(runs, gradient)
        self._direction[runs], self._slope[runs] = direction, _dot(direction, gradient)
        # Without a pair the scale is not known: a move by one radian, or less for a small slope.
        first = self._weights[runs, -1] == 0
        self._size[runs] = np.where(first, 1 / np.maximum(norm, 1), 1.0)
        self._low[runs], self._high[runs], self._trials[runs] = 0.0, np.inf, 0
        return runs

    def trial(self) -> Floats:
        """The points to be tried next, one for each of `runs`."""
        return self.angles[self.runs] + self._size[self.runs, None] * self._direction[self.runs]

    def judge(self, trial: Floats, loss: Floats, gradient: Floats) -> None:
        """Accept or reject what was tried, given loss and gradient there."""
        finite = _finite(loss, gradient)
        self.loss[self.runs[~finite]] = np.nan
        runs = self.runs[finite]
        trial, loss, gradient = trial[finite], loss[finite], gradient[finite]
        size, slope, before = self._size[runs], self._slope[runs], self.loss[runs]
        along = _dot(gradient, self._direction[runs])
        equal = np.abs(loss - before) <= ROUNDING * (1 + np.abs(before))
        enough = loss <= before + DECREASE * size * slope
        enough |= equal & (along <= (2 * DECREASE - 1) * slope)
        short = enough & (along < SLOPE * slope)
        good = enough & ~short
        taken = runs[good]
        self._learn(taken, trial[good] - self.angles[taken], gradient[good] - self.gradient[taken])
        self.angles[taken], self.loss[taken] = trial[good], loss[good]
        self.gradient[taken] = gradient[good]
        self._low[runs] = np.where(short, size, self._low[runs])
        self._high[runs] = np.where(enough, self._high[runs], size)
        rest = runs[~good]
        low, high = self._low[rest], self._high[rest]
        self._size[rest] = np.where(np.isinf(high), 2 * low, 0.5 * (low + high))
        self._trials[rest] += 1
        failed = self._trials[rest] >= TRIALS
        # Once more along the gradient, unless that was it.
        again = rest[failed & (self._weights[rest, -1] != 0)]
        self._weights[again] = 0.0
        self.runs = np.sort(np.concatenate([self._aim(taken), self._aim(again), rest[~failed]]))

    def _learn(self, runs: Indices, move: Floats, change: Floats) -> None:
        product = _dot(move, change)
        # It is, by the slope that was accepted, unless rounding decides; it must be for descent.
        useful = product > 0
        runs = runs[useful]
        for kept, new in (
            (self._moves, move[useful]),
            (self._changes, change[useful]),
            (self._weights, 1 / product[useful]),
        ):
            kept[runs, :-1] = kept[runs, 1:]
            kept[runs, -1] = new

    def _two_loops(self, runs: Indices, gradient: Floats) -> Floats:
        """The inverse Hessian of the pairs times the gradient."""
        moves, changes, weights = self._moves[runs], self._changes[runs], self._weights[runs]
        out = gradient.copy()
        parts = np.zeros_like(weights)
        for k in range(weights.shape[1] - 1, -1, -1):
            parts[:, k] = weights[:, k] * _dot(moves[:, k], out)
            out -= parts[:, k, None] * changes[:, k]
        known = weights[:, -1] != 0
        newest = changes[:, -1]
        scale = np.ones(len(runs))
        scale[known] = 1 / (weights[known, -1] * _dot(newest[known], newest[known]))
        out *= scale[:, None]
        for k in range(weights.shape[1]):
            rest = parts[:, k] - weights[:, k] * _dot(changes[:, k], out)
            out += rest[:, None] * moves[:, k]
        return out


def _dot(left: Floats, right: Floats) -> Floats:
    """Scalar products (runs,) of vectors (runs, M), each from its own numbers alone."""
    return np.asarray((left * right).sum(axis=1))


def _finite(loss: Floats, gradient: Floats) -> NDArray[np.bool_]:
    return np.isfinite(loss) & np.isfinite(gradient.sum(axis=1))
