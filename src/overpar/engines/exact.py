"""Tangents of a circuit over a prime field, where its gates are rotations and Clifford+T."""

from dataclasses import replace
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from overpar.base.errors import UserError
from overpar.engines import residues
from overpar.engines.interface import Complexes
from overpar.engines.kernels import Column, Kind
from overpar.engines.statevector import Program
from overpar.model.circuits import Circuit, Fixed, Rotation
from overpar.model.observables import Task

Integers = NDArray[np.int64]

# Scales of one angle are integers in some unit: their ratios are fractions with denominators up
# to the first, and no scale exceeds the second. The degree of the tangents grows with them.
MAX_DENOMINATOR, MAX_SCALE = 64, 1024
CLOSE = 1e-12
# So many angles are swept together that their vectors stay in the processor's cache, but not too
# few for its vector instructions.
_BYTES, _LEAST = 2**18, 32


class NotExactError(UserError):
    """A circuit has numbers that are no polynomials of residues."""


class ExactTangents:
    """Tangents of a task over a prime field, at random angles.

    With z = exp(iθ/2), cos θ/2 = (z + 1/z)/2 and sin θ/2 = (z − 1/z)/(2i) make sense modulo a
    prime for any z ≠ 0, and so do i and √2 if the prime is 1 modulo 8. A complex number a + ib is
    kept as the pair a + ιb, a − ιb with ι² = −1, so that real and imaginary part stay apart. The
    members of a pair never mix: everything is computed twice, with i = ±ι and z^±1.

    Args:
        task: of rotations, whose scales have rational ratios for every angle, and of fixed gates
            and inputs with entries (a + b√2 + ic + id√2)/√2ᵏ, as those of Clifford+T.

    Raises:
        NotExactError: if it is not, naming what is not.

    Source: ours.
    """

    def __init__(self, task: Task) -> None:
        circuit = task.circuit
        self.parameters = circuit.parameters
        self.program = Program(_in_integer_scales(circuit))
        self.matrices: dict[bytes, Integers] = {}
        for gate in circuit.gates:
            if isinstance(gate, Fixed) and gate.matrix.tobytes() not in self.matrices:
                name = f"gate {gate.name} on qubits {gate.qubits}"
                entries = _in_ring(gate.matrix, len(gate.qubits), name)
                self.matrices[gate.matrix.tobytes()] = entries
        zero = np.eye(1, 2**circuit.qubits, dtype=complex)
        states = zero if task.inputs is None else task.inputs
        self.states = _in_ring(states, circuit.qubits, "an input state")
        self.links: dict[int, list[tuple[int, int]]] = {}
        pairs = zip(self.program.links.tolist(), self.program.scales.tolist(), strict=True)
        for (row, parameter), scale in pairs:
            self.links.setdefault(row, []).append((parameter, int(scale)))

    def tangents(
        self, prime: int, root: int, random: np.random.Generator
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """The phase direction and the tangents at random angles, pulled back to the input.

        Args:
            prime: below 2³¹ and 1 modulo 8.
            root: primitive eighth root of one.
            random: z for every parameter is drawn from it.

        Returns:
            Residues of iψ₀, shape (1, 2D), and of U†∂U ψ₀, shape (M, 2D), D = inputs·2ⁿ, up to
            one factor. What is independent here is so over the reals, for almost all angles.
        """
        turns = [int(z) for z in random.integers(1, prime, self.parameters)]
        inverses = [pow(z, -1, prime) for z in turns]
        halves = [
            _Half(self, prime, root, turns).vectors(),
            _Half(self, prime, pow(root, -1, prime), inverses).vectors(),
        ]
        both = np.concatenate(halves).T
        return both[-1:], both[:-1]


class _Half:
    """One member of all pairs: residues of i, √2 and exp(iθ/2), and what follows from them."""

    def __init__(self, exact: ExactTangents, prime: int, root: int, turns: list[int]) -> None:
        self.exact, self.prime, self.turns = exact, prime, turns
        self.i = root * root % prime
        self.sqrt2 = (root + pow(root, -1, prime)) % prime
        self.half = pow(2, -1, prime)

    def vectors(self) -> NDArray[np.uint32]:
        """U†∂U ψ₀ for every parameter, and iψ₀ as the last: shape (D, M + 1)."""
        exact, prime = self.exact, self.prime
        field = np.uint32(prime), np.uint32(-pow(prime, -1, 2**32) % 2**32)
        fixed = exact.program.data[2], exact.program.mask, *field
        start = np.array(self._numbers(exact.states), np.uint32)[:, None]
        out = np.zeros((len(start), exact.parameters + 1), np.uint32)
        out[:, -1:] = start.astype(np.int64) * self.i % prime
        ahead, ahead_table, _ = self._tables(1)
        back, back_table, seeds = self._tables(-1)
        state, place = start, 0
        together = max(_BYTES // (4 * len(start)), _LEAST)
        for first in reversed(range(0, exact.parameters, together)):
            count = min(together, exact.parameters - first)
            mine = np.flatnonzero((first <= seeds[:, 0]) & (seeds[:, 0] < first + count))
            if not len(mine):
                continue
            # Where the last operation ends that one of these angles turns; ψ is taken there.
            end = int(np.searchsorted(back[:, -1], mine[-1], "right")) + 1
            residues.turn(ahead[place:end], ahead_table, *fixed, state)
            undone = np.ascontiguousarray(back[end:place][::-1])
            residues.turn(undone, back_table, *fixed, state)
            place = end
            part = np.zeros((len(start), count + 1), np.uint32)
            part[:, -1:] = state
            residues.pull_back(back[:end], back_table, *fixed, seeds, first, part)
            out[:, first : first + count] = part[:, :-1]
        return out

    def _numbers(self, entries: Integers) -> list[int]:
        """Numbers of the ring, shape (…, 4), as residues: a power of two times the values."""
        basis = (1, self.sqrt2, self.i, self.i * self.sqrt2)
        flat = entries.reshape(-1, 4).tolist()
        return [sum(n * b for n, b in zip(e, basis, strict=True)) % self.prime for e in flat]

    def _tables(self, direction: int) -> tuple[Integers, NDArray[np.uint32], Integers]:
        """Operations, coefficients and seeds for U, or for U† if the direction is −1."""
        program, prime = self.exact.program, self.prime
        levels = program.data[0].astype(np.int64).tolist()
        matrices = self._matrices(direction)
        ops: list[tuple[int, ...]] = []
        table: list[int] = []
        seeds: list[tuple[int, int]] = []
        for op in program.ops.tolist():
            kind, flip, sign, phase, slot, row, first, count, rows = op[: Column.ROWS + 1]
            begin, planted, own = len(table), len(seeds), levels[first : first + count]
            if kind == Kind.MATRIX:
                table += matrices[first]
            elif kind in (Kind.IMAGINARY, Kind.REAL, Kind.DIAGONAL):
                # Its derivative is a multiple of what the generator −iP makes of ψ.
                factors = [phase if kind == Kind.REAL else -phase * self.i]
                z = pow(self.turns[program.slot_parameter[slot]], direction, prime)
                z = pow(z, int(program.slot_scale[slot]), prime)
                if kind == Kind.DIAGONAL:
                    table += [pow(z, -level, prime) for level in own]
                    factors = [factors[0] * level for level in own]
                else:
                    inverse = pow(z, -1, prime)
                    sine = (z - inverse) * pow(2 * self.i, -1, prime)
                    table += [(z + inverse) * self.half, sine * factors[0]]
                for parameter, weight in self.exact.links[row]:
                    seeds.append((parameter, len(table)))
                    table += [weight * factor for factor in factors]
            ops.append((kind, flip, sign, begin, count, rows, planted, len(seeds)))
        numbers = [value * 2**32 % prime for value in table]
        return (
            np.array(ops, np.int64).reshape(-1, 8),
            np.array(numbers, np.uint32),
            np.array(seeds, np.int64).reshape(-1, 2),
        )

    def _matrices(self, direction: int) -> dict[int, list[int]]:
        """Entries of the fixed gates by their place in the program, or of their adjoints."""
        ops, matrices = self.exact.program.ops, self.exact.program.data[1]
        found = {}
        for op in ops[ops[:, Column.KIND] == Kind.MATRIX]:
            first, count = int(op[Column.FIRST]), int(op[Column.COUNT])
            if first in found:
                continue
            entries = self.exact.matrices[matrices[first : first + count**2].tobytes()]
            if direction < 0:
                entries = entries.swapaxes(0, 1) * np.array([1, 1, -1, -1])
            found[first] = self._numbers(entries)
        return found


def _in_ring(values: Complexes, halvings: int, name: str) -> Integers:
    """Integers (…, 4) with 2^(halvings + 1)·values = a + b√2 + ic + id√2.

    Entries of unitary matrices over this ring stay below one in size when √2 is replaced by −√2,
    so few (a, b) are possible, and they lie far apart.

    Raises:
        NotExactError: if there are none.
    """
    scale = 2.0 ** (halvings + 1)
    parts = np.stack([values.real, values.imag], -1) * scale
    out = np.zeros((*parts.shape, 2), np.int64)
    missing = np.ones(parts.shape, bool)
    most = int(scale / np.sqrt(2))
    for b in sorted(range(-most, most + 1), key=abs):
        a = np.round(parts - b * np.sqrt(2))
        fits = missing & (np.abs(a + b * np.sqrt(2) - parts) <= CLOSE * scale)
        fits &= np.abs(a - b * np.sqrt(2)) <= scale * (1 + CLOSE)
        out[fits] = np.stack([a[fits], np.full(fits.sum(), b)], -1)
        missing &= ~fits
        if not missing.any():
            return out.reshape(*values.shape, 4)
    raise NotExactError(f"{name} is none that Clifford and T gates make")


def _in_integer_scales(circuit: Circuit) -> Circuit:
    """The circuit with angles in units in which all scales are integers.

    Raises:
        NotExactError: naming the first parameter that has no such unit.
    """
    scales: dict[int, set[float]] = {}
    for _, gate in circuit.rotations:
        scales.setdefault(gate.parameter, set()).add(gate.scale)
    number: dict[tuple[int, float], float] = {}
    for parameter, found in scales.items():
        unit = min((abs(s) for s in found if s), default=1.0)
        ratios = {s: Fraction(s / unit).limit_denominator(MAX_DENOMINATOR) for s in found}
        common = lcm(*(ratio.denominator for ratio in ratios.values()))
        for scale, ratio in ratios.items():
            number[parameter, scale] = float(ratio * common)
            if (
                abs(scale / unit - ratio) > CLOSE * abs(scale / unit)
                or abs(ratio * common) > MAX_SCALE
            ):
                raise NotExactError(
                    f"angle {parameter} turns gates by multiples of it, {sorted(found)}, whose"
                    " ratios are no simple fractions"
                )
    gates = [
        replace(gate, scale=number[gate.parameter, gate.scale])
        if isinstance(gate, Rotation)
        else gate
        for gate in circuit.gates
    ]
    return replace(circuit, gates=tuple(gates))
