"""States with labels to tell apart, two of which favour neither circuit and one each of them."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.random import Generator

from overpar.engines.choose import make_engine
from overpar.engines.interface import Complexes, Floats
from overpar.model.ansatz import ntangled_hwe
from overpar.model.observables import PauliSum, Task
from overpar.quantities.entanglement import concentratable_entanglement

Data = Literal["entanglement", "graphs", "all_pairs", "one_pair"]
DATA: tuple[Data, ...] = get_args(Data)


def labelled(data: Data, qubits: int, count: int, random: Generator) -> tuple[Complexes, Floats]:
    """States and labels ±1, as many of each.

    - entanglement: two copies of a state of n/2 qubits, from NTangled's hardware-efficient
      generator of one layer with random weights; 1 if its concentratable entanglement is high, −1
      if it is low.
    - graphs: the graph state of a random graph of n vertices; 1 if it is connected.
    - all_pairs: Π_j RY(x_j)|0⟩; the sign of Σ_{i<j} cos x_i cos x_j, the same for any permutation.
    - one_pair: the same states; the sign of cos x_0 cos x_1, which is about two places.

    Args:
        data: which.
        qubits: n, even for entanglement.
        count: even.
        random: what draws them.

    Returns:
        States (count, 2ⁿ) and labels (count,).

    Source: arXiv:2109.03400 for the generator and the entanglement, of which two copies are what
        it can be measured on; arXiv:2210.09974, section IV, for graph states. The sets are ours.
    """
    draw: dict[Data, Callable[[], tuple[Complexes, Floats]]] = {
        "entanglement": lambda: _copies(qubits, 3 * count, random),
        "graphs": lambda: _graphs(qubits, count, random),
        "all_pairs": lambda: _points(qubits, count, random, everywhere=True),
        "one_pair": lambda: _points(qubits, count, random, everywhere=False),
    }
    found: dict[float, list[Complexes]] = {1.0: [], -1.0: []}
    while min(sum(map(len, parts)) for parts in found.values()) < count // 2:
        states, labels = draw[data]()
        for label, parts in found.items():
            parts.append(states[labels == label])
    chosen = [np.concatenate(found[label])[: count // 2] for label in (1.0, -1.0)]
    return np.concatenate(chosen), np.repeat([1.0, -1.0], count // 2)


def _copies(qubits: int, pool: int, random: Generator) -> tuple[Complexes, Floats]:
    """Two copies each; 0 for the middle third.

    # ASSUME: the middle third of the entanglement is left out, so that the classes differ.
    """
    circuit = ntangled_hwe(qubits // 2, 1)
    weights = random.uniform(0, 2 * np.pi, (pool, circuit.parameters))
    single = make_engine(Task(circuit, PauliSum(()))).state(weights)[:, 0]
    order = np.argsort(concentratable_entanglement(single))
    labels = np.zeros(pool)
    labels[order[: pool // 3]], labels[order[-(pool // 3) :]] = -1, 1
    return (single[:, :, None] * single[:, None, :]).reshape(pool, -1), labels


def _graphs(qubits: int, count: int, random: Generator) -> tuple[Complexes, Floats]:
    """Graph states Π_edges CZ |+⟩ⁿ.

    # ASSUME: an edge has probability (ln n + 0.37)/n, at which half of large graphs are connected.
    """
    upper = np.triu(random.random((count, qubits, qubits)) < (np.log(qubits) + 0.37) / qubits, 1)
    reach = (upper | upper.swapaxes(1, 2) | np.eye(qubits, dtype=bool)).astype(float)
    for _ in range(qubits.bit_length()):
        reach = np.minimum(reach @ reach, 1)
    bits = np.arange(2**qubits)[:, None] >> np.arange(qubits)[::-1] & 1
    edges = np.einsum("bi,gij,bj->gb", bits, upper, bits, optimize=True)
    states = (1 - 2 * (edges % 2)) / np.sqrt(2**qubits)
    return states.astype(np.complex128), np.where(reach.all(axis=(1, 2)), 1.0, -1.0)


def _points(
    qubits: int, count: int, random: Generator, *, everywhere: bool
) -> tuple[Complexes, Floats]:
    """Product states of coordinates U[−π, π)."""
    x = random.uniform(-np.pi, np.pi, (count, qubits))
    states = np.ones((count, 1))
    for j in range(qubits):
        qubit = np.stack([np.cos(x[:, j] / 2), np.sin(x[:, j] / 2)], axis=1)
        states = (states[:, :, None] * qubit[:, None, :]).reshape(count, -1)
    z = np.cos(x)
    pairs = z.sum(axis=1) ** 2 - (z**2).sum(axis=1) if everywhere else z[:, 0] * z[:, 1]
    return states.astype(np.complex128), np.sign(pairs)
