"""Standard gates of other libraries as rotations about Pauli strings and fixed unitaries."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from overpar.model.circuits import FIXED_GATES

# Rotations exp(−iθP/2) and their strings.
ROTATIONS = {f"r{p.lower()}": p for p in ("X", "Y", "Z", "XX", "YY", "ZZ", "ZX", "ZY", "XY", "YX")}

# The others, of OpenQASM's standard libraries, Qiskit, PennyLane and Qibo: definitions in OpenQASM
# by rotations and each other. Global phases, which matter under a control, are those of OpenQASM 3.
DEFINITIONS = """
gate p(l) q { rz(l) q; gphase(l/2); }
gate u0(g) q { }
gate u1(l) q { p(l) q; }
gate phase(l) q { p(l) q; }
gate u3(t,f,l) q { rz(l) q; ry(t) q; rz(f) q; }
gate u(t,f,l) q { u3(t,f,l) q; gphase(f/2+l/2); }
gate U(t,f,l) q { u3(t,f,l) q; gphase(t/2+f/2+l/2); }
gate u2(f,l) q { u3(pi/2,f,l) q; }
gate r(t,f) q { rz(-f) q; rx(t) q; rz(f) q; }
gate rot(f,t,o) q { rz(f) q; ry(t) q; rz(o) q; }
gate crx(t) c,q { rx(t/2) q; rzx(-t/2) c,q; }
gate cry(t) c,q { ry(t/2) q; rzy(-t/2) c,q; }
gate crz(t) c,q { rz(t/2) q; rzz(-t/2) c,q; }
gate cp(l) c,q { rz(l/2) c; rz(l/2) q; rzz(-l/2) c,q; gphase(l/4); }
gate cphase(l) c,q { cp(l) c,q; }
gate cu1(l) c,q { cp(l) c,q; }
gate cu3(t,f,l) c,q { p(l/2+f/2) c; crz(l) c,q; cry(t) c,q; crz(f) c,q; }
gate cu(t,f,l,g) c,q { p(g) c; cu3(t,f,l) c,q; }
gate crot(f,t,o) c,q { crz(f) c,q; cry(t) c,q; crz(o) c,q; }
gate xx_plus_yy(t,b) a,c { rz(b) a; rxx(t/2) a,c; ryy(t/2) a,c; rz(-b) a; }
gate xx_minus_yy(t,b) a,c { rz(-b) c; rxx(t/2) a,c; ryy(-t/2) a,c; rz(b) c; }
gate ixy(t) a,c { rxx(-t/2) a,c; ryy(-t/2) a,c; }
gate fsim(t,f) a,c { rxx(t) a,c; ryy(t) a,c; cp(-f) a,c; }
gate rxxyy(t) a,c { rxx(t/2) a,c; ryy(t/2) a,c; }
gate rbs(t) a,c { rxy(t) a,c; ryx(-t) a,c; }
gate givens(t) a,c { rxy(-t) a,c; ryx(t) a,c; }
gate excitation(t) a,c { rxy(-t/2) a,c; ryx(t/2) a,c; }
"""


def controlled(matrix: NDArray[np.complex128], *values: bool) -> NDArray[np.complex128]:
    """A unitary that acts where the qubits before its own have these values.

    Args:
        matrix: of shape (2ᵏ, 2ᵏ).
        values: of c qubits.

    Returns:
        Shape (2ᶜ⁺ᵏ, 2ᶜ⁺ᵏ).
    """
    size = len(matrix)
    start = size * sum(value << k for k, value in enumerate(reversed(values)))
    out = np.eye(size * 2 ** len(values), dtype=np.complex128)
    out[start : start + size, start : start + size] = matrix
    return out


def on_controls(controls: Sequence[tuple[Any, bool]]) -> Iterator[tuple[float, tuple[Any, ...]]]:
    """The projector on values of qubits as a sum of strings of Z.

    Args:
        controls: qubits and their values.

    Yields:
        The factor of a string and its qubits; 1 and none if there are no controls.
    """
    for count in range(len(controls) + 1):
        for chosen in combinations(controls, count):
            sign = (-1) ** sum(value for _, value in chosen)
            yield sign / 2 ** len(controls), tuple(qubit for qubit, _ in chosen)


@cache
def fixed_matrices() -> dict[str, NDArray[np.complex128]]:
    """Gates without parameters by their names in OpenQASM, the first qubit most significant.

    Source: OpenQASM's qelib1.inc and stdgates.inc, and Qiskit's standard gates.
    """
    known = {name.lower(): matrix for name, matrix in FIXED_GATES.items()}
    known |= {"id": known.pop("i"), "cx": known.pop("cnot")}
    x, y, z, h = (known[name] for name in "xyzh")
    sx = h @ known["s"] @ h
    swap = known["swap"]
    iswap = np.array([[1, 0, 0, 0], [0, 0, 1j, 0], [0, 1j, 0, 0], [0, 0, 0, 1]])
    cx, xc = known["cx"], swap @ known["cx"] @ swap
    echoed = (np.kron(x, np.eye(2)) - np.kron(y, x)) / np.sqrt(2)
    return known | {
        "CX": cx,
        "sx": sx,
        "sxdg": sx.conj().T,
        "cy": controlled(y, True),
        "ch": controlled(h, True),
        "cs": controlled(known["s"], True),
        "csdg": controlled(known["sdg"], True),
        "csx": controlled(sx, True),
        "ccx": controlled(x, True, True),
        "ccz": controlled(z, True, True),
        "cswap": controlled(swap, True),
        "c3x": controlled(x, True, True, True),
        "c3sqrtx": controlled(sx, True, True, True),
        "c4x": controlled(x, True, True, True, True),
        "iswap": iswap,
        "dcx": xc @ cx,
        "ecr": echoed,
    }
