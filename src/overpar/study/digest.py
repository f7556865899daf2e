"""Digest of the code an experiment runs: its module and all of `overpar` it imports."""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = __name__.split(".")[0]


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (
            ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def _source(module: str) -> Path | None:
    root = Path(__file__).parents[1]
    parts = module.split(".")[1:]
    for path in (root.joinpath(*parts, "__init__.py"), root.joinpath(*parts).with_suffix(".py")):
        if path.is_file():
            return path
    return None


@cache
def _module(module: str) -> tuple[str, frozenset[str]]:
    """(digest of one module's code, modules of this package it imports, also inside functions)."""
    path = _source(module)
    if path is None:
        raise ModuleNotFoundError(module)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    own = {name for name in imported if name.split(".")[0] == PACKAGE and _source(name)}
    code = ast.dump(_without_docstrings(tree))
    return hashlib.sha256(code.encode()).hexdigest(), frozenset(own)


def module_digest(module: str) -> str:
    """SHA-256 over the code of one module alone; see `code_digest`."""
    return _module(module)[0]


@cache
def code_digest(module: str) -> str:
    """SHA-256 over the code of a module and of every `overpar` module it reaches by import.

    Comments, docstrings and layout do not count; file times do not count.

    Args:
        module: full name, e.g. "overpar.experiments.vqe".

    Raises:
        ModuleNotFoundError: if there is no such module in this package.
    """
    seen: dict[str, str] = {}
    todo = [module]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen[name], imports = _module(name)
            todo += imports
    return hashlib.sha256(
        "\n".join(f"{n} {d}" for n, d in sorted(seen.items())).encode()
    ).hexdigest()


def functions(module: str) -> list[str]:
    """Names of a module's public functions, without importing it.

    Raises:
        ModuleNotFoundError: if there is no such module in this package.
    """
    path = _source(module)
    if path is None:
        raise ModuleNotFoundError(module)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if not name.startswith("_")]


def file_digest(path: Path) -> str:
    """SHA-256 of a user's file, or of a script outside the package."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
