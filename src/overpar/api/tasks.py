"""Numbers of a task at given angles."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from overpar.base.checks import choice, instance, integer, positive, real_array, require
from overpar.base.seeds import released_angles
from overpar.engines.choose import curvature_engine, fermions_apply, make_engine, make_objective
from overpar.engines.density import Density
from overpar.engines.interface import (
    Complexes,
    CurvatureEngine,
    Engine,
    EngineName,
    Floats,
    Objective,
)
from overpar.model.noise import Noise
from overpar.model.observables import Task
from overpar.quantities import information
from overpar.quantities.exact_rank import generic_rank
from overpar.quantities.information import Rank

Matrix = Literal["qfim", "hessian"]
SEEDS = 2**32
# Of a state vector: a quarter of a gigabyte for each of eight lanes, real and imaginary.
QUBITS = 24


def random_angles(task: Task, seed: int, *, width: float = 2 * np.pi) -> Floats:
    """Angles for a task, as the papers' released code draws them.

    np.random.seed(seed); width·np.random.rand(M).

    Args:
        task: what the angles are for.
        seed: 0 to 2³²−1.
        width: upper end, radians.

    Returns:
        Shape (M,).

    Raises:
        UserError: if an argument is out of range.

    Examples:
        >>> import overpar as op
        >>> task = op.tfim_hva().task(qubits=4, depth=2)
        >>> op.random_angles(task, seed=7, width=1.0).round(2).tolist()
        [0.08, 0.78, 0.44, 0.72]

    Source: the authors' released code of arXiv:2109.11676.
    """
    check_task(task)
    integer("seed", seed, 0)
    require(seed < SEEDS, f"Argument `seed` must be below {SEEDS}, but is {seed}.")
    positive("width", width)
    return released_angles(seed, task.parameters, width)


def state(task: Task, angles: ArrayLike, *, engine: EngineName = "auto") -> Complexes:
    """The state that a task's circuit makes of its input.

    Args:
        task: what is simulated.
        angles: radians, shape (M,), or (runs, M) for several points.
        engine: "auto", "statevector" or "qibo".

    Returns:
        Amplitudes, qubit 0 most significant: shape (2ⁿ,), with an axis of inputs before it if
        the task has several, and one of runs before that if `angles` has it.

    Raises:
        UserError: if the angles have another shape.

    Examples:
        >>> import overpar as op
        >>> task = op.Model(generators=["X"]).task(qubits=1, depth=1)
        >>> abs(op.state(task, [np.pi])).round(12).tolist()
        [0.0, 1.0]
    """
    points = _points(task, angles)
    states = _engine(task, engine).state(points.reshape(-1, task.parameters))
    states = states if task.inputs is not None and len(task.inputs) > 1 else states[:, 0]
    return states if points.ndim == 2 else states[0]


def loss_and_gradient(
    task: Task, angles: ArrayLike, *, engine: EngineName = "auto", threads: int = 1
) -> tuple[Floats, Floats]:
    """The loss of a task and its gradient.

    Args:
        task: what is trained.
        angles: radians, shape (M,), or (runs, M) for several points.
        engine: "auto" takes the fastest that applies; "fermions", "paulis",
            "statevector" or "qibo".
        threads: threads that share the points; no number depends on it.

    Returns:
        Loss, a number or shape (runs,), and gradient, of the shape of `angles`.

    Raises:
        UserError: if the angles have another shape, the task has no loss, or the engine does not
            apply.

    Examples:
        >>> import overpar as op
        >>> task = op.Model(generators=["X"], observable="Z").task(qubits=1, depth=1)
        >>> loss, gradient = op.loss_and_gradient(task, [np.pi / 2])
        >>> round(float(loss), 12), gradient.round(12).tolist()
        (1.0, [-1.0])

    Source: arXiv:2109.11676, eq. (3).
    """
    points = _points(task, angles, trainable=True)
    integer("threads", threads, 1)
    loss, gradient = objective(task, engine, threads).loss_and_gradient(
        points.reshape(-1, task.parameters)
    )
    return (loss, gradient) if points.ndim == 2 else (loss[0], gradient[0])


def qfim(
    task: Task,
    angles: ArrayLike,
    *,
    noise: str | None = None,
    engine: EngineName = "auto",
) -> Floats:
    """Quantum Fisher information matrix F_ij = 4 Re[⟨∂iψ|∂jψ⟩ − ⟨∂iψ|ψ⟩⟨ψ|∂jψ⟩].

    One rotation of |0⟩ gives F = 1. Several inputs are joined by a label, which the circuit does
    not touch.

    Args:
        task: what is simulated.
        angles: radians, shape (M,).
        noise: that of the mixed state, by the symmetric logarithmic derivative: "local:λ" is
            Pauli noise after every gate, "both:λ" before as well, "global:q" depolarising with
            survival q after each moment of the Ising chain's layers.
        engine: "auto", "statevector" or "qibo"; not for noise.

    Returns:
        Symmetric positive semidefinite matrix, shape (M, M).

    Raises:
        UserError: if the angles have another shape, or noise does not apply to the task.

    Examples:
        >>> import overpar as op
        >>> task = op.Model(generators=["X"]).task(qubits=1, depth=1)
        >>> op.qfim(task, [0.3]).round(12).tolist()
        [[1.0]]

    Source: arXiv:2109.11676, eq. (8); arXiv:2302.05059, eq. (7).
    """
    check_task(task)
    point = real_array("angles", angles, (task.parameters,))
    if noise is None:
        return information.qfim(_engine(task, engine), point)
    model = Noise.parse(noise)
    require(engine == "auto", f"Argument `noise` needs engine 'auto', but it is {engine!r}.")
    require(task.inputs is None, "Argument `noise` needs a task whose only input is |0…0⟩.")
    require(
        model.place != "global" or task.chain is not None,
        "Argument `noise` of kind global is for the Ising chain's ansatz, whose moments it counts.",
    )
    # Global noise acts after each of the four moments of a layer, and once after the first H.
    moments = 2 * task.parameters + 1
    return information.mixed_qfim(*Density(task.circuit, model, moments).tangents(point))


def hessian(task: Task, angles: ArrayLike) -> Floats:
    """Hessian H_ij = ∂²L/∂θ_i∂θ_j of a task's loss.

    Args:
        task: what is trained.
        angles: radians, shape (M,).

    Returns:
        Symmetric matrix, shape (M, M).

    Raises:
        UserError: if the angles have another shape, the task has no loss, or the derivatives are
            the released ones.

    Examples:
        >>> import overpar as op
        >>> task = op.Model(generators=["X"], observable="Z").task(qubits=1, depth=1)
        >>> op.hessian(task, [0.0]).round(12).tolist()
        [[-1.0]]

    Source: arXiv:2109.11676, eq. (9).
    """
    check_task(task, trainable=True)
    point = real_array("angles", angles, (task.parameters,))
    require(
        not task.circuit.derivative_ties,
        'The Hessian needs a model with tying "correct", but it is "released".',
    )
    return information.hessian(_curvature_engine(task), point)


def spectrum(
    task: Task,
    angles: ArrayLike,
    *,
    of: Matrix = "qfim",
    noise: str | None = None,
    engine: EngineName = "auto",
) -> Floats:
    """Eigenvalues of QFIM or Hessian in descending order.

    Args:
        task: what is simulated.
        angles: radians, shape (M,).
        of: "qfim" or "hessian".
        noise: as for `qfim`.
        engine: as for `qfim`.

    Returns:
        Shape (M,).

    Raises:
        UserError: as for `qfim` and `hessian`.

    Examples:
        >>> import overpar as op
        >>> task = op.tfim_hva().task(qubits=2, depth=1)
        >>> len(op.spectrum(task, [0.1, 0.2], of="hessian"))
        2

    Source: arXiv:2109.11676, Fig. 4.
    """
    choice("of", of, Matrix)
    require(noise is None or of == "qfim", "Argument `noise` needs of='qfim'.")
    if of == "hessian":
        return information.spectrum(hessian(task, angles))
    return information.spectrum(qfim(task, angles, noise=noise, engine=engine))


def rank(task: Task, angles: ArrayLike | None = None, *, of: Matrix = "qfim") -> Rank:
    """Rank of QFIM or Hessian: exact at generic angles, or numerical at given ones.

    Without angles it is the rank of the QFIM at almost all angles, a property of the circuit, by
    arithmetic modulo primes. A circuit with other gates than rotations about Pauli strings and
    Clifford+T has a numerical rank at random angles, and `reason` says so.

    Args:
        task: what is simulated.
        angles: radians, shape (M,); None for generic ones.
        of: "qfim" or "hessian"; the latter at given angles only.

    Returns:
        `value`, `exact`, and `primes` if it is; of a numerical rank `gap`, decades around the cut:
        singular values of the tangents above 1e-12 of the largest count, and eigenvalues of the
        Hessian above 1e-8.

    Raises:
        UserError: as for `spectrum`, or if there are no angles for the Hessian.

    Examples:
        >>> import overpar as op
        >>> task = op.tfim_hva().task(qubits=6, depth=12)
        >>> found = op.rank(task)
        >>> found.value, found.exact
        (18, True)
        >>> op.rank(task, op.random_angles(task, seed=7)).value
        18

    Source: arXiv:2109.11676, theorem 1; the cuts are those of docs/conventions.md.
    """
    choice("of", of, Matrix)
    check_task(task)
    if angles is None:
        require(of == "qfim", "Argument `angles` is needed for the rank of the Hessian.")
        return generic_rank(task)
    if of == "hessian":
        return information.numerical_rank(spectrum(task, angles, of=of))
    point = real_array("angles", angles, (task.parameters,))
    return information.tangent_rank(information.horizontal(*_engine(task).tangents(point)))


def check_task(task: Task, *, trainable: bool = False) -> None:
    """Require a task, and one with a loss if it is to be trained.

    Raises:
        UserError: if it is none, or has no loss.
    """
    instance("task", task, Task, "model.task(qubits=6, depth=12)")
    require(
        task.trainable or not trainable,
        "Argument `task` has no loss: its model needs an `observable`, or a `target` to compile.",
    )


def _points(task: Task, angles: ArrayLike, *, trainable: bool = False) -> Floats:
    """Angles of one point or of several."""
    check_task(task, trainable=trainable)
    several = np.ndim(angles) == 2
    return real_array("angles", angles, (None, task.parameters) if several else (task.parameters,))


def objective(task: Task, engine: EngineName = "auto", threads: int = 1) -> Objective:
    """Loss and gradient of a task; see `engines.choose.make_objective`.

    Raises:
        UserError: if it would need more amplitudes than fit.
    """
    if not (fermions_apply(task) and engine in ("auto", "fermions")):
        _require_amplitudes(task)
    return make_objective(task, engine, threads)


def _engine(task: Task, engine: EngineName = "auto") -> Engine:
    _require_amplitudes(task)
    return make_engine(task, engine)


def _curvature_engine(task: Task) -> CurvatureEngine:
    _require_amplitudes(task)
    return curvature_engine(task)


def _require_amplitudes(task: Task) -> None:
    n = task.circuit.qubits
    require(
        n <= QUBITS,
        f"{n} qubits have 2^{n} amplitudes, but at most 2^{QUBITS} are computed. Without them there"
        " are the loss and gradient of the Ising chain's own ansatz, exact ranks and algebras.",
    )
