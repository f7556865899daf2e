"""Tables of landscapes and their figure, from synthetic records."""

import json

import numpy as np
from xarray import Dataset

from overpar.report.plots import landscape as plot
from overpar.report.tables import landscape


def record(depth: int, curvature: list[float]) -> Dataset:
    axis = np.array([-1.0, 0.0, 1.0])
    loss = 0.3 + np.add.outer(axis**2, (depth if min(curvature) > 0 else -0.1) * axis**2)
    variables = {
        "axis": ("point", axis),
        "slice": (("y", "x"), loss),
        "loss": 0.3,
        "gradient": 1e-12,
        "curvature": ("eigenvalue", curvature),
        # Adam at a constant rate goes up again at the end.
        "descent": ("step", np.append(np.geomspace(0.3, 1e-5, 199), 2e-5)),
        "end": ("coordinate", [0.5, 0.25]),
    }
    spec = {"qubits": 6, "boundary": "periodic", "trained": 1, "depth": depth, "steps": 199}
    return Dataset(variables, attrs={"spec": json.dumps(spec)})


RECORDS = [record(1, [0.5, 2.0]), record(2, [-0.4, -1e-9, 1e-9, 3.0])]


def test_points() -> None:
    table = landscape.points(RECORDS)
    assert table["depth"].tolist() == [1, 2]
    assert table["negative"].tolist() == [0, 1]
    assert table["parameters"].tolist() == [2, 4]
    assert table["lowest"].tolist() == [0.5, -0.4]
    assert table["highest"].tolist() == [2.0, 3.0]
    assert table[["end_x", "end_y"]].iloc[0].tolist() == [0.5, 0.25]
    np.testing.assert_allclose(table["descent_best"], 1e-5)


def test_slices_put_rows_along_y() -> None:
    table = landscape.slices(RECORDS[:1])
    assert len(table) == 9
    corner = table[(table["x"] == 1) & (table["y"] == 0)]["loss"].item()
    assert corner == 1.3
    second = landscape.slices(RECORDS[1:])
    assert second[(second["x"] == 1) & (second["y"] == 0)]["loss"].item() == 0.3 - 0.1
    assert second[(second["x"] == 0) & (second["y"] == 1)]["loss"].item() == 1.3


def test_descents_hold_both_ends() -> None:
    table = landscape.descents(RECORDS[:1])
    assert table["step"].iloc[[0, -1]].tolist() == [0, 199]
    assert table["step"].is_unique
    np.testing.assert_allclose(table["loss"].iloc[[0, -1]], [0.3, 2e-5])


def test_figure_says_which_is_a_minimum() -> None:
    drawn = plot.draw(
        points=landscape.points(RECORDS),
        slices=landscape.slices(RECORDS),
        descents=landscape.descents(RECORDS),
    )
    titles = [axis.get_title() for axis in drawn.figure.axes[:2]]
    assert titles == ["$M = 2$: minimum", "$M = 4$: saddle"]
    assert "M = 2: 0, 0.5" in drawn.caption
    assert "M = 4: 1, -0.4" in drawn.caption
