"""Circuits of other libraries, gate by gate, as rotations and fixed gates."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.angles import Linear
from overpar.model.circuits import FIXED_GATES, Circuit, Fixed, Gate, Rotation, unitary
from overpar.model.qasm_reader import PLAIN, Definition, Modifiers, read_definitions
from overpar.model.standard_gates import (
    DEFINITIONS,
    ROTATIONS,
    controlled,
    fixed_matrices,
    on_controls,
)


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
        gates: that it has.
        controls: qubits, and the values of them for which what is added acts.
    """

    qubits: int
    numbers: dict[Hashable, int] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    gates: list[Gate] = field(default_factory=list)
    controls: tuple[tuple[int, bool], ...] = ()

    def knows(self, name: str) -> bool:
        """Whether there is a gate of this name."""
        standard = name in ROTATIONS or name in fixed_matrices() or name in _standard()
        return standard or name in self.definitions

    def apply(
        self,
        name: str,
        angles: Sequence[Linear],
        where: Sequence[int],
        place: str = "",
        *,
        modifiers: Modifiers = PLAIN,
    ) -> None:
        """Add a gate by name.

        Args:
            name: in OpenQASM, of a standard gate or a definition.
            angles: its parameters.
            where: its qubits, behind those of its modifiers.
            place: what the user wrote and where, for messages.
            modifiers: that stand before it.

        Raises:
            UserError: if there is no such gate, or it has other numbers of angles or qubits.
        """
        place = place or f"gate {name!r} on qubits {tuple(where)}"
        if modifiers != PLAIN:
            self._modified(name, angles, where, place, modifiers)
            return
        if name == "gphase":
            _fits(place, angles, 1, where, 0)
            self.turn("", (), -2.0 * angles[0])
            return
        own = self.definitions.get(name)
        if own is None and name in ROTATIONS:
            _fits(place, angles, 1, where, len(ROTATIONS[name]))
            self.turn(ROTATIONS[name], where, angles[0])
            return
        if own is None and name in fixed_matrices():
            matrix = fixed_matrices()[name]
            _fits(place, angles, 0, where, len(matrix).bit_length() - 1)
            gate = Fixed(name.upper(), tuple(where), matrix)
            self.gates.append(self._controlled(gate) if self.controls else gate)
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
            targets = [where[k] for k in call.where]
            self.apply(call.name, values, targets, place, modifiers=call.modifiers)

    def _modified(
        self,
        name: str,
        angles: Sequence[Linear],
        where: Sequence[int],
        place: str,
        modifiers: Modifiers,
    ) -> None:
        """A gate under controls, so many times, or its inverse."""
        count = len(modifiers.controls)
        require(
            len(where) >= count and len(set(where)) == len(where),
            f"{place}: its qubits must differ, and be more than its controls.",
        )
        held, start = self.controls, len(self.gates)
        self.controls = (*held, *zip(where[:count], modifiers.controls, strict=True))
        self.apply(name, angles, where[count:], place)
        self.controls = held
        once = self.gates[start:]
        if modifiers.power < 0:
            once = [_inverse(gate) for gate in reversed(once)]
        self.gates[start:] = once * abs(modifiers.power)

    def _controlled(self, gate: Fixed) -> Fixed:
        qubits, values = zip(*self.controls, strict=True)
        return unitary(controlled(gate.matrix, *values), *qubits, *gate.qubits)

    def turn(self, letters: str, where: Sequence[int], angle: Linear) -> None:
        """Add exp(−iθP/2) for a string P: a rotation for each parameter, and a fixed gate."""
        for share, qubits in on_controls(self.controls):
            if letters or qubits:
                string = letters + "Z" * len(qubits)
                self._turn(string, (*where, *qubits), share * angle)

    def _turn(self, letters: str, where: tuple[int, ...], angle: Linear) -> None:
        for name, scale in angle.scales.items():
            number = self.numbers.setdefault(name, len(self.numbers))
            self.gates.append(Rotation(letters, where, number, scale))
        if angle.constant:
            string = np.ones((1, 1), np.complex128)
            for letter in letters:
                string = np.kron(string, FIXED_GATES[letter]).astype(np.complex128)
            half = angle.constant / 2
            matrix = np.cos(half) * np.eye(len(string)) - 1j * np.sin(half) * string
            self.gates.append(Fixed(f"R{letters}", where, matrix))

    def fix(self, matrix: NDArray[np.complex128], where: Sequence[int]) -> None:
        """Add a fixed unitary."""
        self.gates.append(unitary(matrix, *where))

    def circuit(self, name: str) -> Circuit:
        """What was translated."""
        return Circuit(self.qubits, tuple(self.gates), len(self.numbers), name=name)


def _inverse(gate: Gate) -> Gate:
    if isinstance(gate, Rotation):
        return replace(gate, scale=-gate.scale)
    return unitary(gate.matrix.conj().T, *gate.qubits)


def _fits(place: str, angles: Sequence[Linear], many: int, where: Sequence[int], on: int) -> None:
    require(len(angles) == many, f"{place}: it takes {many} angles, but has {len(angles)}.")
    require(len(where) == on, f"{place}: it acts on {on} qubits, but is on {len(where)}.")
    require(len(set(where)) == len(where), f"{place}: its qubits must differ.")
