"""Fig. 5: diagrams of the circuits that are simulated, drawn from their lists of gates."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from overpar.report.plots.style import COLOURS, COLUMN, Drawn

TITLES = {
    "hva_open": "Hamiltonian variational ansatz, open chain",
    "hva_periodic": "Hamiltonian variational ansatz, periodic chain",
    "hardware_efficient": "hardware-efficient ansatz",
}
HALF = 0.36


def draw(*, gates: pd.DataFrame) -> Drawn:
    """One diagram below the other, all at one scale."""
    circuits = [name for name in TITLES if name in set(gates["circuit"])]
    placed = {name: columns(gates[gates["circuit"] == name]) for name in circuits}
    width = max(max(places) for places in placed.values()) + 1
    heights = [int(gates.loc[gates["circuit"] == name, "qubits"].iloc[0]) for name in circuits]
    figure = Figure(figsize=(COLUMN, 0.31 * sum(heights) + 0.3 * len(circuits)))
    axes = figure.subplots(
        len(circuits), 1, height_ratios=[n + 0.4 for n in heights], squeeze=False
    )
    for axis, name in zip(axes[:, 0], circuits, strict=True):
        rows = gates[gates["circuit"] == name]
        _circuit(axis, rows, placed[name], width)
        count = int(rows["parameters"].iloc[0])
        axis.set_title(f"{TITLES[name]}: {count} angles", pad=3)
    caption = (
        "Gates of the very circuits that are simulated, for one layer; the grey frame is what "
        "every further layer repeats with new angles. Boxes are rotations exp(−iθP/2) with the "
        "Pauli matrix P and the number of their angle; a line with a number joins the two qubits "
        "of exp(−iθZZ/2); gates of one number share their angle and have one colour. H is the "
        "Hadamard gate; dots joined by a line without number are CZ. Qubit 0 is on top."
    )
    return Drawn(figure, gates, caption)


def columns(rows: pd.DataFrame) -> list[int]:
    """Column of each gate: the first in which all wires that it crosses are free.

    The gates of a layer start behind all gates before it.
    """
    free = [0] * int(rows["qubits"].iloc[0])
    places, inside = [], 0
    for on, layer in zip(rows["on"], rows["layer"], strict=True):
        if layer != inside:
            free, inside = [max(free)] * len(free), layer
        wires = _wires(on)
        crossed = range(min(wires), max(wires) + 1)
        place = max(free[q] for q in crossed)
        for q in crossed:
            free[q] = place + 1
        places.append(place)
    return places


def _wires(on: str | int) -> list[int]:
    return [int(q) for q in str(on).split()]


def _circuit(axis: Axes, rows: pd.DataFrame, places: Sequence[int], width: int) -> None:
    n = int(rows["qubits"].iloc[0])
    end = max(places) + 0.6
    for q in range(n):
        axis.plot([-0.6, end], [q, q], color="0.3", linewidth=0.5, zorder=0)
        axis.text(-0.75, q, str(q), ha="right", va="center", fontsize=5.5)
    inside = [p for p, layer in zip(places, rows["layer"], strict=True) if layer]
    frame = (min(inside) - 0.47, -0.5), max(inside) - min(inside) + 0.94, n
    axis.add_patch(Rectangle(*frame, facecolor="0.94", edgecolor="0.6", linewidth=0.5, zorder=-1))
    shared = rows["parameter"].value_counts()
    tied = [p for p in sorted(shared.index) if p >= 0 and shared[p] > 1]
    for place, name, on, parameter in zip(
        places, rows["name"], rows["on"], rows["parameter"], strict=True
    ):
        colour = COLOURS[tied.index(parameter)] if parameter in tied else "0.15"
        wires = _wires(on)
        if len(wires) == 2:
            known = {"CZ": "", "RZZ": str(parameter + 1)}
            _joined(axis, place, wires, known.get(name, name), colour)
        else:
            text = name if parameter < 0 else f"{name[1:]}$_{{{parameter + 1}}}$"
            _box(axis, place, wires[0], text, colour)
    axis.set(xlim=(-1.1, width - 0.3), ylim=(n - 0.4, -0.6))
    axis.axis("off")


def _joined(axis: Axes, place: int, wires: Sequence[int], number: str, colour: str) -> None:
    axis.plot([place, place], wires, ".-", color=colour, markersize=4, linewidth=0.8)
    if number:
        # Beside a wire that is crossed, not upon it.
        middle = min(wires) + 0.5
        label = axis.text(place, middle, number, ha="center", va="center", color=colour)
        label.set(fontsize=5, bbox={"facecolor": "0.94", "edgecolor": "none", "pad": 0.6})


def _box(axis: Axes, place: int, wire: int, text: str, colour: str) -> None:
    corner = (place - HALF, wire - HALF)
    box = FancyBboxPatch(corner, 2 * HALF, 2 * HALF, boxstyle="round,pad=0,rounding_size=0.1")
    box.set(facecolor="white", edgecolor=colour, linewidth=0.6)
    axis.add_patch(box)
    axis.text(place, wire, text, ha="center", va="center", fontsize=5, color=colour)
