"""What the software is, for catalogues: codemeta.json from pyproject.toml and CITATION.cff."""

import json
import tomllib
from pathlib import Path
from typing import Any

import yaml

from overpar.study.checkout import PYPROJECT, release

CITATION = "CITATION.cff"


def citation(project: Path) -> dict[str, Any]:
    """What CITATION.cff says."""
    found: dict[str, Any] = yaml.safe_load((project / CITATION).read_text(encoding="utf-8"))
    return found


def codemeta(project: Path) -> str:
    """The content of codemeta.json.

    Args:
        project: the project's root directory.

    Source: CodeMeta 3.0, codemeta.github.io/terms.
    """
    cited = citation(project)
    package = tomllib.loads((project / PYPROJECT).read_text(encoding="utf-8"))["project"]
    content = {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": package["name"],
        "description": package["description"],
        "version": release(project),
        "license": f"https://spdx.org/licenses/{package['license']}",
        "author": [
            {"@type": "Organization", "name": author["name"]} for author in cited["authors"]
        ],
        "programmingLanguage": f"Python {package['requires-python']}",
        "softwareRequirements": package["dependencies"],
        "keywords": package["keywords"],
        "citation": [_article(reference) for reference in cited["references"]],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _article(reference: dict[str, Any]) -> dict[str, Any]:
    """A paper, by its DOI if it has one, else by its number at arXiv."""
    (number,) = (entry["value"] for entry in reference["identifiers"])
    arxiv = number.removeprefix("arXiv:")
    doi = reference.get("doi", f"10.48550/arXiv.{arxiv}")
    return {
        "@id": f"https://doi.org/{doi}",
        "@type": "ScholarlyArticle",
        "name": reference["title"],
        "author": [
            {"@type": "Person", "givenName": a["given-names"], "familyName": a["family-names"]}
            for a in reference["authors"]
        ],
        "datePublished": str(reference["year"]),
        "sameAs": f"https://arxiv.org/abs/{arxiv}",
    }
