"""Centre, simple ideals and the loss variance that they predict."""

import itertools

import dense
import dense_algebra
import numpy as np
import pytest
from cases import random_states, rng

from overpar.base.errors import UserError
from overpar.engines.choose import make_objective
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.generators import (
    Generators,
    hardware_efficient_generators,
    parse_generators,
    tfim_generators,
)
from overpar.model.observables import PauliSum, Task, tfim
from overpar.quantities import algebra, algebra_structure
from overpar.quantities.algebra import basis, centre_dimension
from overpar.quantities.algebra_structure import structure
from overpar.quantities.ideals import simple_name
from overpar.quantities.loss_moments import (
    expectations,
    loss_moments,
    operator_components,
    product_expectations,
)
from overpar.quantities.modular import PRIMES
from overpar.quantities.strings import StringTable


def shape(generators: Generators, n: int) -> tuple[int, list[str]]:
    """Dimension of the centre, and names of the ideals."""
    parts = structure(generators, n)
    return parts.centre.dimension, [ideal.name for ideal in parts.ideals]


@pytest.mark.parametrize("n", [3, 4, 5, 6, 9])
def test_open_chain_is_unitary(n: int) -> None:
    """u(n): so(2n) reduced by reflection, dimension n²."""
    assert shape(tfim_generators(n, "open"), n) == (1, [f"su({n})"])


@pytest.mark.parametrize("n", [3, 4, 5, 6, 8])
def test_periodic_chain_is_one_su2_per_momentum_pair(n: int) -> None:
    """n−1 pairs over both parities, and momenta 0 and π commute with everything: 3n−1."""
    assert shape(tfim_generators(n, "periodic"), n) == (2, ["su(2)"] * (n - 1))


@pytest.mark.parametrize(
    ("n", "expected"), [(2, ["su(2)"] * 2), (3, ["su(4)"]), (4, ["so(8)"]), (6, ["so(12)"])]
)
def test_local_generators_are_orthogonal(n: int, expected: list[str]) -> None:
    """so(2n), with so(4) = su(2) ⊕ su(2) and so(6) = su(4)."""
    assert shape(parse_generators(["ZZ", "X"], n, local=True), n) == (0, expected)
    if n > 2:
        assert shape(tfim_generators(n, "open", first_x=True), n) == (0, expected)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_hardware_efficient_is_special_unitary(n: int) -> None:
    assert shape(hardware_efficient_generators(n), n) == (0, [f"su({2**n})"])


def test_further_algebras() -> None:
    assert shape(parse_generators(["X", "Y"], 3), 3) == (0, ["su(2)"])
    assert shape(parse_generators(["X", "Y"], 3, local=True), 3) == (0, ["su(2)"] * 3)
    assert shape(parse_generators(["ZZ", "Z", "Z@0"], 3), 3) == (3, [])
    assert shape(parse_generators(["X@0", "Z@0", "Z@1"], 2), 2) == (1, ["su(2)"])
    # All real antisymmetric matrices of three qubits: strings with an odd number of Y.
    words = ["".join(word) for word in itertools.product("IXYZ", repeat=3)]
    full = [word for word in words if word.count("Y") % 2]
    assert shape(parse_generators(full, 3, full=True), 3) == (0, ["so(8)"])
    # Symplectic: all of sp(2) = so(5).
    full = ["XI", "ZI", "XX", "IY"]
    assert shape(parse_generators(full, 2, full=True), 2) == (0, ["so(5)"])


def test_ideals_of_a_large_cartan_subalgebra() -> None:
    """60 torus directions, on which LAPACK's default of singular values does not converge.

    Source: arXiv:2309.05690, class a₆ on the circle: four su(16).
    """
    generators = parse_generators(["XX", "YZ", "ZY"], 6, "periodic", local=True)
    assert shape(generators, 6) == (0, ["su(16)"] * 4)


def test_ideals_of_unequal_size_and_odd_coefficients() -> None:
    generators = parse_generators(["0.37*X@0 + ZZ@2", "Y@0", "X@2 + 1.25*X@3", "Z@5"], 6)
    centre, ideals = shape(generators, 6)
    assert centre == 1
    assert ideals == ["su(2)"] * len(ideals)
    assert len(ideals) == 3


SMALL = {
    "open": tfim_generators(3, "open"),
    "periodic": tfim_generators(3, "periodic"),
    "local": parse_generators(["ZZ", "X"], 3, local=True),
    "xxz": parse_generators(["XX + YY", "ZZ", "Z"], 3),
    "odd": parse_generators(["0.37*XY - Z", "YX"], 3),
}


@pytest.mark.parametrize("name", SMALL)
def test_ideals_are_ideals(name: str) -> None:
    """As matrices: orthonormal, Hermitian, commuting with one another, and in all a dense basis."""
    parts = structure(SMALL[name], 3)
    strings = np.array([_matrix(mask) for mask in parts.strings.masks]) / np.sqrt(8)
    pieces = [np.tensordot(i.basis.toarray(), strings, 1) for i in (parts.centre, *parts.ideals)]
    everything = np.concatenate(pieces)
    gram = np.einsum("aij,bij->ab", everything.conj(), everything)
    np.testing.assert_allclose(gram, np.eye(len(gram)), rtol=0, atol=1e-10)
    flat = dense_algebra.rows(dense_algebra.closure(list(SMALL[name]), 3))
    assert len(flat) == len(everything) == parts.dimension
    ours = dense_algebra.rows(everything)
    np.testing.assert_allclose(ours @ flat.T @ flat, ours, rtol=0, atol=1e-9)
    for k, one in enumerate(pieces):
        for other in pieces[:k] + (pieces[k:] if k == 0 else []):
            products = np.einsum("aij,bjk->abik", one, other)
            swapped = np.einsum("bij,ajk->abik", other, one)
            np.testing.assert_allclose(products, swapped, rtol=0, atol=1e-9)
    assert centre_dimension(basis(StringTable(SMALL[name], 3), PRIMES[0])) == len(pieces[0])


def _matrix(mask: np.ndarray) -> np.ndarray:
    x, z = (int(word) for word in mask[:, 0])
    letters = "".join("IZXY"[2 * (x >> q & 1) + (z >> q & 1)] for q in (2, 1, 0))
    return dense.string(letters, (0, 1, 2), 3)


def test_names() -> None:
    assert simple_name(3, 1, 0) == "su(2)"
    assert simple_name(10, 2, 2) == "so(5)"
    assert [simple_name(78, 6, long) for long in (30, 6, 0)] == ["so(13)", "sp(6)", "e6"]
    assert simple_name(28, 4, 0) == "so(8)"
    assert simple_name(6, 2, 0) == ""  # so(4) is not simple
    assert simple_name(14, 2, 3) == "g2"
    assert simple_name(8, 2, 1) == ""  # su(3) has roots of one length


@pytest.mark.parametrize(
    ("letters", "n", "expected"),
    [
        ("XX XZ", 3, "so(5)"),
        ("XX XZ", 4, "so(7)"),
        ("XX XZ", 5, "so(9)"),
        ("XX XZ", 6, "so(11)"),
        ("XY XZ", 3, "so(5)"),
        ("XY XZ", 4, "sp(4)"),
        ("XY XZ", 5, "sp(8)"),
        ("XX XY ZX", 3, "sp(4)"),
        ("XY YX YZ", 4, "so(16)"),
    ],
)
def test_odd_orthogonal_and_symplectic_are_told_apart(letters: str, n: int, expected: str) -> None:
    """Same dimension and rank, so(9) and sp(4) for one; which root lengths are many decides.

    Source: arXiv:2309.05690, classes a₈, a₉, a₁₁ and a₁₇ on the line.
    """
    assert shape(parse_generators(letters.split(), n, local=True), n) == (0, [expected])


@pytest.mark.parametrize("r", [3, 4])
def test_the_name_is_that_of_the_defining_matrices(r: int) -> None:
    """sp(r) as all strings of log₂ 2r qubits that keep a symplectic form, where that is whole; and
    so(2r+1) as the bilinears γ_aγ_b of 2r+1 Majorana operators of r qubits."""
    majorana = ["Z" * k + p + "I" * (r - 1 - k) for k in range(r) for p in "XY"]
    full = [_product(a, b) for a, b in itertools.combinations([*majorana, "Z" * r], 2)]
    assert shape(parse_generators(full, r, full=True), r) == (0, [f"so({2 * r + 1})"])
    if r == 4:
        words = ["".join(w) for w in itertools.product("IXYZ", repeat=3)]
        form = dense.string("YII", (0, 1, 2), 3)
        keeping = []
        for word in words[1:]:
            matrix = dense.string(word, (0, 1, 2), 3)
            if np.allclose(matrix.T @ form + form @ matrix, 0):
                keeping.append(word)
        assert len(keeping) == 36
        assert shape(parse_generators(keeping, 3, full=True), 3) == (0, ["sp(4)"])


def _product(first: str, second: str) -> str:
    """Letters of the product of two strings, without its phase."""
    pairs = zip(first, second, strict=True)
    return "".join("IXYZ"["IXYZ".index(a) ^ "IXYZ".index(b)] for a, b in pairs)


# ------------------------------------------------------------------ purities and variance


def test_purities_of_the_full_algebra() -> None:
    """In su(2ⁿ) everything but the identity: P(ρ) = 1 − 2⁻ⁿ and P(O) = Tr O²."""
    parts = structure(hardware_efficient_generators(3), 3)
    state = random_states(3, 1)[0]
    operator = PauliSum(((0.5, "XYZ", (2, 0, 1)), (-2.0, "Z", (1,)), (0.25, "ZX", (0, 2))))
    moments = loss_moments(parts, operator, expectations(parts, state[None]))
    trace = np.linalg.norm(dense.operator(operator, 3)) ** 2
    ((size, rho, o),) = moments.purities
    assert size == 63
    assert rho == pytest.approx(7 / 8, abs=1e-12)
    assert o == pytest.approx(trace, abs=1e-10)
    assert moments.mean == 0
    # Haar average over all unitaries: Var⟨O⟩ = Tr O²/(D(D+1)) for traceless O.
    assert moments.variance == pytest.approx(trace / (8 * 9), abs=1e-12)


@pytest.mark.parametrize("letters", ["000", "+++", "01-", "-+1"])
def test_expectations(letters: str) -> None:
    parts = structure(SMALL["odd"], 3)
    state = dense_algebra.product_state(letters)
    expected = [np.vdot(state, _matrix(mask) @ state).real for mask in parts.strings.masks]
    np.testing.assert_allclose(expectations(parts, state[None]), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(product_expectations(parts, letters), expected, rtol=0, atol=1e-12)
    other = random_states(3, 1)[0]
    expected = [np.vdot(other, _matrix(mask) @ other).real for mask in parts.strings.masks]
    np.testing.assert_allclose(expectations(parts, other[None]), expected, rtol=0, atol=1e-12)


def test_variance_by_a_group_average() -> None:
    """Haar-random elements of e^𝔤 for 𝔤 = u(2) of the two-qubit chain, as 4×4 matrices."""
    generators = tfim_generators(2, "open")
    parts = structure(generators, 2)
    algebra = dense_algebra.closure(list(generators), 2)
    observable = dense.operator(tfim(2, "open"), 2)
    state = dense_algebra.product_state("+0")
    random = rng("group")
    values = np.empty(20000)
    unitary = np.eye(4, dtype=complex)
    for k in range(len(values)):
        # Long random steps: successive elements are nearly independent.
        step = np.tensordot(random.normal(scale=20.0, size=len(algebra)), algebra, 1)
        energies, vectors = np.linalg.eigh(step)
        unitary = (vectors * np.exp(-1j * energies)) @ vectors.conj().T @ unitary
        moved = unitary @ state
        values[k] = np.vdot(moved, observable @ moved).real
    moments = loss_moments(parts, tfim(2, "open"), product_expectations(parts, "+0"))
    assert_in_interval(values, moments.mean, moments.variance)


def assert_in_interval(values: np.ndarray, mean: float, variance: float) -> None:
    """Both lie in the 99 % intervals of a sample."""
    centred = values - values.mean()
    sampled = centred @ centred / (len(values) - 1)
    error = np.sqrt(((centred**4).mean() - sampled**2) / len(values))
    assert abs(variance - sampled) < 2.576 * error
    assert abs(mean - values.mean()) < 2.576 * np.sqrt(sampled / len(values))


@pytest.mark.parametrize(
    ("n", "boundary", "depth", "expected"),
    [
        (4, "open", 60, 9 / 5),
        (4, "periodic", 60, 16 / 3),
        (5, "open", 80, 44 / 25),
        (5, "periodic", 80, 4),
        (6, "open", 80, 13 / 7),
        (6, "periodic", 60, 8),
    ],
)
def test_variance_of_the_deep_ansatz(n: int, boundary: str, depth: int, expected: float) -> None:
    """From the algebra alone, against ten thousand draws of the angles from U[0, 2π)."""
    parts = structure(tfim_generators(n, boundary), n)
    moments = loss_moments(parts, tfim(n, boundary), product_expectations(parts, "+"))
    assert moments.variance == pytest.approx(expected, abs=1e-10)
    # Not `vqe`, whose ground energy is known for even periodic chains only.
    task = Task(tfim_hva_circuit(n, boundary, depth), tfim(n, boundary))
    angles = np.random.default_rng(7).uniform(0, 2 * np.pi, (10_000, 2 * depth))
    losses = make_objective(task).loss_and_gradient(angles)[0]
    assert_in_interval(losses, moments.mean, moments.variance)


def test_centre_gives_the_mean() -> None:
    """⟨Z⟩ under rotations about Z only stays what it is."""
    parts = structure(parse_generators(["Z"], 2, local=True), 2)
    moments = loss_moments(parts, PauliSum(((3.0, "Z", (1,)),)), product_expectations(parts, "01"))
    assert (moments.mean, moments.variance, moments.purities) == (-3.0, 0, ())


def test_too_large_algebras_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (algebra, algebra_structure):
        monkeypatch.setattr(module, "LIMIT_BASIS", 24)
        monkeypatch.setattr(module, "LIMIT_STRINGS", 62)
    with pytest.raises(UserError, match="up to dimension 24; here there are more than 24"):
        structure(tfim_generators(5, "open"), 5)
    with pytest.raises(UserError, match="up to dimension 62; here there are more than 62"):
        structure(hardware_efficient_generators(3), 3)


def test_what_is_refused() -> None:
    parts = structure(tfim_generators(3, "open"), 3)
    plus = product_expectations(parts, "+")
    with pytest.raises(UserError, match="outside"):
        loss_moments(parts, PauliSum(((1.0, "Z", (0,)),)), plus)
    with pytest.raises(UserError, match="outside"):
        loss_moments(parts, PauliSum(((1.0, "X", (0,)),)), plus)  # ΣX is inside, X₀ is not
    with pytest.raises(UserError, match="does not fit"):
        loss_moments(parts, PauliSum(((1.0, "Z", (3,)),)), plus)
    with pytest.raises(UserError, match="values"):
        loss_moments(parts, tfim(3, "open"), plus[:-1])
    with pytest.raises(UserError, match="state"):
        product_expectations(parts, "++")
    with pytest.raises(UserError, match="shape"):
        expectations(parts, np.ones(4, complex))
    _, outside = operator_components(parts, PauliSum(((1.0, "X", (0,)),)))
    # Reflection pairs X₀ with X₂: half of its norm is in the algebra.
    assert outside == pytest.approx(0.5)
