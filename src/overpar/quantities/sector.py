"""What of a dynamical Lie algebra acts on the subspace that an input state explores, exactly."""

from collections.abc import Sequence

import numpy as np

from overpar.base.checks import require
from overpar.base.progress import Progress, silent
from overpar.model.observables import PauliSum
from overpar.quantities.algebra import LIMIT_BASIS, Basis, Dimension, Stopped, agreed, basis
from overpar.quantities.exchange import Masks, Symmetry, exchangeable
from overpar.quantities.modular import Echelon, Integers, product, root_of_unity
from overpar.quantities.strings import StringTable, overlap


def sector_dimension(
    generators: Sequence[PauliSum], qubits: int, state: str, *, progress: Progress = silent
) -> Dimension:
    """Dimension of the algebra restricted to the subspace that a product state explores.

    That subspace is spanned by all A₁A₂…|ψ⟩ with A_k in 𝔤; elements of 𝔤 that vanish on it do
    not count. The periodic Ising chain of even n from |+⟩ⁿ keeps 3n/2 of 3n−1.

    An element A vanishes there if and only if A and all its nested brackets with generators
    annihilate |ψ⟩. So the dimension is the rank of the linear maps A ↦ ⟨b|{G₁,{G₂,…A}}|ψ⟩.

    Args:
        generators: at least one.
        qubits: n ≥ 1.
        state: a letter 0, 1, + or − (also "-") for every qubit, or one for all.
        progress: called with (operators found so far, where counting stops).

    Returns:
        The dimension; unknown if that of 𝔤 exceeds `LIMIT_BASIS`.

    Raises:
        UserError: if an argument is outside its range.

    Source: arXiv:2105.14377, for algebras on invariant subspaces; the rank is ours.
    """
    marks = product_state(state, qubits)
    table = StringTable(generators, qubits, exchangeable(generators, qubits, marks))
    try:
        return agreed(lambda prime, _: _sector_rank(basis(table, prime, progress), marks))
    except Stopped as stop:
        return Dimension(None, None, f"which works up to dimension {LIMIT_BASIS}; {stop}")


def product_state(state: str, qubits: int) -> str:
    """The letters of a product state, one per qubit.

    Raises:
        UserError: if there are other letters than 0, 1, + and −, or another number of them.
    """
    letters = state.replace("−", "-") * (qubits if len(state) == 1 else 1)
    require(
        len(letters) == qubits and set(letters) <= set("01+-"),
        f"Argument `state` must be one of 0, 1, +, - or {qubits} of them, but is {state!r}.",
    )
    return letters


def action_on_product(
    strings: Masks, letters: str, symmetry: Symmetry
) -> tuple[list[bytes], Integers]:
    """P|ψ⟩ = i^k |b⟩ for every string: the label b and the exponent k.

    The label is the set of qubits that P turns to the orthogonal state; b is empty for the
    strings with an expectation value, ±1. Under a symmetry that leaves |ψ⟩ alone, the mean of the
    orbit of P gives the mean of that of b.
    """
    x, z = strings[:, 0], strings[:, 1]
    sides = _bits([letter in "+-" for letter in letters])
    ones = _bits([letter in "1-" for letter in letters])
    y = overlap(x, z)
    # X acts after Z: on +− it sees what Z has flipped, on 01 it is Z that gives the sign.
    minus = overlap(z & ~sides, ones) + overlap(x & sides, ones ^ z)
    flips = (x & ~sides) | (z & sides)
    orbits = symmetry.canonical(np.stack([flips, np.zeros_like(flips)], axis=1))
    return [row.tobytes() for row in orbits[:, 0]], (y + 2 * minus) % 4


def _bits(marks: Sequence[bool]) -> np.ndarray:
    """Words with the bit of every marked qubit; qubit 0 is the most significant."""
    n = len(marks)
    value = sum(1 << (n - 1 - qubit) for qubit, mark in enumerate(marks) if mark)
    return np.frombuffer(value.to_bytes(8 * -(-n // 64), "little"), "<u8")


def _sector_rank(elements: Basis, letters: str) -> int:
    prime, size = elements.prime, len(elements.pivots)
    labels, exponents = action_on_product(elements.masks, letters, elements.table.strings.symmetry)
    number = {label: k for k, label in enumerate(dict.fromkeys(labels))}
    place = np.array([number[label] for label in labels])
    root = root_of_unity(4, prime)
    phases = np.array([1, root, prime - 1, prime - root], np.int64)[exponents]
    functionals = np.zeros((len(number), size), np.int64)
    for k in range(len(labels)):
        functionals[place[k]] += elements.rows[:, k] * phases[k] % prime
    functionals %= prime
    brackets, many = elements.brackets(), len(elements.table.generators)
    echelon = Echelon(size, prime)
    fresh = functionals[echelon.add(functionals)]
    while len(fresh) and echelon.rank < size:
        found = []
        for generator in range(many):
            mine = brackets.rows % many == generator
            matrix = np.zeros((size, size))
            matrix[brackets.columns[mine], brackets.rows[mine] // many] = brackets.values[mine]
            images = product(fresh, matrix, prime)
            found.append(images[echelon.add(images)])
        fresh = np.concatenate(found)
    return echelon.rank
