"""Sums of Pauli strings as they are written."""

import re
from dataclasses import dataclass

import numpy as np

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.observables import PauliSum

_PLACE = r"\d{1,9}"
_NUMBER = r"(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)"
# Letters with a place, or letters with a qubit each. No place has more than nine digits.
_TERM = re.compile(
    rf"\s*([+-]?)\s*(?:({_NUMBER})\s*(?:/\s*({_NUMBER})\s*)?\*\s*)?"
    rf"(?:((?:[A-Za-z]{_PLACE}[ \t]*\*?[ \t]*)*[A-Za-z]{_PLACE})"
    rf"|([A-Za-z]+)(?:@({_PLACE})(?:::({_PLACE})|((?:,{_PLACE})+))?)?)\s*(?=[+-]|$)"
)


@dataclass(frozen=True)
class Written:
    """One term of a sum as it is written.

    Args:
        coefficient: finite.
        letters: I, X, Y, Z.
        where: the qubits of the letters, if they are said one by one.
        start: qubit of the first letter, or of the first place of a sum over places.
        step: from place to place of the sum; None for a single place.
        anywhere: whether no place is said at all.
    """

    coefficient: float
    letters: str
    where: tuple[int, ...] = ()
    start: int = 0
    step: int | None = None
    anywhere: bool = False


def read_sum(text: str) -> list[Written]:
    """The terms of a sum, e.g. "ZZ", "XX + 1/3*YY", "X@0", "ZZ@1::2", "ZZ@0,3" or "2*Z0 Z3".

    Raises:
        UserError: if the text is not a sum of Pauli strings.

    Examples:
        >>> read_sum("1/4*Z0 Z3")
        [Written(coefficient=0.25, letters='ZZ', where=(0, 3), start=0, step=None, anywhere=False)]

    Source: the notation is ours.
    """
    terms: list[Written] = []
    start = 0
    while start < len(text) or not terms:
        match = _TERM.match(text, start)
        if match is None or (terms and not match[1]):
            raise UserError(
                f"Generator {text!r} is not a sum of Pauli strings with real coefficients, such as"
                ' "ZZ", "XX + 1/2*YY", "X@0", "ZZ@1::2", "ZZ@0,3" or "Z0 Z3".'
            )
        terms.append(_written(text, match))
        start = match.end()
    return terms


def _written(text: str, match: re.Match[str]) -> Written:
    sign, size, divisor, single, letters, place, step, more = match.groups()
    letters = letters or "".join(re.findall("[A-Za-z]", single))
    wrong = sorted(set(letters) - set("IXYZ"))
    require(
        not wrong,
        f"Generator {text!r} holds {', '.join(map(repr, wrong))}; the letters are I, X, Y, Z.",
    )
    require(
        set(letters) != {"I"},
        f"Generator {text!r} holds the identity, which is only a phase of the state.",
    )
    require(float(divisor or 1) != 0, f"Generator {text!r} divides by zero.")
    value = float(size or 1) / float(divisor or 1) * (-1 if sign == "-" else 1)
    require(bool(np.isfinite(value)), f"Generator {text!r} has an infinite coefficient.")
    require(step is None or int(step) > 0, f"Generator {text!r} has a step of 0.")
    if single or more:
        said = re.findall(r"\d+", single or f"{place}{more}")
        where = tuple(map(int, said))
        require(
            len(set(where)) == len(where) == len(letters),
            f"Generator {text!r} must have one qubit for each letter of {letters}, all different.",
        )
        return Written(value, letters, where)
    if place is None:
        return Written(value, letters, step=1, anywhere=True)
    return Written(value, letters, start=int(place), step=int(step) if step else None)


def written_sum(operator: PauliSum) -> str:
    """An operator as text that `read_sum` takes, without its multiples of the identity.

    Examples:
        >>> written_sum(PauliSum(((-0.5, "ZZ", (0, 3)), (1.0, "X", (1,)), (2.0, "", ()))))
        '-0.5*Z0 Z3 + 1.0*X1'
    """
    parts = [
        f"{c!r}*" + " ".join(f"{p}{q}" for p, q in zip(letters, where, strict=True) if p != "I")
        for c, letters, where in operator.terms
        if set(letters) - {"I"}
    ]
    return " + ".join(parts).replace("+ -", "- ")
