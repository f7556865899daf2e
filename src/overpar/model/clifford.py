"""Circuits of Pauli rotations and Clifford gates, with the Clifford gates moved to the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import require
from overpar.model.circuits import Circuit, Fixed, pauli_masks

# A matrix is a Pauli string if it is one to this accuracy.
_ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class String:
    """The operator iᵉ P with P = i^|x∧z| XˣZᶻ a Hermitian Pauli string.

    Args:
        x: bits that P flips; qubit 0 is the most significant bit.
        z: bits whose parity is P's sign.
        power: e, modulo 4; 0 and 2 are P and −P.
    """

    x: int
    z: int
    power: int = 0

    def __mul__(self, other: "String") -> "String":
        x, z = self.x ^ other.x, self.z ^ other.z
        power = self.power + other.power + self.ys + other.ys - (x & z).bit_count()
        return String(x, z, (power + 2 * (self.z & other.x).bit_count()) % 4)

    @property
    def ys(self) -> int:
        """Number of letters Y."""
        return (self.x & self.z).bit_count()

    def commutes(self, other: "String") -> bool:
        """Whether two strings commute; else they anticommute."""
        return ((self.x & other.z).bit_count() + (self.z & other.x).bit_count()) % 2 == 0

    def matrix(self, qubits: int) -> NDArray[np.complex128]:
        """As a matrix (2ⁿ, 2ⁿ)."""
        out = np.zeros((2**qubits, 2**qubits), np.complex128)
        columns = np.arange(2**qubits)
        signs = 1 - 2 * (np.bitwise_count(columns & self.z) & 1).astype(int)
        out[columns ^ self.x, columns] = 1j ** (self.power + self.ys) * signs
        return out


def is_clifford(circuit: Circuit) -> bool:
    """Whether all fixed gates of a circuit turn Pauli strings into Pauli strings.

    Args:
        circuit: any.

    Examples:
        >>> from overpar.model.circuits import fixed
        >>> [is_clifford(Circuit(2, (fixed("H", 0), fixed(name, 1)), 0)) for name in ("S", "T")]
        [True, False]

    Source: definition.
    """
    gates = (gate for gate in circuit.gates if isinstance(gate, Fixed))
    return all(_images(gate.matrix.tobytes(), len(gate.qubits)) is not None for gate in gates)


def moved_rotations(circuit: Circuit) -> list[String]:
    """The strings F_j†P_jF_j, with F_j the fixed gates before rotation j, rotation by rotation.

    The circuit is F ∏_j exp(−i s_j θ_j F_j†P_jF_j/2) with F all fixed gates.

    Args:
        circuit: one that `is_clifford`.

    Returns:
        One string for each of `circuit.rotations`, with power 0 or 2.

    Raises:
        UserError: if a fixed gate is no Clifford gate.

    Examples:
        >>> from overpar.model.circuits import Rotation, fixed
        >>> moved_rotations(Circuit(2, (fixed("CZ", 0, 1), Rotation("X", (1,), 0)), 1))
        [String(x=1, z=2, power=0)]

    Source: D. Gottesman, arXiv:quant-ph/9807006.
    """
    n = circuit.qubits
    # Of X_q and Z_q, turned by the gates so far.
    bits = [1 << (n - 1 - q) for q in range(n)]
    xs, zs = [String(bit, 0) for bit in bits], [String(0, bit) for bit in bits]

    def moved(x: int, z: int, power: int) -> String:
        out = String(0, 0, power + (x & z).bit_count())
        for factors, mask in ((xs, x), (zs, z)):
            for factor, bit in zip(factors, bits, strict=True):
                out = out * factor if mask & bit else out
        return out

    found: list[String] = []
    for gate in circuit.gates:
        if not isinstance(gate, Fixed):
            x, z, _ = pauli_masks(gate.pauli, gate.qubits, n)
            found.append(moved(x, z, 0))
            continue
        images = _images(gate.matrix.tobytes(), len(gate.qubits))
        require(
            images is not None, f"Gate {gate.name} on qubits {gate.qubits} is no Clifford gate."
        )
        assert images is not None
        places = [bits[q] for q in reversed(gate.qubits)]
        after = [moved(_at(i.x, places), _at(i.z, places), i.power) for i in images]
        for k, q in enumerate(gate.qubits):
            xs[q], zs[q] = after[2 * k : 2 * k + 2]
    return found


def fixed_product(circuit: Circuit) -> NDArray[np.complex128]:
    """The product of all fixed gates of a circuit, the last one leftmost: (2ⁿ, 2ⁿ).

    Source: definition.
    """
    n = circuit.qubits
    out = np.eye(2**n, dtype=np.complex128).reshape((2,) * n + (-1,))
    for gate in circuit.gates:
        if isinstance(gate, Fixed):
            k = len(gate.qubits)
            turned = np.tensordot(
                gate.matrix.reshape((2,) * 2 * k), out, (range(k, 2 * k), gate.qubits)
            )
            out = np.moveaxis(turned, range(k), gate.qubits)
    return out.reshape(2**n, 2**n)


def _at(mask: int, places: Sequence[int]) -> int:
    """Bits of a gate's own qubits, the lowest first, at their places in the circuit."""
    return sum(place for k, place in enumerate(places) if mask >> k & 1)


@cache
def _images(matrix: bytes, qubits: int) -> tuple[String, ...] | None:
    """g†X_kg and g†Z_kg for each qubit k of a gate g; None if one is no Pauli string."""
    g = np.frombuffer(matrix, np.complex128).reshape(2**qubits, 2**qubits)
    bits = [1 << (qubits - 1 - k) for k in range(qubits)]
    strings = [s for bit in bits for s in (String(bit, 0), String(0, bit))]
    found = [_as_string(g.conj().T @ s.matrix(qubits) @ g, qubits) for s in strings]
    return None if None in found else tuple(s for s in found if s is not None)


def _as_string(matrix: NDArray[np.complex128], qubits: int) -> String | None:
    """A Hermitian matrix as ±P; None if it is no such string."""
    x = int(np.argmax(np.abs(matrix[:, 0])))
    columns = 1 << np.arange(qubits)
    entries = matrix[columns ^ x, columns] / matrix[x, 0]
    z = int(columns[entries.real < 0].sum())
    for power in (0, 2):
        string = String(x, z, power)
        if np.allclose(matrix, string.matrix(qubits), rtol=0, atol=_ROUNDING):
            return string
    return None
