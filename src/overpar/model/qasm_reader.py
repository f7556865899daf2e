"""Statements of OpenQASM: version 2, and of version 3 what makes one circuit of known gates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from overpar.model.angles import Linear
from overpar.model.qasm_text import Expression, Words

_LIBRARIES = ('"qelib1.inc"', '"stdgates.inc"')
_REFUSED = {
    "if": "a gate under a condition is not unitary",
    "reset": "a reset is not unitary",
    **dict.fromkeys(("while", "def", "cal", "defcal", "box", "let"), "it is not supported"),
    **dict.fromkeys(("delay", "extern", "output", "array", "switch"), "it is not supported"),
}
_NUMBERS = ("float", "angle")


@dataclass(frozen=True)
class Modifiers:
    """What stands before a gate.

    Args:
        controls: values of its first qubits for which it acts.
        power: how many times it acts; negative for its inverse.
    """

    controls: tuple[bool, ...] = ()
    power: int = 1


PLAIN = Modifiers()


@dataclass(frozen=True)
class Applied:
    """A gate as it stands in the text."""

    name: str
    angles: tuple[Expression, ...]
    operands: tuple[tuple[int, ...], ...]
    place: str
    modifiers: Modifiers


@dataclass(frozen=True)
class Call:
    """A gate in the body of a definition.

    Args:
        name: of the gate.
        angles: from what the definition's parameters stand for.
        where: positions among the definition's qubits.
        modifiers: that stand before it.
    """

    name: str
    angles: tuple[Callable[[Mapping[str, Linear]], Linear], ...]
    where: tuple[int, ...]
    modifiers: Modifiers


@dataclass(frozen=True)
class Definition:
    """A gate that is made of others.

    Args:
        parameters: their names.
        qubits: how many.
        body: the gates in order; None for one that is declared only.
    """

    parameters: tuple[str, ...]
    qubits: int
    body: tuple[Call, ...] | None


def read_definitions(text: str) -> dict[str, Definition]:
    """Gates that a text defines, by name."""
    reader = Reader(Words(text, "standard gates"))
    while reader.words.next:
        reader.statement()
    return reader.definitions


class Reader:
    """Statements read so far."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.qubits = 0
        self.registers: dict[str, tuple[int, ...]] = {}
        self.classical: set[str] = set()
        self.inputs: dict[str, None] = {}
        self.definitions: dict[str, Definition] = {}
        self.gates: list[Applied] = []
        self.measured: set[int] = set()

    def statement(self) -> None:
        """Read the next one."""
        words = self.words
        known = {
            "OPENQASM": self._version,
            "include": self._include,
            "qreg": self._register,
            "creg": self._register,
            "qubit": self._declaration,
            "bit": self._declaration,
            "input": self._input,
            "const": self._constant,
            "for": self._loop,
            "gate": self._gate,
            "opaque": self._gate,
            "barrier": self._barrier,
            "measure": self._measure,
        }
        word = words.next
        if word in _REFUSED:
            words.fail(f"{word!r}: {_REFUSED[word]}")
        if word in known:
            words.take()
            known[word](word)
        elif word in self.classical:
            self._assigned()
        elif not words.ahead(";"):
            self._applied()

    def _version(self, word: str) -> None:
        version = self.words.take("number")
        if version.partition(".")[0] not in ("2", "3"):
            self.words.fail(f"version {version} is neither 2 nor 3")
        self.words.expect(";")

    def _include(self, word: str) -> None:
        file = self.words.take("text")
        if file.replace("'", '"') not in _LIBRARIES:
            self.words.fail(f"include {file}: only {' and '.join(_LIBRARIES)} are known")
        self.words.expect(";")

    def _size(self) -> int:
        self.words.expect("[")
        size = self._integer()
        self.words.expect("]")
        if not 1 <= size < 10_000:
            self.words.fail(f"the size {size} of a register must be an integer from 1 to 9999")
        return size

    def _integer(self) -> int:
        start = self.words.place
        value = self.words.expression().value({})
        if value.scales or value.constant % 1:
            self.words.fail(f"{self.words.since(start)} is no integer")
        return int(value.constant)

    def _register(self, word: str) -> None:
        name = self.words.take("name")
        self._declare(name, self._size(), word == "qreg")

    def _declaration(self, word: str) -> None:
        size = self._size() if self.words.next == "[" else 1
        self._declare(self.words.take("name"), size, word == "qubit")

    def _declare(self, name: str, size: int, quantum: bool) -> None:
        if name in self.registers or name in self.classical:
            self.words.fail(f"{name!r} is declared twice")
        if quantum:
            self.registers[name] = tuple(range(self.qubits, self.qubits + size))
            self.qubits += size
        else:
            self.classical.add(name)
            if self.words.ahead("="):
                self._assignment()
                return
        self.words.expect(";")

    def _input(self, word: str) -> None:
        kind = self.words.next
        if kind not in _NUMBERS:
            self.words.fail(f"an input of type {kind!r} is no angle; allowed: {_NUMBERS}")
        self.inputs[self._typed()] = None
        self.words.expect(";")

    def _constant(self, word: str) -> None:
        words = self.words
        name = self._typed()
        words.expect("=")
        start = words.place
        value = words.expression().value({})
        if value.scales:
            words.fail(f"{words.since(start)} is not constant")
        words.constants[name] = value.constant
        words.expect(";")

    def _typed(self) -> str:
        """A name behind its type."""
        self.words.take("name")
        if self.words.next == "[":
            self._size()
        return self.words.take("name")

    def _loop(self, word: str) -> None:
        """The statements of a loop, read once for each of its integers."""
        words = self.words
        name = self._typed()
        words.expect("in")
        values = self._integers()
        if not values:
            words.fail("a loop over no integers is not supported")
        block, start, outer = words.ahead("{"), words.place, dict(words.constants)
        for value in values:
            words.place = start
            words.constants[name] = value
            if not block:
                self.statement()
            while block and not words.ahead("}"):
                self.statement()
        words.constants = outer

    def _integers(self) -> Sequence[int]:
        """A set, or first, step and last of a range."""
        words = self.words
        if words.ahead("{"):
            return words.listed(self._integer, "}")
        words.expect("[")
        bounds = [self._integer()]
        while words.ahead(":"):
            bounds.append(self._integer())
        words.expect("]")
        step = bounds[1] if len(bounds) == 3 else 1
        if len(bounds) not in (2, 3) or not step:
            words.fail("a range is [first:last] or [first:step:last] with a step that is not 0")
        return range(bounds[0], bounds[-1] + (1 if step > 0 else -1), step)

    def _gate(self, word: str) -> None:
        words, name = self.words, self.words.take("name")
        if name in self.definitions:
            words.fail(f"gate {name!r} is defined twice")
        parameters = words.listed(lambda: words.take("name"), ")") if words.ahead("(") else []
        end = ";" if word == "opaque" else "{"
        qubits = words.listed(lambda: words.take("name"), end)
        body: list[Call] | None = None
        outer = words.constants
        words.constants = {k: v for k, v in outer.items() if k not in parameters}
        if word == "gate":
            body = []
            while not words.ahead("}"):
                body += self._called(name, parameters, qubits)
        words.constants = outer
        self.definitions[name] = Definition(
            tuple(parameters), len(qubits), None if body is None else tuple(body)
        )

    def _called(self, gate: str, parameters: Sequence[str], qubits: Sequence[str]) -> list[Call]:
        """One gate of a definition's body."""
        words, line = self.words, self.words.line
        modifiers, name, angles = self._head()
        if name in _REFUSED:
            words.fail(f"{name!r}: {_REFUSED[name]}", line)
        if name == gate:
            words.fail(f"gate {gate!r} is defined by itself", line)
        operands = words.listed(lambda: words.take("name"), ";")
        for operand in operands:
            if operand not in qubits:
                words.fail(f"{operand!r} is no qubit of gate {gate!r}", line)
        for unknown in sorted(set().union(*(a.names for a in angles)) - set(parameters)):
            words.fail(f"{unknown!r} is no parameter of gate {gate!r}", line)
        if name == "barrier":
            return []
        where = tuple(qubits.index(operand) for operand in operands)
        return [Call(name, tuple(angle.value for angle in angles), where, modifiers)]

    def _head(self) -> tuple[Modifiers, str, list[Expression]]:
        """Modifiers, name and angles of a gate."""
        words = self.words
        controls: tuple[bool, ...] = ()
        power = 1
        while words.next in ("ctrl", "negctrl", "inv", "pow"):
            word, count = words.take(), 1
            if word != "inv" and words.ahead("("):
                count = self._integer()
                words.expect(")")
            words.expect("@")
            if "ctrl" in word:
                controls += (word == "ctrl",) * count
            else:
                power *= -1 if word == "inv" else count
        name = words.take("name")
        angles = words.listed(words.expression, ")") if words.ahead("(") else []
        return Modifiers(controls, power), name, angles

    def _operand(self) -> tuple[int, ...]:
        """Qubits that an operand stands for: one, or all of a register."""
        name = self.words.take("name")
        if name not in self.registers:
            self.words.fail(f"there is no register {name!r} of qubits")
        register = self.registers[name]
        if not self.words.ahead("["):
            return register
        index = self._integer()
        if not 0 <= index < len(register):
            self.words.fail(f"{name}[{index}] is outside {name}[0] to {name}[{len(register) - 1}]")
        self.words.expect("]")
        return (register[index],)

    def _barrier(self, word: str) -> None:
        self.words.listed(self._operand, ";")

    def _measure(self, word: str) -> None:
        self.measured.update(self._operand())
        if self.words.ahead("->"):
            self._bit()
        self.words.expect(";")

    def _bit(self) -> None:
        name = self.words.take("name")
        if name not in self.classical:
            self.words.fail(f"there is no register {name!r} of bits")
        if self.words.ahead("["):
            self._integer()
            self.words.expect("]")

    def _assigned(self) -> None:
        self._bit()
        self.words.expect("=")
        self._assignment()

    def _assignment(self) -> None:
        if not self.words.ahead("measure"):
            self.words.fail("bits are only measured; computing with them is not supported")
        self._measure("measure")

    def _applied(self) -> None:
        words, line = self.words, self.words.line
        start = words.place
        modifiers, name, angles = self._head()
        operands = words.listed(self._operand, ";")
        written = words.since(start).removesuffix(" ;")
        place = f"{words.source}, line {line}: {written}"
        for unknown in sorted(set().union(*(a.names for a in angles)) - self.inputs.keys()):
            if self.inputs:
                words.fail(f"{unknown!r} is no input", line)
        if self.measured & {q for operand in operands for q in operand}:
            words.fail(f"{written}: a gate after a measurement is not supported", line)
        sizes = {len(operand) for operand in operands} - {1}
        if len(sizes) > 1:
            words.fail(f"{written}: registers of different sizes", line)
        self.gates.append(Applied(name, tuple(angles), tuple(operands), place, modifiers))
