"""How angles move a state and its loss: the maps of one qubit, around one point."""

from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from overpar.base.records import Variable
from overpar.engines.choose import make_engine
from overpar.engines.interface import Complexes, Engine, Floats
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.circuits import Circuit, Rotation, fixed
from overpar.model.observables import PauliSum, Task
from overpar.quantities.exact_rank import generic_rank
from overpar.quantities.information import horizontal, qfim_from_tangents, tangent_rank

SOURCE = "arXiv:2109.11676, Fig. 2; the example is ours"

PAULIS = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], np.complex128)


class Spec(CellSpec):
    """One depth of H, then RZ and RX in turn, on one qubit."""

    LABEL: ClassVar[dict[str, str]] = {"depth": "depth"}
    USES: ClassVar[frozenset[str]] = frozenset({"exact", "statevector"})
    depth: int = Field(
        ge=2, le=20, description="layers of RZ and RX; there are twice as many angles"
    )
    points: int = Field(21, ge=3, le=201, description="points along a direction, odd")
    reach: float = Field(0.5, gt=0, le=7, description="half-length of a direction, radians")

    @model_validator(mode="after")
    def _odd(self) -> "Spec":
        if self.points % 2 == 0:
            raise ValueError(f"points must be odd, but is {self.points}")
        return self


def one_qubit(depth: int) -> Task:
    """H, then RZ and RX `depth` times with angles of their own; loss 1 + ⟨Z⟩ ≥ 0.

    Source: the one-qubit analogue of `overpar.model.papers.tfim_hva`.
    """
    gates = [Rotation("ZX"[k % 2], (0,), k) for k in range(2 * depth)]
    circuit = Circuit(1, (fixed("H", 0), *gates), 2 * depth, name="one qubit")
    return Task(circuit, PauliSum(((1.0, "Z", (0,)),)), constant=1.0)


def bloch(states: Complexes) -> Floats:
    """Bloch vectors ⟨ψ|σ|ψ⟩ of states (…, 2): shape (…, 3), norm 1.

    Examples:
        >>> bloch(np.array([1, 0], complex))
        array([0., 0., 1.])

    Source: Nielsen and Chuang, section 1.2.
    """
    return np.einsum("...i,kij,...j->...k", states.conj(), PAULIS, states).real


def velocities(engine: Engine, angles: Floats, directions: Floats) -> Floats:
    """Derivatives of the Bloch vector along directions (k, M) at angles (M,): shape (k, 3).

    Their lengths squared are the QFIM's eigenvalues if the directions are its eigenvectors.

    Source: ∂⟨σ⟩ = 2 Re⟨ψ|σ|∂ψ⟩.
    """
    state, tangents = engine.tangents(angles)
    along = directions @ tangents
    return 2 * np.einsum("i,kij,dj->dk", state.conj(), PAULIS, along).real


def run(spec: Spec, context: Context) -> Result:
    """Images of the plane of the QFIM's two largest eigenvectors, and of a null vector."""
    task = one_qubit(spec.depth)
    engine = make_engine(task, spec.engine)
    point = context.generator("point").uniform(0, 2 * np.pi, 2 * spec.depth)
    state, tangents = engine.tangents(point)
    fisher = qfim_from_tangents(state, tangents)
    values, vectors = np.linalg.eigh(fisher)
    # Two directions that move the state, and one that does not.
    directions = vectors[:, [-1, -2, 0]].T
    axis = np.linspace(-spec.reach, spec.reach, spec.points)
    axis[spec.points // 2] = 0.0
    x, y = (grid.ravel()[:, None] for grid in np.meshgrid(axis, axis))
    patch = engine.state(point + x * directions[0] + y * directions[1])[:, 0]
    lines = (point + axis[:, None] * directions[:, None]).reshape(-1, len(point))
    numerical = tangent_rank(horizontal(state, tangents))
    grid = (spec.points, spec.points, 3)
    return Result(
        {
            "axis": Variable(("place",), axis, "along a direction", "rad"),
            "point": Variable(("parameter",), point, "where the maps are taken", "rad"),
            "directions": Variable(("direction", "parameter"), directions, "two that move, a null"),
            "qfim": Variable(("parameter",), values[::-1].copy(), "eigenvalues of the QFIM"),
            "rank": Variable((), np.array(generic_rank(task).value), "QFIM rank, exact"),
            "qfim_rank": Variable((), np.array(numerical.value), "QFIM rank, numerical"),
            "qfim_gap": Variable((), np.array(numerical.gap), "gap around its cut", "decades"),
            "patch": Variable(
                ("row", "place", "component"), bloch(patch).reshape(grid), "Bloch vectors"
            ),
            "line": Variable(
                ("direction", "place", "component"),
                bloch(engine.state(lines)[:, 0]).reshape(3, spec.points, 3),
                "Bloch vectors along each direction",
            ),
            "velocity": Variable(
                ("direction", "component"),
                velocities(engine, point, directions),
                "derivative of the Bloch vector",
            ),
            "loss": Variable(
                ("direction", "place"),
                engine.loss_and_gradient(lines)[0].reshape(3, spec.points),
                "loss along each direction",
            ),
        }
    )
