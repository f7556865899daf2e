"""The layers of the package: who may name whom, in imports and in strings, and how large."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "overpar"
# From the ground up; experiments and report stand side by side, and so do study and api.
FLOORS = {
    "base": 0,
    "model": 1,
    "engines": 2,
    "quantities": 3,
    "experiments": 4,
    "report": 4,
    "study": 5,
    "api": 5,
    "cli": 7,
}
# The lazy names of the package itself stand between what they are made of and the command line.
ROOT_FLOOR = 6
# Those that may load a module by a name made at run time.
BY_NAME = ("__init__.py", "cli/__init__.py", "study/")
FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def floor(name: str) -> int:
    return FLOORS[name] if name else ROOT_FLOOR


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def strings(tree: ast.AST) -> list[str]:
    """All strings of a module but docstrings."""
    texts = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node, clean=False) is not None
        and isinstance(node.body[0], ast.Expr)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [c.value for c in constants if isinstance(c.value, str) and id(c) not in texts]


def named_above(text: str, here: str) -> list[str]:
    """Rooms above `here` that a string names."""
    rooms = re.findall(r"\boverpar[./](\w+)", text) + re.findall(r"^(\w+)[./]\w+$", text)
    return [name for name in rooms if name in FLOORS and FLOORS[name] > floor(here)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("overpar.report.build", ["report"]),
        ("report.build", ["report"]),
        ("src/overpar/study/plan.py", ["study"]),
        ("overpar.base.errors", []),
        ("a report. Build", []),
    ],
)
def test_strings_that_name_a_room_are_seen(text: str, found: list[str]) -> None:
    assert named_above(text, "model") == found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_string_names_what_stands_above(path: Path) -> None:
    here = room(path)
    texts = strings(ast.parse(path.read_text(encoding="utf-8")))
    assert {text: named_above(text, here) for text in texts if named_above(text, here)} == {}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_study_and_the_doors_load_modules_by_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "import_module" in text or "__import__" in text:
        assert name_of(path).startswith(BY_NAME)


def test_no_import_goes_up_and_none_in_a_circle() -> None:
    """Imports within functions count; those for type checkers count too."""
    graph = grimp.build_graph("overpar", cache_dir=None)
    after = {m: graph.find_modules_directly_imported_by(m) for m in graph.modules}
    for module, imported in after.items():
        here = module.split(".")[1] if "." in module else ""
        for other in imported:
            there = other.split(".")[1] if "." in other else ""
            assert there == here or floor(there) < floor(here), f"{module} imports {other}"
    try:
        TopologicalSorter(after).prepare()
    except CycleError as circle:
        pytest.fail(f"imports in a circle: {' -> '.join(circle.args[1])}")


def test_no_module_is_longer_than_400_lines() -> None:
    rooms = ("src", "tests", "benchmarks", "workflow", "notebooks")
    files = [p for room in rooms for p in (PACKAGE.parents[1] / room).rglob("*.py")]
    assert len(files) > len(FILES)
    long = [p for p in files if len(p.read_text(encoding="utf-8").splitlines()) > 400]
    assert long == []


def test_files_of_tests_have_names_of_their_own() -> None:
    """Pytest collects no two of one name."""
    names = [p.name for p in (PACKAGE.parents[1] / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names)) > 100


def test_the_ground_floor_is_small() -> None:
    lines = [len(p.read_text(encoding="utf-8").splitlines()) for p in FILES if room(p) == "base"]
    assert sum(lines) < 950
