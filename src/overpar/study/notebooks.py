"""Notebooks: executed on the tables of a plan, and kept as pages that load nothing."""

import ast
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import yaml

from overpar.base.errors import UserError
from overpar.study.build import write_whole
from overpar.study.digest import PACKAGE, code_digest, file_digest, module_digest
from overpar.study.plan import PUBLISHED, Plan
from overpar.study.results import VARIABLE

SECONDS = 600
COLOURED = re.compile(r"\x1b\[[0-9;]*m")
STYLE = """
body {font: 15px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff}
pre {font: 13px/1.4 ui-monospace, monospace; overflow-x: auto}
.jp-CodeMirrorEditor, .highlight {background: #f6f6f6}
.highlight pre {padding: .5rem .8rem; margin: .5rem 0}
.jp-InputPrompt, .jp-OutputPrompt, .jp-InputArea-prompt, .jp-OutputArea-prompt, .anchor-link
  {display: none}
img {max-width: 100%}
table {border-collapse: collapse; font-size: 13px}
th, td {padding: .15rem .6rem; text-align: right; border-bottom: 1px solid #ccc}
"""


def notebook_path(plan: Plan, name: str) -> Path:
    """Where a notebook lies."""
    return plan.project / "notebooks" / f"{name}.ipynb"


def notebook_identity(plan: Plan, name: str) -> str:
    """SHA-256 over what decides what a notebook shows.

    That is: the text of its cells, the tables and published facts it reads, and the code that it
    imports. Outputs and counters that Jupyter stores do not count.

    Raises:
        UserError: if the notebook, a table or a file of published facts is missing.
    """
    block, path = plan.config.notebooks[name], notebook_path(plan, name)
    if not path.is_file():
        raise UserError(f"Config: notebooks has {name!r}; there is no {path}.")
    for table in block.tables:
        if table not in plan.config.tables:
            raise UserError(
                f"Config: notebooks.{name} reads the unknown table {table!r};"
                f" allowed: {', '.join(plan.config.tables)}."
            )
    facts = [plan.project / PUBLISHED / file for file in block.published]
    for fact in facts:
        if not fact.is_file():
            raise UserError(f"Config: notebooks.{name} reads {str(fact)!r}; there is no such file.")
    cells = _cells(path)
    imported = _imports("\n".join(text for kind, text in cells if kind == "code"))
    content = [
        cells,
        [plan.table_identity(table) for table in block.tables],
        [file_digest(fact) for fact in facts],
        sorted(imported),
        module_digest(__name__),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def build_notebook(plan: Plan, name: str, config: Mapping[str, Any]) -> None:
    """Execute a notebook on the results of a configuration and write it as a page.

    Args:
        plan: of the configuration.
        name: the notebook.
        config: the configuration as it was before it was checked.

    Raises:
        UserError: if a cell fails.
    """
    # Slow to import, and not needed to plan.
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError
    from nbconvert import HTMLExporter
    from pygments.formatters import HtmlFormatter
    from traitlets.config import Config as Settings

    path = notebook_path(plan, name)
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "config.yaml"
        whole.write_text(yaml.safe_dump(json.loads(json.dumps(config))), encoding="utf-8")
        # Not TCP: the ports of a kernel are open to everybody on the machine.
        kernel = {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=SECONDS,
            resources=where,
            config=Settings({"KernelManager": kernel}),
        )
        try:
            client.execute(env={**os.environ, VARIABLE: str(whole)})
        except (CellExecutionError, CellTimeoutError) as error:
            raise UserError(f"Notebook {path} failed: {COLOURED.sub('', str(error))}") from None
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    style = STYLE + HtmlFormatter().get_style_defs(".highlight")
    title = escape(plan.config.notebooks[name].title)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style>{body}</html>\n"
    )
    out = plan.project / plan.config.paths.notebooks / f"{name}.html"
    write_whole(out, lambda temporary: temporary.write_text(page, encoding="utf-8"))


def _cells(path: Path) -> list[tuple[str, str]]:
    """(kind, text) of a notebook's cells."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"Notebook {path} cannot be read: {error}.") from error


def _imports(code: str) -> set[str]:
    """Digests of the modules of this package that code imports, with what they import."""
    # Lines that only Jupyter understands.
    lines = ["pass" if line.startswith(("%", "!", "?")) else line for line in code.splitlines()]
    try:
        nodes = list(ast.walk(ast.parse("\n".join(lines))))
    except SyntaxError:
        return set()  # execution says what is wrong
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    found = set()
    for name in names:
        if name.split(".")[0] == PACKAGE:
            with suppress(ModuleNotFoundError):
                found.add(code_digest(name))
    return found
