"""The 28 classes of 2-local translation-invariant spin chains, as models."""

from dataclasses import replace

from overpar.model.ansatz import Boundary
from overpar.model.circuits import Circuit, fixed
from overpar.model.generators import parse_generators
from overpar.model.layers import layered
from overpar.model.model import Model

# Generators of each class, on every bond; I is the identity.
CLASSES = {
    "a0": "XX",
    "a1": "XY",
    "a2": "XY YX",
    "a3": "XX YZ",
    "a4": "XX YY",
    "a5": "XY YZ",
    "a6": "XX YZ ZY",
    "a7": "XX YY ZZ",
    "a8": "XX XZ",
    "a9": "XY XZ",
    "a10": "XY YZ ZX",
    "a11": "XY YX YZ",
    "a12": "XX XY YZ",
    "a13": "XX YY YZ",
    "a14": "XX YY XY",
    "a15": "XX XY XZ",
    "a16": "XY YX YZ ZY",
    "a17": "XX XY ZX",
    "a18": "XX XZ YY ZY",
    "a19": "XX XY ZX YZ",
    "a20": "XX YY ZZ ZY",
    "a21": "XX YY XY ZX",
    "a22": "XX XY XZ YX",
    "b0": "XI IX",
    "b1": "XX XI IX",
    "b2": "XY XI IX",
    "b3": "XI YI IX IY",
    "b4": "XX XY XZ XI IX IY IZ",
}
# Turns |0⟩ into the state with ⟨X⟩ = ½, ⟨Y⟩ = −½ and ⟨Z⟩ = √½.
INPUT = ("H", "T", "H", "T")


class _Chain(Model):  # type: ignore[metaclass]
    """A model whose function returns our circuits: no reader of others' is needed, nor counted."""

    def _own_circuit(self, qubits: int | None, depth: int | None) -> Circuit:
        made: Circuit = self.circuit(qubits, depth)
        return made


def spin_chain(name: str, boundary: Boundary = "open") -> Model:
    """A class with its own Hamiltonian: every term of every bond turns by an angle of its own.

    The input is the product state THTH|0⟩ on every qubit, the observable the sum of all terms.

    # ASSUME: the classification is of algebras alone; input and observable are ours. No single
    Pauli matrix vanishes in the input: in |0…0⟩ many of the classes' losses are constant.

    Args:
        name: of the class, "a0" … "a22" or "b0" … "b4".
        boundary: "open" (the line) or "periodic" (the circle).

    Examples:
        >>> import overpar as op
        >>> from overpar.model.spin_chains import spin_chain
        >>> op.dla(spin_chain("b1"), qubits=4).dimension
        7

    Source: arXiv:2309.05690, Table I, for generators; THTH keeps ranks exact.
    """
    texts = _sums(CLASSES[name].split(), boundary)

    def circuit(qubits: int, depth: int) -> Circuit:
        terms = parse_generators(texts, qubits, boundary, local=True)
        body = layered(terms, qubits, depth, name)
        gates = (fixed(gate, q) for q in range(qubits) for gate in INPUT)
        return replace(body, gates=(*gates, *body.gates))

    return _Chain(name=name, circuit=circuit, boundary=boundary, observable=" + ".join(texts))


def _sums(words: list[str], boundary: Boundary) -> list[str]:
    """Generators of a model: words PI and IP on all bonds are P on every qubit.

    IP alone leaves out the first qubit of a line. No class has PI alone.
    """
    out = []
    for word in words:
        letter = word.strip("I")
        alone = word[0] == "I" and boundary == "open" and f"{letter}I" not in words
        out.append(f"{letter}@1::1" if alone else letter)
    return list(dict.fromkeys(out))
