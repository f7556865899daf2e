"""Circuits in OpenQASM against those of Qibo, and of Qiskit's readers where it is installed."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pytest
from elsewhere import KEYS, distance, gradient, random_numbers, random_terms, slopes
from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend

import overpar as op
from overpar.model.circuits import FIXED_GATES
from overpar.model.observables import PauliSum
from overpar.model.sums import written_sum

BACKEND = NumpyBackend()
NAMES = ("a0", "a1", "a2")
# Gates of qelib1.inc by Qibo's: qubits and angles.
GATES: dict[str, tuple[str, int, int]] = {
    **{name: (name.upper(), 1, 0) for name in ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx")},
    **{name: (name.upper(), 1, 1) for name in ("rx", "ry", "rz", "u1")},
    **{name: (name.upper(), 2, 0) for name in ("cy", "cz", "csx", "swap", "ecr")},
    **{name: (name.upper(), 2, 1) for name in ("crx", "cry", "crz", "cu1", "rxx", "ryy", "rzz")},
    **{"cx": ("CNOT", 2, 0), "iswap": ("iSWAP", 2, 0), "ccx": ("TOFFOLI", 3, 0)},
    **{"u2": ("U2", 1, 2), "u3": ("U3", 1, 3), "id": ("I", 1, 0), "sxdg": ("SXDG", 1, 0)},
}
# Those that Qiskit's file of the same name lacks.
LACKING = """
gate ryy(t) a,b { rx(pi/2) a; rx(pi/2) b; rzz(t) a,b; rx(-pi/2) a; rx(-pi/2) b; }
gate iswap a,b { s a; s b; h a; cx a,b; cx b,a; h b; }
gate ecr a,b { s a; sx b; cx a,b; x a; }
"""
Terms = list[tuple[float, str, tuple[int, ...]]]
State = Callable[[np.ndarray], np.ndarray]
Called = tuple[str, list[int], list[tuple[float, int, float]]]


def random_gates(key: int) -> tuple[int, list[Called], np.ndarray]:
    """Qubits, gates with their places and angles s·a_k − (a_{k+1}/4 + c·π), and values of a."""
    random = random_numbers("qasm", key)
    n = int(random.integers(3, 6))
    chosen: list[Called] = [("rx", [q], [(1.0, q % 3, 0.3)]) for q in range(n)]
    for name in random.choice(list(GATES), 14):
        _, qubits, angles = GATES[str(name)]
        where = [int(q) for q in random.permutation(n)[:qubits]]
        picked = [
            (float(s), int(k), float(c))
            for s, k, c in zip(
                random.choice([-2.0, 0.5, 1.0, 0.3], angles),
                random.integers(3, size=angles),
                random.choice([-2.0, 0.5, 1.0, 0.3], angles),
                strict=True,
            )
        ]
        chosen.append((str(name), where, picked))
    return n, chosen, random.uniform(-4, 4, 3)


def text(n: int, chosen: Sequence[Called], at: Sequence[object], more: str = "") -> str:
    """OpenQASM 2 with names or numbers for the angles."""
    lines = ["OPENQASM 2.0;", 'include "qelib1.inc";', more, f"qreg q[{n}];"]
    for name, where, angles in chosen:
        written = [f"{s}*{at[k]} - ({at[(k + 1) % 3]}/4 + {c}*pi)" for s, k, c in angles]
        called = f"({','.join(written)})" if angles else ""
        lines.append(f"{name}{called} {','.join(f'q[{q}]' for q in where)};")
    return "\n".join(lines)


def qibo_state(n: int, chosen: Sequence[Called], at: np.ndarray) -> np.ndarray:
    theirs = QiboCircuit(n)
    for name, where, angles in chosen:
        numbers = [s * at[k] - (at[(k + 1) % 3] / 4 + c * np.pi) for s, k, c in angles]
        theirs.add(getattr(gates, GATES[name][0])(*where, *numbers))
    return np.asarray(BACKEND.execute_circuit(theirs).state())


def energy(terms: Terms, state: np.ndarray) -> float:
    """⟨O⟩, with qubit 0 the first letter of a basis state."""
    found = 0.0
    for coefficient, letters, where in terms:
        moved = state.reshape((2,) * (len(state).bit_length() - 1))
        for letter, q in zip(letters, where, strict=True):
            moved = np.moveaxis(np.tensordot(FIXED_GATES[letter], moved, (1, q)), 0, q)
        found += coefficient * np.vdot(state, moved).real
    return found


def compare(written: str, terms: Terms, values: np.ndarray, theirs: State) -> None:
    """States, and gradients of a sum of strings."""
    observable = written_sum(PauliSum(tuple(terms)))
    task = op.from_qasm(written, observable=observable).task()
    assert task.parameters == 3
    assert distance(np.ravel(op.state(task, values)), theirs(values)) < 1e-12
    expected = slopes(lambda at: energy(terms, theirs(at)), values)
    np.testing.assert_allclose(gradient(task, values), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("key", KEYS)
def test_version_2_is_that_of_qibo(key: int) -> None:
    n, chosen, values = random_gates(key)
    terms = random_terms(random_numbers("terms", key), n)
    compare(text(n, chosen, NAMES), terms, values, partial(qibo_state, n, chosen))


@pytest.mark.parametrize("key", KEYS[::2])
def test_version_2_is_that_of_qiskit(key: int) -> None:
    qasm2 = pytest.importorskip("qiskit.qasm2")
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    n, chosen, values = random_gates(key)

    def theirs(at: np.ndarray) -> np.ndarray:
        numbers = [f"({float(a)!r})" for a in at]
        known = qasm2.LEGACY_CUSTOM_INSTRUCTIONS
        read = qasm2.loads(text(n, chosen, numbers, LACKING), custom_instructions=known)
        return np.asarray(quantum_info.Statevector(read).reverse_qargs().data)

    terms = random_terms(random_numbers("terms", key), n)
    compare(text(n, chosen, NAMES), terms, values, theirs)


# Gates of version 3's stdgates.inc.
STANDARD = {
    **{name: (1, 0) for name in ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx")},
    **{name: (1, 1) for name in ("rx", "ry", "rz", "p", "u1")},
    **{name: (2, 0) for name in ("cx", "cy", "cz", "ch", "swap")},
    **{name: (2, 1) for name in ("crx", "cry", "crz", "cp")},
    **{"ccx": (3, 0), "cswap": (3, 0), "cu": (2, 4), "u2": (1, 2), "u3": (1, 3), "own": (2, 2)},
}
OWN = "gate own(x, y) a,b { rx(2*x) a; ctrl @ p(y/2) a,b; gphase(x/3); inv @ cu(x,y,1,y) b,a; }"
# What may stand before a gate, and how many qubits more it takes.
MODIFIERS = {"": 0, "ctrl @ ": 1, "negctrl @ ": 1, "inv @ ": 0, "ctrl @ inv @ ": 1}


def random_text(key: int) -> tuple[str, int]:
    """OpenQASM 3 with modifiers, and its number of qubits."""
    random = random_numbers("version 3", key)
    n = int(random.integers(4, 6))
    lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', OWN]
    lines += [f"input float[64] {a};" for a in NAMES]
    lines += [f"qubit[{n}] q;", "ry(a0) q;", "rx(a1) q[1];", "ry(a2) q[0];"]
    for name in random.choice(list(STANDARD), 10):
        qubits, angles = STANDARD[str(name)]
        # Under a control Qiskit has phases of these which those of stdgates.inc are not.
        modifier = "" if name in ("u2", "u3") else str(random.choice(list(MODIFIERS)))
        where = random.permutation(n)[: qubits + MODIFIERS[modifier]]
        written = [f"-a{k}/2 + a0*0.3 - pi/5" for k in random.integers(3, size=angles)]
        called = f"({', '.join(written)})" if angles else ""
        lines.append(f"{modifier}{name}{called} {', '.join(f'q[{q}]' for q in where)};")
    return "\n".join(lines), n


@pytest.mark.parametrize("key", KEYS[1::2])
def test_version_3_is_that_of_qiskit(key: int) -> None:
    pytest.importorskip("qiskit_qasm3_import")
    qasm3 = pytest.importorskip("qiskit.qasm3")
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    written, n = random_text(key)
    read = qasm3.loads(written)

    def theirs(at: np.ndarray) -> np.ndarray:
        bound = read.assign_parameters(dict(zip(NAMES, at, strict=True)))
        return np.asarray(quantum_info.Statevector(bound).reverse_qargs().data)

    random = random_numbers("terms", key)
    compare(written, random_terms(random, n), random.uniform(-3, 3, 3), theirs)
