"""Settings of all tests: one thread, no silent floating-point trouble, the same examples always."""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "overpar",
    derandomize=True,
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("overpar")

# A check of its own, `make slurm-test`, whose imports the tests' environment does not have.
collect_ignore = ["cluster"]


@pytest.fixture(autouse=True)
def _strict_numerics() -> Iterator[None]:
    """Division by zero, invalid values, NaN slices and lost imaginary parts fail the test."""
    with np.errstate(divide="raise", invalid="raise", over="raise"), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's directory."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def mirror(root: Path) -> Path:
    """The authors' raw files, if someone has them; tests that need them are skipped otherwise."""
    beside = root.parent / "shared" / "mirror"
    found = Path(os.environ.get("OVERPAR_MIRROR", beside))
    if not found.is_dir():
        pytest.skip("no raw files: set OVERPAR_MIRROR to a directory owner/repository/commit/…")
    return found
