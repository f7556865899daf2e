"""Tables of NTangled's entanglement and their figure, from synthetic records."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from xarray import Dataset

from overpar.report.plots import ntangled
from overpar.report.tables import entanglement
from overpar.report.tables.columns import TableFunction


def record(files: list[tuple[str, int, float, float]], **spec: Any) -> Dataset:
    """A record of files (name, depth, nominal, measured)."""
    settings = {
        "ansatz": "hwe",
        "qubits": 8,
        "product": "uniform",
        "reading": "documented",
        **spec,
    }
    about = [
        {"file": name, "input_kind": "cb", "note": "" if np.isfinite(mean) else "odd"}
        for name, _, _, mean in files
    ]
    columns = zip(*(f[1:] for f in files), strict=True)
    names = ("depth", "nominal", "mean")
    variables = {k: ("file", np.array(v)) for k, v in zip(names, columns, strict=True)}
    variables["spread"] = ("file", np.full(len(files), 0.02))
    return Dataset(
        variables,
        attrs={
            "spec": json.dumps(settings),
            "files": json.dumps(about),
            "provenance": "somewhere",
        },
    )


SWAPPED = record(
    [
        ("a", 5, 0.40, 0.452),
        ("b", 5, 0.45, 0.396),
        ("c", 6, 0.40, 0.452),  # fits b's name, but at another depth
        ("d", 5, 0.15, 0.149),
        ("e", 5, 0.25, np.nan),
    ]
)
NEAR_MISS = record([("a", 5, 0.40, 0.452), ("b", 5, 0.45, 0.385)])
ABSENT = Dataset(
    attrs={
        "spec": '{"ansatz": "sea", "qubits": 3, "product": "uniform", "reading": "documented"}',
        "provenance": "not available: no network",
    },
)


def test_files() -> None:
    table = entanglement.files([SWAPPED, ABSENT]).set_index("file")
    np.testing.assert_allclose(
        table.loc[["a", "b", "d"], "deviation"].astype(float), [0.052, 0.054, 0.001], atol=1e-12
    )
    assert table["runs"].tolist() == [1, 1, 1, 1, 0, 0]
    assert table["partner"].dropna().to_dict() == {"a": "b", "b": "a"}
    exchanged = table["exchanged_deviation"].dropna().to_dict()
    assert exchanged == {"a": pytest.approx(0.002), "b": pytest.approx(0.004)}
    assert table.loc["e", "note"] == "odd"
    assert table["provenance"].iloc[-1] == "not available: no network"


@pytest.mark.parametrize("function", [entanglement.files, entanglement.summary])
def test_every_declared_column_is_made(function: TableFunction) -> None:
    assert set(function.make([SWAPPED, ABSENT])) == set(function.names)


def test_names_that_do_not_fit_each_other_are_not_exchanged() -> None:
    assert entanglement.files([NEAR_MISS])["partner"].isna().all()


def test_summary_takes_sizes_together() -> None:
    other = record([("f", 1, 0.1, 0.2)], qubits=4)
    row = entanglement.summary([SWAPPED, other, ABSENT]).iloc[0]
    assert row["qubits"] == "4 and 8"
    assert row[["runs", "exchanged"]].tolist() == [5, 2]
    assert row["deviation_mean"] == pytest.approx((0.052 + 0.054 + 0.052 + 0.001 + 0.1) / 5)
    assert row["deviation_max"] == pytest.approx(0.1)
    assert entanglement.summary([ABSENT]).empty


def drawn(records: list[Dataset]) -> Any:
    return ntangled.draw(files=entanglement.files(records), summary=entanglement.summary(records))


def test_figure() -> None:
    out = drawn([SWAPPED, ABSENT])
    texts = [t.get_text() for axis in out.figure.axes for t in axis.texts]
    assert texts.count("exchanged?") == 1
    assert texts.count("not\navailable") == 3
    assert "Not measured: 1 files" in out.caption
    assert "NTangled's weights are not available: no network" in out.caption
    assert sorted(out.data["file"]) == ["a", "b", "c", "d"]


def test_figure_without_any_data() -> None:
    out = drawn([ABSENT])
    texts = [t.get_text() for axis in out.figure.axes for t in axis.texts]
    assert texts == 4 * ["not\navailable"]
    assert "not available: no network" in out.caption
    assert isinstance(out.data, pd.DataFrame)
