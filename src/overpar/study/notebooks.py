"""Notebooks: executed on the tables of a plan, and kept as pages that load nothing."""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from overpar.base.errors import UserError
from overpar.study import artefacts
from overpar.study.check import Study
from overpar.study.results import VARIABLE

SECONDS = 600
COLOURED = re.compile(r"\x1b\[[0-9;]*m")
TEMPLATES = Environment(
    loader=PackageLoader("overpar.study"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


def build_notebook(study: Study, name: str, config: Mapping[str, Any]) -> None:
    """Execute a notebook on the results of a configuration and write it as a page.

    Args:
        study: of the configuration.
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

    plan = study.plan
    path = plan.notebook_path(name)
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "config.yaml"
        # In its order, which decides that of the cells.
        text = yaml.safe_dump(json.loads(json.dumps(config)), sort_keys=False)
        whole.write_text(text, encoding="utf-8")
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
    page = TEMPLATES.get_template("notebooks.html").render(
        title=plan.config.notebooks[name].title,
        colours=HtmlFormatter().get_style_defs(".highlight"),
        body=body,
    )
    artefact = artefacts.notebook(study, name)
    artefact.write({artefact.files[0]: page})
