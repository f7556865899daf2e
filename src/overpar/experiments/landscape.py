"""Loss landscape around one trap of a shallow ansatz, seen by it and by a deeper one."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from overpar.base import seeds
from overpar.base.records import Variable
from overpar.engines.choose import curvature_engine, make_objective
from overpar.engines.interface import EngineName, Floats, Objective
from overpar.experiments.common.spec import CellSpec, Context, Result, require_even_ring
from overpar.model.papers import tfim_hva
from overpar.quantities.curved import Pointwise
from overpar.quantities.information import curvature
from overpar.quantities.newton import newton
from overpar.quantities.training import train

SOURCE = "arXiv:2109.11676, Fig. 1; the protocol is ours"

# A descent has left the trap if it gets below this fraction of its loss.
LEFT = 0.5


class Spec(CellSpec):
    """One depth in which the trap is looked at.

    # ASSUME: the trap is the end of the run of median loss, polished. In a deeper ansatz the same
    state is made with layers of angle zero, spread evenly among the trained ones.
    """

    LABEL: ClassVar[dict[str, str]] = {
        "qubits": "n",
        "boundary": "boundary",
        "trained": "trained",
        "depth": "depth",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("qubits", "boundary", "trained")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "fermions", "statevector", "qibo")
    USES: ClassVar[frozenset[str]] = frozenset({"statevector"})
    qubits: int = Field(ge=2, le=10, description="number of qubits")
    boundary: Literal["open", "periodic"] = Field(description="boundary of the chain")
    trained: int = Field(ge=1, le=100, description="layers of the ansatz that was trained")
    depth: int = Field(ge=1, le=200, description="layers of the ansatz that is looked at")
    initialisations: int = Field(25, ge=1, le=10_000, description="runs that end in the traps")
    steps: int = Field(3000, ge=1, le=1_000_000, description="Adam updates, also of the descent")
    points: int = Field(41, ge=3, le=1001, description="points per axis of the slice, odd")
    reach: float = Field(1.5, gt=0, le=7, description="half-width of the slice, radians")
    kick: float = Field(
        0.05, gt=0, le=1, description="kick along the smallest curvature before the descent"
    )

    @model_validator(mode="after")
    def _fits(self) -> "Spec":
        if self.depth < self.trained:
            raise ValueError(f"depth must be at least {self.trained}, but is {self.depth}")
        if self.points % 2 == 0:
            raise ValueError(f"points must be odd, but is {self.points}")
        require_even_ring(self.qubits, self.boundary)
        return self

    def ising(self) -> bool:
        """Always."""
        return True

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        runs = self.steps * (self.initialisations * self.trained + 8 * self.depth)
        return 0.5 + 3e-6 * (runs + self.points**2 * self.depth)


def spread(angles: Floats, depth: int) -> Floats:
    """Angles (2p,) of an ansatz of `depth` ≥ p layers that makes the same state.

    The layers added have angles zero, where a layer is the identity.

    Source: `overpar.model.ansatz.tfim_hva`.
    """
    layers = angles.reshape(-1, 2)
    out = np.zeros((depth, 2))
    out[np.arange(len(layers)) * depth // len(layers)] = layers
    return out.ravel()


def plane(objective: Objective, point: Floats, directions: Floats, axis: Floats) -> Floats:
    """Loss at point + x·directions[0] + y·directions[1]: shape (y, x), both over `axis`.

    Args:
        objective: of the task.
        point: angles, shape (M,).
        directions: shape (2, M).
        axis: coordinates in radians, shape (k,).

    Source: definition.
    """
    y, x = (grid.ravel()[:, None] for grid in np.meshgrid(axis, axis, indexing="ij"))
    angles = point + x * directions[0] + y * directions[1]
    return objective.loss_and_gradient(angles)[0].reshape(len(axis), len(axis))


def trap(spec: Spec, context: Context) -> Floats:
    """The polished end of the run of median loss, the same for every depth: shape (2·trained,)."""
    task = tfim_hva(spec.boundary).task(spec.qubits, spec.trained)
    about = f"n={spec.qubits},boundary={spec.boundary},trained={spec.trained}"
    start = [
        seeds.generator(context.seed, context.experiment, about, k).uniform(
            0, np.pi / 2, task.circuit.parameters
        )
        for k in range(spec.initialisations)
    ]
    runs = train(
        make_objective(task, spec.engine, context.threads),
        np.array(start),
        spec.steps,
        progress=context.progress,
    )
    middle = np.argsort(runs.losses.min(axis=1), kind="stable")[spec.initialisations // 2]
    return newton(Pointwise(task), runs.best_angles[[middle]]).angles[0]


def directions(lowest: Floats, towards: Floats | None) -> Floats:
    """Two orthonormal directions for a slice, shape (2, M).

    Args:
        lowest: eigenvectors of the two smallest curvatures, shape (2, M).
        towards: a point to be in the plane, as seen from its centre, shape (M,); the first
            direction then leans towards it. Without it the plane is that of `lowest`.

    Source: Gram–Schmidt.
    """
    if towards is None:
        return lowest
    along = towards @ lowest[0]
    second = towards - along * lowest[0]
    first = lowest[0] if along >= 0 else -lowest[0]
    return np.stack([first, second / np.linalg.norm(second)])


def run(spec: Spec, context: Context) -> Result:
    """Curvature at the trap, a descent from beside it, and a slice that shows where that ends."""
    point = spread(trap(spec, context), spec.depth)
    task = tfim_hva(spec.boundary).task(spec.qubits, spec.depth)
    objective = make_objective(task, spec.engine, context.threads)
    at, gradient = objective.loss_and_gradient(point[None])
    values, vectors = np.linalg.eigh(curvature(curvature_engine(task), point)[1])
    lowest = vectors[:, :2].T
    # An eigenvector's sign is arbitrary.
    largest = np.take_along_axis(lowest, np.abs(lowest).argmax(axis=1)[:, None], axis=1)
    lowest = lowest * np.sign(largest)
    descent = train(objective, (point + spec.kick * lowest[0])[None], spec.steps)
    left = bool(np.nanmin(descent.losses) < LEFT * at[0])
    end = descent.best_angles[0] - point
    seen = directions(lowest, end if left else None)
    axis = np.linspace(-spec.reach, spec.reach, spec.points)
    # Exact, so that the centre is the point itself.
    axis[spec.points // 2] = 0.0
    return Result(
        {
            "axis": Variable(("coordinate",), axis, "along a direction, 0 is the trap", "rad"),
            "slice": Variable(
                ("y", "x"),
                plane(objective, point, seen, axis),
                "loss; x: direction of the smallest curvature, y: to the descent's end, or the"
                " next curvature where the descent stays",
            ),
            "directions": Variable(("direction", "parameter"), seen, "unit vectors"),
            "point": Variable(("parameter",), point, "angles of the trap", "rad"),
            "loss": Variable((), at[0], "loss at the trap"),
            "gradient": Variable((), np.array(np.linalg.norm(gradient[0])), "norm of its gradient"),
            "curvature": Variable(("parameter",), values, "eigenvalues of the Hessian there"),
            "descent": Variable(("step",), descent.losses[0], "loss after the kick"),
            "end": Variable(("direction",), seen @ end, "where the descent ends, in the plane"),
        }
    )
