"""Training of whole unitaries, with Pauli coefficients in place of a second state.

The loss is c + v |t|², t = Tr W, with the matrix W = U A: A joins the input states ψ_i and the
target's parts t_i, A = Σ_i |ψ_i⟩⟨t_i|. By cyclicity t = Tr W_k for every W_k = U_{≤k} A U_{>k},
so that ∂t/∂θ_k = −(i/2) Tr(P_k W_k), and W_{k−1} = G_k† W_k G_k for the gate G_k = exp(−iθ_kP_k/2).
The gradient v Im(t* Tr(P_k W_k)) is a coefficient y_P = v Im(t* Tr(P W_k)) of a real vector with 4ⁿ
entries, on which undoing a gate turns pairs: with P_k Q = iσR,

    y_Q ← cos θ_k y_Q + σ sin θ_k y_R,    y_R ← cos θ_k y_R − σ sin θ_k y_Q,

and half of the entries stay. Clifford gates are moved to A, so that they cost nothing. On the way
to W cosines are left out of rotations, (x, y) ← (x + t y, y − t x) with t = tan θ/2, and multiplied
in now and then; the sign of their product is a phase of t, which no result depends on.

Source: derived here; the adjoint method of T. Jones, J. Gacon, arXiv:2009.02823, keeps two states.
"""

from collections.abc import Sequence, Sized
from functools import reduce
from operator import xor

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import real_array
from overpar.engines import pauli_kernels
from overpar.engines.interface import Floats
from overpar.engines.lanes import HALF, over_groups, pack, unpack
from overpar.engines.pauli_kernels import Column, Kind, Undo
from overpar.model.circuits import Circuit
from overpar.model.clifford import String, fixed_product, moved_rotations
from overpar.model.observables import Projector, Task

# Rows of a block of columns: of four complex numbers each, half of a first-level cache.
HEIGHT = 256
# Rotations between two multiplications by cosines: |tan| of a double is below 1e18.
RESCALE = 16
# Where the second rotation of a pair is looked for, in units of the number of qubits.
AHEAD = 4
Indices = NDArray[np.int64]
Strings = tuple[String, ...]


class Program:
    """The rotations of a circuit, Clifford gates moved away, translated for the kernels.

    Args:
        circuit: one whose fixed gates are Clifford gates.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.qubits = circuit.qubits
        self.height = min(4**circuit.qubits, HEIGHT)
        self._indices: dict[str, list[Indices]] = {"rows": [], "coefficients": []}
        self._parts: list[list[int]] = []
        self._known: dict[tuple[str, Strings], list[int]] = {}
        self.gates = [gate for _, gate in circuit.rotations]
        self.strings = tuple(moved_rotations(circuit))
        slots: dict[tuple[int, float], int] = {}
        self._slots = [slots.setdefault((g.parameter, g.scale), len(slots)) for g in self.gates]
        groups = _grouped(self.strings, AHEAD * circuit.qubits)
        self.backward = _table([self._undo(group) for group in groups], Undo)
        forward = [self._do(group) for group in _joined(groups, self.strings)]
        left_out = 0
        for number, op in enumerate(forward):
            left_out += sum(slot >= 0 for slot in op[Column.SLOTS :])
            if left_out > RESCALE - 4 or number == len(forward) - 1:
                op[Column.RESCALE], left_out = 1, 0
        self.forward = _table(forward, range(Column.SLOTS + 4))
        self.parts = _table(self._parts, range(3))
        self.index, self.triples = (
            np.concatenate([np.empty((0, width), np.int64), *self._indices[what]]).astype(np.int32)
            for what, width in (("rows", 1), ("coefficients", 3))
        )
        self.slot_parameter = np.array([k for k, _ in slots], np.int64)
        self.slot_scale = np.array([s for _, s in slots], np.float64)
        self.links = _table([[k, gate.parameter] for k, gate in enumerate(self.gates)], range(2))
        signs = (1 - string.power for string in self.strings)
        self.scales = np.array(
            [g.scale * sign for g, sign in zip(self.gates, signs, strict=True)], np.float64
        )

    def _do(self, group: Sequence[int]) -> list[int]:
        """The operation on rows of one, two or four rotations."""
        turned = tuple(self.strings[k] for k in group)
        slots = [self._slots[k] for k in group]
        flips = [turned[0].x, turned[-1].x]
        parts = self._mixed("rows", turned)
        return [_kind(turned), *flips, *parts, 0, *slots, *[-1] * (4 - len(slots))]

    def _undo(self, group: Sequence[int]) -> list[int]:
        """The operation on coefficients of one or two rotations."""
        turned = tuple(self.strings[k] for k in group)
        op = self._mixed("coefficients", turned)
        for k in group:
            op += [self._slots[k], self._place(self.strings[k]), k]
        return op if len(group) == 2 else [*op, -1, 0, 0]

    def _place(self, string: String) -> int:
        """Index of a string's coefficient."""
        return (string.x << self.qubits) + string.z

    def _mixed(self, what: str, turned: Strings) -> list[int]:
        """First and last part of what an operation mixes."""
        if (what, turned) not in self._known:
            mixed = self._rows if what == "rows" else self._coefficients
            entries, signs = mixed(turned)
            bits = sum(sign.astype(np.int64) << k for k, sign in enumerate(signs))
            first = len(self._parts)
            held = self._indices[what]
            for value in np.unique(bits):
                start, part = sum(map(len, held)), entries[bits == value]
                self._parts.append([int(value), start, start + len(part)])
                held.append(part)
            self._known[what, turned] = [first, len(self._parts)]
        return list(self._known[what, turned])

    def _rows(self, turned: Strings) -> tuple[Indices, list[NDArray[np.bool_]]]:
        """The first of the rows of a block that an operation mixes, and signs of its rotations."""
        rows = np.arange(self.height)
        flips = {string.x for string in turned} - {0}
        for flip in flips | {reduce(xor, flips, 0)} - {0}:
            rows = rows[rows < rows ^ flip]
        # −iP has the entry ±1 or ±i in row r and column r ⊕ flip.
        signs = [
            (s.power == 2) ^ (s.ys % 4 > 1) ^ _odd((rows ^ s.x) & s.z).astype(bool) for s in turned
        ]
        return rows[:, None], signs

    def _coefficients(self, turned: Strings) -> tuple[Indices, list[NDArray[np.bool_]]]:
        """Pairs of coefficients that undoing one rotation turns, or triples for two."""
        places = np.arange(4**self.qubits)
        last = turned[-1]
        if len(turned) == 1:
            pairs = places[self._turns(last, places) & (places < places ^ self._place(last))]
            entries = np.stack([pairs, pairs ^ self._place(last), 0 * pairs], 1)
            return entries, [self._negative(last, pairs)]
        first = turned[0]
        b = places[self._turns(last, places) & ~self._turns(first, places)]
        c = b ^ self._place(last)
        a = c ^ self._place(first)
        return np.stack([a, b, c], 1), [self._negative(first, c), self._negative(last, b)]

    def _turns(self, string: String, places: Indices) -> NDArray[np.bool_]:
        """Whether a string P anticommutes with the strings Q at some places."""
        x, z = places >> self.qubits, places & (2**self.qubits - 1)
        return (_odd(x & string.z) ^ _odd(z & string.x)).astype(bool)

    def _negative(self, string: String, places: Indices) -> NDArray[np.bool_]:
        """Whether σ = −1 in P Q = iσR for strings Q at some places."""
        x, z = places >> self.qubits, places & (2**self.qubits - 1)
        ys = np.bitwise_count(x & z).astype(np.int64)
        product = np.bitwise_count((x ^ string.x) & (z ^ string.z)).astype(np.int64)
        power = string.power + string.ys + ys - product + 2 * _odd(x & string.z)
        return power % 4 == 3


def _odd(bits: Indices) -> Indices:
    return np.bitwise_count(bits).astype(np.int64) & 1


def _table(rows: list[list[int]], columns: Sized) -> Indices:
    return np.array(rows, np.int64).reshape(-1, len(columns))


def _kind(turned: Strings) -> Kind:
    if len(turned) == 4:
        changes = (turned[0].z & turned[-1].x).bit_count() % 2
        return Kind.OPPOSITE if changes else Kind.ALIKE
    if len(turned) == 2:
        return Kind.PAIR
    if turned[0].x == 0:
        return Kind.DIAGONAL
    return Kind.REAL if turned[0].ys % 2 else Kind.IMAGINARY


def _grouped(strings: Strings, reach: int) -> list[tuple[int, ...]]:
    """Rotations by number in an order that is the same circuit, those of a PAIR together."""
    groups: list[tuple[int, ...]] = []
    done: set[int] = set()
    for first, string in enumerate(strings):
        if first in done:
            continue
        between: list[String] = []
        group: tuple[int, ...] = (first,)
        for number in range(first + 1, min(first + 1 + reach, len(strings))):
            other = strings[number]
            if string.ys % 2 == 0 or number in done:
                continue
            if other.x == string.x and other.ys % 2 == 0:
                if not other.commutes(string) and all(other.commutes(s) for s in between):
                    group = (first, number)
                break
            between.append(other)
        done.update(group)
        groups.append(group)
    return groups


def _joined(groups: list[tuple[int, ...]], strings: Strings) -> list[tuple[int, ...]]:
    """The same with neighbouring PAIRs together that commute and flip other bits."""
    out: list[tuple[int, ...]] = []
    for group in groups:
        before = out[-1] if out else ()
        if (
            len(before) == len(group) == 2
            and strings[before[0]].x != strings[group[0]].x
            and all(strings[j].commutes(strings[k]) for j in before for k in group)
        ):
            out[-1] = (*before, *group)
        else:
            out.append(group)
    return out


class Paulis:
    """Loss and gradient of a task that reads a whole unitary; see `interface.Objective`.

    Args:
        task: one that `choose.paulis_apply` to.
        threads: threads that share a batch.
    """

    def __init__(self, task: Task, threads: int = 1) -> None:
        assert isinstance(task.observable, Projector)
        self.task = task
        self.threads = threads
        self.program = Program(task.circuit)
        matrix = task.joint.T @ task.observable.target.conj() @ fixed_product(task.circuit)
        # Column by column.
        entries = np.stack([matrix.T.real, matrix.T.imag], -1).reshape(-1, self.program.height, 2)
        self._start = np.repeat(entries[..., None], HALF, -1)

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Objective.loss_and_gradient`."""
        angles = real_array("angles", angles, (None, self.task.circuit.parameters))
        assert isinstance(self.task.observable, Projector)
        p, runs = self.program, len(angles)
        packed = pack(angles, HALF)
        losses, gradients = np.empty((len(packed), 1, HALF)), np.empty_like(packed)
        weight = float(self.task.observable.weight)
        fixed = (
            p.forward,
            p.backward,
            p.parts,
            p.index.ravel(),
            p.triples,
            p.links,
            p.scales,
            self._start,
            weight,
        )
        arrays = (self._tables(packed), losses, gradients)
        over_groups(pauli_kernels.loss_and_gradient, fixed, arrays, self.threads)
        return losses.ravel()[:runs] + self.task.constant, unpack(gradients, runs)

    def _tables(self, packed: Floats) -> Floats:
        """tan θ/2, |cos θ/2|, cos θ, sin θ of packed angles: (groups, 4, slots, HALF)."""
        p = self.program
        half = 0.5 * p.slot_scale[:, None] * np.take(packed, p.slot_parameter, axis=-2)
        tan = np.tan(half)
        square = 1 / (1 + tan * tan)
        out = np.empty((len(packed), 4, *half.shape[1:]))
        out[:, 0], out[:, 1] = tan, np.sqrt(square)
        out[:, 2], out[:, 3] = 2 * square - 1, 2 * tan * square
        return out
