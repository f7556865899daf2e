"""README as it is run: every command and block in it, as written, in a fresh clone."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from scratch import ROOT, Project, share_kernels

pytestmark = pytest.mark.slow

README = re.sub(r"<!--.*?-->", "", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.S)
# A code span is a command if it begins with one of these and goes on.
PROGRAMS = {"conda", "git", "make", "overpar", "pip", "sbatch", "snakemake", "uv"}
# Its first session, and the block to be written to a file of that name, are run as scripts.
SESSION, ADDED = ".venv/bin/python", "my.yaml"

# By command: words that it prints.
RUN = {
    "make help": "reproduce",
    '.venv/bin/overpar dla --qubits 6 --boundary open "ZZ" "X"': "36",
    ".venv/bin/overpar diagnose tfim_hva --qubits 4 6 8": "32",
    ".venv/bin/overpar evaluate --model tfim_hva --qubits 6 --boundary open --depth 16"
    " --angles seed:7:pi --quantity qfim --eigenvalues": "33.3594300936",
    ".venv/bin/snakemake --cores all --configfile my.yaml -- data/tables/heisenberg.csv": (
        "2 of 2 jobs done"
    ),
    "overpar errata": "confirmed",
    "overpar verify": " whole",
    "overpar verdict": "figures/scorecard.csv: the same",
}
# Needs others' raw files, and so a mirror: no test reaches the network.
FETCHES = {"overpar errata"}
NOT_RUN = {
    "make reproduce": "75 minutes of processor time; smoke size is run by other tests",
    "make test": "it is this",
    "make docs": "writes into the tree; that its pages are in step is tested by other tests",
    ".venv/bin/jupyter lab notebooks": "serves until it is stopped; notebooks are run by others",
    "conda env create --file environment.yml": "needs conda; what it reads is tested",
    "pip install .": "would change this environment; what the wheel brings is tested",
    "pip install --no-deps --no-build-isolation --editable .": "would change this environment",
    "snakemake --cores all": "is what `make reproduce` runs",
    "sbatch --cpus-per-task=32 --wrap 'make reproduce CORES=32'": "needs a cluster",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def commands(text: str) -> list[str]:
    """All commands in code blocks for the shell and in code spans, each on one line."""
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S):
        lines = block.replace("\\\n", " ").splitlines()
        found += [re.sub(r"\s+#.*", "", line) for line in lines]
    spans = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))
    for span in spans:
        words = span.split()
        if len(words) > 1 and (words[0] in PROGRAMS or words[0].startswith(".venv/")):
            found.append(span)
    return [" ".join(command.split()) for command in found]


def test_commands_are_found_in_blocks_and_spans() -> None:
    text = (
        'a `make x`\nand `conda\n  b`, `make`, `M`.\n```sh\nrun \\\n  this "1"   # why\nls\n```\n'
    )
    assert commands(text) == ['run this "1"', "ls", "make x", "conda b"]


def test_every_command_is_run_or_has_a_reason_not_to() -> None:
    known = {*RUN, *NOT_RUN}
    found = set(commands(README))
    assert found - known == set(), "say what they print in RUN, or why not in NOT_RUN"
    assert not RUN.keys() & NOT_RUN.keys()
    # What this file knows and README no longer has.
    assert RUN.keys() - found == set()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last commit, with this environment as its own; nothing was run in it."""
    path = tmp_path_factory.mktemp("readme") / "overpar"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(path)], check=True)
    (path / ".venv").symlink_to(sys.prefix)
    share_kernels(Project(path))
    (yaml,) = blocks("yaml")
    (path / ADDED).write_text(yaml, encoding="utf-8")
    return path


def answer(clone: Path, command: str, *, text: str = "", mirror: Path | None = None) -> str:
    """What a command prints in the clone; it must end well."""
    path = f"{clone}/.venv/bin{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=clone,
        env=Project(clone).environment(mirror) | {"PATH": path},
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize("command", RUN)
def test_a_command_does_what_it_says(
    clone: Path, command: str, request: pytest.FixtureRequest
) -> None:
    mirror = request.getfixturevalue("mirror") if command in FETCHES else None
    assert f"`{ADDED}`" in README
    assert RUN[command] in answer(clone, command, mirror=mirror)


def test_the_first_session(clone: Path) -> None:
    """The record that it reads is of `make reproduce`: that cell is simulated before."""
    (session,) = blocks("python")
    assert f"`{SESSION}`" in README
    wanted = 'record("vqe", qubits=6, boundary="open", depth=16, initial="data")'
    assert wanted in session
    answer(clone, "overpar run vqe " + shlex.quote("n=6,boundary=open,depth=16,initial=data"))
    said = answer(clone, f"{SESSION} -i", text=session)
    assert "Traceback" not in said, said
    assert "dimension: 36" in said
