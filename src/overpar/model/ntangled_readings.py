"""Readings of NTangled's weights: which circuit the numbers in a file are the angles of."""

from collections.abc import Callable
from typing import Literal

from overpar.base.checks import integer, require
from overpar.model.ansatz import ntangled_conv, ntangled_hwe, ntangled_sea
from overpar.model.circuits import Circuit, Gate, Rotation, fixed

Generator = Literal["hwe", "sea", "conv"]
Reading = Literal["documented", "single_u3", "cycled_range", "three_cnots"]


def hwe_single_u3(qubits: int, depth: int) -> Circuit:
    """`ntangled_hwe` without the repetition: in a layer, U3 acts before the first CZs only.

    Source: the other reading of arXiv:2109.03400, Fig. 3.
    """
    gates: list[Gate] = []
    seen: set[int] = set()
    for gate in ntangled_hwe(qubits, depth).gates:
        if isinstance(gate, Rotation):
            if gate.parameter in seen:
                continue
            seen.add(gate.parameter)
        gates.append(gate)
    return Circuit(qubits, tuple(gates), 3 * qubits * depth, name="hwe_single_u3")


def sea_cycled_range(qubits: int, depth: int) -> Circuit:
    """Strongly entangling layers as PennyLane has them, weights flattened from (depth, n, 3).

    Layer l is Rz(w₂)Ry(w₁)Rz(w₀), w₀ first, on every qubit, then CNOT i → i+r mod n in the order
    of i with the range r = l mod (n−1) + 1, l = 0, 1, …

    # ASSUME: inferred, not documented. Of the angle orders, ranges, and two-qubit gates that were
    tried, it is the one whose entanglement is nearest to the file names.

    Source: `StronglyEntanglingLayers` of PennyLane's documentation.
    """
    integer("qubits", qubits, 2)
    integer("depth", depth, 1)
    gates: list[Gate] = []
    for layer in range(depth):
        for q in range(qubits):
            first = 3 * (layer * qubits + q)
            gates += [Rotation("ZYZ"[k], (q,), first + k) for k in range(3)]
        reach = layer % (qubits - 1) + 1
        gates += [fixed("CNOT", q, (q + reach) % qubits) for q in range(qubits)]
    return Circuit(qubits, tuple(gates), 3 * qubits * depth, name="sea_cycled_range")


def conv_three_cnots(qubits: int, depth: int) -> Circuit:
    """`ntangled_conv` whose two-qubit unitary is the circuit of three CNOTs.

    The middle of a block on (a, b) is CNOT(b,a), Rz on a and Ry on b, CNOT(a,b), Ry on b,
    CNOT(b,a), in place of exp(−i(aXX+bYY+cZZ)/2); angles are taken in this order.

    # ASSUME: inferred, not documented; of the middles, angle orders and pairs that were tried, it
    is the one whose entanglement is nearest to the file names.

    Source: F. Vatan and C. Williams, PRA 69, 032315 (2004), Fig. 6.
    """
    gates: list[Gate] = []
    for gate in ntangled_conv(qubits, depth).gates:
        if not isinstance(gate, Rotation) or len(gate.qubits) == 1:
            gates.append(gate)
            continue
        a, b = gate.qubits
        k = gate.parameter
        middle: dict[str, list[Gate]] = {
            "XX": [fixed("CNOT", b, a), Rotation("Z", (a,), k)],
            "YY": [Rotation("Y", (b,), k), fixed("CNOT", a, b)],
            "ZZ": [Rotation("Y", (b,), k), fixed("CNOT", b, a)],
        }
        gates += middle[gate.pauli]
    return Circuit(qubits, tuple(gates), 30 * (qubits // 2) * depth, name="conv_three_cnots")


READINGS: dict[tuple[Generator, Reading], Callable[[int, int], Circuit]] = {
    ("hwe", "documented"): ntangled_hwe,
    ("hwe", "single_u3"): hwe_single_u3,
    ("sea", "documented"): ntangled_sea,
    ("sea", "cycled_range"): sea_cycled_range,
    ("conv", "documented"): ntangled_conv,
    ("conv", "three_cnots"): conv_three_cnots,
}


def generator(ansatz: Generator, reading: Reading, qubits: int, depth: int) -> Circuit:
    """The circuit of a generator in one reading.

    Args:
        ansatz: "hwe", "sea" or "conv", as in the file names.
        reading: "documented", or the other one that this ansatz has.
        qubits: n ≥ 2.
        depth: layers ≥ 1.

    Raises:
        UserError: if the ansatz has no such reading, or a number is outside its range.

    Examples:
        >>> generator("sea", "cycled_range", 3, 2).parameters
        18

    Source: arXiv:2109.03400, Fig. 3.
    """
    known = [name for of, name in READINGS if of == ansatz]
    require(
        (ansatz, reading) in READINGS,
        f"Argument `reading` must be one of {', '.join(known)} for {ansatz}, but is {reading!r}.",
    )
    return READINGS[ansatz, reading](qubits, depth)
