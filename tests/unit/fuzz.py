"""`make fuzz`: two thousand command lines and configurations end in a result or in one line.

Each runs in a process of its own, forked from one that has loaded the libraries, in a directory
with files that are right and files that are not. Memory and processor time are limited.
"""

import argparse
import contextlib
import io
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import yaml
from fuzzed import arguments, configuration

from overpar import cli
from overpar.study.digest import code_digest
from overpar.study.kernels import WORK
from overpar.study.kinds import kinds

MEMORY = 2 * 2**30
SECONDS = 60
RESULT, LINE, STOPPED, BAD = "result", "one line", "stopped while saying so", "NOT SO"
CODE = """
import sys
from qibo import Circuit, gates


def circuit(qubits, depth):
    out = Circuit(qubits)
    for _ in range(depth):
        out.add(gates.RX(q, 0.0) for q in range(qubits))
        out.add(gates.CZ(q, q + 1) for q in range(qubits - 1))
    return out


def ring(qubits):
    return [[q - 1, q] for q in range(1, qubits)]


def wrong(qubits, depth):
    return Circuit(qubits), [[0]]


def leaves(qubits, depth):
    sys.exit(0)


def none(qubits):
    return None
"""
CONFIG = {
    "seed": 1,
    "size": "smoke",
    "models": {"spin": {"generators": ["ZZ", "X"], "state": "+", "observable": "-ZZ - X"}},
    "experiments": {
        "spin": {
            "kind": "circuit_training",
            "cells": [{"model": "spin", "qubits": 2, "depth": 1, "initialisations": 2, "steps": 5}],
        }
    },
    "tables": {"table": {"function": "training:cells", "experiments": ["spin"]}},
    "figures": {},
}
TEXTS = {
    "my.py": CODE,
    "broken.py": "def circuit(:\n",
    "my.qasm": "qreg q[3]; rzz(a) q[0],q[1]; rzz(a) q[1],q[2]; rx(b) q;",
    "broken.qasm": "qreg q[99999999999]; foo(a q;",
    "spec.yaml": "model: {ansatz: tfim_hva}\nqubits: [2, 4]\nsamples: 20\n",
    "broken.yaml": "a: [\n",
    "more.yaml": "seed: 3\n",
    "config/claims.yaml": "alpha: 0.01\nstatements: []\n",
    "config/config.yaml": yaml.safe_dump(CONFIG),
    "data/published/vqe_success.csv": "n,p\n1,1\n",
    "data/checksums.csv": "dataset,path,sha256,bytes\n"
    + "".join(f"{name},x,0,1\n" for name in ("ntangled", "released_states", "released_data")),
    "pickled.npy": "",
}


def fill(directory: Path) -> None:
    """Write the files that arguments and configurations name."""
    for name in ("config", "data/published", "directory", "directory.npy", "directory.png"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    for name, text in TEXTS.items():
        (directory / name).write_text(text, encoding="utf-8")
    np.save(directory / "two.npy", np.ones(2))
    np.save(directory / "nan.npy", np.full(2, np.nan))
    (directory / "pickled.npy").write_bytes(pickle.dumps(1))
    (directory / "binary.yaml").write_bytes(bytes(range(256)))
    whole = (directory / "two.npy").read_bytes()
    (directory / "cut.npy").write_bytes(whole[:-5])
    (directory / "header.npy").write_bytes(whole.replace(b"(2,)", b"(2;)"))
    (directory / "empty.npy").write_bytes(b"")


@dataclass(frozen=True)
class Ended:
    """How a case ended.

    Args:
        code: of the process, minus the number of a signal that ended it.
        out: what it printed.
        said: on standard error.
        seconds: of processor time.
        megabytes: of memory at most.
    """

    code: int
    out: str
    said: str
    seconds: float
    megabytes: float

    @property
    def how(self) -> str:
        """One of RESULT, LINE, STOPPED and BAD."""
        lines = self.said.splitlines()
        if "Traceback" in self.said or self.megabytes * 2**20 > MEMORY:
            return BAD
        if self.code == -signal.SIGXCPU:
            return STOPPED if lines else BAD
        if self.code == 2:
            named = [line for line in lines if line.startswith("overpar") and ": " in line]
            return LINE if len(named) == 1 and named == lines[-1:] else BAD
        return RESULT if self.code in (0, 1) else BAD


def ended(line: list[str], directory: Path) -> Ended:
    """Run a command line in a process of its own."""
    files = [directory.with_name(name) for name in ("out", "said")]
    child = os.fork()
    if not child:
        code = 70
        try:
            _enter(directory, files)
            code = cli.main(line)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError):
                sys.stdout.flush()
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    out, said = (path.read_text(encoding="utf-8", errors="replace") for path in files)
    seconds = used.ru_utime + used.ru_stime
    return Ended(os.waitstatus_to_exitcode(status), out, said, seconds, used.ru_maxrss / 1024)


def _enter(directory: Path, files: list[Path]) -> None:
    os.chdir(directory)
    for number, path in enumerate(files, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8")
    sys.stderr = io.TextIOWrapper(
        os.fdopen(2, "wb", 0, closefd=False), encoding="utf-8", write_through=True
    )
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def warm() -> None:
    """Load once what the cases need: libraries, kernels, and digests of the code of all kinds."""
    import pandas  # noqa: F401
    import qibo  # noqa: F401

    cli.parser()
    for kind in kinds():
        code_digest(f"overpar.experiments.{kind}")
    for work, _ in WORK.values():
        work()


def fuzz(numbers: Iterable[int], directory: Path) -> Iterator[tuple[str, str, Ended]]:
    """Cases by number: sort, what was given, and how it ended."""
    for number in numbers:
        draw = Random(number)
        # Anew for each case: one before may have written over anything.
        project = directory / "project"
        shutil.rmtree(project, ignore_errors=True)
        fill(project)
        if number % 2:
            given = configuration(draw)
            (project / "config/config.yaml").write_text(given, encoding="utf-8")
            yield "config", f"case {number}:\n{given}", ended(["plan"], project)
        else:
            line = arguments(draw)
            yield line[0], f"case {number}: {line}", ended(line, project)


def main() -> int:
    """Fuzz, and print counts and what did not end as it must.

    Returns:
        0 if all did.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.cases)
    begun = time.monotonic()
    warm()
    found: list[tuple[str, Ended]] = []
    with tempfile.TemporaryDirectory() as directory:
        for sort, values, how in fuzz(numbers, Path(directory)):
            found.append((sort, how))
            if how.how != BAD:
                continue
            print(
                f"{sort} {values}\n  code {how.code}, {how.seconds:.0f} s, {how.megabytes:.0f} MB"
            )
            print("   ", "\n    ".join(how.said.splitlines()[-6:]), flush=True)
    counts = {sort: Counter(e.how for s, e in found if s == sort) for sort, _ in found}
    for sort in sorted(counts):
        print(f"{sort:10}", ", ".join(f"{n} {how}" for how, n in sorted(counts[sort].items())))
    total = sum(counts.values(), Counter())
    print(f"{len(found)} cases:", ", ".join(f"{n} {how}" for how, n in sorted(total.items())))
    traced = sum("Traceback" in e.said for _, e in found)
    print(
        f"{traced} tracebacks, at most {max(e.megabytes for _, e in found):.0f} MB and"
        f" {max(e.seconds for _, e in found):.0f} s a case,"
        f" {sum(e.seconds for _, e in found):.0f} s of processor time in"
        f" {(time.monotonic() - begun) / 60:.1f} minutes"
    )
    return 1 if total[BAD] else 0


if __name__ == "__main__":
    sys.exit(main())
