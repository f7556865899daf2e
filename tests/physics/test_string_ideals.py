"""Algebras of strings: split by their products as by eigenvectors."""

import numpy as np
import pytest
from cases import rng

from overpar.base.errors import UserError
from overpar.base.progress import silent
from overpar.model.generators import parse_generators
from overpar.model.observables import PauliSum
from overpar.quantities import string_ideals
from overpar.quantities.algebra_structure import _real_basis, split, structure
from overpar.quantities.loss_moments import loss_moments, product_expectations
from overpar.quantities.strings import StringTable


def random_strings(key: int) -> tuple[int, list[str]]:
    random = rng("strings", key)
    n = int(random.integers(2, 5))
    count = int(random.integers(2, 9))
    words = {"".join(random.choice([*"IIXYZ"], n)) for _ in range(count)} - {"I" * n}
    return n, sorted(words) or ["X" * n]


@pytest.mark.parametrize("key", range(30))
def test_split_as_by_eigenvectors(key: int) -> None:
    n, words = random_strings(key)
    generators = parse_generators(words, n, full=True)
    table = StringTable(generators, n)
    ours, other = structure(generators, n), split(table, *_real_basis(table, silent))
    assert str(ours) == str(other)
    observable = PauliSum(tuple((1.0 + k, *g.terms[0][1:]) for k, g in enumerate(generators)))
    found = [loss_moments(p, observable, product_expectations(p, "0")) for p in (ours, other)]
    assert found[0].variance == pytest.approx(found[1].variance, abs=1e-9)
    assert found[0].mean == pytest.approx(found[1].mean, abs=1e-9)
    bases = [np.concatenate([i.basis.toarray() for i in (p.centre, *p.ideals)]) for p in (ours,)]
    np.testing.assert_allclose(bases[0] @ bases[0].T, np.eye(ours.dimension), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("letters", "n", "expected"),
    [
        ("X Y ZZ", 6, "su(64)"),
        ("X Y ZZ", 8, "su(256)"),
        ("XX YZ ZY", 8, " + ".join(["su(64)"] * 4)),
    ],
)
def test_large_algebras(letters: str, n: int, expected: str) -> None:
    boundary = "periodic" if letters.startswith("XX") else "open"
    assert str(structure(parse_generators(letters.split(), n, boundary, local=True), n)) == expected


def test_too_many_copies_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(string_ideals, "_ENTRIES", 4000)
    generators = parse_generators(["XX", "YZ", "ZY"], 6, "periodic", local=True)
    with pytest.raises(UserError, match=r"4 alike ideals .* dimension 1020 hold more than 4000"):
        structure(generators, 6)
