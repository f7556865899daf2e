"""Circuits as Qibo's, and Qibo itself as the reference engine.

Qibo's `quantum_fisher_information_matrix` is not used: in 0.3.6 it
multiplies JᵀJ without conjugating and returns negative eigenvalues.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend

from overpar.base.checks import real_array
from overpar.engines.interface import Complexes, Floats
from overpar.model.circuits import FIXED_GATES, Circuit, Rotation
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
