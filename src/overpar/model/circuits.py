"""Circuits as immutable data: rotations with tied angles, and fixed gates.

Qubit 0 is the most significant bit of a basis-state index, as in Qibo.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import require

_SQ2 = np.sqrt(0.5)
FIXED_GATES: dict[str, NDArray[np.complex128]] = {
    name: np.array(matrix, dtype=np.complex128)
    for name, matrix in {
        "I": [[1, 0], [0, 1]],
        "H": [[_SQ2, _SQ2], [_SQ2, -_SQ2]],
        "X": [[0, 1], [1, 0]],
        "Y": [[0, -1j], [1j, 0]],
        "Z": [[1, 0], [0, -1]],
        "S": [[1, 0], [0, 1j]],
        "SDG": [[1, 0], [0, -1j]],
        "T": [[1, 0], [0, np.exp(0.25j * np.pi)]],
        "TDG": [[1, 0], [0, np.exp(-0.25j * np.pi)]],
        "CZ": np.diag([1, 1, 1, -1]),
        "CNOT": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]],
        "SWAP": [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]],
    }.items()
}


@dataclass(frozen=True, slots=True)
class Rotation:
    """The gate exp(−i s θ_k P / 2) with P a Pauli string on some qubits.

    Args:
        pauli: letters X, Y, Z, one per qubit of `qubits`.
        qubits: the qubits P acts on.
        parameter: index k of the angle θ_k; several gates may share one (tying).
        scale: the factor s.
    """

    pauli: str
    qubits: tuple[int, ...]
    parameter: int
    scale: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """A gate without a parameter: a 2ᵏ×2ᵏ unitary on k qubits, first qubit most significant."""

    name: str
    qubits: tuple[int, ...]
    matrix: NDArray[np.complex128]


Gate = Rotation | Fixed


def fixed(name: str, *qubits: int) -> Fixed:
    """A named fixed gate of `FIXED_GATES` on the given qubits.

    Source: Nielsen and Chuang, *Quantum Computation and Quantum Information*, section 4.2.
    """
    return Fixed(name, qubits, FIXED_GATES[name])


def unitary(matrix: NDArray[np.complex128], *qubits: int) -> Fixed:
    """An arbitrary unitary as a fixed gate.

    Raises:
        UserError: if `matrix` is not a unitary of shape (2ᵏ, 2ᵏ) for the k given qubits.
    """
    matrix = np.asarray(matrix, dtype=np.complex128)
    size = 2 ** len(qubits)
    require(
        matrix.shape == (size, size),
        f"Argument `matrix` must have shape {(size, size)}, but has shape {matrix.shape}.",
    )
    require(
        bool(np.allclose(matrix @ matrix.conj().T, np.eye(size), atol=1e-9)),
        "Argument `matrix` must be unitary to 1e-9.",
    )
    return Fixed("UNITARY", qubits, matrix)


@dataclass(frozen=True)
class Circuit:
    """A parametrised circuit on |0…0⟩ or on given input states.

    Args:
        qubits: number of qubits n ≥ 1.
        gates: the gates in the order they act.
        parameters: number M of independent angles.
        derivative_ties: pairs (gate index, parameter) *added* to the derivative only: the
            tangent of the parameter then also contains that rotation's derivative. Empty for
            the true derivative; see `tfim_hva(tying="released")`.
        name: what made the circuit, for messages and engine selection.
    """

    qubits: int
    gates: tuple[Gate, ...]
    parameters: int
    derivative_ties: tuple[tuple[int, int], ...] = ()
    name: str = field(default="circuit", compare=False)

    def __post_init__(self) -> None:
        require(self.qubits >= 1, f"Argument `qubits` must be at least 1, but is {self.qubits}.")
        for gate in self.gates:
            require(
                len(set(gate.qubits)) == len(gate.qubits)
                and all(0 <= q < self.qubits for q in gate.qubits),
                f"Gate on qubits {gate.qubits} does not fit a circuit of {self.qubits} qubits.",
            )
            if isinstance(gate, Fixed):
                size = 2 ** len(gate.qubits)
                require(
                    gate.matrix.shape == (size, size),
                    f"Gate {gate.name} on qubits {gate.qubits} must have a matrix of shape"
                    f" {(size, size)}, but has shape {gate.matrix.shape}.",
                )
                continue
            require(
                0 <= gate.parameter < self.parameters,
                f"Gate parameter {gate.parameter} is outside 0…{self.parameters - 1}.",
            )
            require(
                len(gate.pauli) == len(gate.qubits) > 0 and set(gate.pauli) <= set("XYZ"),
                f"Rotation generator {gate.pauli!r} must be letters X, Y, Z, one per qubit.",
            )
        turning = {number for number, _ in self.rotations}
        for number, parameter in self.derivative_ties:
            require(
                number in turning and 0 <= parameter < self.parameters,
                f"Derivative tie {(number, parameter)} must be the index of a rotation and a"
                f" parameter in 0…{self.parameters - 1}.",
            )

    @cached_property
    def rotations(self) -> tuple[tuple[int, Rotation], ...]:
        """(gate index, rotation) of every rotation, in order."""
        return tuple((i, g) for i, g in enumerate(self.gates) if isinstance(g, Rotation))

    @cached_property
    def incidence(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(rotation number, parameter) pairs, sorted by rotation, that make up each derivative."""
        number = {gate: k for k, (gate, _) in enumerate(self.rotations)}
        pairs = [(k, r.parameter) for k, (_, r) in enumerate(self.rotations)]
        pairs += [(number[gate], parameter) for gate, parameter in self.derivative_ties]
        rows, columns = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
        return rows, columns

    def then(self, gates: Sequence[Gate]) -> "Circuit":
        """This circuit followed by more gates on the same parameters."""
        return replace(self, gates=(*self.gates, *gates))


def pauli_masks(pauli: str, qubits: Sequence[int], n: int) -> tuple[int, int, int]:
    """Bit masks of a Pauli string: (flip mask, sign mask, number of Y).

    ⟨r|P|r⊕x⟩ = i^y (−1)^popcount((r⊕x) & z), with x set where P has X or Y and z where it has
    Z or Y.
    """
    x = z = y = 0
    for letter, qubit in zip(pauli, qubits, strict=True):
        bit = 1 << (n - 1 - qubit)
        x |= bit if letter in "XY" else 0
        z |= bit if letter in "ZY" else 0
        y += letter == "Y"
    return x, z, y
