"""`make bench`: our engines beside Qibo and the peers a user would pick, in one run.

Rounds alternate between programs, so that a noisy machine disturbs all alike; medians and ratios
are printed and written to benchmarks/results.json, docs/performance.md and docs/performance.png.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from page import plot, write_page
from scipy.stats import unitary_group

from overpar.cli.times import whole
from overpar.engines.choose import curvature_engine, make_engine, make_objective
from overpar.model.generators import (
    Generators,
    hardware_efficient_generators,
    tfim_generators,
)
from overpar.model.observables import Task
from overpar.model.papers import compilation, tfim_hva
from overpar.quantities import fermion_ranks
from overpar.quantities.algebra import dla_dimension
from overpar.quantities.curved import make_curved
from overpar.quantities.exact_rank import exact_ranks
from overpar.quantities.information import curvature, horizontal, tangent_rank
from overpar.quantities.training import train
from overpar.study.check import opened
from overpar.study.config import DEFAULT, read

HERE = Path(__file__).parent
RUNS = 48


def clock(
    work: Callable[[], object], repeats: int, timer: Callable[[], float] = time.process_time
) -> float:
    """Median processor seconds of a call, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        started = timer()
        work()
        times.append(timer() - started)
    return statistics.median(times)


def ours(task: Task, engine: str, *, adam: bool = False, threads: int = 1) -> Callable[[], float]:
    """Seconds for one run's loss and gradient, from a batch of RUNS."""
    objective = make_objective(task, engine, threads)
    parameters = task.circuit.parameters
    angles = np.random.default_rng(0).uniform(0, np.pi, (RUNS, parameters))
    if adam:
        return lambda: clock(lambda: train(objective, angles, 3), 3) / RUNS / 4
    return lambda: clock(lambda: objective.loss_and_gradient(angles), 7) / RUNS


def qibo(task: Task) -> Callable[[], float]:
    """Seconds for a loss and a parameter-shift gradient with Qibo, from single executions."""
    engine = make_engine(task, "qibo")
    angles = np.random.default_rng(0).uniform(0, np.pi, (1, task.circuit.parameters))
    executions = 1 + 2 * len(task.circuit.rotations)
    return lambda: clock(lambda: engine.state(angles), 1) * executions


def pair(task: Task) -> Callable[[], float]:
    """Seconds for QFIM and Hessian at one point."""
    engine = curvature_engine(task)
    angles = np.random.default_rng(0).uniform(0, np.pi, task.circuit.parameters)
    return lambda: clock(lambda: curvature(engine, angles), 3)


def batch_pair(task: Task, runs: int) -> Callable[[], float]:
    """Seconds for QFIM and Hessian of one of several points, as the census takes them."""
    curved = make_curved(task)
    angles = np.random.default_rng(0).uniform(0, np.pi, (runs, task.circuit.parameters))

    def both() -> None:
        curved.qfim(angles)
        curved.hessian(angles)

    return lambda: clock(both, 3) / runs


def rank(work: Callable[[], object]) -> Callable[[], float]:
    """Seconds for a generic rank of a circuit."""
    return lambda: clock(work, 3)


def shifted_pair(task: Task) -> Callable[[], float]:
    """Seconds for a Hessian by parameter shift over all pairs of gates, with Qibo.

    As in the released code: four shifted executions for each of G(G+1)/2 pairs of rotations.
    """
    engine = make_engine(task, "qibo")
    angles = np.random.default_rng(0).uniform(0, np.pi, (1, task.circuit.parameters))
    gates = len(task.circuit.rotations)
    return lambda: clock(lambda: engine.state(angles), 1) * 2 * gates * (gates + 1)


def peer(python: Path, name: str, qubits: int, depth: int) -> Callable[[], float]:
    """Seconds for one loss and gradient with another library, in its own process."""

    def run() -> float:
        command = [python, HERE / "peers.py", name, qubits, depth]
        out = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, check=True
        )
        return float(json.loads(out.stdout.splitlines()[-1])["seconds"])

    return run


def closure(generators: Generators, qubits: int, dimension: int) -> Callable[[], float]:
    """Seconds for the dimension of a Lie algebra."""
    assert dla_dimension(generators, qubits).value == dimension
    return lambda: clock(lambda: dla_dimension(generators, qubits), 5)


def peer_closure(python: Path, generators: Generators, dimension: int) -> Callable[[], float]:
    """Seconds for the same with PennyLane, in a new process each time."""
    given = json.dumps([[generator.terms for generator in generators]])

    def run() -> float:
        command = [str(python), str(HERE / "peer_algebra.py")]
        out = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
        (answer,) = json.loads(out.stdout.splitlines()[-1])
        assert answer["dimension"] == dimension
        return float(answer["seconds"])

    return run


Lines = dict[str, tuple[float, dict[str, Callable[[], float]]]]


def own_lines() -> Lines:
    """Lines without other programs, as `lines` gives them."""
    chain, random = tfim_hva("open").task(10, 29), np.random.default_rng(0)
    point = random.uniform(0, np.pi, chain.circuit.parameters)
    engine = curvature_engine(chain)
    out: Lines = {}
    for n, layers in ((2, 8), (3, 15), (4, 40), (5, 125)):
        task = compilation().task(n, layers)
        programs = {name: ours(task, name, adam=True) for name in ("paulis", "statevector")}
        title = f"Compilation n={n}, L={layers} with Adam: µs per parameter and run"
        out[title] = task.circuit.parameters, programs
    out["Census, open chain n=10, M=58: µs per QFIM and Hessian"] = (
        1,
        {"gaussian": batch_pair(chain, 20), "statevector": pair(chain)},
    )
    out["Rank of the open chain, n=10, M=58: µs per rank"] = (
        1,
        {
            "modes": rank(lambda: fermion_ranks.exact_ranks(10, "open", 29, random=random)),
            "residues": rank(lambda: exact_ranks(chain)),
            "singular": rank(lambda: tangent_rank(horizontal(*engine.tangents(point)))),
        },
    )
    return out


def lines(python: Path) -> Lines:
    """Per line: how many units one loss and gradient has, and the programs to time."""
    chain = tfim_hva("open").task(10, 104)
    np.random.seed(1)  # noqa: NPY002  the release's target
    hea = compilation(unitary_group.rvs(32)).task(depth=125)
    sums, strings = tfim_generators(10, "open"), hardware_efficient_generators(5)
    return {
        "VQE n=10 open, p=104: µs per layer and run": (
            104,
            {
                "fermions": ours(chain, "fermions"),
                "statevector": ours(chain, "statevector"),
                "qibo": qibo(chain),
                "qiboml": peer(python, "hva_qiboml", 10, 104),
                "lightning": peer(python, "hva_lightning", 10, 104),
            },
        ),
        "HEA n=5, L=125 with Adam: µs per parameter and run": (
            hea.circuit.parameters,
            {
                "paulis": ours(hea, "paulis", adam=True),
                "statevector": ours(hea, "statevector", adam=True),
                "qibo": qibo(hea),
                "lightning": peer(python, "hea_lightning", 5, 125),
            },
        ),
        "QFIM and Hessian, HVA n=10, M=208: µs per pair": (
            1,
            {"statevector": pair(chain), "qibo": shifted_pair(chain)},
        ),
        "QFIM and Hessian, HEA n=5, M=2010: µs per pair": (
            1,
            {"statevector": pair(hea), "qibo": shifted_pair(hea)},
        ),
        "Lie algebra of the open chain's sums, n=10, dimension 100: µs per closure": (
            1,
            {
                "closure": closure(sums, 10, 100),
                "pennylane": peer_closure(python, sums, 100),
            },
        ),
        "Lie algebra of the HEA, n=5, dimension 1023: µs per closure": (
            1,
            {
                "closure": closure(strings, 5, 1023),
                "pennylane": peer_closure(python, strings, 1023),
            },
        ),
    }


def measure(python: Path | None, rounds: int, only: str) -> dict[str, dict[str, list[float]]]:
    """Microseconds per unit of every program in every round, of lines whose title holds `only`."""
    out: dict[str, dict[str, list[float]]] = {}
    everything = (lines(python) if python else {}) | own_lines()
    table = {line: programs for line, programs in everything.items() if only in line}
    for number in range(rounds):
        for line, (units, programs) in table.items():
            for name, program in programs.items():
                # Qibo's parameter shift takes minutes; it is extrapolated once.
                if name == "qibo" and number > 0:
                    continue
                value = program() / units * 1e6
                out.setdefault(line, {}).setdefault(name, []).append(value)
                print(f"round {number + 1}/{rounds}  {line}  {name}: {value:.4g}", flush=True)
    return out


def large() -> dict[str, float]:
    """One training step of 16 runs of the open chain at n = 100, p = 100, on two threads."""
    objective = make_objective(tfim_hva("open").task(100, 100), "fermions", 2)
    angles = np.random.default_rng(0).uniform(0, np.pi, (16, 200))
    seconds = clock(lambda: objective.loss_and_gradient(angles), 9, time.perf_counter)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"milliseconds": seconds * 1e3, "peak_megabytes": peak}


def chains() -> dict[str, float]:
    """Milliseconds for the dimension n² of the open chain's algebra, by n."""
    sizes = (10, 14, 20)
    return {str(n): closure(tfim_generators(n, "open"), n, n * n)() * 1e3 for n in sizes}


def scaling() -> dict[str, list[list[float]]]:
    """Microseconds per layer and run against n (depth 20), and per run against depth (n = 10)."""
    out: dict[str, list[list[float]]] = {}
    for engine, sizes in (
        ("fermions", (4, 6, 8, 10, 20, 50, 100)),
        ("statevector", (4, 6, 8, 10, 12)),
    ):
        out[f"{engine} against n"] = [
            [n, ours(tfim_hva("open").task(n, 20), engine)() / 20 * 1e6] for n in sizes
        ]
        out[f"{engine} against depth"] = [
            [p, ours(tfim_hva("open").task(10, p), engine)() * 1e6] for p in (4, 8, 16, 32, 64, 104)
        ]
    return out


def machine() -> str:
    """Cores, processor and Python."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    wide = "AVX-512" if any("avx512f" in line for line in lines) else "no AVX-512"
    processor = f"{(names or [platform.machine()])[0]} ({wide})"
    return f"{os.cpu_count()} cores of {processor}, Python {platform.python_version()}"


def workflow() -> dict[str, float]:
    """CPU seconds of the workflow's runs in this directory; empty if there are none."""
    return whole(opened(read([HERE.parent / DEFAULT]), HERE.parent).plan)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peers", type=Path, help="python of the peers' venv; without it only lines of ours"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only",
        default="",
        metavar="TEXT",
        help="measure the lines with this in their title; all other numbers stay as they are",
    )
    options = parser.parse_args()
    before: dict[str, Any] = {"measured": {}}
    if options.only or not options.peers:
        before = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    fresh = measure(options.peers, options.rounds, options.only)
    measured = before["measured"] | fresh
    medians = {
        line: {name: statistics.median(values) for name, values in programs.items()}
        for line, programs in measured.items()
    }
    ratios = {}
    for line, programs in measured.items():
        fastest = min(programs, key=lambda name: medians[line][name])
        ratios[line] = {
            name: statistics.median(a / b for a, b in zip(values, programs[fastest], strict=False))
            for name, values in programs.items()
        }
    # The state vector against the peers, as a general circuit would see it.
    hva = next(iter(measured))
    for name in ("qiboml", "lightning"):
        pairs = zip(measured[hva][name], measured[hva]["statevector"], strict=True)
        print(f"{hva}  {name} / statevector = {statistics.median(a / b for a, b in pairs):.3g}")
    machines = before.get("machines", {}) | {line: machine() for line in fresh}
    results: dict[str, object] = {
        "machines": machines,
        "rounds": options.rounds,
        "measured": measured,
        "medians": medians,
        "ratios": ratios,
        **{
            name: before[name] if name in before else measured_alone()
            for name, measured_alone in (
                ("large", large),
                ("scaling", scaling),
                ("chains", chains),
            )
        },
    }
    for line, values in ratios.items():
        print(line)
        for name, ratio in values.items():
            print(f"  {name:12} {medians[line][name]:10.4g}   {ratio:10.4g} × fastest")
    results["workflow"] = workflow() or before.get("workflow", {})
    print("n = 100, p = 100, 16 runs:", results["large"])
    (HERE / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    plot(results, HERE.parent / "docs" / "performance.png")
    write_page(results, RUNS, HERE.parent / "docs" / "performance.md")


if __name__ == "__main__":
    sys.exit(main())
