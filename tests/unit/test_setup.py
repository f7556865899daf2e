"""Files about the project agree with each other."""

import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from overpar.study import config as configuration
from overpar.study import schema
from overpar.study.checkout import release

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def load(name: str) -> Any:
    return configuration.load_yaml((ROOT / name).read_text(encoding="utf-8"))


@cache
def validator() -> jsonschema.protocols.Validator:
    shipped = load("config/schema.yaml")
    kind = jsonschema.validators.validator_for(shipped)
    kind.check_schema(shipped)
    return kind(shipped)


def pinned() -> dict[str, set[str]]:
    """Versions in the lock by name; some differ between Python versions."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", LOCK, re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def test_conda_environment_reads_the_lock() -> None:
    environment = load("environment.yml")
    dependencies = environment["dependencies"]
    (pip,) = (entry["pip"] for entry in dependencies if isinstance(entry, dict))
    assert pip == ["-r requirements.lock"]
    assert "pip" in dependencies
    (python,) = (d for d in dependencies if isinstance(d, str) and d.startswith("python="))
    assert Requirement(f"python{PYPROJECT['project']['requires-python']}").specifier.contains(
        python.removeprefix("python=")
    )


@pytest.mark.parametrize(
    "line",
    PYPROJECT["project"]["dependencies"]
    + [line for name in ("dev", "workflow", "site") for line in EXTRAS[name]]
    + PYPROJECT["build-system"]["requires"],
)
def test_lock_holds_every_dependency(line: str) -> None:
    wanted = Requirement(line)
    versions = pinned()[canonicalize_name(wanted.name)]
    assert all(wanted.specifier.contains(version) for version in versions)


def test_lock_names_no_address_and_hashes_everything() -> None:
    assert "://" not in LOCK
    assert "index-url" not in LOCK
    entries = re.split(r"\n(?=[A-Za-z])", LOCK)
    assert all("--hash=sha256:" in entry for entry in entries)


def test_make_help_lists_every_target_for_people() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    answer = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = [line.split()[0] for line in answer.stdout.splitlines()]
    assert sorted(listed) == sorted(phony.split())
    assert {"reproduce", "smoke", "test", "check", "clean"} <= set(listed)


def test_readme_names_make_targets_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`?\bmake ([a-z]+)`?", readme)) - {"them"}
    assert {"reproduce", "test"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_schema_file_is_in_step_with_the_models() -> None:
    assert load("config/schema.yaml") == schema.schema(), "run `make schema`"


def test_config_page_is_in_step_with_the_models() -> None:
    page = (ROOT / "config/README.md").read_text(encoding="utf-8")
    assert page == schema.page(), "run `make schema`"


@pytest.mark.parametrize("extra", [[], ["config/smoke.yaml"]])
def test_configs_fit_the_schema(extra: list[str]) -> None:
    values = configuration.read([ROOT / name for name in ["config/config.yaml", *extra]])
    validator().validate(values)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sead",), 1),
        (("ntangled", "source"), "web"),
        (("experiments", "vqe", "every", "stepz"), 3),
        (("experiments", "vqe", "cells", 0, "boundary"), "ring"),
        (("experiments", "vqe", "cells", 0, "depth"), [4, -1]),
        (("experiments", "vqe", "cells", 0, "depth"), {"first": 1, "last": 2}),
        (("experiments", "vqe", "kind"), "ntangled"),
        (("experiments", "other"), {"cells": [{"qubits": 4}]}),
        (("experiments", "a/b"), {"kind": "vqe", "cells": [{"qubits": 4}]}),
        (("figures", "fig3", "tables"), ["vqe"]),
        (("figures", "fig3", "tables"), {}),
    ],
)
def test_schema_refuses(path: tuple[str | int, ...], value: object) -> None:
    values = load("config/config.yaml")
    inner = values
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(values)


def test_citation_and_codemeta_have_what_the_package_says() -> None:
    citation, project = load("CITATION.cff"), PYPROJECT["project"]
    meta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    assert citation["version"] == meta["version"] == release(ROOT)
    assert citation["license"] == project["license"] == meta["license"].rpartition("/")[2]
    assert (meta["name"], meta["description"]) == (project["name"], project["description"])
    assert meta["softwareRequirements"] == project["dependencies"]
    assert f"## {release(ROOT)}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert len(citation["references"]) == len(meta["citation"]) == 4


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "data/README.md", "docs/design.md"]
)
def test_links_lead_to_files(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target and not target.startswith("figures/"):
            assert ((ROOT / name).parent / target).exists(), target


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 90


def test_gallery_shows_every_figure() -> None:
    page = (ROOT / "docs/figures.md").read_text(encoding="utf-8")
    shown = re.findall(r'<a href="../figures/(\w+)\.png"><img src="../figures/(\w+)\.png"', page)
    assert all(link == image for link, image in shown)
    figures = load("config/config.yaml")["figures"]
    assert sorted(link for link, _ in shown) == sorted([*figures, "scorecard"])


def described(page: str) -> list[re.Pattern[str]]:
    """What the page's code spans stand for: … is anything, a last or middle x or t a number."""
    spans = set(re.findall(r"`([^`]+)`", page))
    patterns = []
    for span in spans:
        text = re.escape(span).replace("…", ".+")
        patterns.append(re.compile(re.sub(r"(?<=_)[xt](?=_|$)", r"[0-9.e-]+", text)))
    return patterns


def test_data_page_describes_every_file_and_column() -> None:
    page = (ROOT / "data/README.md").read_text(encoding="utf-8")
    patterns = described(page)
    for path in sorted((ROOT / "data/published").glob("*.csv")):
        assert f"`{path.name}`" in page
        columns = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        unknown = [c for c in columns if not any(p.fullmatch(c) for p in patterns)]
        assert unknown == [], path.name
    assert not any(p.fullmatch("nobody_said_what_this_is") for p in patterns)


def test_data_page_names_the_sources() -> None:
    page = (ROOT / "data/README.md").read_text(encoding="utf-8")
    for line in (ROOT / "data/sources.csv").read_text(encoding="utf-8").splitlines()[1:]:
        dataset, owner, repository, version, *_ = line.split(",")
        for part in (f"`{dataset}`", f"github.com/{owner}/{repository}", f"`{version[:7]}`"):
            assert part in page
