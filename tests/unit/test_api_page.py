"""docs/api.md: made from the docstrings, with nothing left out."""

import re
from pathlib import Path

import pytest

import overpar as op
from overpar.study.api_page import _sections, _signature, api_page

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> str:
    return api_page()


def test_every_public_name_has_its_place_in_order(page: str) -> None:
    names = [name for some in op._MODULES.values() for name in some]
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == names
    assert re.findall(r"^- \[`(\w+)`\]\(#[\w-]+\): \S", page, re.MULTILINE) == names
    members = re.findall(r"^### (\w+\.\w+)$", page, re.MULTILINE)
    assert {"Model.task", "Runs.plot", "Diagnosis.plot", "Results.record"} <= set(members)
    assert "task(qubits: int | None = None, depth: int | None = None) -> Task" in page


def test_links_lead_somewhere(page: str) -> None:
    headings = re.findall(r"^##+ (.+)$", page, re.MULTILINE)
    slugs: list[str] = []
    for heading in headings:
        slug = heading.lower().replace(".", "")
        slugs.append(f"{slug}-{slugs.count(slug)}" if slug in slugs else slug)
    targets = re.findall(r"\]\(([^)]+)\)", page)
    inner = [target for target in targets if target.startswith("#")]
    assert len(set(inner)) == len(inner)
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in slugs, target
        else:
            assert (ROOT / "docs" / target).is_file(), target


def test_arguments_and_examples_are_legible(page: str) -> None:
    entry = page.partition("\n## train\n")[2].partition("\n## ")[0]
    assert "    runs: int = 50,\n" in entry
    assert "\n- `rate`: learning rate.\n" in entry
    assert "\n**Returns**: Losses and angles of all runs;" in entry
    assert "```python\n>>> import overpar as op\n" in entry
    assert "Args:" not in page
    assert re.search(r"^- `reference`: .* or FILE.py:FUNCTION.$", page, re.MULTILINE)
    assert "- `generators`: sums of Pauli strings" in page


def test_parts_of_a_docstring() -> None:
    text = "One.\n\nArgs:\n    a: first\n        line.\n\nSource: here,\nand there."
    assert _sections(text) == [
        ("", "One."),
        ("Args", "a: first\n    line."),
        ("Source", "here,\nand there."),
    ]


def test_a_signature_is_as_written() -> None:
    def function(a: int, b: "str" = "x", *, c: float = 1.0, **more: object) -> None: ...

    assert _signature(function) == (
        "function(a: int, b: 'str' = \"x\", *, c: float = 1.0, **more: object) -> None"
    )
