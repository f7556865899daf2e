"""The quantum neural tangent kernel: its values, and what theory says of them.

A model is ε(θ) = ⟨ψ|U†OU|ψ⟩ − O₀ with angles in exp(iθP), no factor ½, and loss ½ε². Means and
deviations are over Haar-random W_l and Pauli strings P_l, for a given O of dimension D.
"""

from dataclasses import dataclass

import numpy as np

from overpar.base.checks import integer, require
from overpar.engines.interface import Complexes, Engine, Floats, Objective
from overpar.model.observables import PauliSum, Task, apply_observable

# Length of the step of θ in units of |∇ε| over ‖∇²ε‖, for differences of fourth order.
STEP = 1e-3


def tangent_kernel(objective: Objective, angles: Floats) -> Floats:
    """The kernel K = Σ_l (∂ε/∂θ_l)² at several points.

    One exp(iθX) on |0⟩ with O = Z has ε = cos 2θ and K = 4 sin² 2θ.

    Args:
        objective: of a task whose loss is ⟨O⟩.
        angles: radians, shape (runs, L).

    Returns:
        K ≥ 0, shape (runs,).

    Source: arXiv:2203.16711, eq. (5).
    """
    _, gradient = objective.loss_and_gradient(angles)
    return np.asarray((gradient**2).sum(axis=1))


def meta_kernel(objective: Objective, angles: Floats) -> Floats:
    """The meta-kernel μ = Σ_lm (∂²ε/∂θ_l∂θ_m)(∂ε/∂θ_l)(∂ε/∂θ_m) at several points.

    It is the second derivative of ε along its own gradient, taken as a fourth-order difference of
    gradients: exact to about 1e-10 of ‖∇ε‖². With it a step of rate η makes
    ε → ε − ηKε + ½η²ε²μ. One exp(iθX) on |0⟩ with O = Z has μ = −16 cos 2θ sin² 2θ.

    Args:
        objective: of a task whose loss is ⟨O⟩.
        angles: radians, shape (runs, L).

    Returns:
        μ, shape (runs,).

    Source: arXiv:2203.16711, eq. (13).
    """
    _, gradient = objective.loss_and_gradient(angles)
    norm = np.linalg.norm(gradient, axis=1)
    unit = gradient / np.where(norm > 0, norm, 1)[:, None]
    total = np.zeros(len(angles))
    for steps, weight in ((1, 8 / 12), (-1, -8 / 12), (2, -1 / 12), (-2, 1 / 12)):
        _, moved = objective.loss_and_gradient(angles + steps * STEP * unit)
        total += weight * (moved * unit).sum(axis=1)
    return total / STEP * norm**2


def data_kernel(engine: Engine, task: Task, angles: Floats) -> Floats:
    """The kernel of several inputs, K_ab = Σ_l (∂ε_a/∂θ_l)(∂ε_b/∂θ_l), at one point.

    Args:
        engine: of the task.
        task: with a `PauliSum` and k inputs.
        angles: radians, shape (L,).

    Returns:
        Symmetric positive semidefinite matrix, shape (k, k).

    Source: arXiv:2203.16711, section on supervised learning.
    """
    state, tangents = engine.tangents(angles)
    inputs = len(task.joint)
    costate = apply_observable(task, state).reshape(inputs, -1)
    overlaps = np.einsum("lad,ad->al", tangents.reshape(len(angles), inputs, -1), costate.conj())
    # The joint state holds every input with amplitude 1/√k.
    gradients = 2 * inputs * overlaps.real
    return np.asarray(gradients @ gradients.T)


def matrix(observable: PauliSum, qubits: int) -> Complexes:
    """Matrix of a Pauli sum, shape (2ⁿ, 2ⁿ)."""
    rows = np.arange(2**qubits)
    out = np.zeros((2**qubits, 2**qubits), np.complex128)
    for flip, diagonal in zip(*observable.by_flip(qubits), strict=True):
        out[rows, rows ^ flip] += diagonal
    return out
