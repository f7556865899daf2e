"""OpenQASM: what is read, and one line for whatever cannot be."""

import re

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine
from overpar.model.circuits import Circuit
from overpar.model.observables import PauliSum, Task
from overpar.model.qasm import qasm_circuit


def state(circuit: Circuit, at: object) -> np.ndarray:
    return make_engine(Task(circuit, PauliSum(()))).state(np.atleast_2d(at))[0, 0]


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


OWN = "gate own(t, u) a,b { s a; ctrl @ rx(u) b,a; rx(t/2) a; cz a,b; rz(-pi/9) a; gphase(u/3); }"
# Two ways to write the same, with parameters t and u.
SAME = {
    "inverse": (
        "inv @ own(t, u) q[0],q[1];",
        "rz(pi/9) q[0]; cz q[0],q[1]; rx(-t/2) q[0]; crx(-u) q[1],q[0]; sdg q[0];",
    ),
    "control": (
        "ctrl @ own(t, u) q[2],q[0],q[1];",
        "cs q[2],q[0]; ctrl(2) @ rx(u) q[2],q[1],q[0]; crx(t/2) q[2],q[0]; ccz q[2],q[0],q[1];"
        "crz(-pi/9) q[2],q[0]; p(u/3) q[2];",
    ),
    "phase": ("ctrl @ gphase(t) q[1];", "p(t) q[1];"),
    "phase of p": ("ctrl @ p(t) q[0],q[1];", "cp(t) q[0],q[1];"),
    "phase of u": ("ctrl @ u(t,u,0.3) q[0],q[1];", "cu3(t,u,0.3) q[0],q[1];"),
    "phase of U": ("ctrl @ U(t,u,0.3) q[0],q[1];", "cu(t,u,0.3,t/2) q[0],q[1];"),
    "phase of cp": ("ctrl @ cp(t) q[0],q[1],q[2];", "ctrl(2) @ p(t) q[1],q[0],q[2];"),
    "fixed": ("ctrl(2) @ x q[2],q[0],q[1];", "ccx q[2],q[0],q[1];"),
    "negative": ("negctrl @ ry(t) q[2],q[0];", "x q[2]; cry(t) q[2],q[0]; x q[2];"),
    "both": ("negctrl @ ctrl @ y q[2],q[0],q[1];", "x q[2]; ctrl(2) @ y q[2],q[0],q[1]; x q[2];"),
    "power": ("pow(3) @ rx(t) q[1];", "rx(3*t) q[1];"),
    "powers": ("pow(-2) @ ctrl @ t q[0],q[1];", "inv @ cs q[0],q[1];"),
    "range": (
        "for int i in [0:2] { rx(t/(i+1)) q[i]; }",
        "rx(t) q[0]; rx(t/2) q[1]; rx(t/3) q[2];",
    ),
    "steps": ("for uint[8] i in [2:-2:0] cx q[i],q[1];", "cx q[2],q[1]; cx q[0],q[1];"),
    "set": ("for int i in {1, 0} cx q[i],q[i+1];", "cx q[1],q[2]; cx q[0],q[1];"),
    "loops": (
        "const int n = 3; for int i in [0:n-2] { for int j in [i+1:n-1] { cp(t/2^j) q[i],q[j]; } }",
        "cp(t/2) q[0],q[1]; cp(t/4) q[0],q[2]; cp(t/4) q[1],q[2];",
    ),
    "constant": (
        "const float t = pi/3; gate g(t) a { rx(t) a; } g(2*u) q; rx(t) q;",
        "rx(2*u) q; rx(pi/3) q;",
    ),
}


@pytest.mark.parametrize("what", SAME)
def test_modifiers_loops_and_constants(what: str) -> None:
    start = f"{OWN} qubit[3] q; h q; rx(t) q[0]; ry(u) q; rz(-u/3) q[1];"
    first, second = (qasm_circuit(start + text) for text in SAME[what])
    at = [0.7, -1.2]
    assert first.parameters == second.parameters == 2
    assert abs(np.vdot(state(first, at), state(second, at))) == pytest.approx(1, abs=1e-12)


def test_constants_are_no_angles() -> None:
    text = "const float c = 0.3; qubit[2] q; for int i in [0:1] { rx(c) q[i]; ry(i/4) q[i]; }"
    assert qasm_circuit(text + "rz(0.1) q[0];").parameters == 1


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
    "loop": (Q + "while (c==1) { x q[0]; }", "'while': it is not supported"),
    "no integers": (Q + "for int i in [1:0] { x q[i]; }", "a loop over no integers"),
    "range": (Q + "for int i in [0:0:1] x q[i];", "a step that is not 0"),
    "no integer": (Q + "for int i in [0:1] { x q[i/2]; }", "line 1: i / 2 is no integer"),
    "unknown index": (Q + "x q[i];", "line 1: i is no integer"),
    "no end": (Q + "for int i in [0:1] { x q[i];", "a name is missing before 'the end'"),
    "no constant": (Q + "const float b = 2*a;", r"2 \* a is not constant"),
    "no target": (Q + "ctrl @ x q[0];", "it acts on 1 qubits, but is on 0"),
    "equal control": (Q + "ctrl @ x q[0], q[0];", "its qubits must differ"),
    "half a power": (Q + "pow(1/2) @ x q[0];", "1 / 2 is no integer"),
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
