"""Fig. 2: angles are mapped to states and these to the loss; the QFIM's rank says how many move."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

NAMES = ("first", "second", "null")
SHOWN = 5


def draw(*, points: pd.DataFrame, directions: pd.DataFrame) -> Drawn:
    """Angles, states on the Bloch sphere with their tangent plane, loss along directions."""
    figure = Figure(figsize=(COLUMN, 1.95))
    figure.set_layout_engine("none")
    angles = figure.add_axes((-0.01, 0.14, 0.32, 0.72), projection="3d")
    sphere = figure.add_axes((0.33, 0.1, 0.36, 0.8), projection="3d")
    loss = figure.add_axes((0.78, 0.27, 0.19, 0.52))
    _angles(angles, points)
    _states(sphere, points, directions)
    for k, colour in enumerate(COLOURS[:3]):
        line = points[points["direction"] == k]
        loss.plot(line[NAMES[k]], line["loss"], color=colour, linewidth=0.9)
    loss.plot(0, points.loc[_centre(points), "loss"].mean(), "k.", markersize=4)
    loss.set(xlabel="step (rad)", ylim=(-0.05, 2.05), yticks=[0, 1, 2])
    rank, parameters = int(directions["rank"].iloc[0]), int(directions["parameters"].iloc[0])
    headings = (
        (0.15, rf"angles $\theta\in\mathbb{{R}}^M$, $M={parameters}$"),
        (0.5, rf"states $U(\theta)|\psi_0\rangle$, rank $F={rank}$"),
        (0.87, r"loss $L(\theta)\in\mathbb{R}$"),
    )
    for place, text in headings:
        figure.text(place, 0.94, text, ha="center", va="center", fontsize=6)
    for place in (0.32, 0.7):
        figure.text(place, 0.51, r"$\longrightarrow$", ha="center", va="center", fontsize=10)
    bound = r"of $M$ directions, rank $F\leq\dim\mathfrak{g}$ move the state"
    figure.text(0.34, 0.05, bound, ha="center", fontsize=6)
    values = ", ".join(f"{value:.3g}" for value in directions["eigenvalue"])
    caption = (
        f"Computed for one qubit, H and then RZ and RX in turn with {parameters} independent "
        "angles, and the loss 1 + ⟨Z⟩, around one random point (dot). Left: angles in the plane "
        "of the two eigenvectors with the largest eigenvalues of the QFIM F (blue, orange) and "
        "along one of its null vectors (green). Middle: the states they give, on the Bloch "
        "sphere; arrows: derivatives of the state, which span the tangent plane, of dimension "
        "rank F. Right: the loss along the three directions; along the null vector it is "
        f"stationary. Eigenvalues of the three: {values}. More angles than rank F can be add "
        "null directions only: the circuit is overparametrised."
    )
    data = pd.concat(
        [points.assign(panel="map"), directions.assign(panel="tangent")], ignore_index=True
    )
    return Drawn(figure, data, caption)


def _centre(points: pd.DataFrame) -> pd.Series:
    return (points[list(NAMES)] == 0).all(axis=1) & (points["direction"] >= 0)


def _angles(axis: Any, points: pd.DataFrame) -> None:
    patch = points[points["direction"] == -1]
    for k, (name, other) in enumerate((("first", "second"), ("second", "first"))):
        for place in _some(patch[other]):
            line = patch[patch[other] == place]
            axis.plot(line["first"], line["second"], 0, color=COLOURS[k], linewidth=_width(place))
        axis.text(*[1.35 * patch[name].max() * (n == name) for n in NAMES], f"$e_{k + 1}$")
    line = points[points["direction"] == 2]
    axis.plot(line["first"], line["second"], line["null"], color=COLOURS[2], linewidth=1.3)
    axis.text(0, 0, 1.15 * line["null"].max(), "$e_0$")
    axis.plot(0, 0, 0, "k.", markersize=4)
    axis.view_init(22, -55)
    axis.set_box_aspect((1, 1, 0.9), zoom=1.1)
    axis.axis("off")


def _states(axis: Any, points: pd.DataFrame, directions: pd.DataFrame) -> None:
    patch = points[points["direction"] == -1]
    centre = points[_centre(points)][["x", "y", "z"]].mean().to_numpy()
    turn = np.linspace(0, 2 * np.pi, 73)
    for height in np.linspace(-0.9, 0.9, 9):
        radius = np.sqrt(1 - height**2)
        axis.plot(radius * np.cos(turn), radius * np.sin(turn), height, color="0.85", linewidth=0.4)
    for k, other in enumerate(("second", "first")):
        for place in _some(patch[other]):
            line = patch[patch[other] == place]
            axis.plot(line["x"], line["y"], line["z"], color=COLOURS[k], linewidth=_width(place))
    line = points[points["direction"] == 2]
    axis.plot(line["x"], line["y"], line["z"], color=COLOURS[2], linewidth=1.3)
    speeds = directions.sort_values("direction")[["x", "y", "z"]].to_numpy()
    # Unit vectors: the plane is what matters here, the caption has the lengths.
    unit = [0.6 * v / np.linalg.norm(v) for v in speeds[:2]]
    ends = np.array([-1.0, 1.0])
    plane = [c + np.add.outer(ends * a, ends * b) for c, a, b in zip(centre, *unit, strict=True)]
    axis.plot_surface(*plane, color="0.5", alpha=0.18, shade=False, linewidth=0)
    for colour, way in zip(COLOURS, unit, strict=False):
        axis.quiver(*centre, *way, color=colour, linewidth=1.2, arrow_length_ratio=0.25)
    axis.plot(*centre[:, None], "k.", markersize=4)
    longitude = np.degrees(np.arctan2(centre[1], centre[0]))
    axis.view_init(np.degrees(np.arcsin(np.clip(centre[2], -1, 1))) * 0.6 + 12, longitude + 10)
    axis.set_box_aspect((1, 1, 1), zoom=1.5)
    axis.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
    axis.axis("off")


def _some(values: pd.Series) -> NDArray[np.float64]:
    """A few of the distinct values, with both ends and the middle."""
    distinct = np.sort(values.unique())
    return np.asarray(distinct[np.linspace(0, len(distinct) - 1, SHOWN).round().astype(int)])


def _width(place: float) -> float:
    return 0.9 if place == 0 else 0.4
