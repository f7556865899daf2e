"""Sets of generators: Hermitian sums of Pauli strings whose Lie algebra a circuit explores."""

import re
from collections.abc import Sequence

import numpy as np

from overpar.base.checks import choice, integer, require
from overpar.base.errors import UserError
from overpar.model.ansatz import Boundary, bonds
from overpar.model.observables import PauliSum

Generators = tuple[PauliSum, ...]
Term = tuple[float, str, tuple[int, ...]]

# Far beyond any algebra that can be counted; keeps a typo from filling the memory.
MAX_QUBITS = 256

_TERM = re.compile(
    r"\s*([+-]?)\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)\s*\*\s*)?([A-Za-z]+)"
    r"(?:@(\d+)(?:::(\d+))?)?\s*"
)
# Coefficient, letters, and the places it is at: one, or those of a translated sum that fit.
_Written = tuple[float, str, int | range]


def parse_generators(
    texts: Sequence[str],
    qubits: int,
    boundary: Boundary = "open",
    *,
    local: bool = False,
    full: bool = False,
) -> Generators:
    """Generators from text such as "ZZ", "XX + YY", "X - 0.5*Z", "X@0" or "ZZ@1::2".

    A string stands for its sum over all places of the chain: "ZZ" is Σ Z_jZ_{j+1}, over j = 0 … n−2
    if open, and also (n−1, 0) if periodic. With @q it is at one place, its first letter on qubit q;
    with @q::s it is summed over the places q, q+s, q+2s, ….

    Args:
        texts: one per generator, or per family of generators if `local`.
        qubits: n from 1 to 256.
        boundary: "open" or "periodic".
        local: make every place a generator of its own instead of their sum.
        full: strings have n letters and are taken as they are, in one place.

    Returns:
        Distinct generators, equal strings added up.

    Raises:
        UserError: if a text is no such sum, does not fit the chain, is zero or the identity.

    Examples:
        >>> parse_generators(["ZZ", "X@0"], 3)[0].terms
        ((1.0, 'ZZ', (0, 1)), (1.0, 'ZZ', (1, 2)))

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
        terms = _parse(text)
        places = range(1) if full else range(qubits)
        at_places = [_at(text, terms, place, qubits, boundary, full) for place in places]
        # Terms with a place of their own are no part of the translation.
        sums = [_fixed_terms(text, terms, qubits, boundary), *at_places]
        sums = sums if local else [[term for part in sums for term in part]]
        simple = [simplified(PauliSum(tuple(part))) for part in sums if part]
        require(any(s.terms for s in simple), f"Generator {text!r} is zero on {qubits} qubits.")
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


def _parse(text: str) -> list[_Written]:
    """The terms as written.

    Raises:
        UserError: if the text is not a sum of Pauli strings.
    """
    terms: list[_Written] = []
    start = 0
    while start < len(text) or not terms:
        match = _TERM.match(text, start)
        if match is None or (terms and not match[1]):
            raise UserError(
                f"Generator {text!r} is not a sum of Pauli strings with real coefficients, such as"
                ' "ZZ", "XX + 0.5*YY", "X@0" or "ZZ@1::2".'
            )
        sign, size, letters, place, step = match.groups()
        wrong = sorted(set(letters) - set("IXYZ"))
        require(
            not wrong,
            f"Generator {text!r} holds {', '.join(map(repr, wrong))}; the letters are I, X, Y, Z.",
        )
        require(
            set(letters) != {"I"},
            f"Generator {text!r} holds the identity, which is only a phase of the state.",
        )
        value = float(size or 1) * (-1 if sign == "-" else 1)
        require(bool(np.isfinite(value)), f"Generator {text!r} has an infinite coefficient.")
        require(step is None or int(step) > 0, f"Generator {text!r} has a step of 0.")
        everywhere = range(int(place or 0), MAX_QUBITS, int(step or 1))
        terms.append((value, letters, int(place) if place and not step else everywhere))
        start = match.end()
    return terms


def _string(text: str, term: _Written, place: int, qubits: int, boundary: Boundary) -> Term | None:
    """The term at a place; None if it does not fit an open chain there."""
    value, letters, _ = term
    require(
        len(letters) <= qubits,
        f"Generator {text!r} has {len(letters)} letters, more than {qubits} qubits.",
    )
    if boundary == "open" and place + len(letters) > qubits:
        return None
    return value, letters, tuple((place + k) % qubits for k in range(len(letters)))


def _at(
    text: str, terms: list[_Written], place: int, qubits: int, boundary: Boundary, full: bool
) -> list[Term]:
    """The translated terms, at this place."""
    found = []
    for term in terms:
        _, letters, where = term
        require(
            not full or (where == range(MAX_QUBITS) and len(letters) == qubits),
            f"Generator {text!r} must have {qubits} letters and no @, one letter per qubit.",
        )
        if isinstance(where, range) and place in where:
            found.append(_string(text, term, place, qubits, boundary))
    return [string for string in found if string is not None]


def _fixed_terms(text: str, terms: list[_Written], qubits: int, boundary: Boundary) -> list[Term]:
    """The terms at one place of their own."""
    found = []
    for term in terms:
        place = term[2]
        if isinstance(place, range):
            continue
        string = _string(text, term, place, qubits, boundary) if place < qubits else None
        if string is None:
            raise UserError(
                f"Generator {text!r}: {term[1]}@{place} is outside qubits 0 to {qubits - 1}."
            )
        found.append(string)
    return found


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
