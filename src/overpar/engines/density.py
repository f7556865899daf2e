"""Density-matrix engine: noisy states and their derivatives, exact, for a few qubits."""

import numpy as np

from overpar.base.checks import real_array, require
from overpar.engines.interface import Complexes, Floats
from overpar.model.circuits import FIXED_GATES, Circuit, Rotation
from overpar.model.noise import Noise, in_native_gates

MAX_QUBITS = 8


class Density:
    """ρ(θ) and ∂ρ/∂θ of a circuit from |0…0⟩ under noise.

    Args:
        circuit: of at most 8 qubits; two-qubit ZZ rotations are written with CNOTs.
        noise: what acts between the gates.
        moments: how often global noise acts.
    """

    def __init__(self, circuit: Circuit, noise: Noise, moments: int = 0) -> None:
        require(
            circuit.qubits <= MAX_QUBITS,
            f"Density matrices need at most {MAX_QUBITS} qubits, but the circuit has"
            f" {circuit.qubits}.",
        )
        self.circuit = in_native_gates(circuit)
        self.noise = noise
        self._survival = noise.strength**moments if noise.place == "global" else 1.0

    def tangents(self, angles: Floats) -> tuple[Complexes, Complexes]:
        """ρ, shape (2ⁿ, 2ⁿ), and ∂ρ/∂θ, shape (M, 2ⁿ, 2ⁿ), at angles (M,)."""
        angles = real_array("angles", angles, (self.circuit.parameters,))
        n, size = self.circuit.qubits, 2**self.circuit.qubits
        # Slice 0 is ρ − 1/2ⁿ, the others its derivatives; everything here is linear and leaves 1/2ⁿ
        # as it is, which would drown what strong noise leaves of ρ.
        stack = np.zeros((self.circuit.parameters + 1, size, size), np.complex128)
        stack[0, 0, 0] = 1
        stack[0] -= np.eye(size) / size
        local = self.noise.strength if self.noise.place != "global" else 0.0
        for gate in self.circuit.gates:
            if self.noise.place == "both":
                stack = _channel(stack, gate.qubits, local, n)
            if isinstance(gate, Rotation):
                pauli: Complexes = np.ones((1, 1), np.complex128)
                for letter in gate.pauli:
                    pauli = np.asarray(np.kron(pauli, FIXED_GATES[letter]), np.complex128)
                half = 0.5 * gate.scale * angles[gate.parameter]
                unitary = np.cos(half) * np.eye(len(pauli)) - 1j * np.sin(half) * pauli
                stack = _conjugate(stack, unitary, gate.qubits, n)
                turned = _left(stack[0], pauli, gate.qubits, n)
                stack[gate.parameter + 1] += -0.5j * gate.scale * (turned - turned.conj().T)
            else:
                stack = _conjugate(stack, gate.matrix, gate.qubits, n)
            stack = _channel(stack, gate.qubits, local, n)
        stack *= self._survival
        return stack[0] + np.eye(size) / size, stack[1:]


def _left(matrix: Complexes, operator: Complexes, qubits: tuple[int, ...], n: int) -> Complexes:
    """Operator on some qubits times matrices (…, 2ⁿ, 2ⁿ)."""
    k = len(qubits)
    batch = matrix.shape[:-2]
    tensor = matrix.reshape(-1, *[2] * n, 2**n)
    axes = [q + 1 for q in qubits]
    moved = np.moveaxis(tensor, axes, range(1, k + 1))
    shape = moved.shape
    product = operator @ moved.reshape(shape[0], 2**k, -1)
    back = np.moveaxis(product.reshape(shape), range(1, k + 1), axes)
    return np.ascontiguousarray(back).reshape(*batch, 2**n, 2**n)


def _conjugate(stack: Complexes, unitary: Complexes, qubits: tuple[int, ...], n: int) -> Complexes:
    """UρU† for every slice; slices are Hermitian, so two left products do."""
    once = _left(stack, unitary, qubits, n)
    return _left(once.conj().swapaxes(1, 2), unitary, qubits, n)


def _channel(stack: Complexes, qubits: tuple[int, ...], strength: float, n: int) -> Complexes:
    if strength == 0:
        return stack
    for q in qubits:
        noisy = (1 - 3 * strength) * stack
        for letter in "XYZ":
            noisy += strength * _conjugate(stack, FIXED_GATES[letter], (q,), n)
        stack = noisy
    return stack
