"""The random circuits and observables of the quantum neural tangent kernel."""

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import integer
from overpar.model.circuits import Circuit, Fixed, Gate, Rotation
from overpar.model.observables import PauliSum, Task

TERMS = 10


def haar_unitaries(size: int, count: int, rng: np.random.Generator) -> NDArray[np.complex128]:
    """Haar-random unitaries, shape (count, size, size).

    Source: F. Mezzadri, Notices AMS 54, 592 (2007): QR with the phases of R's diagonal moved to Q.
    """
    shape = (count, size, size)
    q, r = np.linalg.qr(rng.normal(size=shape) + 1j * rng.normal(size=shape))
    diagonal = np.diagonal(r, axis1=1, axis2=2)
    unitaries: NDArray[np.complex128] = q * (diagonal / np.abs(diagonal))[:, None, :]
    return unitaries


def random_paulis(
    qubits: int, count: int, rng: np.random.Generator
) -> list[tuple[str, tuple[int, ...]]]:
    """Uniform Pauli strings other than the identity, as (letters, qubits they act on).

    # ASSUME: the letter does not say whether the identity may be drawn; it is left out, for an
    # angle about it would do nothing. Draws are independent, so that a string can come twice.

    Source: arXiv:2203.16711, numerical part.
    """
    out = []
    for number in rng.integers(1, 4**qubits, count):
        digits = [int(number) // 4**q % 4 for q in range(qubits)]
        where = tuple(q for q in range(qubits) if digits[q])
        out.append(("".join("IXYZ"[digits[q]] for q in where), where))
    return out


def random_circuit(qubits: int, layers: int, rng: np.random.Generator) -> Circuit:
    """The circuit U = Π_l W_l exp(iθ_l P_l) with Haar-random W_l and random Pauli strings P_l.

    In each factor the rotation acts before W_l. exp(iθP) is a `Rotation` of scale −2.

    Args:
        qubits: n ≥ 1.
        layers: L ≥ 1, the number of angles.
        rng: source of W and P.

    Raises:
        UserError: if `qubits` or `layers` is out of range.

    Examples:
        >>> random_circuit(2, 3, np.random.default_rng(0)).parameters
        3

    Source: arXiv:2203.16711, the ansatz and its numerical part.
    """
    integer("qubits", qubits, 1)
    integer("layers", layers, 1)
    gates: list[Gate] = []
    everywhere = tuple(range(qubits))
    paulis = random_paulis(qubits, layers, rng)
    for layer, w in enumerate(haar_unitaries(2**qubits, layers, rng)):
        letters, where = paulis[layer]
        gates += [Rotation(letters, where, layer, -2.0), Fixed("UNITARY", everywhere, w)]
    return Circuit(qubits, tuple(gates), layers, name="qntk")


def random_observable(qubits: int, rng: np.random.Generator, terms: int = TERMS) -> PauliSum:
    """The observable O = Σ_j c_j P̃_j with c_j from U(0, 1) and random Pauli strings P̃_j.

    Args:
        qubits: n ≥ 1.
        rng: source of c and P̃.
        terms: number of strings; Tr O = 0, and Tr O² ≈ terms·2ⁿ/3.

    Source: arXiv:2203.16711, numerical part.
    """
    paulis = random_paulis(qubits, terms, rng)
    coefficients = rng.random(terms).tolist()
    return PauliSum(tuple((c, *p) for c, p in zip(coefficients, paulis, strict=True)))


def random_task(qubits: int, layers: int, rng: np.random.Generator, inputs: int = 1) -> Task:
    """One instance: a random circuit, a random observable and orthogonal input states.

    The task's loss is the mean of ⟨O⟩ over the inputs, with constant 0.

    # ASSUME: the letter gives no input states; they are the first basis states, |0…0⟩ for one
    # input. Since W is Haar-random this matters to the rotation that acts first only.

    Args:
        qubits: n ≥ 1.
        layers: L ≥ 1.
        rng: source of W, P and O.
        inputs: number of basis states |A| in 1…2ⁿ.

    Raises:
        UserError: if an argument is out of range.

    Source: arXiv:2203.16711, numerical part.
    """
    integer("inputs", inputs, 1)
    circuit = random_circuit(qubits, layers, rng)
    states = np.eye(inputs, 2**qubits, dtype=np.complex128)
    return Task(circuit, random_observable(qubits, rng), states)
