"""K and μ of many random circuits at once, by first and second tangents carried forward."""

from itertools import product

import dense
import numpy as np

from overpar.model.qntk import haar_unitaries


def sampled(
    values: np.ndarray, layers: int, count: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """K and μ, shape (count,), of O = diag(values), for as many random circuits on |0…0⟩."""
    size = len(values)
    qubits = size.bit_length() - 1
    names = ["".join(letters) for letters in product("IXYZ", repeat=qubits)][1:]
    strings = np.array([dense.string(name, tuple(range(qubits)), qubits) for name in names])
    state = np.eye(1, size, dtype=complex).repeat(count, axis=0)
    first = np.zeros((count, layers, size), complex)
    second = np.zeros((count, layers, layers, size), complex)
    for layer in range(layers):
        turn = 1j * strings[random.integers(0, len(strings), count)]
        angle = random.uniform(0, 2 * np.pi, (count, 1, 1))
        w = haar_unitaries(size, count, random)
        step = w @ (np.cos(angle) * np.eye(size) + np.sin(angle) * turn)
        before = first
        state, first, second = (
            np.einsum("nij,n...j->n...i", step, x) for x in (state, first, second)
        )
        # The rotation and its string commute.
        inner = step @ turn
        first[:, layer] = np.einsum("nij,nj->ni", inner, _undone(step, state))
        second[:, :, layer] = np.einsum("nij,nlj->nli", inner, before)
        second[:, layer, layer] = -state
    gradient = 2 * np.einsum("ni,i,nli->nl", state.conj(), values, first).real
    hessian = 2 * np.einsum("nli,i,nmi->nlm", first.conj(), values, first).real
    mixed = 2 * np.einsum("ni,i,nlmi->nlm", state.conj(), values, second).real
    upper = np.triu(hessian + mixed)
    whole = upper + np.triu(upper, 1).swapaxes(1, 2)
    return (gradient**2).sum(1), np.einsum("nlm,nl,nm->n", whole, gradient, gradient)


def _undone(step: np.ndarray, state: np.ndarray) -> np.ndarray:
    return np.einsum("nji,nj->ni", step.conj(), state)
