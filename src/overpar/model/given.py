"""What a model may be given in place of text: circuits, graphs, unitaries and states."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from overpar.model.circuits import Circuit
from overpar.model.graphs import GRAPHS

# Whose circuits can be translated.
LIBRARIES = "Qibo, Qiskit or PennyLane"
GRAPH_SCHEMA = {
    "anyOf": [
        {"enum": sorted(GRAPHS)},
        {"type": "string", "pattern": r"\.py:\w+$"},
        {"type": "array", "minItems": 1, "items": {"type": "array", "minItems": 2, "maxItems": 3}},
    ]
}


def is_function(value: Any) -> bool:
    """Whether it is text that names a function in a file, FILE.py:FUNCTION.

    Examples:
        >>> is_function("my.py:circuit"), is_function("star")
        (True, False)
    """
    return isinstance(value, str) and value.rpartition(":")[0].endswith(".py")


def library(value: Any) -> str:
    """The library that an object's type comes from.

    Examples:
        >>> library(np.ones(2))
        'numpy'
    """
    return type(value).__module__.partition(".")[0]


def is_circuit(value: Any) -> bool:
    """Whether it is a circuit of this package or of another, some of which can be called too."""
    return isinstance(value, Circuit) or library(value) in ("qibo", "qiskit", "pennylane")


def circuit(value: Any) -> Any:
    """A circuit, a function, or text that says where there is one.

    Raises:
        ValueError: if it is none.
    """
    if isinstance(value, str) or callable(value) or is_circuit(value):
        return value
    raise ValueError(
        "must be FILE.py:FUNCTION, FILE.qasm, a circuit, or a function that returns one, but is"
        f" {value!r}"
    )


def graph(value: Any) -> Any:
    """A name, a list of edges, a function, or text that says where there is one.

    Raises:
        ValueError: if it is none.
    """
    if callable(value) or is_function(value) or isinstance(value, list | tuple):
        return value
    if isinstance(value, str) and value in GRAPHS:
        return value
    raise ValueError(
        f"must be one of {', '.join(GRAPHS)}, edges [[0, 1], …], or FILE.py:FUNCTION, but is"
        f" {value!r}"
    )


def unitary(value: Any, seeds: int) -> int | NDArray[np.complex128]:
    """A seed, or a unitary of at least two qubits.

    Raises:
        ValueError: if it is neither.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < seeds:
        return value
    if not isinstance(value, np.ndarray):
        raise ValueError(
            f"must be a seed from 0 to {seeds - 1}, or a unitary matrix, but is {value!r}"
        )
    matrix = np.asarray(value, np.complex128)
    size = matrix.shape[0] if matrix.ndim else 0
    qubits = size.bit_length() - 1
    if qubits < 2 or matrix.shape != (2**qubits, 2**qubits):
        raise ValueError(f"must have shape (2ⁿ, 2ⁿ) with n ≥ 2, but has shape {matrix.shape}")
    # Its overlap with the circuit would not be a loss: any minimum could be below zero.
    if not np.allclose(matrix @ matrix.conj().T, np.eye(size), atol=1e-9):
        raise ValueError("must be unitary to 1e-9")
    return matrix


def states(value: Any) -> NDArray[np.complex128]:
    """States as rows.

    Raises:
        ValueError: if it is no array of shape (any, 2ⁿ).
    """
    if not isinstance(value, np.ndarray):
        raise ValueError(f"must be an array of shape (k, 2ⁿ), but is {value!r}")
    rows = np.asarray(value, np.complex128)
    qubits = rows.shape[-1].bit_length() - 1 if rows.ndim == 2 else 0
    if qubits < 1 or rows.shape[-1] != 2**qubits:
        raise ValueError(f"must have shape (any, 2ⁿ), but has shape {rows.shape}")
    return rows
