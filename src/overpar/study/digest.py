"""Digests of code: of a module and all of `overpar` it imports, and of a notebook."""

import ast
import hashlib
import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from overpar.base.errors import UserError
from overpar.base.files import write_whole

PACKAGE = __name__.split(".")[0]
# Two thirds of a second to parse all modules, so that beside Python's own files is kept what was
# found in each: by its bytes, by what is looked for, which this file says, and by who parses.
_RULES = Path(__file__).read_bytes() + sys.version.encode()
# Modules that decide no number, figure or page: code that changes there only runs again nothing.
SILENT = {
    "overpar.base.errors": "the type of a message",
    "overpar.base.files": "that files are written whole",
    "overpar.base.progress": "what the console says meanwhile",
    "overpar.base.validation": "what is said of a wrong setting",
    "overpar.base.records": "how arrays are stored, which a checksum guards",
}
# Modules that the settings of a cell choose among; for a cell only those that it chooses count.
CHOICES = frozenset(
    {
        "overpar.engines.density",
        "overpar.engines.exact",
        "overpar.engines.fermions",
        "overpar.engines.gaussian",
        "overpar.engines.paulis",
        "overpar.engines.qibo",
        "overpar.engines.ring",
        "overpar.engines.statevector",
        "overpar.engines.transfer",
        "overpar.model.foreign",
    }
)


@cache
def _source(module: str) -> Path | None:
    root = Path(__file__).parents[1]
    parts = module.split(".")[1:]
    for path in (root.joinpath(*parts, "__init__.py"), root.joinpath(*parts).with_suffix(".py")):
        if path.is_file():
            return path
    return None


@dataclass(frozen=True)
class _Code:
    """What is asked of a module's code.

    Args:
        digest: SHA-256 over it, without docstrings.
        imports: modules of this package it imports, also inside functions.
        functions: its public functions; see `functions`.
    """

    digest: str
    imports: frozenset[str]
    functions: dict[str, dict[str, bool]]


@cache
def _module(module: str) -> _Code:
    """The code of one module, of which its templates are a part: templates/<module>.* beside it."""
    path = _source(module)
    if path is None:
        raise ModuleNotFoundError(module)
    source = path.read_bytes()
    templates = [
        found.read_bytes() for found in sorted(path.parent.glob(f"templates/{path.stem}.*"))
    ]
    kept = path.parent / "__pycache__" / f"{path.stem}.code.json"
    of = b"\0".join([_RULES, source, *templates])
    known = _read_kept(kept, of)
    if known is None:
        tree = ast.parse(source)
        words, names = _read(tree)
        digest = hashlib.sha256("\0".join(words).encode())
        for template in templates:
            digest.update(template)
        own = sorted(name for name in names if name.split(".")[0] == PACKAGE)
        known = [digest.hexdigest(), own, _functions(tree)]
        _keep(kept, of, known)
    return _Code(known[0], _modules(known[1]), known[2])


def _read_kept(path: Path, of: bytes) -> list[Any] | None:
    """What was found of these bytes before, unless it is damaged or of others."""
    with suppress(OSError, UnicodeDecodeError):
        seal, _, text = path.read_text(encoding="utf-8").partition("\n")
        if seal == _seal(of, text):
            return json.loads(text)
    return None


def _keep(path: Path, of: bytes, known: list[Any]) -> None:
    text = json.dumps(known)
    # Where nothing can be written, it is found each time.
    with suppress(OSError):
        write_whole(path, f"{_seal(of, text)}\n{text}".encode())


def _seal(of: bytes, text: str) -> str:
    return hashlib.sha256(b"\0".join([of, text.encode()])).hexdigest()


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def _read(tree: ast.Module) -> tuple[list[str], set[str]]:
    """Code as a list of words that no other code has, and all it imports.

    Without docstrings, which are taken out of the tree.
    """
    words: list[str] = []
    imported: set[str] = set()
    todo: list[object] = [tree]
    while todo:
        item = todo.pop()
        if isinstance(item, list):
            words.append(f"[{len(item)}")
            todo += item
        elif isinstance(item, ast.AST):
            words.append(item.__class__.__name__)
            if isinstance(item, ast.Import):
                imported |= {alias.name for alias in item.names}
            elif isinstance(item, ast.ImportFrom) and item.module:
                imported |= {item.module, *(f"{item.module}.{a.name}" for a in item.names)}
            elif isinstance(item, _DOCUMENTED) and ast.get_docstring(item, clean=False) is not None:
                del item.body[0]
            todo += [getattr(item, name, None) for name in item._fields]
        else:
            words.append(repr(item))
    return words, imported


def _modules(names: Iterable[str]) -> frozenset[str]:
    """Those of the names that are modules of this package."""
    return frozenset(n for n in names if n.split(".")[0] == PACKAGE and _source(n))


def _public(tree: ast.Module) -> frozenset[str]:
    """Modules behind the public names that code takes from the package itself."""
    packages: set[str] = set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            packages |= {a.asname or a.name for a in node.names if a.name == PACKAGE}
        elif isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            names |= {alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names |= {node.attr} if node.value.id in packages else set()
    homes = sys.modules[PACKAGE]._HOME
    return frozenset(homes[name] for name in names & homes.keys())


def module_digest(module: str) -> str:
    """SHA-256 over the code of one module alone; see `code_digest`."""
    return _module(module).digest


@cache
def reached(module: str, chosen: frozenset[str] = CHOICES) -> frozenset[str]:
    """The module and every `overpar` module it reaches by import that may decide a result.

    Args:
        module: full name, e.g. "overpar.experiments.vqe".
        chosen: those of `CHOICES` that count.

    Raises:
        ModuleNotFoundError: if there is no such module in this package.
    """
    passed_over = SILENT.keys() | (CHOICES - chosen)
    seen: set[str] = set()
    todo = {module}
    while todo:
        name = todo.pop()
        seen.add(name)
        todo |= _module(name).imports - seen - passed_over
    return frozenset(seen)


@cache
def code_digest(module: str, chosen: frozenset[str] = CHOICES) -> str:
    """SHA-256 over the code of a module and of what it reaches; see `reached`.

    Comments, docstrings and layout do not count; file times do not count.

    Raises:
        ModuleNotFoundError: if there is no such module in this package.
    """
    lines = (f"{name} {_module(name).digest}" for name in sorted(reached(module, chosen)))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def functions(module: str) -> dict[str, dict[str, bool]]:
    """Public functions of a module, without importing it.

    Returns:
        By name, the keyword-only arguments, each with whether it must be given.

    Raises:
        ModuleNotFoundError: if there is no such module in this package.
    """
    return _module(module).functions


def _functions(tree: ast.Module) -> dict[str, dict[str, bool]]:
    return {
        node.name: {
            argument.arg: default is None
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        }
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def file_digest(path: Path) -> str:
    """SHA-256 of a user's file, or of a script outside the package."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def notebook_digest(path: Path) -> str:
    """SHA-256 over the text of a notebook's cells and the code of this package that they use.

    Of the public names those that are used count. Outputs and counters that Jupyter stores do not.

    Raises:
        UserError: if the file is no notebook.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))["cells"]
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in content]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"Notebook {path} cannot be read: {error}.") from error
    code = "\n".join(text for kind, text in cells if kind == "code")
    # Lines that only Jupyter understands.
    lines = ["pass" if line.startswith(("%", "!", "?")) else line for line in code.splitlines()]
    used: frozenset[str] = frozenset()
    with suppress(SyntaxError):  # execution says what is wrong
        tree = ast.parse("\n".join(lines))
        used = _modules(_read(tree)[1]) - {PACKAGE} | _public(tree)
    digests = sorted(code_digest(module) for module in used)
    return hashlib.sha256(json.dumps([cells, digests]).encode()).hexdigest()
