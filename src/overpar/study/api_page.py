"""The page of all public names, made from their docstrings."""

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from pydantic import BaseModel

HEAD = """\
# Python

Made by `make docs` from the docstrings; not to be edited. `import overpar as op` loads nothing yet:
every name is loaded when it is first used. `help(op.train)` says the same in Python.

"""
SECTION = re.compile(r"^(Args|Returns|Raises|Examples|Source): ?(.*)$")
ENTRY = re.compile(r"^(\w+): (.*)$", re.DOTALL)
# Longest signature on one line.
WIDTH = 88


def api_page() -> str:
    """All public names in the order of `overpar._MODULES`, as Markdown."""
    package = importlib.import_module("overpar")
    homes = {name: module for module, names in package._MODULES.items() for name in names}
    index, entries = [], []
    anchors: dict[str, int] = {}
    for name, home in homes.items():
        module = importlib.import_module(f"overpar.{home}")
        text, shown = _entry(name, module)
        # As GitHub numbers headings that differ in case only.
        repeated = anchors.setdefault(name.lower(), 0)
        anchors[name.lower()] += 1
        anchor = name.lower() + (f"-{repeated}" if repeated else "")
        index.append(f"- [`{name}`](#{anchor}): {text}\n")
        path = f"src/overpar/{home.replace('.', '/')}.py"
        entries.append(f"\n## {name}\n\n{shown}\n[{path}](../{path})\n")
    return HEAD + "".join(index) + "".join(entries)


def _entry(name: str, module: ModuleType) -> tuple[str, str]:
    """What a name is, in one sentence and in full."""
    value = getattr(module, name)
    if not callable(value):
        about = _comment(module, name)
        return about, f"{about}\n\n```python\n{name} = {_quoted(repr(value))}\n```\n"
    summary = inspect.getdoc(value) or ""
    shown = _documented(name, value)
    if inspect.isclass(value):
        for member, of in _members(value):
            shown += f"\n### {name}.{member}\n\n" + _documented(member, of)
    return " ".join(summary.partition("\n\n")[0].split()), shown


def _comment(module: ModuleType, name: str) -> str:
    """The comment above a constant."""
    lines = inspect.getsource(module).splitlines()
    at = next(k for k, line in enumerate(lines) if re.match(rf"{name}\b", line))
    first = at
    while lines[first - 1].startswith("# "):
        first -= 1
    return " ".join(line.removeprefix("# ") for line in lines[first:at])


def _members(kind: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that a class itself defines."""
    for name, member in vars(kind).items():
        if not name.startswith("_") and (
            inspect.isfunction(member) or isinstance(member, property)
        ):
            yield name, member


def _documented(name: str, value: Any) -> str:
    """Signature and docstring of a function, class, method or property."""
    parts = _sections(inspect.getdoc(value) or "")
    call, fields = "", ""
    if inspect.isclass(value) and issubclass(value, BaseModel):
        call, fields = _model(name, value)
    elif inspect.isfunction(value):
        call = _signature(value)
    out = f"```python\n{call}\n```\n\n" if call else ""
    for title, text in parts:
        heading = "Attributes" if title == "Args" and inspect.isclass(value) else title
        if title == "Examples":
            out += f"```python\n{text}\n```\n\n"
        elif title in ("Args", "Raises"):
            out += f"**{heading}**\n\n{_listed(text)}\n"
        elif title:
            out += f"**{heading}**: {text}\n\n"
        else:
            out += f"{text}\n\n{fields}"
    return out.rstrip() + "\n"


def _sections(text: str) -> list[tuple[str, str]]:
    """Parts of a docstring by title; what precedes them has none."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        title = SECTION.match(line)
        if title:
            found.append((title[1], [title[2]]))
        else:
            found[-1][1].append(line)
    return [(title, inspect.cleandoc("\n".join(lines)).strip()) for title, lines in found]


def _listed(text: str) -> str:
    """Entries "name: text", with deeper lines that go on, as a list."""
    joined = re.sub(r"\n +", " ", text)
    entries = [ENTRY.match(line) for line in joined.splitlines()]
    return "".join(f"- `{entry[1]}`: {entry[2]}\n" for entry in entries if entry)


def _model(name: str, kind: type[BaseModel]) -> tuple[str, str]:
    """Signature and list of a model's fields, which are given by name."""
    fields = kind.model_fields.items()
    call = _wrapped(name, ["*", *(f"{key}={_quoted(repr(f.default))}" for key, f in fields)])
    listed = "".join(f"- `{key}`: {field.description}\n" for key, field in fields)
    return call, f"**Args**\n\n{listed}\n"


def _signature(function: Any) -> str:
    """A function's signature as it is written, since types that unfold are not legible."""
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    given = node.args
    plain = [a for a in given.args if a.arg not in ("self", "cls")]
    defaults = [None] * (len(given.args) - len(given.defaults)) + list(given.defaults)
    arguments = [
        _argument(a, default)
        for a, default in zip(plain, defaults[len(given.args) - len(plain) :], strict=True)
    ]
    if given.kwonlyargs:
        arguments.append("*")
    pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    arguments += [_argument(a, default) for a, default in pairs]
    if given.kwarg:
        arguments.append(f"**{ast.unparse(given.kwarg)}")
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return _wrapped(function.__name__, arguments, result)


def _argument(node: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(node) + (f" = {_quoted(ast.unparse(default))}" if default else "")


def _quoted(code: str) -> str:
    return code.replace("'", '"')


def _wrapped(name: str, arguments: list[str], result: str = "") -> str:
    line = f"{name}({', '.join(arguments)}){result}"
    if len(line) <= WIDTH:
        return line
    return f"{name}(\n" + "".join(f"    {a},\n" for a in arguments) + f"){result}"
