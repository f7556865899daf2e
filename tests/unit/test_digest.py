"""The digest of code: what counts, and what does not."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from overpar.study import digest

MODULES = {
    "__init__": '"""Package."""\n',
    "top": '"""Doc."""\nfrom overpar.middle import f\n\n\n'
    'def g(x):\n    """Doc."""\n    return f(x)\n',
    "middle": "def f(x):\n    import overpar.deep.inner\n    return overpar.deep.inner.C().h(x)\n",
    "deep/__init__": "",
    "deep/inner": 'class C:\n    """Doc."""\n\n    def h(self, x):\n        return x + 1\n',
    "apart": "VALUE = 1\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of a few modules in place of this one."""
    for name, text in MODULES.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(digest, "__file__", str(tmp_path / "base" / "digest.py"))
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    digest.code_digest.cache_clear()
    digest.reached.cache_clear()
    digest._module.cache_clear()
    digest._source.cache_clear()


def after(package: Path, module: str, old: str, new: str, of: str = "overpar.top") -> str:
    """The digest after an edit."""
    path = package / f"{module}.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    forget()
    return digest.code_digest(of)


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("top", '"""Doc."""', '"""Another."""'),
        ("top", '"""Doc."""\nfrom', "from"),
        ("deep/inner", '    """Doc."""\n\n', ""),
        ("middle", "def f", "# Why.\ndef f"),
        ("middle", "\n    return", "\n\n    return"),
        ("top", "f(x)", "(f( x ))"),
        ("apart", "1", "2"),
    ],
)
def test_what_does_not_count(package: Path, module: str, old: str, new: str) -> None:
    before = digest.code_digest("overpar.top")
    assert after(package, module, old, new) == before


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("top", "f(x)", "f(x) + 1"),
        ("top", "def g", "def k"),
        ("middle", "def f(x)", "def f(x: int)"),
        ("deep/inner", "x + 1", "x + 2"),
        ("deep/inner", '"""Doc."""', "A = 1"),
        ("middle", "def f", "import overpar.apart\n\n\ndef f"),
    ],
)
def test_what_counts(package: Path, module: str, old: str, new: str) -> None:
    before = digest.code_digest("overpar.top")
    assert after(package, module, old, new) != before


def test_a_later_edit_counts_once_it_is_imported(package: Path) -> None:
    joined = after(package, "top", "from overpar", "from overpar.apart import VALUE\nfrom overpar")
    assert after(package, "apart", "1", "2") != joined


def test_renaming_a_module_counts(package: Path) -> None:
    before = digest.code_digest("overpar.middle")
    (package / "renamed.py").write_text(MODULES["middle"])
    assert digest.code_digest("overpar.renamed") != before


def test_a_choice_counts_if_it_is_chosen(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "overpar.deep.inner"
    monkeypatch.setattr(digest, "CHOICES", frozenset({deep}))
    assert deep in digest.reached("overpar.top", frozenset({deep}))
    assert digest.reached("overpar.top", frozenset()) == {"overpar.top", "overpar.middle"}


def test_what_decides_no_number_does_not_count(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "SILENT", {"overpar.deep.inner": "a test"})
    before = digest.code_digest("overpar.top")
    assert after(package, "deep/inner", "x + 1", "x + 2") == before


def test_what_is_listed_exists(root: Path) -> None:
    for module in digest.CHOICES | digest.SILENT.keys():
        assert digest.module_digest(module)


def test_a_modules_templates_are_a_part_of_its_code(package: Path) -> None:
    (package / "deep/templates").mkdir()
    for name in ("inner.html", "other.html"):
        (package / "deep/templates" / name).write_text("a")
    forget()
    before = digest.code_digest("overpar.top")
    (package / "deep/templates/other.html").write_text("b")
    forget()
    assert digest.code_digest("overpar.top") == before
    (package / "deep/templates/inner.html").write_text("b")
    forget()
    assert digest.code_digest("overpar.top") != before


def test_what_is_kept_of_a_module_is_used_if_it_is_whole_and_of_these_bytes(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest.code_digest("overpar.top")
    kept = package / "__pycache__/top.code.json"
    whole = kept.read_text()
    code = digest.module_digest("overpar.top")
    changed = whole.replace(code, code[::-1])
    assert changed != whole
    others = (package / "__pycache__/middle.code.json").read_text()
    for wrong in (changed, whole[:-9], others, "", "\n[]"):
        kept.write_text(wrong)
        forget()
        assert digest.code_digest("overpar.top") == before
        assert kept.read_text() == whole
    kept.write_bytes(b"\xff")
    forget()
    assert digest.code_digest("overpar.top") == before
    forget()
    monkeypatch.setattr(digest, "_read", None)
    assert digest.code_digest("overpar.top") == before


def test_where_nothing_can_be_kept(package: Path) -> None:
    before = digest.code_digest("overpar.top")
    for place in (package / "__pycache__", package / "deep/__pycache__"):
        shutil.rmtree(place)
        place.write_text("a file")
    forget()
    assert digest.code_digest("overpar.top") == before


def test_an_unknown_module(package: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"overpar\.nowhere"):
        digest.code_digest("overpar.nowhere")
    with pytest.raises(ModuleNotFoundError, match=r"overpar\.nowhere"):
        digest.functions("overpar.nowhere")


def test_functions(package: Path) -> None:
    text = "def b(x, *, y, z=1): ...\ndef _c(): ...\ndef a(): ...\nd = 1\n"
    (package / "some.py").write_text(text)
    assert digest.functions("overpar.some") == {"b": {"y": True, "z": False}, "a": {}}


def test_file_digest(tmp_path: Path) -> None:
    """SHA-256 of "abc", from FIPS 180-4."""
    (tmp_path / "x").write_bytes(b"abc")
    want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest.file_digest(tmp_path / "x") == want


def test_this_package_has_no_imports_that_the_digest_misses(root: Path) -> None:
    """Relative imports, imports by a name made at run time, and code in `__init__.py` of a parent
    package would not be followed."""
    by_name = ("__init__.py", "cli/__init__.py", "model/foreign.py", "study/")
    for path in (root / "src" / "overpar").rglob("*.py"):
        text, name = path.read_text(), str(path.relative_to(root / "src" / "overpar"))
        assert "from ." not in text, name
        assert ("import_module" in text or "importlib.util" in text) <= name.startswith(by_name), (
            name
        )
        if path.name == "__init__.py" and not name.startswith(("cli", "__init__")):
            assert all(isinstance(node, ast.Expr) for node in ast.parse(text).body), name
