"""The general state-vector engine: batched, compiled, adjoint gradients in O(2ⁿ) memory."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import scipy.sparse

from overpar.base.checks import real_array
from overpar.engines import sweeps
from overpar.engines.interface import Complexes, Floats
from overpar.engines.kernels import Column, Kind
from overpar.engines.lanes import LANES, over_groups, pack, unpack
from overpar.model.circuits import Circuit, Fixed, Gate, Rotation, pauli_masks
from overpar.model.observables import PauliSum, Task


class Program:
    """A circuit translated for the kernels.

    Consecutive rotations about Z-strings that share an angle and its derivative become one
    operation, a table of phases over the few distinct eigenvalues of their sum.

    Args:
        circuit: what is translated.
        fuse: make RY and the RX that follows it on the same qubit one operation, for gradients;
            else let consecutive commuting rotations of one angle share a row, for tangents.
    """

    def __init__(self, circuit: Circuit, fuse: bool = False) -> None:
        self.qubits = circuit.qubits
        self._ops: list[list[int]] = []
        self._levels: list[float] = []
        self._matrices: list[complex] = []
        self._row_data: list[int] = []
        self._patterns: dict[bytes, tuple[int, int, int]] = {}
        self._slots: dict[tuple[int, float], int] = {}
        self._links: list[tuple[int, int, float]] = []
        self._rows = 0
        self._last: Rotation | None = None
        extra: dict[int, list[int]] = {}
        for tied, parameter in circuit.derivative_ties:
            extra.setdefault(tied, []).append(parameter)
        partner = _pairs(circuit) if fuse and not extra else {}
        done: set[int] = set()
        for index, gate in enumerate(circuit.gates):
            if index in done:
                continue
            if not isinstance(gate, Rotation):
                self._fixed(gate)
            elif index in partner:
                other = circuit.gates[partner[index]]
                assert isinstance(other, Rotation)
                bit = 1 << (self.qubits - 1 - gate.qubits[0])
                slots = self._slot(gate), self._slot(other)
                rows = self._row(gate, ()), self._row(other, ())
                self._ops.append(
                    [Kind.PAIR, bit, 0, 1, slots[0], rows[0], 0, 0, 0, slots[1], rows[1]]
                )
                done.add(partner[index])
            else:
                run = [gate]
                if index not in extra and set(gate.pauli) == {"Z"}:
                    for k in range(index + 1, len(circuit.gates)):
                        other = circuit.gates[k]
                        if not _merges(gate, other) or k in extra or k in partner:
                            break
                        assert isinstance(other, Rotation)
                        run.append(other)
                        done.add(k)
                more = extra.get(index, ())
                last: Rotation | None = self._last
                self._last = None if more else run[-1]
                shares = not (fuse or more) and last is not None and _alike(last, gate)
                self._rotation(gate, run, self._rows - 1 if shares else self._row(gate, more))
                continue
            self._last = None
        self.ops = np.array(self._ops, np.int64).reshape(-1, len(Column))
        self.data = (
            np.array(self._levels, np.float64),
            np.array(self._matrices, np.complex128),
            np.array(self._row_data, np.int64),
        )
        matrix_rows = self.ops[self.ops[:, Column.KIND] == Kind.MATRIX]
        diagonal_rows = self.ops[self.ops[:, Column.KIND] == Kind.DIAGONAL]
        self.mask = 2**circuit.qubits - 1
        self.slot_parameter = np.array([k for k, _ in self._slots], np.int64)
        self.slot_scale = np.array([s for _, s in self._slots], np.float64)
        self.links = np.array([link[:2] for link in self._links], np.int64).reshape(-1, 2)
        self.scales = np.array([link[2] for link in self._links], np.float64)
        self.gradient_rows = self._rows
        self.buffers = (
            int(diagonal_rows[:, Column.COUNT].max(initial=1)),
            int(matrix_rows[:, Column.COUNT].max(initial=1)),
            self.gradient_rows,
        )
        self.arguments = (self.ops, self.data, self.buffers, self.mask)

    def _slot(self, gate: Rotation) -> int:
        """Row of the angle tables for a rotation's angle."""
        return self._slots.setdefault((gate.parameter, gate.scale), len(self._slots))

    def _row(self, gate: Rotation, more: Sequence[int]) -> int:
        """A new row of the gradient, linked to the parameters whose derivative it is part of."""
        self._links += [(self._rows, k, gate.scale) for k in (gate.parameter, *more)]
        self._rows += 1
        return self._rows - 1

    def _rotation(self, gate: Rotation, run: list[Rotation], row: int) -> None:
        slot = self._slot(gate)
        flip, sign, y = pauli_masks(gate.pauli, gate.qubits, self.qubits)
        if flip == 0:
            first, count, rows = self._diagonal_pattern(run)
            self._ops.append([Kind.DIAGONAL, 0, 0, 1, slot, row, first, count, rows, 0, 0])
        else:
            # −i·iʸ is ∓i for even y and ±1 for odd y.
            kind = Kind.REAL if y % 2 else Kind.IMAGINARY
            phase = 1 if y % 4 in (0, 1) else -1
            self._ops.append([kind, flip, sign, phase, slot, row, 0, 0, 0, 0, 0])

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
            self._ops.append([Kind.SIGN, 0, everything, 1, 0, 0, 0, 0, 0, 0, 0])
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
        self._ops.append([Kind.MATRIX, everything, 0, 1, 0, 0, first, count, rows, 0, 0])


def _merges(first: Rotation, other: Gate) -> bool:
    return isinstance(other, Rotation) and set(other.pauli) == {"Z"} and _alike(first, other)


def _alike(first: Rotation, other: Rotation) -> bool:
    """Whether two neighbours turn by the same angle about strings of the same single letter."""
    return len({*first.pauli, *other.pauli}) == 1 and (
        (first.parameter, first.scale) == (other.parameter, other.scale)
    )


def _pairs(circuit: Circuit) -> dict[int, int]:
    """Gate index of each RY whose next gate on the same qubit is an RX, with that gate's index."""
    found: dict[int, int] = {}
    waiting: dict[int, int] = {}
    for index, gate in enumerate(circuit.gates):
        if isinstance(gate, Rotation) and gate.pauli == "X" and gate.qubits[0] in waiting:
            found[waiting[gate.qubits[0]]] = index
        for qubit in gate.qubits:
            waiting.pop(qubit, None)
        if isinstance(gate, Rotation) and gate.pauli == "Y":
            waiting[gate.qubits[0]] = index
    return found


class StateVector:
    """State-vector engine for any task; see `interface.Engine` for its laws."""

    def __init__(self, task: Task, threads: int = 1) -> None:
        self.task = task
        self.threads = threads
        self.program = Program(task.circuit, fuse=True)
        self._shape = task.joint.shape
        self._start = self._packed(task.joint.ravel())
        none = np.empty(0, np.complex128)
        if isinstance(task.observable, PauliSum):
            flips, diagonals = task.observable.by_flip(task.circuit.qubits)
            self._observable = (flips, diagonals, none, 0.0)
        else:
            target = np.ascontiguousarray(task.observable.target, np.complex128).ravel()
            empty = np.empty(0, np.int64), none.reshape(0, 1)
            self._observable = (*empty, target, task.observable.weight)

    @cached_property
    def _unfused(self) -> Program:
        return Program(self.task.circuit)

    def _tables(self, p: Program, packed: Floats) -> tuple[Floats, Floats]:
        """Half-angle cosines and sines of angles (…, M, LANES): two arrays (…, slots, LANES)."""
        half = 0.5 * p.slot_scale[:, None] * np.take(packed, p.slot_parameter, axis=-2)
        return np.cos(half), np.sin(half)

    def state(self, angles: Floats) -> Complexes:
        """See `interface.Engine.state`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        out = []
        for group in pack(angles):
            psi = self._start.copy()
            sweeps.forward(*self.program.arguments, *self._tables(self.program, group), psi)
            out.append((psi[:, 0] + 1j * psi[:, 1]).T)
        states: Complexes = np.concatenate(out)[: len(angles)] * np.sqrt(self._shape[0])
        return states.reshape(len(angles), *self._shape)

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Engine.loss_and_gradient`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        p, runs = self.program, len(angles)
        packed = pack(angles)
        losses, gradients = np.empty((len(packed), 1, LANES)), np.empty_like(packed)
        fixed = (*p.arguments, p.links, p.scales, self._observable, self._start)
        arrays = (*self._tables(p, packed), losses, gradients)
        over_groups(sweeps.loss_and_gradient, fixed, arrays, self.threads)
        return losses.ravel()[:runs] + self.task.constant, unpack(gradients, runs)

    def _packed(self, vector: Complexes) -> Floats:
        """A joint state (D,) in all lanes: (D, 2, LANES)."""
        return np.repeat(np.stack([vector.real, vector.imag], 1)[..., None], LANES, 2)

    def row_tangents(
        self, angles: Floats, start: Complexes | None = None
    ) -> tuple[Complexes, Complexes]:
        """See `interface.Engine.row_tangents`."""
        angles = real_array("angles", angles, (self.task.circuit.parameters,))
        p = self._unfused
        tables = self._tables(p, np.repeat(angles[:, None], LANES, 1))
        psi = self._packed(self.task.joint.ravel() if start is None else start)
        out = np.empty((p.gradient_rows, len(psi)), np.complex128)
        sweeps.tangent_sweep(*p.arguments, *tables, psi, out)
        return psi[:, 0, 0] + 1j * psi[:, 1, 0], out

    @property
    def links(self) -> scipy.sparse.csr_array:
        """See `interface.Engine.links`."""
        p = self._unfused
        shape = (self.task.circuit.parameters, p.gradient_rows)
        row, parameter = p.links.T
        return scipy.sparse.csr_array((p.scales, (parameter, row)), shape=shape)

    def pull_back(self, angles: Floats, vector: Complexes) -> Complexes:
        """See `interface.Engine.pull_back`."""
        angles = real_array("angles", angles, (self.task.circuit.parameters,))
        p = self._unfused
        tables = self._tables(p, np.repeat(angles[:, None], LANES, 1))
        psi, lam = self._packed(vector), self._packed(vector)
        sweeps.pull_back(*p.arguments, *tables, psi, lam)
        return lam[:, 0, 0] + 1j * lam[:, 1, 0]

    def tangents(self, angles: Floats) -> tuple[Complexes, Complexes]:
        """See `interface.Engine.tangents`."""
        state, rows = self.row_tangents(angles)
        return state, self.links @ rows
