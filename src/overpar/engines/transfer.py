"""Pauli-transfer engine: noisy circuits of rotations and Clifford gates, of a few qubits.

A state is its expectation values r_Q = Tr Qρ of Pauli strings. Local noise multiplies r_Q by
(1−4λ) for every letter of Q that it meets, so that what strong noise leaves of a state keeps all
its digits, a rotation turns pairs of strings into each other, and a Clifford gate exchanges
strings: strings are named as they are before all Clifford gates, and only noise and generators
change their names. Of the 4ⁿ − 1 strings those that the input can become are kept.

Source: D. Greenbaum, arXiv:1509.02921, section 2.4; the frame is ours.
"""

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import real_array, require
from overpar.engines.interface import Complexes, Floats
from overpar.engines.lanes import LANES, kernel, load, pack, spread, store, unpack
from overpar.model.circuits import Circuit, Fixed, Rotation, pauli_masks
from overpar.model.noise import Noise, in_native_gates
from overpar.model.observables import PauliSum

MAX_QUBITS = 8

Integers = NDArray[np.int64]


@kernel
def _turn(values, pairs, cosine, sine):
    """r_a ← c r_a + s r_b, r_b ← c r_b − s r_a for the pairs (a, b); s is 0 past their end."""
    for k in range(pairs.shape[0]):
        a, b = pairs[k, 0], pairs[k, 1]
        if a < 0:
            break
        x, y = values[a], values[b]
        values[a] = cosine * x + sine * y
        values[b] = cosine * y - sine * x


@kernel
def _tangents(stack, plan, pairs, damping, scale, angles):
    """The state, row 0 of a stack, and its derivatives, driven through the circuit."""
    begun = 1
    for k in range(plan.shape[0]):
        string, kept, parameter = plan[k, 0], plan[k, 1], plan[k, 2]
        c = np.cos(scale[k] * angles[parameter])
        s = np.sin(scale[k] * angles[parameter])
        begun = max(begun, parameter + 2)
        for row in range(begun):
            values = stack[row]
            for j in range(values.size):
                values[j] *= damping[kept, j]
            _turn(values, pairs[string], c, s)
        for j in range(pairs.shape[1]):
            a, b = pairs[string, j, 0], pairs[string, j, 1]
            if a < 0:
                break
            stack[parameter + 1, a] += scale[k] * stack[0, b]
            stack[parameter + 1, b] -= scale[k] * stack[0, a]


@kernel
def _gradients(start, readout, plan, pairs, damping, scale, cos, sin, losses, gradients):
    """Value of a read-out of the final states, a group of runs at a time, and its gradient."""
    rotations, strings = plan.shape[0], start.size
    states = np.empty((rotations + 1, strings, LANES))
    costate = np.empty((strings, LANES))
    for j in range(strings):
        store(states[0], j, spread(start[j]))
    for group in range(cos.shape[0]):
        for k in range(rotations):
            values, keep = states[k + 1], damping[plan[k, 1]]
            for j in range(strings):
                store(values, j, keep[j] * load(states[k], j))
            c, s = load(cos[group], k), load(sin[group], k)
            pair = pairs[plan[k, 0]]
            for j in range(pair.shape[0]):
                a, b = pair[j, 0], pair[j, 1]
                if a < 0:
                    break
                x, y = load(values, a), load(values, b)
                store(values, a, c * x + s * y)
                store(values, b, c * y - s * x)
        total = spread(0.0)
        for j in range(strings):
            total += readout[j] * load(states[rotations], j)
            store(costate, j, spread(readout[j]))
        store(losses[group], 0, total)
        gradients[group] = 0.0
        for k in range(rotations - 1, -1, -1):
            c, s = load(cos[group], k), load(sin[group], k)
            pair = pairs[plan[k, 0]]
            total = spread(0.0)
            for j in range(pair.shape[0]):
                a, b = pair[j, 0], pair[j, 1]
                if a < 0:
                    break
                x, y = load(costate, a), load(costate, b)
                total += x * load(states[k + 1], b) - y * load(states[k + 1], a)
                store(costate, a, c * x - s * y)
                store(costate, b, c * y + s * x)
            parameter = plan[k, 2]
            slope = load(gradients[group], parameter) + scale[k] * total
            store(gradients[group], parameter, slope)
            keep = damping[plan[k, 1]]
            for j in range(strings):
                store(costate, j, keep[j] * load(costate, j))


class Transfer:
    """ρ(θ), ∂ρ/∂θ, and loss and gradient, of a circuit from |0…0⟩ under noise.

    Args:
        circuit: of at most 8 qubits, of rotations and Clifford gates; two-qubit ZZ rotations are
            written with CNOTs.
        noise: what acts between the gates.
        moments: how often global noise acts.
        observable: of the loss; without one there are no losses.
        constant: added to the loss.

    Raises:
        UserError: for more qubits, or a gate that is neither.
    """

    def __init__(
        self,
        circuit: Circuit,
        noise: Noise,
        *,
        moments: int = 0,
        observable: PauliSum | None = None,
        constant: float = 0.0,
    ) -> None:
        n = circuit.qubits
        require(
            n <= MAX_QUBITS,
            f"Pauli transfer needs at most {MAX_QUBITS} qubits, but the circuit has {n}.",
        )
        self.circuit = in_native_gates(circuit)
        self.constant = constant
        self._survival = noise.strength**moments if noise.place == "global" else 1.0
        self._factor = 1.0 if noise.place == "global" else 1 - 4 * noise.strength
        every = 4**n
        # What each string has become, up to a sign, after the Clifford gates so far.
        self._names, self._signs = np.arange(every), np.ones(every)
        powers = np.zeros(every, np.int64)
        self._support = np.zeros(every, bool)
        self._support[: 2**n] = True
        rotations: list[tuple[int, int, float]] = []
        rows: list[Integers] = []
        for gate in self.circuit.gates:
            if noise.place == "both":
                powers = powers + self._met(gate.qubits)
            if isinstance(gate, Rotation):
                x, z, _ = pauli_masks(gate.pauli, gate.qubits, n)
                string = int(np.flatnonzero(self._names == (x << n | z))[0])
                scale = float(self._signs[string]) * gate.scale
                rotations.append((string, gate.parameter, scale))
                rows.append(powers)
                powers = np.zeros(every, np.int64)
            else:
                self._rename(gate)
            if noise.place != "global":
                powers = powers + self._met(gate.qubits)
        self._close({string for string, _, _ in rotations})
        kept = np.flatnonzero(self._support)
        self._kept = kept
        strings, which = np.unique([r[0] for r in rotations], return_inverse=True)
        self._pairs = np.array([self._partners(int(string)) for string in strings])
        self._powers, order = np.unique(
            np.array([*rows, powers])[:, kept], axis=0, return_inverse=True
        )
        order = order.ravel()
        self._plan = np.array(
            [(w, o, r[1]) for w, o, r in zip(which, order, rotations, strict=False)], np.int64
        )
        self._scale = np.array([r[2] for r in rotations])
        self._damping = self._factor**self._powers
        self._last = self._survival * self._damping[order[-1]]
        self._final = int(order[-1])
        self._start = (kept < 2**n).astype(float)
        self._readout = self._read(observable) if observable else None

    def _met(self, qubits: tuple[int, ...]) -> Integers:
        """How many letters of every string noise on some qubits meets."""
        n = self.circuit.qubits
        letters = self._names >> n | self._names
        return np.sum([letters >> (n - 1 - q) & 1 for q in qubits], axis=0)

    def _rename(self, gate: Fixed) -> None:
        """Exchange the names of strings as a Clifford gate does."""
        n, k = self.circuit.qubits, len(gate.qubits)
        paulis = _paulis(k)
        images = (
            np.einsum(
                "aij,jk,bkl,il->ab", paulis, gate.matrix, paulis, gate.matrix.conj(), optimize=True
            ).real
            / 2**k
        )
        require(
            bool(np.allclose(np.abs(images).max(axis=0), 1, atol=1e-9)),
            f"Pauli transfer needs Clifford gates, but {gate.name} is none.",
        )
        image = np.abs(images).argmax(axis=0)
        bits = [n - 1 - q for q in gate.qubits]
        local = np.zeros_like(self._names)
        for bit in (*(b + n for b in bits), *bits):
            local = local << 1 | (self._names >> bit & 1)
        self._signs = self._signs * np.sign(images[image[local], local])
        for place, bit in enumerate((*(b + n for b in bits), *bits)):
            new = image[local] >> (2 * k - 1 - place) & 1
            self._names = self._names & ~(1 << bit) | new << bit

    def _close(self, strings: set[int]) -> None:
        """Add to the support what the rotations turn it into; the identity stays as it is."""
        self._support[0] = False
        size = 0
        while size < (size := int(self._support.sum())):
            for string in strings:
                here = np.flatnonzero(self._support)
                self._support[here[self._anticommute(string, here)] ^ string] = True

    def _anticommute(self, string: int, others: Integers) -> NDArray[np.bool_]:
        n = self.circuit.qubits
        x, z = string >> n, string & (2**n - 1)
        odd = np.bitwise_count(others >> n & z) + np.bitwise_count(others & x)
        return (odd & 1).astype(bool)

    def _partners(self, string: int) -> Integers:
        """Pairs (a, b) with r_a ← c r_a + s r_b, in places of the support; −1 past their end."""
        n, kept = self.circuit.qubits, self._kept
        out = np.full((len(kept) // 2 + 1, 2), -1)
        moved = kept[self._anticommute(string, kept)]
        moved = moved[moved < moved ^ string]
        partner = moved ^ string
        # −iPQ = ±R, with P(x, z) = i^(x·z) XˣZᶻ.
        x, z = string >> n, string & (2**n - 1)
        own = np.bitwise_count(moved >> n & moved) + int(x & z).bit_count()
        phase = own.astype(int) - np.bitwise_count(partner >> n & partner)
        phase += 2 * np.bitwise_count(moved >> n & z).astype(int) - 1
        positive = (phase & 3) == 0
        pairs = np.searchsorted(kept, np.stack([moved, partner], axis=1))
        # U Q U† = c Q + s(−iPQ), so that r_R takes up what r_Q gives where the sign is +.
        out[: len(pairs)] = np.where(positive[:, None], pairs[:, ::-1], pairs)
        return out

    def _read(self, observable: PauliSum) -> Floats:
        """The observable's coefficients on the support, after the last noise."""
        n = self.circuit.qubits
        out = np.zeros(4**n)
        for coefficient, letters, where in observable.terms:
            chosen = [(p, q) for p, q in zip(letters, where, strict=True) if p != "I"]
            x, z, _ = pauli_masks("".join(p for p, _ in chosen), [q for _, q in chosen], n)
            string = np.flatnonzero(self._names == (x << n | z))[0]
            if string == 0:
                self.constant += coefficient
            out[string] += coefficient * self._signs[string]
        return np.asarray(out[self._kept] * self._last)

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """Loss (runs,) and its gradient (runs, M) for a batch of angles (runs, M)."""
        angles = real_array("angles", angles, (None, self.circuit.parameters))
        assert self._readout is not None
        turns = pack(self._scale * angles[:, self._plan[:, 2]])
        losses = np.empty((len(turns), 1, LANES))
        gradients = np.empty((len(turns), angles.shape[1], LANES))
        fixed = self._start, self._readout, self._plan, self._pairs, self._damping, self._scale
        _gradients(*fixed, np.cos(turns), np.sin(turns), losses, gradients)
        runs = len(angles)
        return self.constant + losses.ravel()[:runs], unpack(gradients, runs)

    def components(self, angles: Floats) -> Floats:
        """r_Q and ∂r_Q/∂θ of the strings kept, shape (M + 1, strings), at angles (M,)."""
        angles = real_array("angles", angles, (self.circuit.parameters,))
        stack = np.zeros((len(angles) + 1, len(self._kept)))
        stack[0] = self._start
        _tangents(stack, self._plan, self._pairs, self._damping, self._scale, angles)
        return np.asarray(stack * self._last)

    def residues(self, prime: int, random: np.random.Generator) -> Integers:
        """∂r_Q/∂θ modulo a prime, shape (M, strings), at random angles and a random strength.

        Noise that was given with strength 0 stays away. Scales of angles are left out, which
        changes no rank.

        Args:
            prime: below 2³¹.
            random: draws (cos θ, sin θ) = ((1−t²), 2t)/(1+t²) and 1−4λ.
        """
        shape = len(self._scale), int(self._plan[:, 2].max()) + 1
        t = random.integers(1, prime, shape[1])
        over = np.array([pow(1 + int(x) ** 2, -1, prime) for x in t])
        cosine, sine = (1 - t * t % prime) * over % prime, 2 * t % prime * over % prime
        factor = int(random.integers(2, prime)) if self._factor != 1 else 1
        table = [pow(factor, k, prime) for k in range(int(self._powers.max()) + 1)]
        damping = np.array(table)[self._powers]
        stack = np.zeros((shape[1] + 1, len(self._kept)), np.int64)
        stack[0] = self._start.astype(np.int64)
        for (string, kept, parameter), scale in zip(self._plan, self._scale, strict=True):
            a, b = self._pairs[string][self._pairs[string, :, 0] >= 0].T
            begun = stack[: parameter + 2]
            begun *= damping[kept]
            begun %= prime
            c, s = cosine[parameter], int(np.sign(scale)) * sine[parameter]
            x, y = begun[:, a], begun[:, b]
            begun[:, a], begun[:, b] = (c * x + s * y) % prime, (c * y - s * x) % prime
            slope = begun[parameter + 1]
            slope[a] += int(np.sign(scale)) * stack[0, b]
            slope[b] -= int(np.sign(scale)) * stack[0, a]
            slope %= prime
        return np.asarray(stack[1:])

    def tangents(self, angles: Floats) -> tuple[Complexes, Complexes]:
        """ρ, shape (2ⁿ, 2ⁿ), and ∂ρ/∂θ, shape (M, 2ⁿ, 2ⁿ), at angles (M,)."""
        n = self.circuit.qubits
        size = 2**n
        stack = self.components(angles)
        names = self._names[self._kept]
        x, z = names >> n, names & (size - 1)
        grid = np.zeros((len(stack), size, size), np.complex128)
        grid[:, x, z] = stack * self._signs[self._kept] * 1j ** np.bitwise_count(x & z)
        rows = np.arange(size)
        walsh = 1.0 - 2 * (np.bitwise_count(rows[:, None] & rows) & 1)
        out = np.zeros_like(grid)
        out[:, rows[:, None] ^ rows, rows] = grid @ walsh / size
        return out[0] + np.eye(size) / size, out[1:]


def _paulis(qubits: int) -> Complexes:
    """All strings of k qubits, shape (4ᵏ, 2ᵏ, 2ᵏ), by (x, z)."""
    size = 2**qubits
    rows = np.arange(size)
    out = np.zeros((size * size, size, size), np.complex128)
    for x in range(size):
        for z in range(size):
            signs = 1 - 2.0 * (np.bitwise_count(rows & z) & 1)
            out[x * size + z, rows ^ x, rows] = 1j ** (x & z).bit_count() * signs
    return out
