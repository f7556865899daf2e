"""Sets of generators: Hermitian sums of Pauli strings whose Lie algebra a circuit explores."""

from collections.abc import Iterator, Sequence
from math import isfinite

from overpar.base.checks import choice, integer, require
from overpar.base.errors import UserError
from overpar.model.ansatz import Boundary, bonds
from overpar.model.graphs import Edge
from overpar.model.observables import PauliSum
from overpar.model.sums import Written, read_sum

Generators = tuple[PauliSum, ...]
Term = tuple[float, str, tuple[int, ...]]

# Far beyond any algebra that can be counted; keeps a typo from filling the memory.
MAX_QUBITS = 256


def parse_generators(
    texts: Sequence[str],
    qubits: int,
    boundary: Boundary = "open",
    *,
    local: bool = False,
    full: bool = False,
    edges: Sequence[Edge] | None = None,
) -> Generators:
    """Generators from text such as "ZZ", "XX + 1/2*YY", "X - 0.5*Z", "X@0", "ZZ@0,3" or "ZZ@1::2".

    A string stands for its sum over all places of the chain: "ZZ" is Σ Z_jZ_{j+1}, over j = 0 … n−2
    if open, and also (n−1, 0) if periodic. On a graph, a string of two letters is summed over the
    edges, each times its weight, and one of one letter over the qubits. With @q a string is at one
    place, its first letter on qubit q; with @q::s it is summed over the places q, q+s, q+2s, …;
    "ZZ@0,3" and "Z0 Z3" say the qubit of each letter.

    Args:
        texts: one per generator, or per family of generators if `local`.
        qubits: n from 1 to 256.
        boundary: "open" or "periodic".
        local: make every place a generator of its own instead of their sum.
        full: strings have n letters and are taken as they are, in one place.
        edges: of a graph, in place of the chain's neighbours; see `edges_of`.

    Returns:
        Distinct generators, equal strings added up.

    Raises:
        UserError: if a text is no such sum, does not fit the chain, is zero or the identity.

    Examples:
        >>> parse_generators(["ZZ", "X@0"], 3)[0].terms
        ((1.0, 'ZZ', (0, 1)), (1.0, 'ZZ', (1, 2)))
        >>> parse_generators(["2*ZZ"], 3, edges=[(0, 2, 0.25)])[0].terms
        ((0.5, 'ZZ', (0, 2)),)

    Source: the notation is ours.
    """
    integer("qubits", qubits, 1)
    require(
        qubits <= MAX_QUBITS, f"Argument `qubits` must be at most {MAX_QUBITS}, but is {qubits}."
    )
    choice("boundary", boundary, Boundary)
    require(not (local and full), "Arguments `local` and `full` exclude one another.")
    require(len(texts) > 0, "There must be at least one generator.")
    found: list[PauliSum] = []
    for text in texts:
        # Terms with a place of their own are no part of the translation.
        alone: list[Term] = []
        places: dict[int, list[Term]] = {}
        terms = read_sum(text)
        lengths = {len(term.letters) for term in terms if term.anywhere}
        require(
            not local or edges is None or len(lengths) < 2,
            f"Generator {text!r}: with `local`, edges and qubits of a graph are not in one sum.",
        )
        for term in terms:
            require(
                not full or (term.anywhere and len(term.letters) == qubits),
                f"Generator {text!r} must have {qubits} letters and no @, one letter per qubit.",
            )
            if term.where or term.step is None:
                alone.append(_alone(text, term, qubits, boundary))
            elif edges is None or not term.anywhere:
                for place, string in _along(text, term, qubits, boundary, 1 if full else qubits):
                    places.setdefault(place, []).append(string)
            else:
                for place, string in enumerate(_on_graph(text, term, qubits, edges)):
                    places.setdefault(place, []).append(string)
        sums = [alone, *(places[place] for place in sorted(places))]
        sums = sums if local else [[term for part in sums for term in part]]
        simple = [simplified(PauliSum(tuple(part))) for part in sums if part]
        require(any(s.terms for s in simple), f"Generator {text!r} is zero on {qubits} qubits.")
        require(
            all(isfinite(term[0]) for s in simple for term in s.terms),
            f"Generator {text!r} has an infinite coefficient on {qubits} qubits.",
        )
        found += [s for s in simple if s.terms]
    return tuple(dict.fromkeys(found))


def simplified(operator: PauliSum) -> PauliSum:
    """The same operator with qubits in order, no letter I, equal strings added, no zeros.

    Examples:
        >>> simplified(PauliSum(((1.0, "XIZ", (2, 1, 0)), (0.5, "ZX", (0, 2))))).terms
        ((1.5, 'ZX', (0, 2)),)
    """
    sums: dict[tuple[str, tuple[int, ...]], float] = {}
    for coefficient, letters, where in operator.terms:
        pairs = sorted((q, letter) for q, letter in zip(where, letters, strict=True))
        pairs = [pair for pair in pairs if pair[1] != "I"]
        key = "".join(letter for _, letter in pairs), tuple(q for q, _ in pairs)
        sums[key] = sums.get(key, 0.0) + coefficient
    return PauliSum(tuple((c, *key) for key, c in sums.items() if c != 0))


def _string(text: str, term: Written, place: int, qubits: int, boundary: Boundary) -> Term | None:
    """The term along the chain from a place on; None if it does not fit an open chain there."""
    letters = term.letters
    require(
        len(letters) <= qubits,
        f"Generator {text!r} has {len(letters)} letters, more than {qubits} qubits.",
    )
    if boundary == "open" and place + len(letters) > qubits:
        return None
    return term.coefficient, letters, tuple((place + k) % qubits for k in range(len(letters)))


def _along(
    text: str, term: Written, qubits: int, boundary: Boundary, stop: int
) -> Iterator[tuple[int, Term]]:
    """The translated term at all its places along the chain."""
    for place in range(term.start, stop, term.step or 1):
        string = _string(text, term, place, qubits, boundary)
        if string is not None:
            yield place, string


def _on_graph(text: str, term: Written, qubits: int, edges: Sequence[Edge]) -> list[Term]:
    """The term on all qubits, or on all edges times their weights."""
    c, letters = term.coefficient, term.letters
    if len(letters) == 1:
        return [(c, letters, (q,)) for q in range(qubits)]
    require(
        len(letters) == 2,
        f"Generator {text!r}: on a graph, a string has one letter, for every qubit, or two, for"
        f" every edge; say the qubits of {letters}, as in {letters}@0,1,….",
    )
    return [(c * weight, letters, (a, b)) for a, b, weight in edges]


def _alone(text: str, term: Written, qubits: int, boundary: Boundary) -> Term:
    """The term at one place of its own."""
    if term.where:
        fits = max(term.where) < qubits
        string = (term.coefficient, term.letters, term.where) if fits else None
        written = " ".join(f"{p}{q}" for p, q in zip(term.letters, term.where, strict=True))
    else:
        fits = term.start < qubits
        string = _string(text, term, term.start, qubits, boundary) if fits else None
        written = f"{term.letters}@{term.start}"
    if string is None:
        raise UserError(f"Generator {text!r}: {written} is outside qubits 0 to {qubits - 1}.")
    return string


def tfim_generators(qubits: int, boundary: Boundary, *, first_x: bool = False) -> Generators:
    """ΣZZ and ΣX of the Ising chain's ansatz, and X on qubit 0 if `first_x`.

    Dimension of the algebra: n² open, 3n−1 periodic (n ≥ 3), n(2n−1) open with `first_x`.

    Args:
        qubits: n ≥ 2.
        boundary: "open" or "periodic".
        first_x: add the direction that breaks the open chain's reflection symmetry.

    Source: arXiv:2109.11676, eq. (15); the dimensions are tests.
    """
    integer("qubits", qubits, 2)
    choice("boundary", boundary, Boundary)
    couplings = PauliSum(tuple((1.0, "ZZ", pair) for pair in bonds(qubits, boundary)))
    fields = PauliSum(tuple((1.0, "X", (q,)) for q in range(qubits)))
    first = (PauliSum(((1.0, "X", (0,)),)),) if first_x else ()
    return (simplified(couplings), fields, *first)


def hardware_efficient_generators(qubits: int) -> Generators:
    """X and Y of every qubit, and ZZ of neighbours: dimension 4ⁿ−1.

    # ASSUME: CZ is exp(iπ/4 (ZZ − Z − Z)) up to a phase, so the group that the rotations and
    CZ gates of `hardware_efficient` generate lies in that of these. The circuit with its fixed
    gates as they are gives the same dimension once it is deep enough.

    Args:
        qubits: n ≥ 1.

    Source: arXiv:2109.11676, Supplementary Fig. 4, for the dimension.
    """
    integer("qubits", qubits, 1)
    rotations = [PauliSum(((1.0, p, (q,)),)) for p in "XY" for q in range(qubits)]
    return (*rotations, *(PauliSum(((1.0, "ZZ", pair),)) for pair in bonds(qubits, "open")))


def commute(first: Term, second: Term) -> bool:
    """Whether two Pauli strings commute: they differ on an even number of common qubits.

    Examples:
        >>> commute((1.0, "XX", (0, 1)), (1.0, "ZZ", (0, 1)))
        True
    """
    there = dict(zip(second[2], second[1], strict=True))
    pairs = ((letter, there.get(q, letter)) for q, letter in zip(first[2], first[1], strict=True))
    return sum(a != b and "I" not in (a, b) for a, b in pairs) % 2 == 0
