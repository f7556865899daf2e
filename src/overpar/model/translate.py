"""Circuits of other libraries, gate by gate, as rotations and fixed gates."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.angles import Linear
from overpar.model.circuits import FIXED_GATES, Circuit, Fixed, Gate, Rotation, unitary
from overpar.model.qasm_reader import Definition, read_definitions
from overpar.model.standard_gates import DEFINITIONS, ROTATIONS, fixed_matrices


@cache
def _standard() -> dict[str, Definition]:
    return read_definitions(DEFINITIONS)


@dataclass
class Translator:
    """A circuit that grows gate by gate; each parameter becomes an angle when it is first met.

    Args:
        qubits: n.
        numbers: of the angle of each parameter, as far as they are known.
        definitions: gates of the user's, which come before standard ones.
    """

    qubits: int
    numbers: dict[Hashable, int] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    gates: list[Gate] = field(default_factory=list)

    def knows(self, name: str) -> bool:
        """Whether there is a gate of this name."""
        standard = name in ROTATIONS or name in fixed_matrices() or name in _standard()
        return standard or name in self.definitions

    def apply(
        self, name: str, angles: Sequence[Linear], where: Sequence[int], place: str = ""
    ) -> None:
        """Add a gate by name.

        Args:
            name: in OpenQASM, of a standard gate or a definition.
            angles: its parameters.
            where: its qubits.
            place: what the user wrote and where, for messages.

        Raises:
            UserError: if there is no such gate, or it has other numbers of angles or qubits.
        """
        place = place or f"gate {name!r} on qubits {tuple(where)}"
        own = self.definitions.get(name)
        if own is None and name in ROTATIONS:
            _fits(place, angles, 1, where, len(ROTATIONS[name]))
            self.turn(ROTATIONS[name], where, angles[0])
            return
        if own is None and name in fixed_matrices():
            matrix = fixed_matrices()[name]
            _fits(place, angles, 0, where, len(matrix).bit_length() - 1)
            self.gates.append(Fixed(name.upper(), tuple(where), matrix))
            return
        definition = own or _standard().get(name)
        if definition is None:
            raise UserError(f"{place}: there is no such gate.")
        _fits(place, angles, len(definition.parameters), where, definition.qubits)
        if definition.body is None:
            raise UserError(f"{place}: it is opaque, so that nobody knows what it does.")
        stands = dict(zip(definition.parameters, angles, strict=True))
        for call in definition.body:
            values = [angle(stands) for angle in call.angles]
            self.apply(call.name, values, [where[k] for k in call.where], place)

    def turn(self, letters: str, where: Sequence[int], angle: Linear) -> None:
        """Add exp(−iθP/2) for a string P: a rotation for each parameter, and a fixed gate."""
        for name, scale in angle.scales.items():
            number = self.numbers.setdefault(name, len(self.numbers))
            self.gates.append(Rotation(letters, tuple(where), number, scale))
        if angle.constant:
            string = np.ones((1, 1), np.complex128)
            for letter in letters:
                string = np.kron(string, FIXED_GATES[letter]).astype(np.complex128)
            half = angle.constant / 2
            matrix = np.cos(half) * np.eye(len(string)) - 1j * np.sin(half) * string
            self.gates.append(Fixed(f"R{letters}", tuple(where), matrix))

    def fix(self, matrix: NDArray[np.complex128], where: Sequence[int]) -> None:
        """Add a fixed unitary."""
        self.gates.append(unitary(matrix, *where))

    def circuit(self, name: str) -> Circuit:
        """What was translated."""
        return Circuit(self.qubits, tuple(self.gates), len(self.numbers), name=name)


def _fits(place: str, angles: Sequence[Linear], many: int, where: Sequence[int], on: int) -> None:
    require(len(angles) == many, f"{place}: it takes {many} angles, but has {len(angles)}.")
    require(len(where) == on, f"{place}: it acts on {on} qubits, but is on {len(where)}.")
    require(len(set(where)) == len(where), f"{place}: its qubits must differ.")
