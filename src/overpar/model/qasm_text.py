"""Tokens and expressions of OpenQASM."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from overpar.base.errors import UserError
from overpar.model.angles import Linear, NotLinearError

_TOKEN = re.compile(
    r"(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<text>\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_πθφλ]\w*)"
    r"|(?P<mark>->|==|\*\*|[-+*/^()\[\]{};,=@:<>!&|%~])",
    re.DOTALL,
)
_FUNCTIONS = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "ln": math.log,
    "log": math.log,
    "sqrt": math.sqrt,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
}
_CONSTANTS = {
    "pi": math.pi,
    "π": math.pi,
    "tau": 2 * math.pi,
    "euler": math.e,
}


@dataclass(frozen=True)
class Token:
    """A word of the text, and the line it is in."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Expression:
    """An angle as it is written.

    Args:
        value: from what names stand for.
        names: that it holds, but those of constants.
        pi: whether it is written with π or a constant of the text.
    """

    value: Callable[[Mapping[str, Linear]], Linear]
    names: frozenset[str] = frozenset()
    pi: bool = False


class Words:
    """The words of a text, read one after the other.

    Args:
        text: OpenQASM.
        source: of the text, for messages.

    Raises:
        UserError: at the first character that begins no word.
    """

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.tokens: list[Token] = []
        self.constants: dict[str, float] = {}
        self.place = 0
        start, line = 0, 1
        while start < len(text):
            match = _TOKEN.match(text, start)
            if match is None:
                self.fail(f"{text[start]!r} begins no word of OpenQASM", line)
            kind = str(match.lastgroup)
            if kind != "skip":
                self.tokens.append(Token(kind, match[0], line))
            line += match[0].count("\n")
            start = match.end()
        self.last = line

    @property
    def line(self) -> int:
        """Line of the next word."""
        return self.tokens[self.place].line if self.place < len(self.tokens) else self.last

    @property
    def next(self) -> str:
        """The next word; "" at the end."""
        return self.tokens[self.place].text if self.place < len(self.tokens) else ""

    def since(self, place: int) -> str:
        """The words from a place on that were read."""
        return " ".join(token.text for token in self.tokens[place : self.place])

    def fail(self, message: str, line: int | None = None) -> NoReturn:
        """Refuse the text.

        Raises:
            UserError: always.
        """
        raise UserError(f"{self.source}, line {line or self.line}: {message}.")

    def take(self, kind: str = "") -> str:
        """The next word, of one kind if said."""
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or (kind and token.kind != kind):
            self.fail(f"a {kind or 'word'} is missing before {self.next or 'the end'!r}")
        self.place += 1
        return token.text

    def expect(self, text: str) -> None:
        """The next word must be this one."""
        if self.next != text:
            self.fail(f"{text!r} is missing before {self.next or 'the end'!r}")
        self.place += 1

    def ahead(self, *texts: str) -> bool:
        """Take the next word if it is one of these."""
        if self.next in texts:
            self.place += 1
            return True
        return False

    def listed(self, item: Callable[[], Any], end: str) -> list[Any]:
        """Items between commas, up to the end, which is taken."""
        found: list[Any] = []
        while not self.ahead(end):
            if found:
                self.expect(",")
            found.append(item())
        return found

    def expression(self) -> Expression:
        """A sum."""
        return self._chain(self._product, "+", "-")

    def _product(self) -> Expression:
        return self._chain(self._signed, "*", "/")

    def _chain(self, part: Callable[[], Expression], *signs: str) -> Expression:
        """Parts between signs, from the left."""
        found = part()
        while self.next in signs:
            sign = self.take()
            found = self._join(found, part(), sign)
        return found

    def _signed(self) -> Expression:
        if self.ahead("-"):
            inner = self._signed()
            return Expression(lambda e: -inner.value(e), inner.names, inner.pi)
        self.ahead("+")
        found = self._atom()
        if self.next in ("^", "**"):
            self.take()
            found = self._join(found, self._signed(), "^")
        return found

    def _atom(self) -> Expression:
        line = self.line
        if self.ahead("("):
            found = self.expression()
            self.expect(")")
            return found
        if self.place < len(self.tokens) and self.tokens[self.place].kind == "number":
            number = Linear(float(self.take()))
            return Expression(lambda e: number)
        name = self.take("name")
        known = _CONSTANTS | self.constants
        if name in known:
            constant = Linear(known[name])
            return Expression(lambda e: constant, pi=name != "euler")
        if self.next == "(":
            if name not in _FUNCTIONS:
                self.fail(f"there is no function {name!r}", line)
            self.take()
            inner = self.expression()
            self.expect(")")
            return Expression(lambda e: self._called(name, inner.value(e), line), *_marks(inner))
        return Expression(lambda e: e.get(name, Linear.of(name)), frozenset([name]))

    def _called(self, name: str, value: Linear, line: int) -> Linear:
        if value.scales:
            self.fail(f"{name}() of a parameter is not linear", line)
        try:
            return Linear(_FUNCTIONS[name](value.constant))
        except (ValueError, OverflowError):
            self.fail(f"{name}({value.constant}) is not a number", line)

    def _join(self, first: Expression, second: Expression, sign: str) -> Expression:
        line = self.line

        def value(names: Mapping[str, Linear]) -> Linear:
            a, b = first.value(names), second.value(names)
            try:
                if sign == "^":
                    return _power(a, b)
                return {"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "/": a.__truediv__}[sign](b)
            except NotLinearError as error:
                self.fail(str(error), line)

        return Expression(value, first.names | second.names, first.pi or second.pi)


def _marks(expression: Expression) -> tuple[frozenset[str], bool]:
    return expression.names, expression.pi


def _power(base: Linear, exponent: Linear) -> Linear:
    if base.scales or exponent.scales:
        raise NotLinearError("a power of a parameter is not linear")
    return Linear(base.constant**exponent.constant)
