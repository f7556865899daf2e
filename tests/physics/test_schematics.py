"""What the schematic figures are drawn from: gate lists, and the maps of one qubit."""

import json
from typing import Any

import dense
import numpy as np
import pytest
from cases import random_states, rng
from pydantic import ValidationError

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine
from overpar.experiments import diagrams, state_map
from overpar.experiments.common.spec import Context
from overpar.model.circuits import Circuit, Fixed, Rotation, fixed
from overpar.quantities.information import qfim


def rebuilt(gates: list[dict[str, Any]], qubits: int, parameters: int) -> Circuit:
    """A circuit from the list in a record alone."""
    made = [
        Rotation(g["name"][1:], tuple(g["qubits"]), g["parameter"])
        if g["parameter"] >= 0
        else fixed(g["name"], *g["qubits"])
        for g in gates
    ]
    return Circuit(qubits, tuple(made), parameters)


@pytest.mark.parametrize("qubits", [2, 3, 4, 5])
@pytest.mark.parametrize("name", diagrams.CIRCUITS)
def test_the_list_of_a_record_is_the_circuit(name: Any, qubits: int) -> None:
    """As a unitary at random angles, and its layer is what a deeper circuit repeats."""
    result = diagrams.run(diagrams.Spec(circuit=name, qubits=qubits), Context("diagrams", "x", 1))
    gates = json.loads(result.attributes["gates"])
    parameters = int(result.variables["parameters"].values)
    circuit = diagrams.CIRCUITS[name](qubits, 1)
    assert parameters == circuit.parameters
    angles = rng("diagram", name, qubits).uniform(0, 7, parameters)
    want = dense.circuit(circuit, angles)
    got = dense.circuit(rebuilt(gates, qubits, parameters), angles)
    np.testing.assert_allclose(got, want, atol=1e-13)
    layer = result.variables["layer"].values
    start = int((layer == 0).sum())
    assert list(layer) == [0] * start + [1] * (len(gates) - start)
    three = diagrams.CIRCUITS[name](qubits, 3).gates
    assert len(three) == start + 3 * (len(gates) - start)
    before = three[:start]
    if name == "hardware_efficient":
        assert all(isinstance(g, Rotation) for g in before)
        assert len(before) == 2 * qubits
    else:
        assert [g.name for g in before if isinstance(g, Fixed)] == qubits * ["H"]


def test_a_layer_must_be_repeated() -> None:
    def growing(qubits: int, layers: int) -> Circuit:
        names = ["X", "Y"][:layers]
        return Circuit(qubits, tuple(fixed(name, 0) for name in names), 0)

    with pytest.raises(UserError, match="must repeat its layer, but adds"):
        diagrams.layer_start(growing, 1)


def test_bloch_vectors() -> None:
    states = np.array([[1, 1], [1, 1j], [0, np.sqrt(2)]]) / np.sqrt(2)
    np.testing.assert_allclose(
        state_map.bloch(states), [[1, 0, 0], [0, 1, 0], [0, 0, -1]], 0, 1e-15
    )
    many = state_map.bloch(random_states(1, 20))
    np.testing.assert_allclose(np.linalg.norm(many, axis=1), 1, atol=1e-14)


def test_velocities() -> None:
    """Against central differences; lengths are the QFIM's: |∂r|² = F for one qubit."""
    engine = make_engine(state_map.one_qubit(3))
    at, ways = rng("velocity").uniform(0, 7, 6), rng("ways").normal(size=(2, 6))
    found = state_map.velocities(engine, at, ways)
    step = 1e-5
    ahead, behind = (state_map.bloch(engine.state(at + s * ways)[:, 0]) for s in (step, -step))
    np.testing.assert_allclose(found, (ahead - behind) / (2 * step), atol=1e-8)
    np.testing.assert_allclose(found @ found.T, ways @ qfim(engine, at) @ ways.T, atol=1e-12)


@pytest.mark.parametrize("depth", [2, 4])
def test_maps_of_one_qubit(depth: int) -> None:
    """The sphere has two dimensions: rank 2, whatever the depth; a null vector moves nothing."""
    spec = state_map.Spec(depth=depth, points=11, reach=0.01)
    result = state_map.run(spec, Context("state_map", spec.label, 3))
    values = {name: np.asarray(v.values) for name, v in result.variables.items()}
    assert values["rank"] == 2
    assert values["qfim"][2:] == pytest.approx(0, abs=1e-13)
    np.testing.assert_allclose(values["directions"] @ values["directions"].T, np.eye(3), 0, 1e-13)
    np.testing.assert_allclose(
        (values["velocity"] ** 2).sum(axis=1), values["qfim"][[0, 1, -1]], atol=1e-12
    )
    middle = spec.points // 2
    line, patch, loss = values["line"], values["patch"], values["loss"]
    for k in range(3):
        np.testing.assert_allclose(line[k, middle], patch[middle, middle], atol=1e-14)
    np.testing.assert_allclose(patch[middle], line[0], atol=1e-14)
    np.testing.assert_allclose(patch[:, middle], line[1], atol=1e-14)
    np.testing.assert_allclose(loss, 1 + line[..., 2], atol=1e-13)
    # Of second order in the reach.
    moved = np.abs(line - line[:, [middle]]).max(axis=(1, 2))
    assert moved[2] < 2 * spec.reach**2
    assert moved[0] > 0.3 * spec.reach * np.sqrt(values["qfim"][0])


def test_points_are_odd() -> None:
    with pytest.raises(ValidationError, match="points must be odd, but is 10"):
        state_map.Spec(depth=2, points=10)


def test_engines_that_do_not_apply_are_refused() -> None:
    with pytest.raises(ValidationError, match="'fermions' cannot be used by this kind"):
        state_map.Spec(depth=2, engine="fermions")
    with pytest.raises(ValidationError, match="'qibo' cannot be used by this kind"):
        diagrams.Spec(circuit="hva_open", qubits=2, engine="qibo")
