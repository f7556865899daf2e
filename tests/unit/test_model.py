"""Circuits, ansätze and tasks: their structure, and what they refuse."""

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.model.ansatz import (
    bonds,
    hardware_efficient_circuit,
    ntangled_conv,
    ntangled_hwe,
    ntangled_sea,
    tfim_hva_circuit,
)
from overpar.model.circuits import FIXED_GATES, Circuit, Rotation, fixed, pauli_masks, unitary
from overpar.model.observables import (
    PauliSum,
    Projector,
    Task,
    apply_observable,
    tfim,
    tfim_ground_energy,
)
from overpar.model.papers import autoencoder, compilation


def words(circuit: Circuit) -> str:
    """A circuit as text: Y0 Y1 CZ01 …; the qubits of a ZZ in ascending order."""
    out = []
    for gate in circuit.gates:
        name = gate.pauli if isinstance(gate, Rotation) else gate.name
        out.append(name + "".join(map(str, sorted(gate.qubits) if name == "ZZ" else gate.qubits)))
    return " ".join(out)


def in_order(circuit: Circuit) -> bool:
    """Whether every rotation has an angle of its own, numbered as they act."""
    numbers = [rotation.parameter for _, rotation in circuit.rotations]
    return numbers == list(range(circuit.parameters))


def test_bonds() -> None:
    assert bonds(4, "open") == [(0, 1), (1, 2), (2, 3)]
    assert sorted(map(sorted, bonds(4, "periodic"))) == [[0, 1], [0, 3], [1, 2], [2, 3]]
    assert len(bonds(2, "periodic")) == 2


def test_ising_ansatz() -> None:
    circuit = tfim_hva_circuit(3, "periodic", 2)
    layer = "ZZ01 ZZ12 ZZ02 X0 X1 X2"
    assert words(circuit) == f"H0 H1 H2 {layer} {layer}"
    assert [r.parameter for _, r in circuit.rotations] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert circuit.parameters == 4
    released = tfim_hva_circuit(3, "open", 2, "released")
    assert words(released) == "H0 H1 H2 ZZ01 ZZ12 X0 X1 X2 ZZ01 ZZ12 X0 X1 X2"
    assert released.derivative_ties == ((5, 0), (10, 2))


def test_hardware_efficient_even() -> None:
    circuit = hardware_efficient_circuit(4, 1)
    everywhere = "Y0 Y1 Y2 Y3 X0 X1 X2 X3"
    assert words(circuit) == f"{everywhere} CZ01 CZ23 {everywhere} CZ12 Y1 Y2 X1 X2"
    assert in_order(circuit)


def test_hardware_efficient_odd() -> None:
    circuit = hardware_efficient_circuit(3, 1)
    everywhere = "Y0 Y1 Y2 X0 X1 X2"
    assert words(circuit) == f"{everywhere} CZ01 Y1 X1 CZ12 {everywhere}"
    assert in_order(circuit)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("layers", [0, 1, 3])
def test_hardware_efficient_count(n: int, layers: int) -> None:
    assert hardware_efficient_circuit(n, layers).parameters == 2 * layers * (2 * n - 2) + 2 * n


def test_u3_turns_by_lambda_then_theta_then_phi() -> None:
    first = ntangled_sea(2, 1).rotations[:3]
    assert [(r.pauli, r.qubits, r.parameter) for _, r in first] == [
        ("Z", (0,), 2),
        ("Y", (0,), 0),
        ("Z", (0,), 1),
    ]


def test_ntangled_circuits() -> None:
    u3 = "Z{0} Y{0} Z{0}"
    three = " ".join(u3.format(q) for q in range(3))
    assert words(ntangled_hwe(3, 1)) == f"{three} CZ01 {three} CZ12"
    assert words(ntangled_sea(3, 1)) == f"{three} CNOT01 CNOT12 CNOT20"
    # The same U3 twice within a layer, others in the next.
    numbers = [r.parameter for _, r in ntangled_hwe(2, 2).rotations]
    assert numbers[:6] == numbers[6:12] == [2, 0, 1, 5, 3, 4]
    assert numbers[12:18] == [8, 6, 7, 11, 9, 10]
    assert ntangled_hwe(4, 2).parameters == 24


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_convolutional_circuit(n: int) -> None:
    circuit = ntangled_conv(n, 2)
    assert circuit.parameters == 2 * 30 * (n // 2)
    numbers = [r.parameter for _, r in circuit.rotations]
    assert numbers[:15] == [2, 0, 1, 5, 3, 4, 6, 7, 8, 11, 9, 10, 14, 12, 13]
    assert sorted(numbers) == list(range(circuit.parameters))
    pairs = [r.qubits for _, r in circuit.rotations if r.pauli == "XX"]
    even, odd = {2: ([(0, 1)], [(1, 0)]), 4: ([(0, 1), (2, 3)], [(1, 2), (3, 0)])}.get(
        n, ([(0, 1), (2, 3)][: n // 2], [(1, 2), (3, 4)][: n // 2])
    )
    assert pairs == 2 * [*even, *odd]


def test_pauli_masks() -> None:
    """Qubit 0 is the most significant bit."""
    assert pauli_masks("XYZ", (0, 2, 3), 4) == (0b1010, 0b0011, 1)


def test_fixed_gates_are_unitary() -> None:
    for matrix in FIXED_GATES.values():
        np.testing.assert_allclose(matrix @ matrix.conj().T, np.eye(len(matrix)), atol=1e-15)
    np.testing.assert_array_equal(fixed("CNOT", 0, 1).matrix @ [0, 0, 1, 0], [0, 0, 0, 1])


def test_then_appends() -> None:
    base = Circuit(2, (Rotation("X", (0,), 0),), 1)
    assert words(base.then([fixed("CZ", 0, 1)])) == "X0 CZ01"


X0 = Rotation("X", (0,), 0)
HALF = PauliSum(())


def observed(*terms: tuple[float, str, tuple[int, ...]]) -> Task:
    return Task(Circuit(2, (X0,), 1), PauliSum(terms))


def projected(target: np.ndarray, inputs: np.ndarray | None = None, weight: float = 1.0) -> Task:
    return Task(Circuit(2, (X0,), 1), Projector(target, weight), inputs)


REFUSED = {
    "`qubits` must be at least 1, but is 0": lambda: Circuit(0, (), 0),
    r"qubits \(2,\) does not fit a circuit of 2": lambda: Circuit(2, (fixed("H", 2),), 0),
    r"qubits \(-1,\) does not fit": lambda: Circuit(2, (fixed("H", -1),), 0),
    r"qubits \(1, 1\) does not fit": lambda: Circuit(2, (fixed("CZ", 1, 1),), 0),
    r"parameter 1 is outside 0…0": lambda: Circuit(1, (Rotation("X", (0,), 1),), 1),
    "parameter -1 is outside": lambda: Circuit(1, (Rotation("X", (0,), -1),), 1),
    "generator 'XQ' must be letters X, Y, Z": lambda: Circuit(2, (Rotation("XQ", (0, 1), 0),), 1),
    "generator 'X' must be letters": lambda: Circuit(2, (Rotation("X", (0, 1), 0),), 1),
    "generator '' must be letters": lambda: Circuit(2, (Rotation("", (), 0),), 1),
    r"`matrix` must have shape \(4, 4\), but has": lambda: unitary(np.eye(2), 0, 1),
    "`matrix` must be unitary": lambda: unitary(2 * np.eye(2), 0),
    "`qubits` must be an integer of at least 2, but is 1": lambda: tfim_hva_circuit(1, "open", 1),
    "`depth` must be an integer of at least 1, but is 0": lambda: tfim_hva_circuit(2, "open", 0),
    "`depth` must be an integer of at least 1, but is 1.5": lambda: tfim_hva_circuit(
        2, "open", 1.5
    ),
    "`boundary` must be one of 'open', 'periodic', but is 'ring'": lambda: tfim_hva_circuit(
        2, "ring", 1
    ),
    "`tying` must be one of .* but is 'loose'": lambda: tfim_hva_circuit(2, "open", 1, "loose"),
    "`layers` must be an integer of at least 0, but is -1": lambda: hardware_efficient_circuit(
        2, -1
    ),
    "`qubits` must be an integer of at least 2, but is 0": lambda: ntangled_hwe(0, 1),
    "`field` must be positive, but is 0": lambda: tfim_ground_energy(2, "open", 0),
    "must be even for a periodic chain, but is 5": lambda: tfim_ground_energy(5, "periodic"),
    r"`inputs` must have shape \(any, 2\), but has shape \(1, 4\)": lambda: Task(
        Circuit(1, (X0,), 1), HALF, np.eye(1, 4)
    ),
    "`inputs` must hold normalised states": lambda: Task(Circuit(1, (X0,), 1), HALF, 2 * np.eye(2)),
    r"target: must have shape \(2ⁿ, 2ⁿ\) with n ≥ 2": lambda: compilation(np.eye(6)),
    "`inputs` must hold at least one state": lambda: Task(
        Circuit(1, (X0,), 1), HALF, np.eye(2)[:0]
    ),
    r"Gate CZ on qubits \(0,\) must have a matrix of shape \(2, 2\), but has shape \(4, 4\)": (
        lambda: Circuit(1, (fixed("CZ", 0),), 0)
    ),
    r"tie \(1, 0\) must be the index of a rotation": lambda: Circuit(
        1, (X0, fixed("H", 0)), 1, ((1, 0),)
    ),
    r"tie \(0, 1\) must be .* a parameter in 0…0": lambda: Circuit(1, (X0,), 1, ((0, 1),)),
    r"'XX' on qubits \(0, 0\) does not fit 2 qubits: .* different qubits": lambda: observed(
        (1.0, "XX", (0, 0))
    ),
    r"Observable term 'Z' on qubits \(2,\) does not fit .* qubits 0 … 1": lambda: observed(
        (1.0, "Z", (2,))
    ),
    r"'Z' on qubits \(-1,\) does not fit": lambda: observed((1.0, "Z", (-1,))),
    r"'XQ' .* one letter I, X, Y or Z": lambda: observed((1.0, "XQ", (0, 1))),
    r"'X' on qubits \(0, 1\) .* one letter": lambda: observed((1.0, "X", (0, 1))),
    "term 'X' must have a real and finite coefficient, but has 1j": lambda: observed(
        (1j, "X", (0,))
    ),
    "coefficient, but has nan": lambda: observed((np.nan, "X", (0,))),
    r"`target` must have shape \(1, 4\), but has shape \(1, 2\)": lambda: projected(np.eye(1, 2)),
    r"`target` must have shape \(1, 4\), but has shape \(4,\)": lambda: projected(np.eye(4)[0]),
    r"`target` must have shape \(4, 4\), but has shape \(1, 4\)": lambda: projected(
        np.eye(1, 4), np.eye(4)
    ),
    "`target` must be normalised as a whole, but has norm 2.0": lambda: projected(2 * np.eye(1, 4)),
    "`weight` must be real and finite, but is nan": lambda: projected(np.eye(1, 4), weight=np.nan),
    "`weight` must be real and finite, but is 1j": lambda: projected(np.eye(1, 4), weight=1j),
    r"target: must have shape \(2ⁿ, 2ⁿ\) .* has shape \(\)": lambda: compilation(np.array(1)),
    r"target: must have shape .* has shape \(4, 2\)": lambda: compilation(np.eye(4)[:, :2]),
    r"target: must have shape .* has shape \(2, 2\)": lambda: compilation(np.eye(2)),
    "target: must be unitary": lambda: compilation(np.diag([1.0, 1, 1, 0.5])),
    r"target: must be unitary to": lambda: compilation(np.full((4, 4), np.nan)),
    r"`states` must have shape \(any, 2ⁿ\) .* has shape \(4,\)": lambda: autoencoder(np.eye(4)[0]),
    r"`states` must have shape .* has shape \(1, 6\)": lambda: autoencoder(np.eye(1, 6)),
    r"`states` must have shape .* has shape \(1, 2\)": lambda: autoencoder(np.eye(1, 2)),
    "`trash` must be at most 2 qubits, but is 3": lambda: autoencoder(np.eye(4), trash=3),
    "`trash` must be an integer of at least 1, but is 0": lambda: autoencoder(np.eye(4), trash=0),
    "`trash` must be an integer of at least 1, but is 1.5": lambda: autoencoder(
        np.eye(4), trash=1.5
    ),
    "does not fit in memory": lambda: Task(Circuit(40, (X0,), 1), HALF).joint,
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message: str) -> None:
    with pytest.raises(UserError, match=message):
        REFUSED[message]()


def test_a_letter_i_is_the_identity() -> None:
    """So is a term of no letters at all."""
    for same in (((2.0, "IZ", (0, 1)),), ((2.0, "Z", (1,)), (0.0, "", ()))):
        task = observed(*same)
        vector = np.arange(4, dtype=complex)
        np.testing.assert_array_equal(apply_observable(task, vector), [0, -2, 4, -6])


@pytest.mark.parametrize("ansatz", [ntangled_hwe, ntangled_sea, ntangled_conv])
def test_generators_refuse_a_depth_of_zero(ansatz) -> None:
    with pytest.raises(UserError, match="`depth` must be an integer of at least 1, but is 0"):
        ansatz(2, 0)


def test_tfim_terms() -> None:
    assert tfim(3, "open", 0.5).terms == (
        (-1.0, "ZZ", (0, 1)),
        (-1.0, "ZZ", (1, 2)),
        (-0.5, "X", (0,)),
        (-0.5, "X", (1,)),
        (-0.5, "X", (2,)),
    )


def test_a_pauli_sum_by_flips() -> None:
    """Y|0⟩ = i|1⟩, Y|1⟩ = −i|0⟩; terms of one flip are added up."""
    flips, diagonals = PauliSum(((2.0, "Y", (0,)), (1.0, "X", (0,)), (3.0, "Z", (0,)))).by_flip(1)
    by = dict(zip(flips.tolist(), diagonals, strict=True))
    assert set(by) == {0, 1}
    np.testing.assert_allclose(by[1], [1 - 2j, 1 + 2j])
    np.testing.assert_allclose(by[0], [3, -3])
    assert PauliSum(()).by_flip(2)[1].shape == (0, 4)
