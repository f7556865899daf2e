"""OpenQASM: states and gradients of what is read, and one line for whatever cannot be."""

import re

import numpy as np
import pytest
from cases import rng
from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine, make_objective
from overpar.model.circuits import Circuit
from overpar.model.observables import PauliSum, Task
from overpar.model.qasm import qasm_circuit

BACKEND = NumpyBackend()
# Gates of qelib1.inc by Qibo's: qubits and angles.
GATES: dict[str, tuple[str, int, int]] = {
    **{name: (name.upper(), 1, 0) for name in ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx")},
    **{name: (name.upper(), 1, 1) for name in ("rx", "ry", "rz", "u1")},
    **{name: (name.upper(), 2, 0) for name in ("cy", "cz", "csx", "swap", "ecr")},
    **{name: (name.upper(), 2, 1) for name in ("crx", "cry", "crz", "cu1", "rxx", "ryy", "rzz")},
    **{"cx": ("CNOT", 2, 0), "iswap": ("iSWAP", 2, 0), "ccx": ("TOFFOLI", 3, 0)},
    **{"u2": ("U2", 1, 2), "u3": ("U3", 1, 3), "id": ("I", 1, 0), "sxdg": ("SXDG", 1, 0)},
}


def random_text(key: int) -> tuple[str, list[float], QiboCircuit]:
    """Text with three parameters, their values, and the same as a circuit of Qibo's."""
    random = rng("qasm", key)
    n = int(random.integers(3, 6))
    values = random.uniform(-4, 4, 3).tolist()
    theirs = QiboCircuit(n)
    theirs.add(gates.RX(q, values[0]) for q in range(n))
    theirs.add([gates.RY(0, values[1]), gates.RZ(1, values[2])])
    lines = ["OPENQASM 2.0;", 'include "qelib1.inc";', f"qreg q[{n}];"]
    lines += ["rx(a0) q;", "ry(a1) q[0];", "rz(a2) q[1];"]
    for name in random.choice(list(GATES), 14):
        title, qubits, angles = GATES[str(name)]
        where = [int(q) for q in random.permutation(n)[:qubits]]
        written, numbers = [], []
        for _ in range(angles):
            k, (scale, part) = int(random.integers(3)), random.choice([-2.0, 0.5, 1.0, 0.3], 2)
            written.append(f"{scale}*a{k} - (a{(k + 1) % 3}/4 + {part}*pi)")
            numbers.append(scale * values[k] - (values[(k + 1) % 3] / 4 + part * np.pi))
        theirs.add(getattr(gates, title)(*where, *numbers))
        called = f"({','.join(written)})" if angles else ""
        lines.append(f"{name}{called} {','.join(f'q[{q}]' for q in where)};")
    return "\n".join(lines), values, theirs


def state(circuit: Circuit, at: object) -> np.ndarray:
    return make_engine(Task(circuit, PauliSum(()))).state(np.atleast_2d(at))[0, 0]


@pytest.mark.parametrize("key", range(200))
def test_states_are_those_of_qibo(key: int) -> None:
    text, values, theirs = random_text(key)
    ours = qasm_circuit(text)
    assert ours.parameters == 3
    want = BACKEND.execute_circuit(theirs).state()
    assert abs(np.vdot(state(ours, values), want)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("key", range(10))
def test_gradients_are_differences_of_other_states(key: int) -> None:
    text, values, _ = random_text(key)
    ours = qasm_circuit(text)
    task = Task(ours, PauliSum(((1.0, "ZX", (0, 2)), (-0.5, "Y", (1,)))))
    losses = lambda at: make_objective(task).loss_and_gradient(np.atleast_2d(at))  # noqa: E731
    gradient = losses(values)[1][0]
    for k in range(3):
        step = 1e-2 * np.eye(3)[k]
        ends = [losses(np.array(values) + j * step)[0][0] for j in (-3, -2, -1, 1, 2, 3)]
        difference = np.dot([-1, 9, -45, 45, -9, 1], ends) / 60 / 1e-2
        assert gradient[k] == pytest.approx(difference, abs=1e-9)


def test_numbers_are_angles_where_nothing_is_named() -> None:
    ours = qasm_circuit(
        "qreg q[2]; rx(0.1) q; u3(0.2,0,-pi/2) q[0]; rz(pi/3) q[1]; cp(2) q[0],q[1];"
    )
    assert ours.parameters == 3
    named = qasm_circuit("qreg q[2]; rx(0.1) q; ry(a) q[0]; rz(a + 0.3) q[0];")
    assert named.parameters == 1


def test_definitions_are_unpacked_and_come_before_standard_ones() -> None:
    text = """
    // a gate of gates, one of which has a standard name
    gate rzz(t) a,b { cx a,b; rz(t) b; cx a,b; }
    gate layer(x,y) a,b { rzz(2*x) a,b; barrier a,b; rx(y) a; rx(-y/2) b; }
    qreg q[2]; qreg r[1]; creg c[2];
    layer(b, a) q[0],r[0]; /* two
    lines */ layer(b, a) q[1],r[0];
    barrier q; measure q -> c;
    """
    ours = qasm_circuit(text)
    assert (ours.qubits, ours.parameters) == (3, 2)
    plain = "qreg q[3]; " + "".join(
        f"rzz(2*b) q[{k}],q[2]; rx(a) q[{k}]; rx(-a/2) q[2];" for k in (0, 1)
    )
    other = qasm_circuit(plain)
    at = [0.7, -1.2]
    assert abs(np.vdot(state(ours, at), state(other, at))) == pytest.approx(1, abs=1e-12)


def test_version_3() -> None:
    text = """OPENQASM 3.0; include "stdgates.inc";
    input float[64] beta; input angle alpha;
    qubit[2] q; qubit r; bit[2] c;
    h q; rzz(alpha) q[0], q[1]; rx(2*beta) q; cp(tau/8) q[0], r;
    c = measure q;
    """
    ours = qasm_circuit(text)
    assert (ours.qubits, ours.parameters) == (3, 2)
    # In the order of their declarations.
    assert ours.rotations[0][1].parameter == 1


Q = "qreg q[2]; creg c[2]; "
REFUSED = {
    "unknown gate": (Q + "foo q[0];", "line 1: foo q . 0 .: there is no such gate"),
    "opaque": (Q + "opaque magic a;\nmagic q[0];", "line 2: magic q . 0 .: it is opaque"),
    "reset": (Q + "\nreset q[0];", "line 2: 'reset': a reset is not unitary"),
    "condition": (Q + "if (c==1) x q[0];", "'if': a gate under a condition"),
    "after measurement": (Q + "measure q[0] -> c[0]; x q[0];", "a gate after a measurement"),
    "unknown register": (Q + "x r[0];", "there is no register 'r' of qubits"),
    "unknown bits": (Q + "measure q[0] -> d[0];", "there is no register 'd' of bits"),
    "index": (Q + "x q[2];", r"q\[2\] is outside q\[0\] to q\[1\]"),
    "too many angles": (Q + "rx(1,2) q[0];", "it takes 1 angles, but has 2"),
    "too few angles": (Q + "u3(1) q[0];", "it takes 3 angles, but has 1"),
    "too few qubits": (Q + "cx q[0];", "it acts on 2 qubits, but is on 1"),
    "equal qubits": (Q + "cx q[0],q[0];", "its qubits must differ"),
    "product": (Q + "rx(a*b) q[0];", "a product of two parameters is not linear"),
    "function": (Q + "rx(sin(a)) q[0];", r"sin\(\) of a parameter is not linear"),
    "quotient": (Q + "rx(1/a) q[0];", "divided by a parameter is not linear"),
    "power": (Q + "rx(a^2) q[0];", "a power of a parameter is not linear"),
    "zero": (Q + "rx(1/0) q[0];", "it divides by zero"),
    "no number": (Q + "rx(sqrt(-1)) q[0];", r"sqrt\(-1.0\) is not a number"),
    "unknown function": (Q + "rx(sinh(1)) q[0];", "there is no function 'sinh'"),
    "include": ('include "mine.inc"; ' + Q, 'include "mine.inc": only'),
    "version": ("OPENQASM 4; " + Q, "version 4 is neither 2 nor 3"),
    "semicolon": (Q + "x q[0]", "',' is missing before 'the end'"),
    "character": (Q + "x q[0]; #", "'#' begins no word"),
    "declared twice": (Q + "qreg q[1];", "'q' is declared twice"),
    "defined twice": ("gate g a { } gate g a { } " + Q, "gate 'g' is defined twice"),
    "recursion": ("gate g a { g a; } " + Q, "gate 'g' is defined by itself"),
    "strange qubit": ("gate g a { x b; } " + Q, "'b' is no qubit of gate 'g'"),
    "strange parameter": ("gate g(t) a { rx(u) a; } " + Q, "'u' is no parameter of gate 'g'"),
    "inside": (
        "gate g(t) a { foo(t) a; } " + Q + "g(a) q[1];",
        r"g \( a \) q \[ 1 \]: there is no",
    ),
    "no qubits": ("creg c[2];", "there are no qubits"),
    "size": ("qreg q[0];", "the size 0 of a register"),
    "sizes": (Q + "qreg r[3]; cx q,r;", "registers of different sizes"),
    "loop": (Q + "for int i in [0:1] { x q[i]; }", "'for': it is not supported"),
    "modifier": (Q + "ctrl @ x q[0], q[1];", "'ctrl': modifiers of gates are not supported"),
    "input": ("input int k; " + Q, "an input of type 'int' is no angle"),
    "no input": ("input float a; " + Q + "rx(b) q[0];", "'b' is no input"),
    "bits": (Q + "c[0] = 1;", "bits are only measured"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what: str) -> None:
    text, message = REFUSED[what]
    with pytest.raises(UserError, match=message) as caught:
        qasm_circuit(text, "my.qasm")
    (line,) = str(caught.value).splitlines()
    assert re.match(r"my.qasm, line \d: ", line)
