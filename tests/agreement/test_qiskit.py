"""Circuits of Qiskit against ours; skipped where it is not installed."""

from typing import Any

import numpy as np
import pytest
from elsewhere import KEYS, distance, gradient, random_numbers, random_terms, slopes

import overpar as op
from overpar.base.errors import UserError

qiskit = pytest.importorskip("qiskit")
library = pytest.importorskip("qiskit.circuit.library")
quantum_info = pytest.importorskip("qiskit.quantum_info")

# Qubits and angles.
GATES = {
    **{name: (1, 0) for name in ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx", "sxdg")},
    **{name: (1, 1) for name in ("rx", "ry", "rz", "p")},
    **{name: (2, 0) for name in ("cx", "cy", "cz", "ch", "csx", "swap", "iswap", "ecr", "dcx")},
    **{name: (2, 1) for name in ("crx", "cry", "crz", "cp", "rxx", "ryy", "rzz", "rzx")},
    **{"u": (1, 3), "r": (1, 2), "cu": (2, 4), "ccx": (3, 0), "cswap": (3, 0), "ccz": (3, 0)},
}


def random_case(key: int) -> tuple[Any, np.ndarray]:
    """A random circuit, and values of its parameters."""
    random = random_numbers("qiskit", key)
    n, names = int(random.integers(3, 6)), qiskit.circuit.ParameterVector("t", 3)
    out = qiskit.QuantumCircuit(n)
    for q in range(n):
        out.ry(names[q % 3], q)
    for name in random.choice(list(GATES), 12):
        qubits, angles = GATES[str(name)]
        where = [int(q) for q in random.permutation(n)[:qubits]]
        given = [
            names[int(k)] * -0.5 + names[0] / 3 + 0.25 for k in random.integers(3, size=angles)
        ]
        getattr(out, str(name))(*given, *where)
    pair = [int(q) for q in random.permutation(n)[:2]]
    mixed = (library.XXMinusYYGate, library.XXPlusYYGate)[key % 2]
    out.append(mixed(2 * names[1], names[2]), pair)
    return out, random.uniform(-3, 3, 3)


def final(circuit: Any, values: np.ndarray) -> Any:
    """Qiskit's state, with qubit 0 the last letter of a basis state."""
    return quantum_info.Statevector(circuit.assign_parameters(values))


@pytest.mark.parametrize("key", KEYS)
def test_states(key: int) -> None:
    circuit, values = random_case(key)
    task = op.from_qiskit(circuit).task()
    assert task.parameters == 3
    theirs = final(circuit, values).reverse_qargs().data
    assert distance(np.ravel(op.state(task, values)), theirs) < 1e-12


@pytest.mark.parametrize("key", KEYS)
def test_gradients(key: int) -> None:
    circuit, values = random_case(key)
    n = circuit.num_qubits
    terms = [(p, where, c) for c, p, where in random_terms(random_numbers("terms", key), n)]
    observable = quantum_info.SparsePauliOp.from_sparse_list(terms, n)
    task = op.from_qiskit(circuit, observable=observable).task()
    theirs = slopes(lambda at: final(circuit, at).expectation_value(observable).real, values)
    np.testing.assert_allclose(gradient(task, values), theirs, rtol=0, atol=1e-9)


def test_ansaetze_keep_their_angles() -> None:
    terms = [("ZZ", [0, 1], 1.0), ("ZZ", [1, 2], 0.5), ("Z", [0], 0.3)]
    cost = quantum_info.SparsePauliOp.from_sparse_list(terms, 3)
    assert op.from_qiskit(library.efficient_su2(4, reps=3)).task().parameters == 32
    qaoa = library.qaoa_ansatz(cost, reps=3)
    assert op.from_qiskit(qaoa, observable=cost).task().parameters == 6
    evolved = qiskit.QuantumCircuit(3)
    evolved.ry(0.4, range(3))
    evolved.append(library.PauliEvolutionGate(cost, qiskit.circuit.Parameter("t")), [2, 0, 1])
    evolved.h(range(3))
    theirs = final(evolved, np.array([0.7])).reverse_qargs().data
    ours = np.ravel(op.state(op.from_qiskit(evolved).task(), [0.7]))
    assert distance(ours, theirs) < 1e-12


def test_what_is_refused() -> None:
    sparse = quantum_info.SparsePauliOp
    a, b = qiskit.circuit.Parameter("a"), qiskit.circuit.Parameter("b")

    def circuit(*calls: Any) -> Any:
        out = qiskit.QuantumCircuit(2, 2)
        for name, *arguments in calls:
            getattr(out, name)(*arguments)
        return out

    evolution = library.PauliEvolutionGate(sparse(["XX", "ZI"]), a)
    for made, message in (
        (circuit(("x", 0), ("reset", 1)), r"instruction 1, 'reset' on qubits \[1\]: .* unitary"),
        (circuit(("rx", a * b, 0)), r"instruction 0, 'rx' on qubits \[0\]: its angle a\*b is ref"),
        (circuit(("rx", a.sin(), 0)), "not linear in the parameters"),
        (circuit(("measure", 0, 0), ("x", 0)), "a gate after a measurement"),
        (circuit(("initialize", [0, 1], [0])), "'initialize' on qubits .* not unitary"),
        (circuit(("append", evolution, [0, 1])), "strings of its operator do not commute"),
    ):
        with pytest.raises(UserError, match=message) as caught:
            op.from_qiskit(made).task()
        assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="must have a real coefficient"):
        op.from_qiskit(circuit(("rx", a, 0)), observable=sparse(["XX"], [1j]))
