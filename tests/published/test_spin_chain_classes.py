"""The classification of Lie algebras of 2-local spin chains, row by row.

Source: R. Wiersema, E. Kökcü, A. F. Kemper and B. N. Bakalov, npj Quantum Information 10, 110
(2024), arXiv:2309.05690.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from overpar.model.observables import PauliSum
from overpar.quantities.algebra import dla_dimension
from overpar.quantities.algebra_structure import structure

Row = dict[str, str]
FILE = Path(__file__).parents[2] / "data" / "published" / "dla_classification.csv"
ROWS: list[Row] = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
# Of arXiv:2309.05690, as others cite them; we know of no number for the complete graph.
THEOREMS = {"line": "IV.1", "circle": "IV.2", "complete": "graph"}
# Up to here a dimension and a structure take a tenth of a second.
QUICK = 4096


def generators(row: Row) -> list[PauliSum]:
    """Every term on every bond on its own, on the complete graph in both directions."""
    n = int(row["n"])
    bonds = {
        "line": [(q, q + 1) for q in range(n - 1)],
        "circle": [(q, (q + 1) % n) for q in range(n)],
        "complete": [(a, b) for a in range(n) for b in range(n) if a != b],
    }[row["topology"]]
    found = []
    for bond in bonds:
        for word in row["generators"].split():
            pairs = sorted((q, p) for q, p in zip(bond, word, strict=True) if p != "I")
            letters, where = "".join(p for _, p in pairs), tuple(q for q, _ in pairs)
            found.append(PauliSum(((1.0, letters, where),)))
    return list(dict.fromkeys(found))


def label(row: Row) -> str:
    return f"{THEOREMS[row['topology']]}-{row['set']}-{row['topology']}-{row['n']}"


def parts(text: str) -> Counter[str]:
    """Names with their numbers, from text such as "2 so(5) + u1"."""
    found: Counter[str] = Counter()
    for part in text.split(" + "):
        count, _, name = part.rpartition(" ")
        found[name] += int(count or 1)
    return found


ALL = pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=label(row), marks=[pytest.mark.slow] * (int(row["dimension"]) > QUICK))
        for row in ROWS
    ],
)


@ALL
def test_dimensions(row: Row) -> None:
    assert dla_dimension(generators(row), int(row["n"])).value == int(row["dimension"])


@ALL
def test_structures(row: Row) -> None:
    """Ideals by name, uniquely, and the dimension of the centre."""
    found = structure(generators(row), int(row["n"]))
    names = Counter(ideal.name for ideal in found.ideals)
    names["u1"] = found.centre.dimension
    assert +names == parts(row["structure"])
