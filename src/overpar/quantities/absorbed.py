"""Models as generators, an input and an observable: their fixed gates moved into these."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from overpar.base.checks import require
from overpar.engines.interface import Complexes
from overpar.model.circuits import FIXED_GATES, Circuit, Fixed, Rotation
from overpar.model.generators import Generators, Term, commute, simplified
from overpar.model.model import DEPTH, Model
from overpar.model.observables import PauliSum

# Coefficients below this are rounding; strings of one operator that are held at most.
_ZERO, _STRINGS = 1e-12, 4096
# Component along P of a matrix (i, j): Tr(P A)/2 = Σ_ij P*_ij A_ij/2.
_PAULI = np.array([FIXED_GATES[letter].conj().ravel() / 2 for letter in "IXYZ"])


@dataclass(frozen=True, eq=False)
class Absorbed:
    """What the Lie algebra of a model is made of.

    A circuit of rotations and fixed gates is F ∏ exp(−iθ_j F_j†P_jF_j/2), with F_j the fixed gates
    before rotation j and F all of them. So its loss from |ψ⟩ is that of the generators F_j†P_jF_j,
    the input |ψ⟩ and the observable F†OF.

    Args:
        qubits: n.
        generators: distinct.
        letters: of the product state that they act on.
        observable: of the loss; None if the model has none.

    Source: arXiv:2109.11676, for the form of an ansatz; absorbing fixed gates is ours.
    """

    qubits: int
    generators: Generators
    letters: str
    observable: PauliSum | None


def absorb(
    model: Model, qubits: int, depth: int | None = None, measured: int | None = None
) -> Absorbed:
    """Generators, input and observable of a model.

    Args:
        model: any.
        qubits: n.
        depth: layers of the user's circuit from which its generators are read off, 8 if None.
        measured: layers after which the observable is measured, `depth` if None.

    Raises:
        UserError: if the model does not fit the size, its circuit has no rotation, or a fixed gate
            before one is not Clifford.
    """
    operator = model.operator(qubits)
    if model.circuit is None:
        generators, letters = model.algebra(qubits)
        return Absorbed(qubits, generators, letters, operator)
    circuit = model.build(qubits, depth or DEPTH)
    if operator is not None:
        last = circuit if measured in (None, depth or DEPTH) else model.build(qubits, measured)
        gates = [gate for gate in last.gates if isinstance(gate, Fixed)]
        operator = moved(operator, gates)
    return Absorbed(qubits, moved_generators(circuit), "0" * qubits, operator)


def moved_generators(circuit: Circuit) -> Generators:
    """Generators of a circuit: its rotations, moved before all fixed gates.

    Rotations by one angle make one generator if they commute with each other and with all that
    stand between them; else, if an angle comes back later in the circuit, that is a generator of
    its own, so that the algebra may be larger than the angles can use.

    Args:
        circuit: its fixed gates must turn Pauli strings into Pauli strings (Clifford gates).

    Returns:
        Distinct generators; they act on the circuit's input state.

    Raises:
        UserError: if there is no rotation, or a fixed gate before one is not Clifford.

    Examples:
        >>> from overpar.model.circuits import fixed
        >>> gates = (fixed("H", 0), Rotation("Z", (0,), 0))
        >>> moved_generators(Circuit(1, gates, 1))[0].terms
        ((1.0, 'X', (0,)),)

    Source: arXiv:2109.11676, for the form of an ansatz; absorbing fixed gates is ours.
    """
    blocks: list[tuple[int, list[Term]]] = []
    before: list[Fixed] = []
    seen: set[int] = set()
    for gate in circuit.gates:
        if isinstance(gate, Fixed):
            before.append(gate)
            continue
        terms = list(_moved_rotation(gate, before).terms)
        for parameter, block in reversed(blocks) if gate.parameter in seen else ():
            if not all(commute(term, other) for term in terms for other in block):
                blocks.append((gate.parameter, terms))
                break
            if parameter == gate.parameter:
                block += terms
                break
        else:
            blocks.append((gate.parameter, terms))
        seen.add(gate.parameter)
    sums = [simplified(PauliSum(tuple(block))) for _, block in blocks]
    found = tuple(dict.fromkeys(s for s in sums if s.terms))
    require(bool(found), f"Circuit {circuit.name!r} has no rotation, so it has no generators.")
    return found


def _moved_rotation(gate: Rotation, before: Sequence[Fixed]) -> PauliSum:
    string = PauliSum(((gate.scale, gate.pauli, gate.qubits),))
    found = moved(string, before)
    require(
        len(found.terms) == 1,
        f"A fixed gate before the rotation about {gate.pauli} on qubits {gate.qubits} turns it into"
        " a sum that is not a Pauli string; the algebra is found for Clifford gates only.",
    )
    return found


def moved(operator: PauliSum, gates: Iterable[Fixed]) -> PauliSum:
    """F†OF for the product F of some gates, the last one acting last.

    Args:
        operator: O.
        gates: in circuit order.

    Returns:
        A sum of distinct strings; as many as O has if the gates are Clifford gates.

    Raises:
        UserError: if it has more than 4096 strings.

    Examples:
        >>> from overpar.model.circuits import fixed
        >>> moved(PauliSum(((2.0, "Z", (1,)),)), [fixed("CNOT", 0, 1)]).terms
        ((2.0, 'ZZ', (0, 1)),)
    """
    found = simplified(operator)
    for gate in reversed(list(gates)):
        if not any(set(gate.qubits) & set(where) for _, _, where in found.terms):
            continue
        terms = [image for term in found.terms for image in _images(gate, term)]
        found = simplified(PauliSum(tuple(terms)))
        found = replace(found, terms=tuple(t for t in found.terms if abs(t[0]) > _ZERO))
        require(
            len(found.terms) <= _STRINGS,
            f"Gate {gate.name} on qubits {gate.qubits} turns an operator into one of more than"
            f" {_STRINGS} Pauli strings.",
        )
    return found


def _images(gate: Fixed, term: Term) -> list[Term]:
    """The terms of G†PG."""
    coefficient, letters, where = term
    at = dict(zip(where, letters, strict=True))
    here = "".join(at.pop(q, "I") for q in gate.qubits)
    if set(here) == {"I"}:
        return [term]
    qubits = (*at, *gate.qubits)
    images = _conjugated(gate.matrix.tobytes(), here)
    return [(coefficient * c, "".join(at.values()) + image, qubits) for c, image in images]


@cache
def _conjugated(matrix: bytes, letters: str) -> tuple[tuple[float, str], ...]:
    """G†PG as coefficients and letters; of a Clifford gate exactly ±1 and one string."""
    count = len(letters)
    gate = np.frombuffer(matrix, np.complex128).reshape(2**count, 2**count)
    string = np.ones((1, 1), np.complex128)
    for letter in letters:
        string = np.kron(string, FIXED_GATES[letter]).astype(np.complex128)
    components = pauli_components(gate.conj().T @ string @ gate)
    found = []
    for index in zip(*np.nonzero(np.abs(components) > _ZERO), strict=True):
        value = float(components[index])
        whole = round(value)
        value = float(whole) if abs(value - whole) < _ZERO else value
        found.append((value, "".join("IXYZ"[k] for k in index)))
    return tuple(found)


def pauli_components(matrix: Complexes) -> np.ndarray:
    """Tr(PA)/2ᵏ of a Hermitian matrix A of k qubits for all strings P: real, shape (4, …, 4).

    Examples:
        >>> pauli_components(FIXED_GATES["Z"]).tolist()
        [0.0, 0.0, 0.0, 1.0]
    """
    count = len(matrix).bit_length() - 1
    pairs = [axis for k in range(count) for axis in (k, count + k)]
    tensor = matrix.reshape((2,) * (2 * count)).transpose(pairs).reshape((4,) * count)
    for axis in range(count):
        tensor = np.moveaxis(np.tensordot(_PAULI, tensor, (1, axis)), 0, axis)
    return np.asarray(tensor.real)
