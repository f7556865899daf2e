"""The quantum neural tangent kernel, and gradient descent on the error it describes.

The error is ε(θ) = ⟨ψ|U†OU|ψ⟩ − O₀ with angles in exp(iθP), without a factor ½; the loss is ½ε².
"""

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import integer, require
from overpar.base.progress import Progress, silent
from overpar.engines.interface import Engine, Floats, Objective
from overpar.model.observables import PauliSum, Task, apply_observable
from overpar.quantities.kernel_theory import matrix

# Distance in θ between the gradients of a fourth-order difference, radians.
STEP = 1e-3


def tangent_kernel(objective: Objective, angles: Floats) -> Floats:
    """The kernel K = Σ_l (∂ε/∂θ_l)² at several points.

    One exp(iθX) on |0⟩ with O = Z has ε = cos 2θ and K = 4 sin² 2θ.

    Args:
        objective: of a task whose loss is ⟨O⟩.
        angles: radians, shape (runs, L).

    Returns:
        K ≥ 0, shape (runs,).

    Source: arXiv:2203.16711, definition of the kernel.
    """
    _, gradient = objective.loss_and_gradient(angles)
    return np.asarray((gradient**2).sum(axis=1))


def meta_kernel(objective: Objective, angles: Floats) -> Floats:
    """The meta-kernel μ = Σ_lm (∂²ε/∂θ_l∂θ_m)(∂ε/∂θ_l)(∂ε/∂θ_m) at several points.

    Gradient descent with rate η takes ε to ε − ηKε + ½η²ε²μ to second order. μ is the second
    derivative of ε along its gradient, here by a difference of gradients whose relative error is
    about 1e-10. One exp(iθX) on |0⟩ with O = Z has μ = −16 cos 2θ sin² 2θ.

    Args:
        objective: of a task whose loss is ⟨O⟩.
        angles: radians, shape (runs, L).

    Returns:
        μ, shape (runs,).

    Source: arXiv:2203.16711, definition of the meta-kernel.
    """
    _, gradient = objective.loss_and_gradient(angles)
    norm = np.linalg.norm(gradient, axis=1)
    along = gradient / np.where(norm > 0, norm, 1)[:, None]
    total = np.zeros(len(angles))
    for steps, weight in ((1, 8 / 12), (-1, -8 / 12), (2, -1 / 12), (-2, 1 / 12)):
        _, moved = objective.loss_and_gradient(angles + steps * STEP * along)
        total += weight * (moved * along).sum(axis=1)
    return np.asarray(total / STEP * norm**2)


def data_kernel(engine: Engine, task: Task, angles: Floats) -> Floats:
    """The kernel of several inputs, K_ab = Σ_l (∂ε_a/∂θ_l)(∂ε_b/∂θ_l), at one point.

    Args:
        engine: of the task.
        task: with a `PauliSum` and k inputs.
        angles: radians, shape (L,).

    Returns:
        Symmetric positive semidefinite matrix, shape (k, k).

    Source: arXiv:2203.16711, supervised learning.
    """
    state, tangents = engine.tangents(angles)
    inputs = len(task.joint)
    costate = apply_observable(task, state).reshape(inputs, -1)
    overlaps = np.einsum("lad,ad->al", tangents.reshape(len(tangents), inputs, -1), costate.conj())
    # The joint state holds every input with amplitude 1/√k.
    gradients = 2 * inputs * overlaps.real
    return np.asarray(gradients @ gradients.T)


def conditional_kernel(task: Task, outputs: NDArray[np.complex128], layers: int) -> Floats:
    """The mean of the kernel of orthogonal inputs over random circuits of given output states.

    2DL/(D²−1) times the Laplacian of the weights |⟨ψ_a|O|ψ_b⟩|² among all D basis states, of which
    the rows and columns of the inputs are kept. Given the outputs, layers are independent, so the
    kernel is like a Wishart matrix of L degrees of freedom with this mean. Its smallest eigenvalue
    is what leaks from the inputs to the others: zero if |A| = D.

    Args:
        task: with a `PauliSum`.
        outputs: orthonormal ψ_a, shape (k, 2ⁿ).
        layers: L ≥ 1.

    Returns:
        Shape (k, k).

    Source: E P̃ ⊗ P̃ = (D·swap − 1)/(D²−1) for each layer.
    """
    assert isinstance(task.observable, PauliSum)
    size = outputs.shape[1]
    moved = outputs @ matrix(task.observable, task.circuit.qubits).T
    weights = np.abs(outputs.conj() @ moved.T) ** 2
    strength = (np.abs(moved) ** 2).sum(axis=1)
    return np.asarray(2 * size * layers / (size**2 - 1) * (np.diag(strength) - weights))


def data_eigenvalues(kernel: Floats) -> tuple[float, float, float]:
    """Three numbers of the kernel of k orthogonal inputs.

    Args:
        kernel: shape (k, k), k ≥ 2.

    Returns:
        The smallest eigenvalue; the expectation of K in the uniform direction (1, …, 1)/√k, and
        its mean over the k−1 directions orthogonal to it. The mean of K over W, P and θ has the
        last two as its eigenvalues. The mean of the smallest eigenvalue is below both, because
        the smallest eigenvalue is a concave function of K.

    Examples:
        >>> [round(x, 9) for x in data_eigenvalues(np.array([[2.0, -1.0], [-1.0, 2.0]]))]
        [1.0, 1.0, 3.0]

    Source: arXiv:2203.16711, eq. (21); the decomposition is ours.
    """
    inputs = len(kernel)
    uniform = float(kernel.sum()) / inputs
    rest = (float(np.trace(kernel)) - uniform) / (inputs - 1)
    return float(np.linalg.eigvalsh(kernel)[0]), uniform, rest


def descend(
    objective: Objective,
    angles: Floats,
    target: float,
    *,
    rate: float,
    steps: int,
    progress: Progress = silent,
) -> tuple[Floats, Floats, Floats]:
    """Plain gradient descent on ½ε², θ ← θ − ηε∇ε, of several runs.

    Args:
        objective: of a task whose loss is ⟨O⟩.
        angles: initial angles in radians, shape (runs, L).
        target: O₀ in ε = ⟨O⟩ − O₀.
        rate: η > 0.
        steps: number of updates, at least 1.
        progress: called with (steps done, steps).

    Returns:
        ε before each update and after the last, shape (runs, steps+1), and K before the first and
        after the last, shape (runs,) each.

    Raises:
        UserError: if an argument is out of range.

    Source: arXiv:2203.16711, gradient descent on the residual training error.
    """
    integer("steps", steps, 1)
    require(rate > 0, f"Argument `rate` must be positive, but is {rate}.")
    errors = np.empty((len(angles), steps + 1))
    for step in range(steps + 1):
        value, gradient = objective.loss_and_gradient(angles)
        errors[:, step] = value - target
        if step == 0:
            start = (gradient**2).sum(axis=1)
        if step < steps:
            angles = angles - rate * errors[:, step, None] * gradient
            progress(step + 1, steps)
    return errors, start, np.asarray((gradient**2).sum(axis=1))
