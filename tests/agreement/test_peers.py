"""Lie algebras against PennyLane's closure, and all circuits, in the peers' own environment."""

import json
import os
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from overpar.model.generators import (
    Generators,
    hardware_efficient_generators,
    parse_generators,
    simplified,
    tfim_generators,
)
from overpar.model.observables import PauliSum
from overpar.quantities.algebra import dla_dimension

LETTERS = ("XYZ", "XZ")
SETS = 30


def random_generators(key: int) -> tuple[int, Generators]:
    """Strings for key % 3 = 0, sums of two or three for 1, both for 2; on two to five qubits.

    PennyLane's closure is in floating point and loses count in larger algebras.
    """
    random = np.random.default_rng(zlib.crc32(repr(("peers", key)).encode()))
    n, letters = 2 + key % 4, LETTERS[key % 2]
    wanted, found = int(random.integers(2, 5)), []
    while len(found) < wanted:
        most = 1 if key % 3 == 0 or (key % 3 == 2 and len(found) % 2) else 3
        terms = []
        for _ in range(int(random.integers(min(2, most), most + 1))):
            where = random.permutation(n)[: int(random.integers(1, 3))]
            string = "".join(random.choice([*letters], len(where)))
            coefficient = float(random.choice([-2.0, 1.0, 1.0, 0.37]))
            terms.append((coefficient, string, tuple(int(q) for q in where)))
        operator = simplified(PauliSum(tuple(terms)))
        found += [operator] if operator.terms else []
    return n, tuple(found)


def theirs(python: Path, root: Path, sets: list[Generators]) -> list[int]:
    """Dimensions of PennyLane's closures."""
    done = subprocess.run(
        [str(python), str(root / "benchmarks" / "peer_algebra.py")],
        input=json.dumps([[generator.terms for generator in one] for one in sets]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [answer["dimension"] for answer in json.loads(done.stdout.splitlines()[-1])]


@pytest.fixture(scope="module")
def python(root: Path) -> Path:
    found = root / ".venv-peers" / "bin" / "python"
    if not found.exists():
        pytest.skip("PennyLane has an environment of its own: `make peers` makes it")
    return found


def test_random_generators(python: Path, root: Path) -> None:
    made = [random_generators(key) for key in range(SETS)]
    ours = [dla_dimension(generators, n).value for n, generators in made]
    assert len(set(ours)) > 10
    assert ours == theirs(python, root, [generators for _, generators in made])


def test_models(python: Path, root: Path) -> None:
    made = [
        *(
            (n, tfim_generators(n, boundary))
            for n in (3, 4, 5)
            for boundary in ("open", "periodic")
        ),
        *((n, tfim_generators(n, "open", first_x=True)) for n in (3, 4, 5)),
        *((n, hardware_efficient_generators(n)) for n in (2, 3, 4)),
        *((n, parse_generators(["XX + YY", "ZZ", "Z"], n)) for n in (3, 4)),
    ]
    ours = [dla_dimension(generators, n).value for n, generators in made]
    assert ours == theirs(python, root, [generators for _, generators in made])


@pytest.mark.parametrize("library", ["openqasm", "pennylane", "qiskit"])
def test_circuits(library: str, python: Path, root: Path) -> None:
    """The tests of circuits, none of which is left out there."""
    file = root / "tests" / "agreement" / f"test_{library}.py"
    options = ["-o", "addopts=", "-q", "-p", "no:cacheprovider", "-p", "no:warnings"]
    done = subprocess.run(
        [str(python), "-m", "pytest", *options, str(file)],
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    summary = (done.stdout.splitlines() or [done.stderr])[-1]
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in summary
