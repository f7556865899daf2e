"""The ansätze of the replicated papers, as circuits."""

from typing import Literal

from overpar.base.checks import choice, integer
from overpar.model.circuits import Circuit, Gate, Rotation, fixed

Boundary = Literal["open", "periodic"]
Tying = Literal["correct", "released"]


def bonds(qubits: int, boundary: Boundary) -> list[tuple[int, int]]:
    """Nearest-neighbour pairs of a chain; a periodic one adds (0, n−1).

    The order within a pair matters to noise only, which acts between the CNOTs of a ZZ rotation.
    """
    pairs = [(j, j + 1) for j in range(qubits - 1)]
    return [*pairs, (0, qubits - 1)] if boundary == "periodic" else pairs


def tfim_hva_circuit(
    qubits: int, boundary: Boundary, depth: int, tying: Tying = "correct"
) -> Circuit:
    """Hamiltonian variational ansatz of the transverse-field Ising chain, from |+⟩ⁿ.

    Layer l is exp(−iθ_l/2 ΣZ_jZ_{j+1}) then exp(−iφ_l/2 ΣX_j); angles are ordered
    (θ_1, φ_1, θ_2, φ_2, …), so M = 2·depth.

    Args:
        qubits: n ≥ 2.
        boundary: "open" or "periodic".
        depth: number of layers p ≥ 1.
        tying: "correct", or "released": for the open chain the derivative along every θ_l also
            contains that of the RX gate on qubit 0 in layer l, as in the authors' released
            QFIM. States and losses are the same in both; the periodic chain is unaffected.

    Raises:
        UserError: if an argument is outside its range.

    Examples:
        >>> tfim_hva_circuit(4, "periodic", 3).parameters
        6

    Source: arXiv:2109.11676, eq. (15) and Fig. 5.
    """
    integer("qubits", qubits, 2)
    integer("depth", depth, 1)
    choice("boundary", boundary, Boundary)
    choice("tying", tying, Tying)
    gates: list[Gate] = [fixed("H", q) for q in range(qubits)]
    ties: list[tuple[int, int]] = []
    for layer in range(depth):
        gates += [Rotation("ZZ", pair, 2 * layer) for pair in bonds(qubits, boundary)]
        if tying == "released" and boundary == "open":
            ties.append((len(gates), 2 * layer))
        gates += [Rotation("X", (q,), 2 * layer + 1) for q in range(qubits)]
    return Circuit(qubits, tuple(gates), 2 * depth, tuple(ties), name=f"tfim_hva {boundary}")


def hardware_efficient_circuit(qubits: int, layers: int) -> Circuit:
    """Hardware-efficient ansatz of the compilation and autoencoder experiments.

    RY then RX on every qubit; then per layer CZ on (0,1),(2,3),…, rotations, CZ on
    (1,2),(3,4),…, rotations. For even n the first rotations of a layer act on all qubits
    and the second on qubits 1…n−2; for odd n the reverse. Every angle is independent:
    M = 2·layers·(2n−2) + 2n.

    Args:
        qubits: n ≥ 2.
        layers: L ≥ 0.

    Raises:
        UserError: if an argument is outside its range.

    Examples:
        >>> hardware_efficient_circuit(4, 35).parameters
        428

    Source: arXiv:2109.11676, Supplementary Figs. 4 and 5, and the authors' released code.
    """
    integer("qubits", qubits, 2)
    integer("layers", layers, 0)
    everywhere, inner = range(qubits), range(1, qubits - 1)
    first, second = (everywhere, inner) if qubits % 2 == 0 else (inner, everywhere)
    gates: list[Gate] = []
    count = 0

    def rotations(block: range) -> None:
        nonlocal count
        for letter in "YX":
            for qubit in block:
                gates.append(Rotation(letter, (qubit,), count))
                count += 1

    rotations(everywhere)
    for _ in range(layers):
        gates.extend(fixed("CZ", q, q + 1) for q in range(0, qubits - 1, 2))
        rotations(first)
        gates.extend(fixed("CZ", q, q + 1) for q in range(1, qubits - 1, 2))
        rotations(second)
    return Circuit(qubits, tuple(gates), count, name="hardware_efficient")


def _u3(qubit: int, first: int) -> list[Gate]:
    """U3(θ,φ,λ) = Rz(φ)Ry(θ)Rz(λ): λ acts first; angles θ,φ,λ at `first`, +1, +2."""
    return [Rotation("ZYZ"[k], (qubit,), first + (2, 0, 1)[k]) for k in range(3)]


def ntangled_hwe(qubits: int, depth: int) -> Circuit:
    """NTangled's hardware-efficient generator, weights flattened from (depth, n, 3).

    Per layer: U3 on all qubits, CZ on (0,1),(2,3),…, the *same* U3 again, CZ on (1,2),(3,4),….

    Source: arXiv:2109.03400, Fig. 3, and the authors' repository.
    """
    integer("qubits", qubits, 2)
    integer("depth", depth, 1)
    gates: list[Gate] = []
    for layer in range(depth):
        for start in (0, 1):
            for q in range(qubits):
                gates += _u3(q, 3 * (layer * qubits + q))
            gates += [fixed("CZ", q, q + 1) for q in range(start, qubits - 1, 2)]
    return Circuit(qubits, tuple(gates), 3 * qubits * depth, name="ntangled_hwe")


def ntangled_sea(qubits: int, depth: int) -> Circuit:
    """NTangled's strongly entangling generator, weights flattened from (depth, n, 3).

    Per layer: U3 on all qubits, then CNOT i → i+1 mod n.

    Source: arXiv:2109.03400, Fig. 3, and the authors' repository.
    """
    integer("qubits", qubits, 2)
    integer("depth", depth, 1)
    gates: list[Gate] = []
    for layer in range(depth):
        for q in range(qubits):
            gates += _u3(q, 3 * (layer * qubits + q))
        gates += [fixed("CNOT", q, (q + 1) % qubits) for q in range(qubits)]
    return Circuit(qubits, tuple(gates), 3 * qubits * depth, name="ntangled_sea")


def ntangled_conv(qubits: int, depth: int) -> Circuit:
    """NTangled's convolutional generator, weights flattened from (depth, 30⌊n/2⌋).

    # ASSUME: the printed index ranges are inconsistent; here a layer applies one general
    two-qubit unitary (15 angles) to (0,1),(2,3),… and then to (1,2),(3,4),…, closing with
    (n−1,0), and takes the angles block by block in that order. A two-qubit unitary is
    (U3⊗U3) · exp(−i(aXX+bYY+cZZ)/2) · (U3⊗U3).

    Source: arXiv:2109.03400, Fig. 3.
    """
    integer("qubits", qubits, 2)
    integer("depth", depth, 1)
    half = qubits // 2
    even = [(2 * k, 2 * k + 1) for k in range(half)]
    odd = [(2 * k + 1, (2 * k + 2) % qubits) for k in range(half)]
    gates: list[Gate] = []
    for layer in range(depth):
        for block, (a, b) in enumerate([*even, *odd]):
            start = 15 * (2 * half * layer + block)
            gates += _u3(a, start) + _u3(b, start + 3)
            gates += [Rotation(p, (a, b), start + 6 + k) for k, p in enumerate(("XX", "YY", "ZZ"))]
            gates += _u3(a, start + 9) + _u3(b, start + 12)
    return Circuit(qubits, tuple(gates), 30 * half * depth, name="ntangled_conv")
