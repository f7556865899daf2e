"""What figures show, read back from what was drawn: ours and the published numbers as they are."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from overpar.report.plots import curves, ntangled, spectra, vqe
from overpar.report.plots.style import PUBLISHED


def points(axis: Axes) -> list[tuple[float, float]]:
    """Published points of a panel."""
    found = [line for line in axis.lines if line.get_marker() == PUBLISHED["marker"]]
    return [(float(x), float(y)) for line in found for x, y in zip(*line.get_data(), strict=True)]


MEDIANS = {f"median_loss_at_{step}": 10.0 ** -(k + 1) for k, step in enumerate(curves.STEPS)}


def test_loss_curves() -> None:
    ours = pd.DataFrame(
        {"depth": 2, "step": [0, 9], "loss_median": [0.5, 1e-20], "loss_q25": 0.1, "loss_q75": 0.9}
    )
    facts = pd.DataFrame([{"p": 2, **MEDIANS}, {"p": 3, **MEDIANS}])
    axis = Figure().subplots()
    curves.draw_depths(axis, ours, facts, ("depth", "p", "p"), 1e-14)
    assert points(axis) == [(101, 0.1), (301, 0.01), (1001, 1e-3), (2001, 1e-4)]
    (line,) = (line for line in axis.lines if line.get_marker() != PUBLISHED["marker"])
    assert line.get_xdata().tolist() == [1, 10]
    assert line.get_ydata().tolist() == [0.5, 1e-14]


def test_success_against_depth() -> None:
    cells = pd.DataFrame(
        {
            "qubits": 4,
            "boundary": "open",
            "depth": [2, 4],
            "initial": "data",
            "runs": 50,
            vqe.SUCCESS: [10, 40],
        }
    )
    near = pd.DataFrame({"n": 4, "bc": "open", "p": [2, 4], "runs": 40, vqe.SUCCESS: [5, 30]})
    axis = Figure().subplots()
    vqe._success(axis, cells, near, "C0", 4)
    assert points(axis) == [(2, 0.125), (4, 0.75)]
    assert axis.lines[0].get_ydata().tolist() == [0.2, 0.8]


def edge(**more: Any) -> dict[str, Any]:
    facts = {"n": 4, "bc": "periodic", "kind": "qfim", "at": "random"}
    return {**facts, "rank_1e8": 4, "smallest_nonzero": 0.25, "gap_decades": 9.0, **more}


def test_spectra_and_their_published_edges() -> None:
    """The release's QFIM is a quarter of ours, its Hessian is ours; negative values by size."""
    rows = [
        {"kind": kind, "index": index, "eigenvalue": value}
        for kind in ("qfim", "hessian")
        for index, value in ((1, 2.0), (2, -8.0), (3, 0.0))
    ]
    shared = {"qubits": 4, "boundary": "periodic", "depth": 8, "tying": "correct", "at": "random"}
    values = pd.DataFrame(rows).assign(**shared, sample=0)
    facts = pd.DataFrame([edge(), edge(kind="hessian", rank_1e8=3), edge(gap_decades=1.0)])
    axis = Figure().subplots()
    spectra._spectra(axis, values, facts, 4, "periodic")
    assert sorted(points(axis)) == [(3, 0.25), (4, 1.0)]
    ours = [line for line in axis.lines if line.get_marker() != PUBLISHED["marker"]]
    assert [line.get_ydata().tolist() for line in ours] == [[8.0, 2.0, spectra.FLOOR]] * 2


def test_measured_entanglement() -> None:
    rows = pd.DataFrame(
        {"nominal": [0.1, 0.2], "depth": 1, "qubits": 8, "measured": [0.11, 0.19], "spread": 0.01}
    ).assign(partner=None)
    axis = Figure().subplots()
    ntangled._panel(axis, rows)
    drawn = [container.lines[0].get_data() for container in axis.containers]
    (found,) = (data for data in drawn if len(data[0]))
    assert [values.tolist() for values in found] == [[0.1, 0.2], [0.11, 0.19]]
