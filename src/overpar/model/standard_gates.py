"""Standard gates of other libraries as rotations about Pauli strings and fixed unitaries."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from overpar.model.circuits import FIXED_GATES

# Rotations exp(−iθP/2) and their strings.
ROTATIONS = {f"r{p.lower()}": p for p in ("X", "Y", "Z", "XX", "YY", "ZZ", "ZX", "ZY", "XY", "YX")}

# The others, of OpenQASM's standard libraries, Qiskit, PennyLane and Qibo, up to a global phase:
# definitions in OpenQASM by rotations and each other.
DEFINITIONS = """
gate p(l) q { rz(l) q; }
gate u0(g) q { }
gate u1(l) q { rz(l) q; }
gate phase(l) q { rz(l) q; }
gate u3(t,f,l) q { rz(l) q; ry(t) q; rz(f) q; }
gate u(t,f,l) q { u3(t,f,l) q; }
gate U(t,f,l) q { u3(t,f,l) q; }
gate u2(f,l) q { u3(pi/2,f,l) q; }
gate r(t,f) q { rz(-f) q; rx(t) q; rz(f) q; }
gate rot(f,t,o) q { rz(f) q; ry(t) q; rz(o) q; }
gate crx(t) c,q { rx(t/2) q; rzx(-t/2) c,q; }
gate cry(t) c,q { ry(t/2) q; rzy(-t/2) c,q; }
gate crz(t) c,q { rz(t/2) q; rzz(-t/2) c,q; }
gate cp(l) c,q { rz(l/2) c; rz(l/2) q; rzz(-l/2) c,q; }
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


def _controlled(matrix: NDArray[np.complex128], controls: int = 1) -> NDArray[np.complex128]:
    size = len(matrix) * 2**controls
    out = np.eye(size, dtype=np.complex128)
    out[size - len(matrix) :, size - len(matrix) :] = matrix
    return out


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
        "cy": _controlled(y),
        "ch": _controlled(h),
        "cs": _controlled(known["s"]),
        "csdg": _controlled(known["sdg"]),
        "csx": _controlled(sx),
        "ccx": _controlled(x, 2),
        "ccz": _controlled(z, 2),
        "cswap": _controlled(swap),
        "c3x": _controlled(x, 3),
        "c3sqrtx": _controlled(sx, 3),
        "c4x": _controlled(x, 4),
        "iswap": iswap,
        "dcx": xc @ cx,
        "ecr": echoed,
    }
