"""OpenQASM as circuits."""

from overpar.model.angles import Linear
from overpar.model.circuits import Circuit
from overpar.model.qasm_reader import Reader
from overpar.model.qasm_text import Words
from overpar.model.translate import Translator


def qasm_circuit(text: str, source: str = "OpenQASM") -> Circuit:
    """A circuit from OpenQASM.

    Names in angles are its parameters: those of `input float …`, and in version 2 every name that
    is not a gate's own, in the order in which they come. A text without names has an angle of its
    own for every number that a gate is given, but 0 and those written with pi or a constant. A
    barrier does nothing, and measurements at the end are left out.

    Args:
        text: OpenQASM 2, or OpenQASM 3 of gate definitions, `input`, `const`, `qubit`, gates with
            modifiers, and loops over integers.
        source: its file, for messages.

    Raises:
        UserError: with the line of the first thing that cannot be read.

    Examples:
        >>> qasm_circuit("qreg q[2]; rx(a) q; rzz(2*b - a) q[0],q[1];").parameters
        2
        >>> qasm_circuit("qreg q[2]; rx(0.1) q[0]; rx(0.2) q[1]; rz(pi/2) q[0];").parameters
        2

    Source: A. W. Cross et al., arXiv:1707.03429; A. Cross et al., ACM Trans. Quantum Comput. 3, 12
    (2022), for version 3.
    """
    reader = Reader(Words(text, source))
    while reader.words.next:
        reader.statement()
    if not reader.qubits:
        reader.words.fail("there are no qubits")
    out = Translator(
        reader.qubits, {name: k for k, name in enumerate(reader.inputs)}, reader.definitions
    )
    named = bool(reader.inputs) or any(a.names for gate in reader.gates for a in gate.angles)
    count = 0
    for gate in reader.gates:
        angles = []
        for angle in gate.angles:
            value = angle.value({})
            if not named and not angle.pi and value.constant:
                value, count = Linear.of(count), count + 1
            angles.append(value)
        width = max((len(o) for o in gate.operands), default=1)
        for row in range(width):
            where = [o[row] if len(o) > 1 else o[0] for o in gate.operands]
            out.apply(gate.name, angles, where, gate.place, modifiers=gate.modifiers)
    return out.circuit(source)
