"""How many small wrong changes of the code the tests find; `make mutants`.

Samples places of `quantities`, `engines` and `report`, changes one at a time in a copy of the
project, and runs the test files that are the fewest imports away. What they miss is printed, to be
explained or tested. How figures look is not changed, nor any text.
"""

import argparse
import ast
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("src/overpar")
LAYERS = ("quantities", "engines", "report")
TESTED = ("tests/unit", "tests/physics", "tests/published", "tests/agreement")
# Tests of a layer as a whole, or that take what they test by its name and so import none of it.
ALSO = (
    ("report/plots/", "tests/unit/test_committed_figures.py"),
    ("report/plots/own", "tests/unit/test_api_shown.py"),
    ("engines/", "tests/physics/test_engines.py"),
    ("quantities/", "tests/unit/test_api_shown.py"),
    ("quantities/", "tests/physics/test_absorbed.py"),
)
TURNED = {
    **{ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE},
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Add: ast.Sub, ast.Sub: ast.Add},
    **{ast.Mult: ast.Div, ast.Div: ast.Mult, ast.And: ast.Or, ast.Or: ast.And},
}
SWAPPED = {
    **{"max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax"},
    **{"maximum": "minimum", "minimum": "maximum", "any": "all", "all": "any"},
}
# Arguments and calls that decide how a figure looks, and nothing that it says.
LOOKS = frozenset(
    [
        "alpha",
        "arrowprops",
        "bbox_to_anchor",
        "cmap",
        "color",
        "dpi",
        "elinewidth",
        "figsize",
        "fontsize",
        "ha",
        "handlelength",
        "height_ratios",
        "hspace",
        "labelpad",
        "labelspacing",
        "linestyle",
        "linewidth",
        "linewidths",
        "loc",
        "markeredgewidth",
        "marker",
        "markersize",
        "ncols",
        "pad",
        "rotation",
        "title_fontsize",
        "top",
        "va",
        "width_ratios",
        "wspace",
        "xlim",
        "ylim",
        "zorder",
        "Figure",
        "set_xlim",
        "set_ylim",
        "set_yticks",
        "set_xticks",
        "set_ylabel",
        "set_xlabel",
        "set_title",
        "annotate",
        "text",
        "margins",
        "subplots",
        "tick_params",
    ]
)


class Mutant(NamedTuple):
    """One change: a span of a module's bytes, what stands there instead, and where it is."""

    module: str
    start: int
    end: int
    text: str
    function: str
    shown: str


def mutants(module: Path) -> Iterator[Mutant]:
    """All changes of a module, in the order of its text."""
    source = (ROOT / SOURCE / module).read_bytes()
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))

    def visit(node: ast.AST, function: str) -> Iterator[Mutant]:
        if isinstance(node, ast.JoinedStr | ast.AnnAssign) and not getattr(node, "value", None):
            return
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{node.name}" if function else node.name
            for child in node.body:
                yield from visit(child, inner)
            return
        for new in changed(node):
            start = lines[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
            end = lines[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
            old, text = source[start:end].decode(), ast.unparse(new)
            if isinstance(node, ast.expr):
                text = f"({text})" if not isinstance(new, ast.Slice) else text
            shown = f"{module}:{node.lineno}: {' '.join(old.split())} -> {text}"  # type: ignore[attr-defined]
            yield Mutant(module.as_posix(), start, end, text, function, shown)
        for child in children(node):
            yield from visit(child, function)

    yield from visit(ast.parse(source), "")


def children(node: ast.AST) -> Iterator[ast.AST]:
    """Parts of a node that decide what is computed."""
    if isinstance(node, ast.AnnAssign):
        yield from [node.value] if node.value else []
    elif isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in LOOKS:
            yield node.func
            yield from (a for a in node.args)
            yield from (k.value for k in node.keywords if k.arg not in LOOKS)
    else:
        yield from ast.iter_child_nodes(node)


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Wrong versions of a node."""
    match node:
        case ast.Compare(left, [op], right) if type(op) in TURNED:
            yield ast.Compare(left, [TURNED[type(op)]()], right)
        case ast.BinOp(left, op, right) if type(op) in TURNED and not _is_text(left, right):
            yield ast.BinOp(left, TURNED[type(op)](), right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(TURNED[type(op)](), values)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(float(value)):
            yield ast.Constant(2 * value or 1.0)
        case ast.Call(ast.Name("abs") | ast.Attribute(ast.Name("np"), "abs"), [inner], _):
            yield inner
        case ast.Call(ast.Attribute(inner, "conj"), [], []):
            yield inner
        case ast.Call(ast.Attribute(owner, name), arguments, keywords) if name in SWAPPED:
            yield ast.Call(ast.Attribute(owner, SWAPPED[name]), arguments, keywords)
        case ast.Call(ast.Name(name), arguments, keywords) if name in SWAPPED:
            yield ast.Call(ast.Name(SWAPPED[name]), arguments, keywords)
        case ast.Slice(lower, upper, None) if lower or upper:
            first = ast.BinOp(lower, ast.Add(), ast.Constant(1)) if lower else ast.Constant(1)
            yield ast.Slice(first, upper)


def _is_text(*sides: ast.AST) -> bool:
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def imported(path: Path) -> set[str]:
    """Modules of the package that a file imports, as paths below it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            place = Path(f"{'/'.join(name.split('.')[1:])}.py")
            if name.startswith("overpar.") and (ROOT / SOURCE / place).is_file():
                found.add(place.as_posix())
    return found


def near(module: str, most: int = 5) -> list[str]:
    """The test files that are the fewest imports away from a module, and its own examples."""
    modules = {p.relative_to(ROOT / SOURCE).as_posix(): p for p in _python(SOURCE)}
    users: dict[str, set[str]] = {}
    for name, path in modules.items():
        for other in imported(path):
            users.setdefault(other, set()).add(name)
    distance, layer = {module: 0}, {module}
    while layer:
        layer = {u for name in layer for u in users.get(name, ())} - distance.keys()
        distance |= dict.fromkeys(layer, max(distance.values()) + 1)
    tests = []
    for path in (p for folder in TESTED for p in _python(Path(folder))):
        away = [distance[name] for name in imported(path) if name in distance]
        if path.name.startswith("test_") and away:
            tests.append((min(away), path.stat().st_size, path.relative_to(ROOT).as_posix()))
    named = [test for layer, test in ALSO if module.startswith(layer)]
    nearest = [test for _, _, test in sorted(tests)[:most]]
    return [(SOURCE / module).as_posix(), *dict.fromkeys([*nearest, *named])]


def _python(folder: Path) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def pytest(copy: Path, tests: list[str], limit: int) -> str:
    """How a run of tests in the copy ends: "MISSED", "found", or "too long" for the processor.

    What ends the process by itself, as kernels that write outside of arrays do, is found.
    """
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:xdist", "-p", "no:cacheprovider"]
    code = subprocess.run(
        [*command, "-o", "addopts=-q --doctest-modules", *tests],
        cwd=copy,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
        check=False,
    ).returncode
    # 5: the module has no examples, and nothing else was asked for.
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return "too long"
    return "MISSED" if code in (0, 5) else "found"


def outcome(copy: Path, mutant: Mutant, limit: int) -> str:
    """What the tests say of a change."""
    path = copy / SOURCE / mutant.module
    source = path.read_bytes()
    path.write_bytes(source[: mutant.start] + mutant.text.encode() + source[mutant.end :])
    compiled = path.parent / "__pycache__"
    # A compiled file is taken for current if the time of the source is the same to a second.
    for old in compiled.glob(f"{path.stem}.*.pyc"):
        old.unlink()
    try:
        return pytest(copy, near(mutant.module), limit)
    finally:
        path.write_bytes(source)
        for old in compiled.glob(f"{path.stem}.*.pyc"):
            old.unlink()


def main() -> None:
    """Sample, try and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="changes to try")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--limit", type=int, default=300, help="processor seconds of a change")
    parser.add_argument("--only", default="", help="modules whose path has this text")
    options = parser.parse_args()
    every = [
        mutant
        for layer in LAYERS
        for path in _python(SOURCE / layer)
        if options.only in path.as_posix()
        for mutant in mutants(path.relative_to(ROOT / SOURCE))
    ]
    sample = random.Random(options.seed).sample(every, min(options.count, len(every)))
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="overpar-mutants-") as place:
        copy = Path(place)
        command = ["git", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        for name in filter(None, listed.stdout.split("\0")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        for number, mutant in enumerate(sample, start=1):
            began = time.monotonic()
            end = outcome(copy, mutant, options.limit)
            ends[end] += 1
            print(
                f"{number:4} {end:8} {time.monotonic() - began:5.0f} s  {mutant.shown}", flush=True
            )
    print(f"Of {len(sample)} changes of {len(every)}: {dict(ends)}.")


if __name__ == "__main__":
    main()
