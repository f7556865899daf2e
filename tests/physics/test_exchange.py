"""Qubits that may be exchanged: sums over orbits give what single strings give."""

import time
from itertools import combinations, permutations

import dense
import numpy as np
import pytest
from cases import rng

from overpar.model.generators import Generators, parse_generators
from overpar.model.observables import PauliSum
from overpar.quantities.algebra import dla_dimension
from overpar.quantities.algebra_structure import structure
from overpar.quantities.exchange import Symmetry, exchangeable
from overpar.quantities.loss_moments import loss_moments, product_expectations
from overpar.quantities.sector import sector_dimension
from overpar.quantities.strings import StringTable, masks


def graph(edges: list[tuple[int, ...]], n: int) -> Generators:
    """ΣZZ over edges, and ΣX."""
    couplings = PauliSum(tuple((1.0, "ZZ", edge) for edge in edges))
    return couplings, PauliSum(tuple((1.0, "X", (q,)) for q in range(n)))


def complete(n: int) -> Generators:
    return graph(list(combinations(range(n), 2)), n)


def star(n: int) -> Generators:
    return graph([(0, q) for q in range(1, n)], n)


def classes(symmetry: Symmetry) -> list[list[int]]:
    return [c.tolist() for c in symmetry.classes]


def test_classes_are_those_of_the_operators() -> None:
    assert classes(exchangeable(complete(5), 5)) == [[0, 1, 2, 3, 4]]
    assert classes(exchangeable(star(5), 5)) == [[1, 2, 3, 4]]
    assert classes(exchangeable(complete(5), 5, "01+01")) == [[0, 3], [1, 4]]
    assert classes(exchangeable(parse_generators(["ZZ", "X"], 5, "periodic"), 5)) == []
    # A path of three has its ends alike, and a square those that are not joined.
    assert classes(exchangeable(graph([(0, 1), (1, 2)], 3), 3)) == [[0, 2]]
    assert classes(exchangeable(graph([(0, 1), (1, 2), (2, 3), (3, 0)], 4), 4)) == [[0, 2], [1, 3]]
    uneven = PauliSum(((1.0, "ZZ", (0, 1)), (0.5, "ZZ", (0, 2)), (1.0, "ZZ", (1, 2))))
    assert classes(exchangeable([uneven], 3)) == [[0, 2]]


@pytest.mark.parametrize("n", [2, 5, 66])
def test_one_string_names_the_orbit_and_its_size_is_right(n: int) -> None:
    random = rng("orbits", n)
    where = tuple(int(q) for q in random.permutation(n)[: min(n, 4)])
    symmetry = Symmetry(n, [where])
    letters = "XZZY"[: len(where)]
    orbit = {tuple(p) for p in permutations(letters)}
    strings = masks([("".join(p), where) for p in orbit], n)
    names = {one.tobytes() for one in symmetry.canonical(strings)}
    assert len(names) == 1
    assert names <= {one.tobytes() for one in strings}
    np.testing.assert_allclose(symmetry.norms(strings) ** 2, len(orbit), rtol=1e-12)


@pytest.mark.parametrize("make", [complete, star])
@pytest.mark.parametrize("n", [3, 4, 5])
def test_structure_is_that_of_strings(make: object, n: int) -> None:
    generators: Generators = make(n)  # type: ignore[operator]
    symmetry = exchangeable(generators, n)
    ours, plain = structure(generators, n, symmetry), structure(generators, n)
    assert len(ours.strings) < len(plain.strings)
    assert str(ours) == str(plain)
    assert dla_dimension(generators, n).value == plain.dimension
    observable = PauliSum(tuple((-c, *rest) for g in generators for c, *rest in g.terms))
    found = [loss_moments(p, observable, product_expectations(p, "+")) for p in (ours, plain)]
    assert found[0].variance == pytest.approx(found[1].variance, abs=1e-10)
    assert found[0].mean == pytest.approx(found[1].mean, abs=1e-10)


@pytest.mark.parametrize("letters", ["+++++", "00000", "01111", "0+0+0"])
def test_sector_is_that_of_matrices(letters: str) -> None:
    """Elements as matrices on all that they make of the state."""
    generators = star(5)
    explored = [dense_state(letters)]
    for vector in explored:
        for generator in generators:
            image = dense.operator(generator, 5) @ vector
            for known in explored:
                image = image - np.vdot(known, image) * known
            if np.linalg.norm(image) > 1e-8:
                explored.append(image / np.linalg.norm(image))
    inside = np.array(explored).T
    parts = structure(generators, 5)
    strings = [dense.string(*_term(mask), 5) for mask in parts.strings.masks]
    rows = [
        np.concatenate([(m := np.tensordot(row, strings, 1) @ inside).real, m.imag]).ravel()
        for ideal in (parts.centre, *parts.ideals)
        for row in ideal.basis.toarray()
    ]
    expected = np.linalg.matrix_rank(np.array(rows), tol=1e-8)
    assert sector_dimension(generators, 5, letters).value == expected


def dense_state(letters: str) -> np.ndarray:
    out = np.ones(1, complex)
    for letter in letters:
        one = {"0": [1, 0], "1": [0, 1], "+": [0.5**0.5] * 2}[letter]
        out = np.kron(out, one)
    return out


def _term(mask: np.ndarray) -> tuple[str, tuple[int, ...]]:
    x, z = (int(word) for word in mask[:, 0])
    letters = "".join("IZXY"[2 * (x >> q & 1) + (z >> q & 1)] for q in reversed(range(5)))
    return letters, tuple(range(5))


@pytest.mark.parametrize("n", [8, 10])
def test_the_complete_graph_takes_seconds(n: int) -> None:
    """One su(k) for each multiplicity space of the spins, split by the flip of all: O(n³)."""
    started = time.monotonic()
    generators = complete(n)
    parts = structure(generators, n, exchangeable(generators, n))
    assert time.monotonic() - started < 10
    names = {
        8: "su(5) + su(4) + su(4) + su(3) + su(3) + su(2) + su(2) + centre of dimension 1",
        10: "su(6) + su(5) + su(5) + su(4) + su(4) + su(3) + su(3) + su(2) + su(2)"
        " + centre of dimension 1",
    }
    assert str(parts) == names[n]


def test_means_have_integer_brackets() -> None:
    """{G, A} of an orbit's mean, as matrices."""
    generators = complete(4)
    table = StringTable(generators, 4, exchangeable(generators, 4))
    rows = np.eye(len(table))
    (images,) = [image for k, image in enumerate(table.real_brackets(rows)) if k == 0]
    strings = table.strings

    def matrix(number: int) -> np.ndarray:
        letters, _ = _term4(strings.masks[number])
        words = {"".join(p) for p in permutations(letters)}
        return sum(dense.string(w, (0, 1, 2, 3), 4) for w in words) / np.sqrt(len(words))

    couplings = dense.operator(generators[0], 4) / np.sqrt(6)
    for row, image in enumerate(images):
        here = matrix(row)
        expected = (couplings @ here - here @ couplings) / 2j
        found = sum(c * matrix(k) for k, c in enumerate(image))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def _term4(mask: np.ndarray) -> tuple[str, int]:
    x, z = (int(word) for word in mask[:, 0])
    return "".join("IZXY"[2 * (x >> q & 1) + (z >> q & 1)] for q in (3, 2, 1, 0)), 4
