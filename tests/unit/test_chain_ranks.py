"""The kind chain_ranks and its table."""

import json

import numpy as np
import pytest
from pydantic import ValidationError
from xarray import Dataset

from overpar.experiments import chain_ranks as kind
from overpar.experiments.common.spec import Context
from overpar.report.tables import chain_ranks as tables


def record(ranks: list[list[int]], limit: int) -> Dataset:
    spec = {"qubits": 4, "boundary": "open", "depth": None}
    return Dataset(
        {"rank": (("prime", "depth"), ranks), "limit": limit}, attrs={"spec": json.dumps(spec)}
    )


def test_record_of_a_size() -> None:
    spec = kind.Spec(qubits=4, boundary="open")
    assert spec.label == "n=4,boundary=open"
    found = kind.run(spec, Context("chain_ranks", spec.label, 1)).variables
    assert found["rank"].values.tolist() == [[2, 4, 6, 8, 8, 8, 8, 8]] * 2
    assert found["limit"].values == 8
    shallow = kind.Spec(qubits=10, boundary="periodic", depth=3)
    found = kind.run(shallow, Context("chain_ranks", shallow.label, 1)).variables
    assert found["rank"].values.tolist() == [[2, 4, 6]] * 2


def test_table() -> None:
    good = record([[2, 4, 6, 8, 8], [2, 4, 6, 8, 8]], 8)
    # The second prime misses a direction, and both a later one.
    bad = record([[2, 4, 5, 7, 7], [2, 3, 5, 7, 7]], 8)
    table = tables.cells([good, bad])
    assert table["depth"].tolist() == [5, 5]
    assert table["rank"].tolist() == [8, 7]
    assert table["limit"].tolist() == [8, 8]
    assert table["saturation"].tolist() == [4, 4]
    assert table["saturation_angles"].tolist() == [8, 8]
    assert table["off_law"].tolist() == [0, 3]
    assert table["primes_differ"].tolist() == [0, 1]
    assert np.issubdtype(table["rank"].dtype, np.integer)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"qubits": 5, "boundary": "periodic"}, "qubits must be even for a periodic chain"),
        ({"qubits": 66, "boundary": "open"}, "qubits must be at most 64 if open, but is 66"),
        ({"qubits": 402, "boundary": "periodic"}, "less than or equal to 400"),
        ({"qubits": 4, "boundary": "open", "depth": 0}, "greater than or equal to 1"),
    ],
)
def test_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        kind.Spec(**settings)
