"""Numbers of tiny specifications. If one moves, numbers of the project have moved.

They were made by the code they test; what makes them right is in tests/physics.
"""

import numpy as np
import pytest
from numpy.random import Generator

from overpar.engines.choose import make_objective
from overpar.experiments import ntangled, vqe
from overpar.experiments.common.spec import Context
from overpar.model.papers import autoencoder
from overpar.quantities.training import train

ASK = "a golden number moved: say in CHANGELOG.md, in a line NUMBERS, which, how far and why"


def same(ours: object, golden: object, tolerance: float = 1e-9) -> None:
    np.testing.assert_allclose(ours, golden, rtol=0, atol=tolerance, err_msg=ASK)


# boundary, initial → losses of two runs at steps 0, 1, 10, 20.
VQE = {
    ("open", "data"): [
        [1.9148253682795628, 1.818968843620889, 1.030095537455248, 0.4166902852620362],
        [1.0235492777082502, 0.9466731420688386, 0.40578784769601306, 0.1606056218668499],
    ],
    ("periodic", "code"): [
        [1.5536641349874722, 1.4516535261274588, 0.6952780714906783, 0.39833901111334047],
        [6.411128439733348, 6.3350177523617806, 5.852955537900403, 5.343732052059967],
    ],
}
START = [0.8422224228556772, 1.0547060199646376, 0.8254790907001842, 0.7882431215675209]
END = [0.6579065075493512, 1.2432488314096144, 0.9715606943582955, 0.6087141123473033]


@pytest.mark.parametrize(("boundary", "initial"), VQE)
@pytest.mark.parametrize("engine", ["auto", "statevector", "fermions", "qibo"])
def test_vqe(boundary: str, initial: str, engine: str) -> None:
    spec = vqe.Spec(
        qubits=4,
        boundary=boundary,
        depth=2,
        initial=initial,
        initialisations=2,
        steps=20,
        engine=engine,
    )
    runs = vqe.run(spec, Context("vqe", spec.label, 2109)).variables
    same(runs["loss"].values[:, [0, 1, 10, 20]], VQE[boundary, initial])
    if boundary == "open":
        same(runs["initial_angles"].values[1], START)
        same(runs["final_angles"].values[1], END)


@pytest.mark.parametrize("engine", ["auto", "statevector", "qibo"])
def test_autoencoder(engine: str) -> None:
    z = np.random.RandomState(5).normal(size=(2, 4, 16))
    states = z[0] + 1j * z[1]
    task = autoencoder(states / np.linalg.norm(states, axis=1, keepdims=True)).task(depth=1)
    random = Context("autoencoder", "L=1,states=released", 2109).generator(0)
    start = 2 * np.pi * random.random((1, task.circuit.parameters))
    runs = train(make_objective(task, engine), start, 20)
    same(
        runs.losses[0, [0, 1, 10, 20]],
        [0.8125256688735022, 0.8092388932844515, 0.774067020991503, 0.7304208722787701],
    )
    same(runs.final_angles[0, :3], [5.520556069725855, -0.11548707595909638, 5.729958196308763])


def regenerated(spec: ntangled.Spec, context: type[Context] = Context) -> ntangled.Result:
    return ntangled.run(spec, context("ntangled", spec.label, 2109))


TINY = ntangled.Spec(qubits=2, depth=1, target=0.15, inputs=10, restarts=1)


def test_regenerated_weights() -> None:
    result = regenerated(TINY)
    same(result.attributes["entanglement_mean"], 0.1348229400197642)
    same(
        result.variables["entanglement"].values[:3],
        [0.025379081709972162, 0.23586450765390143, 0.06724179396220697],
        1e-7,
    )
    same(
        result.variables["weights"].values,
        [[[0.8133326, 3.0434321, 2.3410726], [1.292902, 5.0625769, 4.8747599]]],
        1e-6,
    )


class Shaken(Context):
    """Random numbers with the last bit of the weights disturbed."""

    def generator(self, *content: str | int) -> Generator:
        drawn = super().generator(*content)
        if content[0] != "weights":
            return drawn

        class Weights:
            def uniform(self, low: float, high: float, count: int) -> np.ndarray:
                return drawn.uniform(low, high, count) * (1 + 1e-15)

        return Weights()


def test_regenerated_weights_do_not_follow_rounding_errors() -> None:
    """Otherwise they would differ from machine to machine."""
    spec = ntangled.Spec(qubits=4, depth=2, target=0.15, restarts=1)
    one, other = (regenerated(spec, kind).variables for kind in (Context, Shaken))
    for name, tolerance in (("entanglement", 1e-6), ("weights", 1e-4)):
        np.testing.assert_allclose(
            one[name].values, other[name].values, rtol=0, atol=tolerance, err_msg=name
        )
