"""Train the NTangled hardware-efficient generator here to a target entanglement."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from overpar.base.checks import require
from overpar.base.records import Variable
from overpar.engines.choose import make_engine
from overpar.engines.interface import Floats
from overpar.experiments.common.inputs import product_states
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.ansatz import ntangled_hwe
from overpar.model.observables import PauliSum, Task
from overpar.quantities.entanglement import concentratable_entanglement, entanglement_and_jacobian

SOURCE = "arXiv:2109.03400, section III; protocol of the training is ours"
TOLERANCE = 0.02
# Holds the weights that entanglement does not depend on near their start: free to move, they
# follow rounding errors, and the result would differ from machine to machine.
ANCHOR = 1e-4


class Spec(CellSpec):
    """One generator: qubits, depth and the concentratable entanglement it is trained to."""

    LABEL: ClassVar[dict[str, str]] = {"qubits": "n", "depth": "depth", "target": "target"}
    qubits: int = Field(ge=2, le=10, description="number of qubits")
    depth: int = Field(ge=1, le=20, description="layers of the generator")
    target: float = Field(ge=0, lt=1, description="concentratable entanglement aimed at")
    inputs: int = Field(100, ge=2, le=10_000, description="random product inputs in training")
    restarts: int = Field(5, ge=1, le=100, description="random initial weights tried")


def run(spec: Spec, context: Context) -> Result:
    """Minimise the mean of (CE − target)² over product inputs, keep the best restart."""
    circuit = ntangled_hwe(spec.qubits, spec.depth)
    shape = (spec.inputs, 2**spec.qubits)
    train_states, test_states = (
        product_states(spec.qubits, spec.inputs, context.generator(part))
        for part in ("train", "test")
    )
    nothing = PauliSum(())
    engine = make_engine(Task(circuit, nothing, train_states), spec.engine)
    scale = np.sqrt(spec.inputs)

    def residuals_and_jacobian(weights: Floats, start: Floats) -> tuple[Floats, Floats]:
        joint, tangents = engine.tangents(weights)
        value, jacobian = entanglement_and_jacobian(
            joint.reshape(shape) * scale, tangents.reshape(-1, *shape) * scale
        )
        return (
            np.concatenate([value - spec.target, ANCHOR * (weights - start)]),
            np.concatenate([jacobian, ANCHOR * np.eye(len(weights))]),
        )

    # Half a second to import, for this kind only.
    from scipy.optimize import least_squares

    best = None
    for restart in range(spec.restarts):
        start = context.generator("weights", restart).uniform(0, 2 * np.pi, circuit.parameters)
        fit = least_squares(
            lambda w, start=start: residuals_and_jacobian(w, start)[0],
            start,
            jac=lambda w, start=start: residuals_and_jacobian(w, start)[1],
            max_nfev=200,
        )
        best = fit if best is None or fit.cost < best.cost else best
        context.progress(restart + 1, spec.restarts)
    assert best is not None
    tested = make_engine(Task(circuit, nothing, test_states), spec.engine)
    measured = concentratable_entanglement(tested.state(best.x[None])[0])
    require(
        abs(measured.mean() - spec.target) <= TOLERANCE,
        f"Generator {spec.label} reached mean entanglement {measured.mean():.4f}, more than"
        f" {TOLERANCE} from its target {spec.target}; use more restarts or layers.",
    )
    weights = best.x.reshape(spec.depth, spec.qubits, 3)
    return Result(
        {
            "weights": Variable(("layer", "qubit", "angle"), weights, "θ,φ,λ of U3", "rad"),
            "entanglement": Variable(("input",), measured, "CE of outputs on held-out inputs"),
        },
        {"provenance": "weights trained here", "entanglement_mean": float(measured.mean())},
    )
