"""The general state-vector engine: batched, compiled, adjoint gradients in O(2ⁿ) memory."""

import numpy as np

from overpar.base.checks import real_array
from overpar.engines import kernels
from overpar.engines.interface import Complexes, Floats
from overpar.engines.kernels import LANES, Column, Kind
from overpar.model.circuits import Circuit, Fixed, Rotation, pauli_masks
from overpar.model.observables import PauliSum, Projector, Task


class Program:
    """A circuit translated for the kernels.

    Consecutive rotations about Z-strings that share an angle and its derivative become one
    operation: a table of phases over the few distinct eigenvalues of their sum.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.qubits = circuit.qubits
        self._ops: list[list[int]] = []
        self._levels: list[float] = []
        self._matrices: list[complex] = []
        self._row_data: list[int] = []
        self._patterns: dict[bytes, tuple[int, int, int]] = {}
        self._slots: dict[tuple[int, float], int] = {}
        extra: dict[int, list[int]] = {}
        for gate, parameter in circuit.derivative_ties:
            extra.setdefault(gate, []).append(parameter)
        weights: list[tuple[int, int, float]] = []
        gates, index = circuit.gates, 0
        while index < len(gates):
            gate, run = gates[index], [gates[index]]
            if isinstance(gate, Rotation):
                if set(gate.pauli) == {"Z"} and index not in extra:
                    while index + len(run) < len(gates) and self._merges(
                        gate, gates[index + len(run)], index + len(run) in extra
                    ):
                        run.append(gates[index + len(run)])
                row = len(weights) and weights[-1][0] + 1
                for parameter in (gate.parameter, *extra.get(index, ())):
                    weights.append((row, parameter, gate.scale))
                self._rotation(gate, [g for g in run if isinstance(g, Rotation)], row)
            else:
                self._fixed(gate)
            index += len(run)
        self.ops = np.array(self._ops, np.int64).reshape(-1, len(Column))
        self.data = (
            np.array(self._levels, np.float64),
            np.array(self._matrices, np.complex128),
            np.array(self._row_data, np.int64),
        )
        matrix_rows = self.ops[self.ops[:, Column.KIND] == Kind.MATRIX]
        diagonal_rows = self.ops[self.ops[:, Column.KIND] == Kind.DIAGONAL]
        self.buffers = (
            int(diagonal_rows[:, Column.COUNT].max(initial=1)),
            int(matrix_rows[:, Column.COUNT].max(initial=1)),
        )
        self.mask = 2**circuit.qubits - 1
        self.slot_parameter = np.array([k for k, _ in self._slots], np.int64)
        self.slot_scale = np.array([s for _, s in self._slots], np.float64)
        rows, parameters, scales = zip(*weights, strict=True) if weights else ((), (), ())
        self.gradient_rows = max(rows, default=-1) + 1
        self.weight_row = np.array(rows, np.int64)
        self.weight_parameter = np.array(parameters, np.int64)
        self.weight_scale = np.array(scales, np.float64)

    @staticmethod
    def _merges(first: Rotation, other: Rotation | Fixed, has_extra: bool) -> bool:
        return (
            isinstance(other, Rotation)
            and set(other.pauli) == {"Z"}
            and (other.parameter, other.scale) == (first.parameter, first.scale)
            and not has_extra
        )

    def _rotation(self, gate: Rotation, run: list[Rotation], row: int) -> None:
        slot = self._slots.setdefault((gate.parameter, gate.scale), len(self._slots))
        flip, sign, y = pauli_masks(gate.pauli, gate.qubits, self.qubits)
        if flip == 0:
            first, count, rows = self._diagonal_pattern(run)
            self._ops.append([Kind.DIAGONAL, 0, 0, 1, slot, row, first, count, rows])
        else:
            # −i·iʸ is ∓i for even y and ±1 for odd y.
            kind = Kind.REAL if y % 2 else Kind.IMAGINARY
            phase = 1 if y % 4 in (0, 1) else -1
            self._ops.append([kind, flip, sign, phase, slot, row, 0, 0, 0])

    def _diagonal_pattern(self, run: list[Rotation]) -> tuple[int, int, int]:
        rows = np.arange(2**self.qubits)
        eigenvalues = np.zeros(len(rows))
        for gate in run:
            _, sign, _ = pauli_masks(gate.pauli, gate.qubits, self.qubits)
            eigenvalues += 1 - 2.0 * (np.bitwise_count(rows & sign) & 1)
        key = eigenvalues.tobytes()
        if key not in self._patterns:
            levels, level_of_row = np.unique(eigenvalues, return_inverse=True)
            self._patterns[key] = (len(self._levels), len(levels), len(self._row_data))
            self._levels += levels.tolist()
            self._row_data += level_of_row.tolist()
        return self._patterns[key]

    def _fixed(self, gate: Fixed) -> None:
        bits = [1 << (self.qubits - 1 - q) for q in gate.qubits]
        everything = sum(bits)
        if gate.name == "CZ":
            self._ops.append([Kind.SIGN, 0, everything, 1, 0, 0, 0, 0, 0])
            return
        size = 2 ** len(bits)
        key = f"{gate.qubits}".encode() + gate.matrix.tobytes()
        if key not in self._patterns:
            offsets = [
                sum(b for k, b in enumerate(bits) if i >> (len(bits) - 1 - k) & 1)
                for i in range(size)
            ]
            self._patterns[key] = (len(self._matrices), size, len(self._row_data))
            self._matrices += gate.matrix.ravel().tolist()
            self._row_data += offsets
        first, count, rows = self._patterns[key]
        self._ops.append([Kind.MATRIX, everything, 0, 1, 0, 0, first, count, rows])


def _pack(angles: Floats) -> Floats:
    """Runs in groups of LANES, the last one padded with copies: (groups, M, LANES)."""
    groups = -(-len(angles) // LANES)
    padded = angles[np.minimum(np.arange(groups * LANES), len(angles) - 1)]
    return np.ascontiguousarray(padded.reshape(groups, LANES, -1).transpose(0, 2, 1))


class StateVector:
    """State-vector engine for any task; see `interface.Engine` for its laws."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.program = Program(task.circuit)
        joint = np.ascontiguousarray(task.joint).ravel()
        self._start = np.repeat(np.stack([joint.real, joint.imag], 1)[..., None], LANES, 2)
        if isinstance(task.observable, PauliSum):
            self._flips, self._diagonals = task.observable.by_flip(task.circuit.qubits)

    def _tables(self, angles: Floats) -> tuple[Floats, Floats]:
        """Half-angle cosines and sines for angles (M, LANES): two arrays (slots, LANES)."""
        half = 0.5 * self.program.slot_scale[:, None] * angles[self.program.slot_parameter]
        return np.cos(half), np.sin(half)

    def _arguments(self) -> tuple[object, ...]:
        p = self.program
        return p.ops, p.data, p.buffers, p.mask

    def state(self, angles: Floats) -> Complexes:
        """See `interface.Engine.state`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        out = []
        for group in _pack(angles):
            psi = self._start.copy()
            kernels.forward(*self._arguments(), *self._tables(group), psi)
            out.append((psi[:, 0] + 1j * psi[:, 1]).T)
        states = np.concatenate(out)[: len(angles)] * np.sqrt(len(self.task.inputs))
        return states.reshape(len(angles), *self.task.inputs.shape)

    def _observe(self, psi: Floats, lam: Floats, loss: Floats) -> None:
        if isinstance(self.task.observable, Projector):
            target = np.ascontiguousarray(self.task.observable.target).ravel()
            kernels.projector(target, self.task.observable.weight, psi, lam, loss)
        else:
            kernels.pauli_sum(self._flips, self._diagonals, self.program.mask, psi, lam, loss)

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Engine.loss_and_gradient`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        p, runs = self.program, len(angles)
        packed = _pack(angles)
        losses = np.empty((len(packed), LANES))
        gradients = np.zeros((len(packed), self.task.circuit.parameters, LANES))
        rows = np.empty((p.gradient_rows, LANES))
        lam = np.empty_like(self._start)
        for g, group in enumerate(packed):
            tables = self._tables(group)
            psi = self._start.copy()
            kernels.forward(*self._arguments(), *tables, psi)
            self._observe(psi, lam, losses[g])
            kernels.backward(*self._arguments(), *tables, psi, lam, rows)
            np.add.at(
                gradients[g], p.weight_parameter, p.weight_scale[:, None] * rows[p.weight_row]
            )
        flat = gradients.transpose(0, 2, 1).reshape(-1, self.task.circuit.parameters)
        return losses.ravel()[:runs] + self.task.constant, flat[:runs]

    def tangents(self, angles: Floats) -> tuple[Complexes, Complexes]:
        """See `interface.Engine.tangents`."""
        parameters = self.task.circuit.parameters
        angles = real_array("angles", angles, (parameters,))
        p = self.program
        tables = self._tables(np.repeat(angles[:, None], LANES, 1))
        out = np.empty((parameters, self._start.shape[0]), np.complex128)
        psi = self._start
        for first in range(0, parameters, LANES - 1):
            block = np.arange(first, min(first + LANES - 1, parameters))
            lane = p.weight_parameter - first + 1
            inside = np.isin(p.weight_parameter, block)
            weights = np.zeros((p.gradient_rows, LANES))
            weights[p.weight_row[inside], lane[inside]] = p.weight_scale[inside]
            psi = np.zeros_like(self._start)
            psi[:, :, 0] = self._start[:, :, 0]
            kernels.tangent_sweep(*self._arguments(), *tables, psi, weights)
            out[block] = (psi[:, 0, 1 : len(block) + 1] + 1j * psi[:, 1, 1 : len(block) + 1]).T
        return psi[:, 0, 0] + 1j * psi[:, 1, 0], out
