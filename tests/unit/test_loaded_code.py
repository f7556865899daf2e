"""What a cell loads is what its identity counts: no engine can be forgotten."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from overpar.base.records import Variable, write_record
from overpar.study.digest import PACKAGE, SILENT, reached
from overpar.study.kinds import kind_module, kinds

SIGNATURES = """
def compiled():
    engines = [m for name, m in sys.modules.items() if name.startswith("overpar.engines.")]
    kernels = {f for m in engines for f in vars(m).values() if hasattr(f, "signatures")}
    return sorted(f"{f.__module__}.{f.__name__}{s}" for f in kernels for s in f.signatures)
"""
CODE = f"""
import importlib, json, sys
from pathlib import Path

from overpar.experiments.common.datasets import DataSet
from overpar.experiments.common.spec import Context, Inputs

kind, settings, sums = json.loads(sys.argv[1])
module = importlib.import_module(f"overpar.experiments.{{kind}}")
spec = module.Spec(**settings)
here = Path()
datasets = {{"ntangled": DataSet("a/b", "c", here, sums)}}
inputs = Inputs(datasets, {{"regenerated": (here / "weights.nc", "a")}})
context = Context(kind, spec.label, 1, inputs)
assert module.run(spec, context).variables
packages = [name for name, module in sys.modules.items() if hasattr(module, "__path__")]
{SIGNATURES}
print(json.dumps([sorted(sys.modules.keys() - set(packages)), compiled()]))
"""
KERNELS = f"""
import json, sys

from overpar.study.kernels import WORK

for work, _ in WORK.values():
    work()
{SIGNATURES}
print(json.dumps(compiled()))
"""
CIRCUIT = """
from qibo import Circuit, gates


def chain(qubits):
    out = Circuit(qubits)
    out.add(gates.RX(q, 0.0) for q in range(qubits))
    return out


def star(qubits):
    return [[0, q] for q in range(1, qubits)]
"""
SPIN = {"generators": ["X"], "observable": "Z"}
ISING = {"ansatz": "tfim_hva"}
GRAPH = {"generators": ["ZZ", "X"], "edges": "own.py:star", "observable": "Z"}
QASM = {"circuit": "own.qasm", "observable": "Z"}
OWN = {"circuit": "own.py:chain", "observable": "Z"}
UNITARY = {"generators": ["X", "ZZ"], "target": 1}
CHAIN = {"qubits": 2, "boundary": "open", "depth": 1}
RUNS = {"initialisations": 2, "steps": 2}
SETS = {"qubits": 4, "depth": 1, "data": "entanglement", "train_states": 2, "test_states": 2}
MODEL = {"model": SPIN, "qubits": 2, "depth": 1}
WEIGHTS = "Hardware_Efficient/2_Qubits/Depth_1/hwe_2q_ps_15_1_weights.npy"
CASES: list[tuple[str, dict[str, Any]]] = [
    ("algebra", MODEL),
    ("algebra", {**MODEL, "model": GRAPH}),
    ("algebra", {**MODEL, "model": QASM}),
    (
        "atlas",
        {"chain": "b3", "boundary": "open", "largest": 3, "trained": 3, "samples": 10, **RUNS},
    ),
    ("autoencoder", {"layers": 1, "states": "regenerated", **RUNS}),
    ("autoencoder", {"layers": 1, "states": "regenerated", **RUNS, "engine": "qibo"}),
    ("autoencoder_spectra", {"layers": 0, "states": "regenerated"}),
    ("circuit_spectra", MODEL),
    ("circuit_spectra", {**MODEL, "model": ISING}),
    ("census", {**MODEL, **RUNS, "start": "full"}),
    ("census", {**MODEL, **RUNS, "start": "full", "model": ISING}),
    ("census", {**MODEL, **RUNS, "start": "full", "model": OWN, "optimiser": "qng"}),
    ("census", {**MODEL, **RUNS, "start": "full", "model": UNITARY}),
    ("chain_ranks", {"qubits": 2, "boundary": "open", "samples": 1}),
    ("circuit_training", {**MODEL, **RUNS}),
    ("circuit_training", {**MODEL, **RUNS, "model": ISING}),
    ("circuit_training", {**MODEL, **RUNS, "model": ISING | {"boundary": "periodic"}}),
    ("circuit_training", {**MODEL, **RUNS, "model": ISING | {"observable": "Z"}}),
    ("circuit_training", {**MODEL, **RUNS, "model": OWN}),
    ("circuit_training", {**MODEL, **RUNS, "model": UNITARY}),
    ("circuit_training", {**MODEL, **RUNS, "model": UNITARY, "engine": "statevector"}),
    ("classification", {"circuit": "permutation", **SETS, **RUNS}),
    ("classification", {"circuit": "hardware_efficient", **SETS, **RUNS}),
    ("compilation", {"qubits": 2, "layers": 0, **RUNS}),
    ("compilation", {"qubits": 2, "layers": 0, **RUNS, "engine": "statevector"}),
    ("compilation_spectra", {"qubits": 2, "layers": 0, "at": "random", "samples": 1}),
    ("diagrams", {"circuit": "hva_open", "qubits": 2}),
    ("landscape", {"qubits": 2, "boundary": "open", "trained": 1, "depth": 2, **RUNS, "points": 3}),
    ("noisy_spectra", {"qubits": 2, "depth": 1, "noise": "local:0.01"}),
    ("noisy_training", {**CHAIN, "noise": "local:0.01", **RUNS}),
    ("ntangled", {"qubits": 2, "depth": 1, "target": 0.15, "inputs": 10, "restarts": 1}),
    ("ntangled_audit", {"ansatz": "hwe", "qubits": 2, "inputs": 2}),
    ("qntk_cases", {"case": "pair", "qubits": 1, "layers": 2, "circuits": 2}),
    (
        "qntk_concentration",
        {"qubits": 1, "layers": 2, "instances": 2, "samples": 2, "meta_samples": 1},
    ),
    ("qntk_limits", {"observable": "extensive", "layers": 2}),
    ("qntk_supervised", {"qubits": 1, "layers": 2, "inputs": 2, "instances": 2}),
    ("qntk_training", {"qubits": 1, "layers": 2, "rate": 0.01, **RUNS, "instances": 2}),
    ("shot_training", {"qubits": 4, "depth": 1, "shots": 2, **RUNS}),
    ("spectra", {**CHAIN, "at": "random", "samples": 1}),
    ("state_map", {"depth": 2, "points": 3}),
    ("variance", {**MODEL, "samples": 10}),
    ("variance", {**MODEL, "model": ISING, "samples": 10}),
    ("variance", {**MODEL, "model": UNITARY, "samples": 10}),
    ("vqe", {**CHAIN, "initial": "data", **RUNS}),
    ("vqe", {**CHAIN, "initial": "data", **RUNS, "engine": "statevector"}),
    ("vqe", {**CHAIN, "initial": "data", **RUNS, "engine": "qibo"}),
]


def test_every_kind_has_a_case() -> None:
    assert {kind for kind, _ in CASES} == set(kinds())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with circuits, weights of a generator, and a data set of one file."""
    (tmp_path / "own.py").write_text(CIRCUIT, encoding="utf-8")
    (tmp_path / "own.qasm").write_text("qreg q[2]; rx(a) q;", encoding="utf-8")
    weights = {"weights": Variable(("layer", "qubit", "angle"), np.ones((2, 4, 3)), "weights")}
    write_record(tmp_path / "weights.nc", weights, {"identity": "a"})
    file = tmp_path / WEIGHTS
    file.parent.mkdir(parents=True)
    np.save(file, np.ones((1, 2, 3)))
    return tmp_path


# Each process begins with the packages of others already there: they take most of its time.
FORKS = """
import json, os, sys, traceback

import h5netcdf, numba, pydantic, scipy.linalg, scipy.sparse, scipy.special

assert not any(name.split(".")[0] == "overpar" for name in sys.modules)
for line in sys.stdin:
    directory, code, *arguments = json.loads(line)
    if not os.fork():
        os.chdir(directory)
        sys.argv[1:] = arguments
        status = 1
        try:
            with open("printed.json", "w") as sys.stdout:
                exec(code, {"__name__": "__main__"})
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    print(os.wait()[1], flush=True)
"""


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[str]]:
    """A process that runs code in forks of itself."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-c", FORKS]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def printed(forks: subprocess.Popen[str], directory: Path, code: str, *arguments: str) -> Any:
    """What code prints in a process of its own."""
    assert forks.stdin
    assert forks.stdout
    forks.stdin.write(json.dumps([str(directory), code, *arguments]) + "\n")
    forks.stdin.flush()
    assert forks.stdout.readline() == "0\n"
    return json.loads((directory / "printed.json").read_text())


@pytest.fixture(scope="module")
def kernels(forks: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The kernels that are compiled before the first cell, with their types."""
    return set(printed(forks, tmp_path_factory.mktemp("kernels"), KERNELS))


@pytest.mark.parametrize(("kind", "settings"), CASES)
def test_all_that_is_loaded_counts(
    forks: subprocess.Popen[str],
    project: Path,
    kernels: set[str],
    kind: str,
    settings: dict[str, Any],
) -> None:
    sums = {WEIGHTS: sha256((project / WEIGHTS).read_bytes()).hexdigest()}
    names, compiled = printed(forks, project, CODE, json.dumps([kind, settings, sums]))
    assert set(compiled) <= kernels
    loaded = {name for name in names if name.startswith(f"{PACKAGE}.")}
    spec = kind_module(kind).Spec(**settings)
    chosen = frozenset(f"{PACKAGE}.{name}" for name in spec.modules())
    counted = reached(f"{PACKAGE}.experiments.{kind}", chosen)
    assert loaded - counted <= SILENT.keys()
    # An engine that counts is one that is used.
    assert chosen <= loaded
