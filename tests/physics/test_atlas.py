"""The classes of spin chains: their models, a cell by hand, its table and its figure."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from xarray import Dataset

from overpar.base.records import read_record, write_record
from overpar.experiments.atlas import Spec, run
from overpar.experiments.common.spec import Context
from overpar.model.spin_chains import CLASSES, spin_chain
from overpar.quantities.absorbed import absorb
from overpar.quantities.model_algebra import model_dimension
from overpar.report.plots.atlas import VERDICTS, draw
from overpar.report.tables.atlas import chains

PUBLISHED = Path(__file__).parents[2] / "data" / "published" / "dla_classification.csv"
TABLE = pd.read_csv(PUBLISHED)
SMALL = {"largest": 5, "trained": 4, "samples": 400, "initialisations": 4, "steps": 1500}


@pytest.mark.parametrize("name", CLASSES)
def test_classes_are_the_published_ones(name: str) -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        theirs = {row["set"]: row["generators"] for row in csv.DictReader(file)}
    assert CLASSES[name] == theirs[name]
    assert len(CLASSES) == len(theirs)


def test_the_input_has_no_vanishing_pauli() -> None:
    """THTH|0⟩: H gives X, T turns it to (X + Y)/√2, and both again."""
    state = absorb(spin_chain("b3"), 1).states
    assert state is not None
    paulis = {"X": [[0, 1], [1, 0]], "Y": [[0, -1j], [1j, 0]], "Z": [[1, 0], [0, -1]]}
    seen = [np.vdot(state[0], np.array(p) @ state[0]).real for p in paulis.values()]
    np.testing.assert_allclose(seen, [0.5, -0.5, 0.5**0.5], atol=1e-12)


def test_a_class_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="'c1' is no class; allowed: a0, a1"):
        Spec(chain="c1", boundary="open")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Dataset]]:
    """Of single qubits, Ising-like and unstructured chains."""
    found = []
    for name, boundary in (("b3", "open"), ("b0", "periodic"), ("a12", "open")):
        spec = Spec.model_validate({"chain": name, "boundary": boundary, **SMALL})
        result = run(spec, Context("atlas", spec.label, 5))
        path = tmp_path_factory.mktemp("atlas") / f"{name}.nc"
        attributes = {"spec": spec.model_dump_json(), "identity": "a", **result.attributes}
        write_record(path, result.variables, attributes)
        found.append(read_record(path, "a"))
    yield found
    for record in found:
        record.close()


def test_single_qubits_by_hand(records: list[Dataset]) -> None:
    """b3: n copies of su(2). A qubit at random has ⟨X⟩, ⟨Y⟩ of variance ⅓, so ⟨X + Y⟩ has ⅔."""
    table = chains(records).query("chain == 'b3'").set_index("qubits")
    assert table["dimension"].tolist() == [9, 12, 15]
    assert table["ideals"].tolist() == [" + ".join(["su(2)"] * n) for n in (3, 4, 5)]
    assert table["topology"].unique().tolist() == ["line"]
    # A state of a qubit has two directions.
    assert table["rank"].tolist() == [6, 8, 10]
    np.testing.assert_allclose(table["predicted"], [2, 8 / 3, 10 / 3])
    assert (table["distance"] < 1).all()
    # No qubit has less than −√2: all runs come to n(√2 − √2) = 0 above the ground state.
    assert table["reached"].tolist()[:2] == [4, 4]
    np.testing.assert_allclose(table["lowest"].tolist()[:2], 0, atol=1e-2)
    assert np.isnan(table["reached"].tolist()[2])


def test_commuting_terms_are_flat(records: list[Dataset]) -> None:
    table = chains(records).query("chain == 'b0'")
    assert table["verdict"].unique().tolist() == ["flat"]
    assert (table["predicted"] == 0).all()
    assert (table["distance"] < 1e-6).all()


def test_dimensions_also_where_nothing_is_split() -> None:
    spec = Spec.model_validate({"chain": "a12", "boundary": "open", **SMALL, "max_split": 40})
    result = run(spec, Context("atlas", spec.label, 5))
    assert result.variables["dimension"].values.tolist() == [36, 255, 1023]
    known = np.isfinite(result.variables["predicted"].values)
    assert known.tolist() == [True, False, False]


def test_the_figure_has_a_row_for_each_class(records: list[Dataset]) -> None:
    table = chains(records)
    drawn = draw(chains=table, published=TABLE)
    axes = drawn.figure.axes
    assert len(axes) == 3 * 6
    line, theirs = axes[0].lines
    assert line.get_color() == VERDICTS[table["verdict"].iloc[0]][0]
    np.testing.assert_array_equal(line.get_ydata(), [9, 12, 15])
    np.testing.assert_array_equal(theirs.get_ydata(), [9, 12, 15, 18, 21, 24])
    assert not axes[3].lines  # no circle of b3 in these records


def test_models_have_the_published_dimensions() -> None:
    for row in TABLE[(TABLE["n"] == 4) & (TABLE["topology"] != "complete")].itertuples():
        boundary = {"line": "open", "circle": "periodic"}[row.topology]
        model = spin_chain(row.set, boundary)  # type: ignore[arg-type]
        assert model_dimension(absorb(model, 4), None).value == row.dimension
