"""The kind chain_ranks and its table."""

import json

import numpy as np
import pytest
from pydantic import ValidationError
from xarray import Dataset

from overpar.base.seeds import released_angles
from overpar.engines.choose import make_engine
from overpar.experiments import chain_ranks as kind
from overpar.experiments.common.spec import Context
from overpar.model.papers import tfim_hva
from overpar.quantities.information import qfim, spectrum
from overpar.report.plots import chain_ranks as plot
from overpar.report.tables import chain_ranks as tables


def record(ranks: list[list[int]], limit: int) -> Dataset:
    spec = {"qubits": 4, "boundary": "open", "depth": None, "samples": 2}
    values = np.array([[4.0, 3.0, 2.0, 1.0, 1.0, 0.8, 0.4, 0.1], [2, 2, 2, 2, 2, 2, 0.4, 0.02]])
    variables = {"rank": (("prime", "depth"), ranks), "limit": limit}
    for name in ("saturation", "deepest"):
        variables |= {
            f"qfim_{name}": (("sample", "eigenvalue"), values),
            f"qfim_{name}_rank": ("sample", [7, 6]),
            f"qfim_{name}_gap": ("sample", [3.0, 2.0]),
        }
        values = values / values.max()
    return Dataset(variables, attrs={"spec": json.dumps(spec)})


def run(**settings: object) -> dict:
    spec = kind.Spec(**settings)
    return kind.run(spec, Context("chain_ranks", spec.label, 1)).variables


def test_ranks_of_a_record() -> None:
    found = run(qubits=4, boundary="open")
    assert found["rank"].values.tolist() == [[2, 4, 6, 8, 8, 8, 8, 8]] * 2
    assert found["limit"].values == 8
    shallow = run(qubits=10, boundary="periodic", depth=3)
    assert shallow["rank"].values.tolist() == [[2, 4, 6]] * 2
    assert shallow["limit"].values == 10


@pytest.mark.parametrize(
    ("n", "boundary", "saturation", "depth"), [(4, "open", 4, 8), (6, "periodic", 3, 5)]
)
def test_spectra_of_a_record(n: int, boundary: str, saturation: int, depth: int) -> None:
    """Those of the state vector, at the release's angles, and with the exact rank."""
    found = run(qubits=n, boundary=boundary, depth=depth, samples=2)
    limit = int(found["limit"].values)
    for name, layers in (("saturation", saturation), ("deepest", depth)):
        engine = make_engine(tfim_hva(boundary).task(n, layers))
        for k, values in enumerate(found[f"qfim_{name}"].values):
            matrix = qfim(engine, released_angles(k, 2 * layers, np.pi))
            want = spectrum(matrix)[: len(values)]
            np.testing.assert_allclose(values, want, rtol=0, atol=1e-13 * want[0])
        assert found[f"qfim_{name}_rank"].values.tolist() == [limit, limit]
        assert (found[f"qfim_{name}_gap"].values > 6).all()


def test_table() -> None:
    good = record([[2, 4, 6, 8, 8], [2, 4, 6, 8, 8]], 8)
    # The second prime misses a direction, and both a later one.
    bad = record([[2, 4, 5, 7, 7], [2, 3, 5, 7, 7]], 8)
    more = record([[2, 4, 6, 8, 8], [2, 4, 6, 8, 8]], 7)
    table = tables.cells([good, bad, more])
    assert table["depth"].tolist() == [5, 5, 5]
    assert table["rank"].tolist() == [8, 7, 8]
    assert table["limit"].tolist() == [8, 8, 7]
    assert table["saturation"].tolist() == [4, 4, 4]
    assert table["saturation_angles"].tolist() == [8, 8, 8]
    assert table["off_law"].tolist() == [0, 3, 2]
    assert table["primes_differ"].tolist() == [0, 1, 0]
    for name in ("saturation", "deepest"):
        assert table[f"{name}_rank_min"].tolist() == [6, 6, 6]
        assert table[f"{name}_gap_min"].tolist() == [2, 2, 2]
        # Eigenvalue number 8, or 7, over the first, of both samples.
        want = [(0.1 / 4 + 0.01) / 2, (0.1 + 0.2) / 2, (0.1 / 4 + 0.01) / 2]
        np.testing.assert_allclose(table[f"{name}_smallest"], want, rtol=1e-12)


def test_figure() -> None:
    """Saturation, numerical rank, and square roots of the eigenvalues' ratios."""
    cells = tables.cells([record([[2, 4, 6, 8, 8]], 8)])
    ranks, sizes = plot.draw(cells=cells).figure.axes
    drawn = [(line.get_xdata(), line.get_ydata()) for line in ranks.lines]
    points = [[(float(x), float(y)) for x, y in zip(*line, strict=True)] for line in drawn]
    assert points == [[(4, 8)], [(4, 8)], [(4, 6)], []]
    values = [float(line.get_ydata()[0]) for line in sizes.lines[:2]]
    np.testing.assert_allclose(values, [0.0175**0.5, 0.0175**0.5], rtol=1e-12)


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
