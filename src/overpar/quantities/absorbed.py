"""Models as generators, an input and an observable: their fixed gates moved into these."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.engines.interface import Complexes
from overpar.model.circuits import FIXED_GATES, Circuit, Fixed
from overpar.model.generators import Generators, Term, commute, simplified
from overpar.model.model import DEPTH, Model
from overpar.model.observables import PauliSum
from overpar.quantities.exchange import Symmetry, exchangeable
from overpar.quantities.strings import masks, multiply

# Coefficients below this are rounding; strings of one operator that are held at most.
_ZERO, _STRINGS = 1e-12, 4096
# Coefficients in units of 1/64 of the largest are taken for exact.
_PARTS = 64
# State vectors are used up to here.
MAX_STATE_QUBITS = 12
NO_STATE = f"The input is no product state, and has more than {MAX_STATE_QUBITS} qubits."
# Component along P of a matrix (i, j): Tr(P A)/2 = Σ_ij P*_ij A_ij/2.
_PAULI = np.array([FIXED_GATES[letter].conj().ravel() / 2 for letter in "IXYZ"])


class TooManyStringsError(UserError):
    """Fixed gates turn an operator into too many Pauli strings."""


@dataclass(frozen=True, eq=False)
class Absorbed:
    """What the Lie algebra of a model is made of.

    A circuit of rotations and fixed gates is F ∏ exp(−iθ_j F_j†P_jF_j/2), with F_j the fixed gates
    before rotation j and F all of them. So its loss from |ψ⟩ is that of the generators F_j†P_jF_j,
    the input |ψ⟩ and the observable F†OF.

    Args:
        qubits: n.
        generators: distinct.
        letters: of the product state that they act on; "" if it is none.
        observable: of the loss; None if the model has none.
        states: input states, shape (k, 2ⁿ), where they are no product state; None for more than
            12 qubits.
        exact: whether the coefficients are; those that other than Clifford gates make need not be.

    Source: arXiv:2109.11676, for the form of an ansatz; absorbing fixed gates is ours.
    """

    qubits: int
    generators: Generators
    letters: str
    observable: PauliSum | None
    states: Complexes | None = None
    exact: bool = True

    @property
    def single(self) -> bool:
        """Whether every generator is one string: then so is all of a basis of the algebra."""
        return all(len(generator.terms) == 1 for generator in self.generators)

    @cached_property
    def symmetry(self) -> Symmetry:
        """Of generators, input and observable; none for an input that is no product state."""
        if self.states is not None or not self.letters:
            return Symmetry(self.qubits)
        operators = [*self.generators, *([self.observable] if self.observable else [])]
        return exchangeable(operators, self.qubits, self.letters)


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
        UserError: if the model does not fit the size, its circuit has no rotation, or its fixed
            gates make operators of more than 4096 strings.
    """
    operator = model.operator(qubits)
    if model.circuit is None:
        generators, letters = model.algebra(qubits)
        letters = letters if model.inputs is None else ""
        return Absorbed(qubits, generators, letters, operator, model.inputs)
    circuit = model.build(qubits, depth or DEPTH)
    before, rest = _split_off_input(circuit)
    if operator is not None:
        last = circuit if measured in (None, depth or DEPTH) else model.build(qubits, measured)
        gates = _split_off_input(last)[1].gates
        operator = moved(operator, [gate for gate in gates if isinstance(gate, Fixed)])
    generators, exact = moved_generators(rest)
    if model.inputs is None and not before:
        return Absorbed(qubits, generators, "0" * qubits, operator, exact=exact)
    states = None
    if qubits <= MAX_STATE_QUBITS:
        zero = np.eye(1, 2**qubits, dtype=np.complex128)
        states = _applied(before, zero if model.inputs is None else model.inputs)
    return Absorbed(qubits, generators, "", operator, states, exact)


def _applied(gates: Iterable[Fixed], states: Complexes) -> Complexes:
    """States (k, 2ⁿ) after some gates."""
    tensor = states.reshape(-1, *[2] * (states.shape[1].bit_length() - 1))
    for gate in gates:
        count, where = len(gate.qubits), [1 + q for q in gate.qubits]
        matrix = gate.matrix.reshape((2,) * (2 * count))
        tensor = np.tensordot(matrix, tensor, (range(count, 2 * count), where))
        tensor = np.moveaxis(tensor, range(count), where)
    return tensor.reshape(states.shape)


def _split_off_input(circuit: Circuit) -> tuple[list[Fixed], Circuit]:
    """Fixed gates that only make another input state, and the others.

    Those are the gates before the first rotation up to the last one that is not Clifford: moved
    past the rotations they would turn the whole algebra, which has the same structure without.
    """
    first = circuit.rotations[0][0] if circuit.rotations else 0
    before = [gate for gate in circuit.gates[:first] if isinstance(gate, Fixed)]
    odd = [k for k, gate in enumerate(before) if not _clifford(gate)]
    count = odd[-1] + 1 if odd else 0
    return before[:count], replace(circuit, gates=circuit.gates[count:], derivative_ties=())


def _clifford(gate: Fixed) -> bool:
    size = len(gate.qubits)
    letters = ("I" * k + p + "I" * (size - 1 - k) for k in range(size) for p in "XZ")
    return all(len(_conjugated(gate.matrix.tobytes(), string)) == 1 for string in letters)


def moved_generators(circuit: Circuit) -> tuple[Generators, bool]:
    """Generators of a circuit: its rotations, moved before all fixed gates.

    Rotations by one angle make one generator if they commute with each other and with all that
    stand between them; else, if an angle comes back later in the circuit, that is a generator of
    its own, so that the algebra may be larger than the angles can use.

    Args:
        circuit: of rotations and fixed gates.

    Returns:
        Distinct generators, which act on the circuit's input state, and whether their coefficients
        are exact: those of Clifford gates are, and others that are small binary fractions of the
        largest of their generator, as one T gate makes them.

    Raises:
        UserError: if there is no rotation, or a generator has more than 4096 strings.

    Examples:
        >>> from overpar.model.circuits import Rotation, fixed
        >>> gates = (fixed("H", 0), Rotation("Z", (0,), 0))
        >>> moved_generators(Circuit(1, gates, 1))[0][0].terms
        ((1.0, 'X', (0,)),)

    Source: arXiv:2109.11676, for the form of an ansatz; absorbing fixed gates is ours.
    """
    blocks: list[tuple[int, PauliSum]] = []
    before: list[Fixed] = []
    seen: set[int] = set()
    for gate in circuit.gates:
        if isinstance(gate, Fixed):
            before.append(gate)
            continue
        new = moved(PauliSum(((gate.scale, gate.pauli, gate.qubits),)), before)
        place = None
        if gate.parameter in seen:
            place = _same_turn(blocks, gate.parameter, new, circuit.qubits)
        if place is not None:
            blocks[place] = gate.parameter, PauliSum((*blocks[place][1].terms, *new.terms))
        else:
            blocks.append((gate.parameter, new))
        seen.add(gate.parameter)
    scales = {abs(gate.scale) for _, gate in circuit.rotations}
    sums = [simplified(block) for _, block in blocks]
    found = [_exact(s, scales) for s in sums if s.terms]
    require(bool(found), f"Circuit {circuit.name!r} has no rotation, so it has no generators.")
    return tuple(dict.fromkeys(s for s, _ in found)), all(exact for _, exact in found)


def _same_turn(
    blocks: Sequence[tuple[int, PauliSum]], parameter: int, new: PauliSum, qubits: int
) -> int | None:
    """The block of this angle that a rotation can be moved to, past what commutes with it."""
    for place in range(len(blocks) - 1, -1, -1):
        if not _commute(blocks[place][1], new, qubits):
            return None
        if blocks[place][0] == parameter:
            return place
    return None


def _commute(first: PauliSum, second: PauliSum, qubits: int) -> bool:
    pairs = [(a, b) for a in first.terms for b in second.terms if not commute(a, b)]
    if not pairs or len(first.terms) == len(second.terms) == 1:
        return not pairs
    left, right = (masks([pair[k][1:] for pair in pairs], qubits) for k in (0, 1))
    strings, exponents = multiply(left, right)
    sums: dict[bytes, float] = {}
    for string, k, (a, b) in zip(strings, exponents, pairs, strict=True):
        key = string.tobytes()
        sums[key] = sums.get(key, 0.0) + (2 - int(k)) * a[0] * b[0]
    return max(map(abs, sums.values())) < _ZERO


def _exact(generator: PauliSum, scales: set[float]) -> tuple[PauliSum, bool]:
    """The generator, scaled where that makes its coefficients exact, and whether they are."""
    if all(abs(c) in scales for c, _, _ in generator.terms):
        return generator, True
    largest = max(abs(c) for c, _, _ in generator.terms)
    parts = [(c / largest * _PARTS, letters, where) for c, letters, where in generator.terms]
    if any(abs(c - round(c)) > _PARTS * _ZERO for c, _, _ in parts):
        return generator, False
    return PauliSum(tuple((round(c) / _PARTS, letters, where) for c, letters, where in parts)), True


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
        if len(found.terms) > _STRINGS:
            raise TooManyStringsError(
                f"Gate {gate.name} on qubits {gate.qubits} turns an operator into one of more than"
                f" {_STRINGS} Pauli strings."
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
