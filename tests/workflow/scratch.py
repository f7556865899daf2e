"""Scratch copies of the project with a tiny configuration, and one finished run they start from.

No copy reaches the network: its data/sources.csv names a port of this machine where nobody
answers. All copies use the project's compiled kernels.
"""

import copy
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml
from numba.core.caching import _CacheLocator
from numpy.typing import NDArray

from overpar.base.records import read_record
from overpar.engines.lanes import _CACHE
from overpar.study.plan import DATASETS

ROOT = Path(__file__).parents[2]
PARTS = ("src", "workflow", "profiles", "data/published", "data/checksums.csv")
FILES = ("Snakefile", "pyproject.toml", "environment.yml")
RESULTS = (
    ".snakemake",
    "data/records",
    "data/tables",
    "data/external",
    "data/logs",
    "data/benchmarks",
    "figures",
)
SHIPPED = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
FIGURES = {name: SHIPPED["figures"][name] for name in ("fig3", "sup_fig_5")}
TABLES = {
    name: SHIPPED["tables"][name] for block in FIGURES.values() for name in block["tables"].values()
}
CONFIG: dict[str, Any] = {
    "seed": 2109,
    "size": "smoke",
    "ntangled": {"source": "auto"},
    "experiments": {
        "ntangled": {
            "cells": [{"qubits": 4, "depth": 2, "target": 0.15, "inputs": 20, "restarts": 1}]
        },
        "autoencoder": {
            "every": {"initialisations": 2, "steps": 5},
            "cells": [{"layers": 1, "states": ["ntangled", "released", "regenerated"]}],
        },
        "autoencoder_spectra": {"cells": [{"layers": 1, "states": "ntangled"}]},
        "vqe": {
            "every": {"initial": "data", "qubits": 4, "boundary": "open"},
            "cells": [
                # Above 1 MB, the size up to which Snakemake compares contents if not told more.
                {"depth": 2, "initialisations": 300, "steps": 1000},
                {"depth": 3, "initialisations": 3, "steps": 20},
            ],
        },
    },
    "tables": TABLES,
    "figures": FIGURES,
    "article": "article/short.typ",
}
# An article with a figure, and with numbers of the scorecard, the errata and a table.
TEXTS = {
    "layout.typ": '#let picture(name) = image("figures/" + name + ".pdf")\n',
    "short.typ": """#import "layout.typ": *
#set document(date: none)
#picture("fig3")
{{ count("scorecard") }} statement, {{ count("errata") }} findings,
{{ total("vqe", "runs") }} runs, best {{ value("vqe", "best_min", depth=3) }}.
""",
}
CLAIM = {
    "id": "vqe-diverged",
    "source": "test",
    "statement": "No run diverges.",
    "table": "vqe",
    "fixed": "after",
    "test": {"kind": "bounds", "column": "diverged", "at_most": 0},
}


def vqe(depth: int) -> str:
    """Short name of a record of the tiny configuration."""
    return f"records/vqe/n=4,boundary=open,depth={depth},initial=data"


def after(*experiments: str) -> set[str]:
    """Short names of what is made from the records of experiments: tables, figures, scorecard."""
    tables = {t for t, block in TABLES.items() if set(block["experiments"]) & set(experiments)}
    figures = {f for f, block in FIGURES.items() if set(block["tables"].values()) & tables}
    return {f"tables/{t}" for t in tables} | {f"figures/{f}" for f in figures} | SCORECARD | PAGE


PAGE = {"figures/index"}
ARTICLE = "figures/short"
# And the article, which is made of it.
SCORECARD = {"figures/scorecard", "figures/instances", "figures/tables", ARTICLE}
# Of two findings, one from a file that must be fetched.
FINDINGS = ("compilation-2q-layers", "compilation-truncated")
ERRATA = "figures/errata"
FETCHED = {f"external/{dataset}" for dataset in DATASETS}
# One job each, which makes those of its records that are missing or out of date.
VQE = {vqe(2), vqe(3)}
GENERATOR = "records/ntangled/n=4,depth=2,target=0.15"
CODER = {
    f"records/autoencoder/L=1,states={states}" for states in ("ntangled", "released", "regenerated")
}
AUTOENCODER = {*CODER, "records/autoencoder_spectra/L=1,states=ntangled"}
FROM_VQE = after("vqe")
FROM_AUTOENCODER = after("autoencoder", "autoencoder_spectra")
SIMULATIONS = {*VQE, GENERATOR, *AUTOENCODER}

# A circuit that holds its job in the cell of depth 2, so that no test depends on how fast it is.
HELD = """
import time
from pathlib import Path

from qibo import Circuit, gates


def circuit(qubits, depth):
    if depth == 2:
        Path("waiting").touch()
        while not Path("go").exists():
            time.sleep(0.01)
    out = Circuit(qubits)
    out.add(gates.RX(q, 0.0) for _ in range(depth) for q in range(qubits))
    return out
"""


@dataclass(frozen=True)
class Run:
    """How a Snakemake process ended."""

    code: int
    text: str

    def started(self) -> set[str]:
        """Short names of what its jobs make, or would make in a dry run."""
        outputs = re.findall(r"^    output: (.*)$", self.text, re.MULTILINE)
        names = {name.removesuffix(" (update)") for line in outputs for name in line.split(", ")}
        return {
            re.sub(r"\.(nc|csv|json|png|pdf|txt|html)$", "", name).removeprefix("data/")
            for name in names
        }


@dataclass(frozen=True)
class Project:
    """A scratch copy of the project."""

    path: Path

    @property
    def command(self) -> list[str]:
        """Snakemake of this environment with its own lines, not our console's; add arguments."""
        return [sys.executable, "-m", "snakemake", "--quiet", "host"]

    def environment(self, mirror: Path | None = None) -> dict[str, str]:
        """The copy's package first, no settings of whoever runs the tests."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("NUMBA_", "SNAKEMAKE_", "OVERPAR_"))
        }
        mine = {"PYTHONPATH": str(self.path / "src"), "NO_PROXY": "*"}
        return kept | mine | ({"OVERPAR_MIRROR": str(mirror)} if mirror else {})

    def run(
        self,
        *arguments: str,
        cores: int = 2,
        mirror: Path | None = None,
        before: Sequence[str] = (),
    ) -> Run:
        """Run Snakemake to its end, by a program if words stand before it."""
        done = subprocess.run(
            [*before, *self.command, "--cores", str(cores), *arguments],
            cwd=self.path,
            env=self.environment(mirror),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Run(done.returncode, done.stdout)

    def planned(self, *arguments: str) -> set[str]:
        """What a run would make."""
        run = self.run("--dry-run", *arguments)
        assert run.code == 0, run.text
        assert run.started() or "Nothing to be done" in run.text, run.text
        return run.started()

    def configure(self, **changes: Any) -> None:
        """Write the tiny configuration with changes; a__b=c sets b in block a."""
        config = copy.deepcopy(CONFIG)
        for key, value in changes.items():
            *blocks, last = key.split("__")
            inner = config
            for block in blocks:
                inner = inner[block]
            inner[last] = value
        (self.path / "config/config.yaml").write_text(yaml.safe_dump(config))

    def append(self, file: str, text: str) -> None:
        """Add lines to a file."""
        with (self.path / file).open("a", encoding="utf-8") as handle:
            handle.write(f"\n{text}\n")

    def record(self, name: str) -> Path:
        """Path of a record by its short name."""
        return self.path / "data" / f"{name}.nc"

    def records(self) -> dict[str, Path]:
        """All records there are, by short name."""
        found = sorted((self.path / "data/records").glob("*/*.nc"))
        return {
            f"records/{path.parent.name}/{path.name.removesuffix('.nc')}": path for path in found
        }

    def contents(self) -> dict[str, bytes]:
        """What is in the records, by short name; a record made again has another time in it."""
        return {name: path.read_bytes() for name, path in self.records().items()}

    def variables(self) -> dict[str, dict[str, NDArray[Any]]]:
        """Variables of all records by short name."""
        return {
            name: {key: v.values for key, v in read_record(path).variables.items()}
            for name, path in self.records().items()
        }

    def leftovers(self) -> list[str]:
        """Files in data/records that are not records."""
        files = [path for path in (self.path / "data/records").rglob("*") if path.is_file()]
        return [path.name for path in files if path.suffix != ".nc" or path.name.startswith(".")]


@contextmanager
def started(project: Project, mirror: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A run in a process group of its own, which is killed at the end; killed.log has its words."""
    with (project.path / "killed.log").open("wb") as log:
        process = subprocess.Popen(
            [*project.command, "--cores", "2"],
            cwd=project.path,
            env=project.environment(mirror),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait for a condition while the process runs."""
    while not condition():
        assert process.poll() is None, "the run ended too early"
        time.sleep(0.01)


def wait_until_held(project: Project, process: subprocess.Popen[bytes]) -> None:
    """Wait until a job is within the second cell, from where it does not go on by itself."""
    wait_until(lambda: (project.path / "waiting").exists(), process)


def jobs_of(process: subprocess.Popen[bytes], script: str = "") -> list[psutil.Process]:
    """Running jobs of a run, those of one script if it is given."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.Error, IndexError):
            if child.cmdline()[-1].endswith(f".{script}.py" if script else ".py"):
                found.append(child)
    return found


def assert_same_bits(one: Project, other: Project) -> None:
    """All variables of all records are equal, bit by bit."""
    left, right = one.variables(), other.variables()
    assert left.keys() == right.keys()
    for name in left:
        assert left[name].keys() == right[name].keys(), name
        for key, value in left[name].items():
            twin = right[name][key]
            assert (value.dtype, value.shape) == (twin.dtype, twin.shape), (name, key)
            assert np.asarray(value).tobytes() == np.asarray(twin).tobytes(), (name, key)


def share_kernels(project: Project) -> Project:
    """Let a copy use the project's compiled kernels; Numba files them by the code's directory."""
    engines = "src/overpar/engines"
    directories = [
        root
        / _CACHE.relative_to(ROOT)
        / _CacheLocator.get_suitable_cache_subpath(str(root / engines / "lanes.py"))
        for root in (ROOT, project.path)
    ]
    for directory in directories:
        directory.parent.mkdir(parents=True, exist_ok=True)
    directories[0].mkdir(exist_ok=True)
    directories[1].symlink_to(directories[0])
    return project


def made(path: Path) -> Project:
    """A copy of the project's sources with the tiny configuration."""
    for part in PARTS:
        source = ROOT / part
        (path / part).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, path / part, ignore=shutil.ignore_patterns("kernels-*"))
        else:
            shutil.copy2(source, path / part)
    for name in FILES:
        shutil.copy2(ROOT / name, path / name)
    sources = (ROOT / "data/sources.csv").read_text(encoding="utf-8")
    nobody = re.sub(r"https?://[^,]*", "http://127.0.0.1:9/{path}", sources)
    (path / "data/sources.csv").write_text(nobody, encoding="utf-8")
    (path / "config").mkdir()
    claims = yaml.safe_dump({"alpha": 0.01, "statements": [CLAIM]})
    (path / "config/claims.yaml").write_text(claims, encoding="utf-8")
    findings = yaml.safe_load((ROOT / "config/errata.yaml").read_text(encoding="utf-8"))["findings"]
    kept = {"findings": [finding for finding in findings if finding["id"] in FINDINGS]}
    (path / "config/errata.yaml").write_text(yaml.safe_dump(kept), encoding="utf-8")
    (path / "article").mkdir()
    for name, text in TEXTS.items():
        (path / "article" / name).write_text(text, encoding="utf-8")
    project = share_kernels(Project(path))
    project.configure()
    return project


def copied(project: Project, parent: Path) -> Project:
    """A copy of a project, Snakemake's memory of it included."""
    path = shutil.copytree(
        project.path, parent / "project", ignore=shutil.ignore_patterns("kernels-*")
    )
    return share_kernels(Project(path))


def held(project: Project) -> Project:
    """Configured with one batch of three cells, the second of which waits for the file "go"."""
    (project.path / "held.py").write_text(HELD, encoding="utf-8")
    block = {
        "kind": "circuit_training",
        "every": {"model": "held", "qubits": 2, "initialisations": 2, "steps": 5},
        "cells": [{"depth": [1, 2, 3]}],
    }
    project.configure(
        models={"held": {"circuit": "held.py:circuit", "observable": "-ZZ - X"}},
        experiments={"held": block},
        tables={"held": {"function": "training:cells", "experiments": ["held"]}},
        figures={},
        article="",
    )
    claims = {"alpha": 0.01, "statements": [CLAIM | {"table": "held"}]}
    (project.path / "config/claims.yaml").write_text(yaml.safe_dump(claims), encoding="utf-8")
    return project
