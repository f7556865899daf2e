"""Matrices of circuits and operators by Kronecker products: slow, short, independent."""

from functools import reduce

import numpy as np

from overpar.model.circuits import Circuit, Rotation
from overpar.model.observables import PauliSum

PAULI = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def string(letters: str, where: tuple[int, ...], n: int) -> np.ndarray:
    """A Pauli string on n qubits, qubit 0 leftmost."""
    at = dict(zip(where, letters, strict=True))
    return reduce(np.kron, [PAULI[at.get(q, "I")] for q in range(n)]).astype(complex)


def operator(observable: PauliSum, n: int) -> np.ndarray:
    """Matrix of a Pauli sum."""
    zero = np.zeros((2**n, 2**n), complex)
    return sum((c * string(letters, where, n) for c, letters, where in observable.terms), zero)


def spread(matrix: np.ndarray, where: tuple[int, ...], n: int) -> np.ndarray:
    """A gate on some qubits as a matrix on all."""
    k = len(where)
    tensor = np.eye(2**n, dtype=complex).reshape([2] * n + [2**n])
    moved = np.tensordot(matrix.reshape([2] * 2 * k), tensor, (range(k, 2 * k), where))
    return np.moveaxis(moved, range(k), where).reshape(2**n, 2**n)


def circuit(c: Circuit, angles: np.ndarray) -> np.ndarray:
    """Unitary of a circuit."""
    out = np.eye(2**c.qubits, dtype=complex)
    for gate in c.gates:
        if isinstance(gate, Rotation):
            half = gate.scale * angles[gate.parameter] / 2
            p = string(gate.pauli, gate.qubits, c.qubits)
            out = np.cos(half) * out - 1j * np.sin(half) * p @ out
        else:
            out = spread(gate.matrix, gate.qubits, c.qubits) @ out
    return out
