"""Graphs whose edges two-letter strings are summed over."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import isfinite, isqrt
from typing import Any

from overpar.base.checks import require

# Two qubits and a weight.
Edge = tuple[int, int, float]
_Pairs = list[tuple[int, int]]


def _grid(qubits: int) -> _Pairs:
    columns = next(c for c in range(isqrt(qubits), 0, -1) if qubits % c == 0)
    right = [(q, q + 1) for q in range(qubits) if (q + 1) % columns]
    return right + [(q, q + columns) for q in range(qubits - columns)]


def _path(qubits: int) -> _Pairs:
    return [(q, q + 1) for q in range(qubits - 1)]


# The star's centre is qubit 0; a grid is as square as n allows, its qubits numbered row by row.
GRAPHS: dict[str, Callable[[int], _Pairs]] = {
    "complete": lambda qubits: list(combinations(range(qubits), 2)),
    "cycle": lambda qubits: _path(qubits) + [(0, qubits - 1)] * (qubits > 2),
    "grid": _grid,
    "path": _path,
    "star": lambda qubits: [(0, q) for q in range(1, qubits)],
}


def edges_of(graph: Any, qubits: int, name: str = "edges") -> tuple[Edge, ...]:
    """The edges of a graph at one size.

    Args:
        graph: "complete", "cycle", "grid", "path" or "star"; edges [a, b] or [a, b, weight]; or a
            function of the number of qubits that returns such edges.
        qubits: n ≥ 1.
        name: of what gave the graph, for messages.

    Returns:
        (a, b, weight) with weight 1 where none is given, in the order given.

    Raises:
        UserError: if it is none of these, an edge does not join two qubits, or is there twice.

    Examples:
        >>> edges_of("star", 3)
        ((0, 1, 1.0), (0, 2, 1.0))
        >>> edges_of([[0, 1], [1, 2, 0.5]], 3)
        ((0, 1, 1.0), (1, 2, 0.5))
    """
    if isinstance(graph, str):
        require(
            graph in GRAPHS,
            f"Argument `{name}` must be one of {', '.join(GRAPHS)}, FILE.py:FUNCTION, or edges"
            f" [[0, 1], …], but is {graph!r}.",
        )
        graph = GRAPHS[graph]
    rows = graph(qubits) if callable(graph) else graph
    require(
        isinstance(rows, Sequence) and not isinstance(rows, str) and len(rows) > 0,
        f"Argument `{name}` must have edges [[0, 1], …] on {qubits} qubits, but has {rows!r}.",
    )
    found = [_edge(row, qubits, name) for row in rows]
    pairs = [frozenset(edge[:2]) for edge in found]
    for k, pair in enumerate(pairs):
        require(pair not in pairs[:k], f"Argument `{name}` has the edge {sorted(pair)} twice.")
    return tuple(found)


def _edge(row: Any, qubits: int, name: str) -> Edge:
    numbers = tuple(row) if isinstance(row, list | tuple) else ()
    real = len(numbers) == 3 and isinstance(numbers[2], int | float) and isfinite(numbers[2])
    require(
        (len(numbers) == 2 or (real and numbers[2] != 0))
        and all(isinstance(q, int) and 0 <= q < qubits for q in numbers[:2])
        and numbers[0] != numbers[1],
        f"Argument `{name}`: {row!r} must be [a, b] or [a, b, weight] with different qubits from 0"
        f" to {qubits - 1} and a weight that is not zero.",
    )
    return numbers[0], numbers[1], float(numbers[2]) if real else 1.0
