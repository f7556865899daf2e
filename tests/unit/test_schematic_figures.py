"""The schematic figures draw what their tables hold."""

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from xarray import Dataset

from overpar.experiments import diagrams as experiment
from overpar.experiments import state_map as mapping
from overpar.experiments.common.spec import Context
from overpar.report.plots import diagrams as plot
from overpar.report.plots import state_map as map_plot
from overpar.report.tables import diagrams, state_map


def record(name: str, gates: list[tuple[str, list[int], int]], layer: list[int]) -> Dataset:
    listed = [{"name": g, "qubits": q, "parameter": p} for g, q, p in gates]
    about = {"spec": json.dumps({"circuit": name, "qubits": 3}), "gates": json.dumps(listed)}
    return Dataset({"layer": ("gate", layer), "parameters": 2}, attrs=about)


GATES = [
    ("H", [0], -1),
    ("RZZ", [0, 1], 0),
    ("RZZ", [0, 2], 0),
    ("RX", [1], 1),
    ("CNOT", [1, 2], -1),
    ("CZ", [0, 1], -1),
]
ONE = record("hva_open", GATES, [0, 1, 1, 1, 1, 1])


def test_gates() -> None:
    table = diagrams.gates([ONE])
    assert table["name"].tolist() == [name for name, _, _ in GATES]
    assert table["on"].tolist() == ["0", "0 1", "0 2", "1", "1 2", "0 1"]
    assert table["parameter"].tolist() == [-1, 0, 0, 1, -1, -1]
    assert table["layer"].tolist() == [0, 1, 1, 1, 1, 1]
    assert set(table["parameters"]) == {2}


def test_columns_keep_the_order_on_every_wire() -> None:
    """The bond 0–2 crosses qubit 1, so what follows there stands behind it."""
    table = diagrams.gates([ONE])
    assert plot.columns(table) == [0, 1, 2, 3, 4, 5]
    # One column for gates on different wires, but none before the layer's frame.
    side = record("hva_open", [("H", [0], -1), ("RX", [1], 0), ("RX", [2], 1)], [0, 1, 1])
    assert plot.columns(diagrams.gates([side])) == [0, 1, 1]


def test_labels() -> None:
    """A number on ZZ rotations, letter and number in boxes, none on CZ, the name on others."""
    drawn = plot.draw(gates=diagrams.gates([ONE]))
    (axis,) = drawn.figure.axes
    texts = [t.get_text() for t in axis.texts]
    assert texts == ["0", "1", "2", "H", "1", "1", "X$_{2}$", "CNOT"]


@pytest.mark.parametrize("name", experiment.CIRCUITS)
def test_every_gate_is_drawn_once(name: str) -> None:
    result = experiment.run(
        experiment.Spec(circuit=name, qubits=4),  # type: ignore[arg-type]
        Context("diagrams", name, 1),
    )
    arrays = {key: (v.dims, v.values) for key, v in result.variables.items()}
    about = {"spec": json.dumps({"circuit": name, "qubits": 4}), **result.attributes}
    table = diagrams.gates([Dataset(arrays, attrs=about)])
    drawn = plot.draw(gates=table)
    (axis,) = drawn.figure.axes
    boxes, lines = len(axis.patches) - 1, len(axis.lines) - 4
    one = table["on"].astype(str).str.split().str.len() == 1
    assert (boxes, lines) == (one.sum(), (~one).sum())


def test_state_map() -> None:
    spec = mapping.Spec(depth=2, points=5)
    result = mapping.run(spec, Context("state_map", spec.label, 1))
    arrays = {key: np.asarray(v.values) for key, v in result.variables.items()}
    made = {key: (v.dims, v.values) for key, v in result.variables.items()}
    records = [Dataset(made, attrs={"spec": spec.model_dump_json()})]
    points, ways = state_map.points(records), state_map.directions(records)
    assert len(points) == 25 + 3 * 5
    at = points[(points["direction"] == -1) & (points["first"] == 0.5) & (points["second"] == 0)]
    np.testing.assert_allclose(at[["x", "y", "z"]].iloc[0].astype(float), arrays["line"][0, -1])
    # The patch lies in the plane of the first two, and a line along its own direction.
    for direction, zero in ((-1, ["null"]), (0, ["second", "null"]), (2, ["first", "second"])):
        assert (points.loc[points["direction"] == direction, zero] == 0).all(axis=None)
    null = points[points["direction"] == 2]
    assert null["null"].tolist() == arrays["axis"].tolist()
    np.testing.assert_array_equal(null["loss"], arrays["loss"][2])
    assert ways["rank"].tolist() == [2, 2, 2]
    np.testing.assert_array_equal(ways["eigenvalue"], arrays["qfim"][[0, 1, 3]])
    drawn = map_plot.draw(points=points, directions=ways)
    texts = [t.get_text() for t in drawn.figure.texts]
    assert any("$M=4$" in text for text in texts)
    assert any("rank $F=2$" in text for text in texts)
    assert isinstance(drawn.data, pd.DataFrame)
    # Both pictures show the patch as lines of constant first or second step, and the null line.
    angles, sphere, _ = drawn.figure.axes
    for axis, columns in ((angles, ["first", "second"]), (sphere, ["x", "y", "z"])):
        patch = points[points["direction"] == -1]
        expected = [
            patch.loc[patch[other] == place, columns]
            for other in ("second", "first")
            for place in sorted(patch[other].unique())
        ]
        lines = [np.transpose(line.get_data_3d()) for line in axis.lines]  # type: ignore[attr-defined]
        five = [line[:, : len(columns)] for line in lines if len(line) == 5]
        assert len(five) == 11
        np.testing.assert_allclose(five[:10], [np.asarray(line, float) for line in expected])
    FigureCanvasAgg(drawn.figure).draw()
    (corners,) = (path.vertices for path in sphere.collections[0].get_paths())
    assert np.ptp(corners, axis=0).min() > 0.01  # the tangent plane is no point and no line
