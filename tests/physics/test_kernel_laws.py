"""Exact laws of the kernel at finite size: against sampled circuits, and in closed form."""

from fractions import Fraction
from itertools import product

import dense
import numpy as np
import pytest
from cases import rng

from overpar.engines.choose import make_engine
from overpar.experiments.qntk_limits import spectral_sums
from overpar.model.observables import PauliSum, tfim
from overpar.model.qntk import haar_unitaries, random_task
from overpar.quantities import kernel_moments as moments
from overpar.quantities import kernel_theory as theory
from overpar.quantities.dense_kernels import sampled_kernels, symmetric_sector
from overpar.quantities.kernel import conditional_kernel, data_kernel
from overpar.quantities.weingarten import trace_moment


def strings(qubits: int) -> np.ndarray:
    names = ["".join(letters) for letters in product("IXYZ", repeat=qubits)][1:]
    return np.array([dense.string(name, tuple(range(qubits)), qubits) for name in names])


def test_sampled_kernels_are_slopes_and_second_differences() -> None:
    """The same draws again, and ε as a function of the angles."""
    random = rng("given")
    inputs = haar_unitaries(4, 3, random)[:, :2]
    observables = np.array([[dense.string("ZX", (0, 1), 2), np.diag([1.0, 2, 0, -1])]] * 3)
    found, meta = sampled_kernels(strings(2), observables, inputs, 3, rng("draws"))
    again, layers = rng("draws"), []
    for _ in range(3):
        chosen = again.integers(0, 15, 3)
        layers.append(
            (strings(2)[chosen], again.uniform(0, 2 * np.pi, (3, 1)), haar_unitaries(4, 3, again))
        )

    def error(circuit: int, which: int, angles: np.ndarray) -> float:
        state = inputs[circuit, which]
        for (x, start, w), angle in zip(layers, angles, strict=True):
            turn = start[circuit, 0] + angle
            state = np.cos(turn) * state + 1j * np.sin(turn) * x[circuit] @ state
            state = w[circuit] @ state
        return float((state.conj() @ observables[circuit, which] @ state).real)

    h = 1e-4
    for circuit in range(3):
        slopes = np.array(
            [
                [
                    (error(circuit, a, h * e) - error(circuit, a, -h * e)) / (2 * h)
                    for e in np.eye(3)
                ]
                for a in (0, 1)
            ]
        )
        np.testing.assert_allclose(found[circuit], slopes @ slopes.T, atol=1e-6)
        for a in (0, 1):
            values = [error(circuit, a, k * h * slopes[a]) for k in (-1, 0, 1)]
            second = (values[0] - 2 * values[1] + values[2]) / h**2
            assert meta[circuit, a] == pytest.approx(second, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "layers", "count"),
    [
        ((1.5, -0.5), 1, 200_000),
        ((1.5, -0.5), 2, 200_000),
        ((1.5, -0.5), 4, 100_000),
        ((3.0, 0.4, -0.5, -1.5), 1, 200_000),
        ((3.0, 0.4, -0.5, -1.5), 2, 100_000),
        ((3.0, 0.4, -0.5, -1.5), 5, 50_000),
    ],
)
def test_moments_over_random_circuits(values: tuple[float, ...], layers: int, count: int) -> None:
    """E K, E K², E μ and E μ² of an O without symmetry, to four standard errors."""
    size, random = len(values), rng("means", len(values), layers)
    observables = np.broadcast_to(np.diag(values).astype(complex), (count, 1, size, size))
    inputs = np.broadcast_to(np.eye(1, size, dtype=complex), (count, 1, size))
    x = strings(size.bit_length() - 1)
    kernels, meta = sampled_kernels(x, observables, inputs, layers, random)
    kernel, mu, o = kernels[:, 0, 0], meta[:, 0], theory.traces(np.array(values))
    for found, law in (
        (kernel, theory.mean),
        (kernel**2, moments.kernel_square),
        (mu, moments.meta_mean),
        (mu**2, moments.meta_square),
    ):
        error = found.std() / np.sqrt(count)
        assert abs(found.mean() - law(o, layers)) < 4 * error, law


def test_mean_of_the_meta_kernel_by_hand() -> None:
    """2L(L−1) (D/(D²−1))² D Tr O³/((D+1)(D+2)) for D = 4, L = 2, Tr O³ = 24."""
    o = theory.traces(np.array([3.0, -1.0, -1.0, -1.0]))
    assert moments.meta_mean(o, 2) == pytest.approx(4 * (4 / 15) ** 2 * 4 * 24 / 30, rel=1e-12)


@pytest.mark.parametrize("d", [2, 4, 16])
def test_moments_of_one_derivative(d: int) -> None:
    """κ₄ = 12(D+2)/((D²−1)(D+3)), that of a 2×2 block of a Haar-rotated string (complex Jacobi)."""
    fourth = trace_moment((0, 2, 0, 2), (0, d, 0, d), 4, size=d)
    assert fourth == Fraction(12 * (d + 2), (d**2 - 1) * (d + 3))


def test_laws_tend_to_the_printed_ones_but_for_eqs_9_and_15() -> None:
    """At 1 ≪ L ≪ D; the diagonal of the Hessian, which is of one sign given the state, lifts the
    square of eq. (15) by a half."""
    o = spectral_sums("extensive", 40)
    assert theory.mean(o, 8) == pytest.approx(2 * theory.printed_mean(o, 8))
    assert moments.deviation(o, 8) == pytest.approx(theory.printed_deviation(o, 8))
    meta = moments.meta_square(o, 1024) / theory.printed_meta_deviation(o, 1024) ** 2
    assert meta == pytest.approx(1.5, rel=2e-3)
    assert 2e-3 * theory.width(o, 2e-3) == pytest.approx(0.5 * 2**40 / 40)


def test_a_projector_has_no_width_at_which_its_kernel_concentrates() -> None:
    """ΔK² = (L/D⁴)[8 Tr² O² + (8 + 4L) Tr O⁴] at large D: for rank one, ΔK/K̄ is √(1 + 4/L)."""
    o = spectral_sums("low_rank", 30)
    for layers in (1, 10, 1000):
        ratio = moments.deviation(o, layers) / theory.mean(o, layers)
        assert ratio == pytest.approx(np.sqrt(1 + 4 / layers), rel=1e-6)


def test_power_sums_of_an_extensive_observable() -> None:
    z = PauliSum(tuple((1.0, "Z", (q,)) for q in range(3)))
    wanted = theory.traces(np.linalg.eigvalsh(theory.matrix(z, 3)))
    np.testing.assert_allclose(spectral_sums("extensive", 3).powers, wanted.powers, atol=1e-9)


@pytest.mark.parametrize(("n", "size"), [(4, 4), (6, 8), (8, 20)])
def test_the_sector_is_what_the_chain_keeps(n: int, size: int) -> None:
    basis = symmetric_sector(n)
    np.testing.assert_allclose(basis.T @ basis, np.eye(size), atol=1e-12)
    energy = theory.matrix(tfim(n, "periodic"), n)
    np.testing.assert_allclose(energy @ basis, basis @ (basis.T @ energy @ basis), atol=1e-12)
    np.testing.assert_allclose(basis @ (basis.T @ np.ones(2**n)), np.ones(2**n), atol=1e-12)


def test_a_generator_that_is_no_string() -> None:
    """Its mean kernel, to four standard errors; a string's is that of `mean`."""
    x, o, count = np.diag([2.0, 0.5, -1.0]), np.diag([1.0, -1.0, 0.7]), 40_000
    random = rng("generator")
    inputs = haar_unitaries(3, count, random)[:, :1]
    observables = np.broadcast_to(o.astype(complex), (count, 1, 3, 3))
    kernels, _ = sampled_kernels(x[None].astype(complex), observables, inputs, 2, random)
    law = theory.generated_mean(theory.traces(np.diag(o)), theory.traces(np.diag(x)), 2)
    assert abs(kernels.mean() - law) < 4 * kernels.std() / np.sqrt(count)
    pauli, skew = theory.traces(np.array([1.0, 1, -1, -1])), theory.traces(np.arange(4.0))
    assert theory.generated_mean(skew, pauli, 3) == pytest.approx(theory.mean(skew, 3))


@pytest.mark.parametrize("inputs", [2, 4])
def test_the_kernel_given_the_output_states(inputs: int) -> None:
    """Its mean over the last generator alone, exactly; zero along (1, …, 1) if |A| = D."""
    task = random_task(2, 1, rng("output"), inputs)
    outputs = haar_unitaries(4, 1, rng("frame"))[0, :inputs]
    o = theory.matrix(task.observable, 2)  # type: ignore[arg-type]
    total = np.zeros((inputs, inputs))
    for p in strings(2):
        slopes = np.array([2 * (o @ v).conj() @ (1j * p @ v) for v in outputs]).real
        total += np.outer(slopes, slopes) / 15
    found = conditional_kernel(task, outputs, 1)
    np.testing.assert_allclose(found, total, atol=1e-12)
    if inputs == 4:
        np.testing.assert_allclose(found.sum(axis=0), 0, atol=1e-12)
        kernel = data_kernel(make_engine(task), task, np.array([0.4]))
        np.testing.assert_allclose(kernel.sum(axis=0), 0, atol=1e-12)
