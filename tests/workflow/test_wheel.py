"""The wheel: what it holds, what it asks for, and that it needs nothing else."""

import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import fresh
import pytest
from packaging.requirements import Requirement
from scratch import Project, share_kernels

pytestmark = pytest.mark.slow
CORE = {"llvmlite", "numba", "numpy", "pydantic", "pyyaml", "scipy", "tqdm"}
# Refuses every package that the wheel does not bring.
HOOK = """\
import importlib.abc, sys
allowed = {allowed!r} | sys.stdlib_module_names
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in allowed and not top.startswith("_"):
            raise ModuleNotFoundError(f"No module named {{top!r}}", name=top)
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, {place!r})
"""
IMPORTED = CORE - {"pyyaml"} | {"overpar", "yaml"}
# What these import themselves.
IMPORTED |= {"annotated_types", "pydantic_core", "typing_extensions", "typing_inspection"}
RUN = "from overpar.cli import main\nsys.exit(main({arguments!r}))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it is built."""
    return fresh.built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its content, which finds the kernels that the project has compiled."""
    place = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(wheel).extractall(place / "src")
    for path in (place / "src/overpar").rglob("*.py"):
        shutil.copystat(fresh.ROOT / path.relative_to(place), path)
    return share_kernels(Project(place)).path


def python(unpacked: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code where there is the wheel and what it brings."""
    hook = HOOK.format(allowed=IMPORTED, place=str(unpacked / "src"))
    return subprocess.run(
        [sys.executable, "-c", hook + code],
        cwd=unpacked,
        env={k: v for k, v in Project(unpacked).environment().items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )


def test_it_holds_the_package_and_nothing_else(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    package = fresh.ROOT / "src/overpar"
    files = [*package.rglob("*.py"), *package.rglob("templates/*"), package / "py.typed"]
    files += (fresh.ROOT / "src/snakemake_logger_plugin_overpar").glob("*.py")
    wanted = {path.relative_to(fresh.ROOT / "src").as_posix() for path in files}
    assert {name for name in held if ".dist-info/" not in name} == wanted
    assert wheel.stat().st_size < 1e6


def test_it_asks_for_seven_packages(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(archive.read(name).decode())
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    assert {w.name for w in wanted if w.marker is None} == CORE
    assert {"workflow", "site"} <= set(metadata.get_all("Provides-Extra", []))
    assert re.match(r"\d+\.\d+\.\d+", metadata["Version"])


def test_the_first_session_needs_no_more(unpacked: Path) -> None:
    *lines, last = fresh.session()
    code = "\n".join(["import overpar", *lines, "print(runs, overpar.__file__)"])
    said = python(unpacked, f"{code}\n{fresh.refused(last)}{fresh.refused('runs.plot()')}")
    assert said.returncode == 0, said.stderr
    assert "runs: 50 of 3000 steps, 24 angles" in said.stdout
    *_, package, results, plot = said.stdout.splitlines()
    assert package.endswith(str(unpacked / "src/overpar/__init__.py"))
    assert results.endswith("makes in a checkout of the project; start there.")
    assert plot == (
        'This needs matplotlib, which is not installed: pip install "overpar[workflow]"'
    )


@pytest.mark.parametrize("arguments", [*fresh.commands(), ["--help"]], ids=lambda a: a[0])
def test_its_commands_need_no_more(unpacked: Path, arguments: list[str]) -> None:
    said = python(unpacked, RUN.format(arguments=arguments))
    assert (said.returncode, bool(said.stdout)) == (0, True), said.stderr


def test_a_figure_says_what_it_needs(unpacked: Path) -> None:
    arguments = ["diagnose", "tfim_hva", "--qubits", "3", "--samples", "10", "--plot", "a.png"]
    said = python(unpacked, RUN.format(arguments=arguments))
    assert said.returncode == 2
    assert said.stderr.splitlines()[-1] == (
        'overpar: This needs matplotlib, which is not installed: pip install "overpar[workflow]"'
    )
