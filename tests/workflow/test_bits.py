"""Bits do not depend on whether a process compiles the kernels or finds them compiled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import hashlib
import numpy as np
from overpar.engines.choose import make_engine, make_objective
from overpar.model.papers import compilation, tfim_hva

task = tfim_hva("open").task(4, 3)
angles = np.random.RandomState(0).rand(3, 6)
arrays = make_objective(task, "auto", 1).loss_and_gradient(angles)
arrays += make_engine(task, "statevector").loss_and_gradient(angles)
arrays += make_engine(task, "statevector").tangents(angles[0])
unitary = compilation().task(2, 1)
arrays += make_objective(unitary, "paulis").loss_and_gradient(np.ones((3, unitary.parameters)))
print(*(hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()[:8] for a in arrays))
"""


@pytest.mark.slow
def test_compiling_and_loading_kernels_give_the_same_bits(tmp_path: Path) -> None:
    """Otherwise the first job after an installation and a repetition of it would differ."""
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert said[0] == said[1]
