"""Circuits to and from Qibo, and Qibo itself as the reference engine.

Qibo is imported here only. Its `quantum_fisher_information_matrix` is not used: in 0.3.6 it
multiplies JᵀJ without conjugating and returns negative eigenvalues.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend
from qibo.gates.special import SpecialGate

from overpar.base.checks import real_array
from overpar.base.errors import UserError
from overpar.engines.interface import Complexes, Floats
from overpar.model.circuits import FIXED_GATES, Circuit, Gate, Rotation, unitary
from overpar.model.observables import Projector, Task

_BACKEND = NumpyBackend()
_ROTATIONS: dict[str, Callable[..., Any]] = {
    "X": gates.RX,
    "Y": gates.RY,
    "Z": gates.RZ,
    "XX": gates.RXX,
    "YY": gates.RYY,
    "ZZ": gates.RZZ,
    "ZX": gates.RZX,
}
_FIXED: dict[str, Callable[..., Any]] = {
    name: getattr(gates, name) for name in FIXED_GATES if name != "UNITARY"
}
# Trainable Qibo gates as products of rotations, first to act first: (letters, positions among
# the gate's qubits, which of its parameters, scale). Equal up to a global phase.
_FROM_QIBO: dict[str, tuple[tuple[str, tuple[int, ...], int, float], ...]] = {
    "rx": (("X", (0,), 0, 1.0),),
    "ry": (("Y", (0,), 0, 1.0),),
    "rz": (("Z", (0,), 0, 1.0),),
    "u1": (("Z", (0,), 0, 1.0),),
    "u3": (("Z", (0,), 2, 1.0), ("Y", (0,), 0, 1.0), ("Z", (0,), 1, 1.0)),
    "rxx": (("XX", (0, 1), 0, 1.0),),
    "ryy": (("YY", (0, 1), 0, 1.0),),
    "rzz": (("ZZ", (0, 1), 0, 1.0),),
    "rzx": (("ZX", (0, 1), 0, 1.0),),
    "crx": (("X", (1,), 0, 0.5), ("ZX", (0, 1), 0, -0.5)),
    "cry": (("Y", (1,), 0, 0.5), ("ZY", (0, 1), 0, -0.5)),
    "crz": (("Z", (1,), 0, 0.5), ("ZZ", (0, 1), 0, -0.5)),
    "cu1": (("Z", (0,), 0, 0.5), ("Z", (1,), 0, 0.5), ("ZZ", (0, 1), 0, -0.5)),
}

_CONTROLLED = ("crx", "cry", "crz", "cu1")


def from_qibo(circuit: QiboCircuit) -> Circuit:
    """A Qibo circuit as a `Circuit`; every parameter of a trainable gate becomes an angle.

    Parameters are numbered in the order of `circuit.get_parameters()`. Other gates become fixed
    unitaries; measurements and delays (`Align`) are dropped. States agree up to a global phase.

    Args:
        circuit: a unitary Qibo circuit.

    Raises:
        UserError: for a channel, a callback or fused gate, or a trainable gate outside rx, ry, rz,
            u1, u3, rxx, ryy, rzz, rzx, crx, cry, crz, cu1.
    """
    out: list[Gate] = []
    count = 0
    for gate in circuit.queue:
        if isinstance(gate, gates.M):
            if gate.collapse:
                raise UserError("A collapsing measurement is not unitary; remove it to convert.")
            continue
        trainable = bool(gate.parameters) and getattr(gate, "trainable", False)
        if trainable and not isinstance(gate, gates.Unitary):
            controls = 1 if gate.name in _CONTROLLED else 0
            if gate.name not in _FROM_QIBO or len(gate.control_qubits) != controls:
                raise UserError(
                    f"Qibo gate {gate.name!r} on qubits {gate.qubits} has a parameter but is not "
                    f"one of {', '.join(_FROM_QIBO)}; set trainable=False to keep it fixed."
                )
            for letters, positions, parameter, scale in _FROM_QIBO[gate.name]:
                where = tuple(gate.qubits[p] for p in positions)
                out.append(Rotation(letters, where, count + parameter, scale))
            count += len(gate.parameters)
            continue
        if isinstance(gate, gates.Align):
            continue  # a delay in time, which no state sees
        if isinstance(gate, gates.Channel):
            raise UserError(f"Qibo gate {gate.name!r} is a channel; only unitary circuits convert.")
        if isinstance(gate, SpecialGate):
            raise UserError(
                f"Qibo gate {gate.name!r} is not a gate of its own; remove it to convert."
            )
        small = QiboCircuit(len(gate.qubits))
        small.add(gate.on_qubits({q: k for k, q in enumerate(gate.qubits)}))
        out.append(unitary(small.unitary(_BACKEND), *gate.qubits))
    return Circuit(circuit.nqubits, tuple(out), count, name="qibo")


def to_qibo(circuit: Circuit, angles: Floats) -> QiboCircuit:
    """A `Circuit` at given angles (M,) as a Qibo circuit."""
    angles = real_array("angles", angles, (circuit.parameters,))
    return _build(circuit, [g.scale * angles[g.parameter] for _, g in circuit.rotations])


def _build(circuit: Circuit, rotation_angles: list[float]) -> QiboCircuit:
    out = QiboCircuit(circuit.qubits)
    remaining = iter(rotation_angles)
    for gate in circuit.gates:
        if not isinstance(gate, Rotation):
            named = _FIXED.get(gate.name)
            out.add(named(*gate.qubits) if named else gates.Unitary(gate.matrix, *gate.qubits))
            continue
        angle = float(next(remaining))
        if gate.pauli in _ROTATIONS:
            out.add(_ROTATIONS[gate.pauli](*gate.qubits, theta=angle))
        else:
            pauli = _kron([FIXED_GATES[letter] for letter in gate.pauli])
            matrix = np.cos(angle / 2) * np.eye(len(pauli)) - 1j * np.sin(angle / 2) * pauli
            out.add(gates.Unitary(matrix, *gate.qubits))
    return out


def _kron(factors: list[Complexes]) -> Complexes:
    return reduce(lambda a, b: np.asarray(np.kron(a, b), np.complex128), factors)


class QiboEngine:
    """Qibo's own simulation of a task, with parameter-shift derivatives: slow, the reference."""

    def __init__(self, task: Task) -> None:
        self.task = task
        n = task.circuit.qubits
        if isinstance(task.observable, Projector):
            t = task.observable.target.ravel()
            self._observable = task.observable.weight * np.outer(t, t.conj())
        else:
            matrix = np.zeros((2**n, 2**n), np.complex128)
            for coefficient, letters, where in task.observable.terms:
                factors = [FIXED_GATES["I"]] * n
                for letter, qubit in zip(letters, where, strict=True):
                    factors[qubit] = FIXED_GATES[letter]
                matrix += coefficient * _kron(factors)
            self._observable = matrix

    def _rotation_angles(self, angles: Floats) -> list[float]:
        return [g.scale * angles[g.parameter] for _, g in self.task.circuit.rotations]

    def _joint(self, rotation_angles: list[float]) -> Complexes:
        circuit = _build(self.task.circuit, rotation_angles)
        return np.array(
            [
                _BACKEND.execute_circuit(circuit, initial_state=row.copy()).state()
                for row in self.task.joint
            ]
        )

    def _loss(self, rotation_angles: list[float]) -> float:
        joint = self._joint(rotation_angles)
        if isinstance(self.task.observable, Projector):
            joint = joint.reshape(1, -1)
        value = np.einsum("ir,rs,is->", joint.conj(), self._observable, joint)
        return float(value.real) + self.task.constant

    def _derivative(self, rotation_angles: list[float], rule: Callable[..., Any]) -> list[Any]:
        """Per parameter, the sum of `rule` over the rotations its derivative contains."""
        rotations = self.task.circuit.rotations
        out: list[Any] = [0.0] * self.task.circuit.parameters
        for k, parameter in zip(*self.task.circuit.incidence, strict=True):
            scale = rotations[k][1].scale
            out[parameter] = out[parameter] + scale * rule(rotation_angles, int(k))
        return out

    def state(self, angles: Floats) -> Complexes:
        """See `interface.Engine.state`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        scale = np.sqrt(len(self.task.joint))
        return np.array([self._joint(self._rotation_angles(row)) * scale for row in angles])

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Engine.loss_and_gradient`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))

        def shift(base: list[float], k: int) -> float:
            plus, minus = base.copy(), base.copy()
            plus[k] += np.pi / 2
            minus[k] -= np.pi / 2
            return 0.5 * (self._loss(plus) - self._loss(minus))

        rows = [self._rotation_angles(row) for row in angles]
        return (
            np.array([self._loss(row) for row in rows]),
            np.array([self._derivative(row, shift) for row in rows]),
        )

    def tangents(self, angles: Floats) -> tuple[Complexes, Complexes]:
        """See `interface.Engine.tangents`; ∂ψ/∂θ of one rotation is ½ψ(θ+π), exactly."""
        angles = real_array("angles", angles, (self.task.circuit.parameters,))

        def half_turn(base: list[float], k: int) -> Complexes:
            turned = base.copy()
            turned[k] += np.pi
            return 0.5 * self._joint(turned).ravel()

        base = self._rotation_angles(angles)
        state = self._joint(base).ravel()
        # An angle that no gate uses has the derivative zero.
        zero = np.zeros_like(state)
        return state, np.array([zero + row for row in self._derivative(base, half_turn)])
