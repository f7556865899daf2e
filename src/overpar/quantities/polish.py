"""Minimisation to a vanishing gradient, with exact second derivatives."""

import numpy as np

from overpar.engines.interface import CurvatureEngine, Floats
from overpar.quantities.information import curvature

GRADIENT = 1e-9


def polish(engine: CurvatureEngine, angles: Floats, steps: int = 200) -> Floats:
    """Continue a minimisation with exact second derivatives until the gradient vanishes.

    Null directions of the Hessian are resolved only as well as the gradient is small.

    Args:
        engine: of the task.
        angles: near a minimum, shape (M,).
        steps: at most so many iterations.

    Returns:
        The best angles found, shape (M,).

    Source: scipy.optimize's trust-region Newton method ("trust-exact").
    """

    # Half a second to import, for optimised points only.
    from scipy.optimize import minimize

    def loss(x: Floats) -> tuple[float, Floats]:
        value, gradient = engine.loss_and_gradient(x[None])
        return float(value[0]), gradient[0]

    found = minimize(
        loss,
        angles,
        jac=True,
        hess=lambda x: curvature(engine, x)[1],
        method="trust-exact",
        options={"gtol": GRADIENT, "maxiter": steps},
    )
    return np.asarray(found.x)
