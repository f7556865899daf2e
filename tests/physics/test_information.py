"""Hessian, numerical rank, effective dimension, and the QFIM of mixed states."""

import numpy as np
import pytest
from cases import CASES, angles, task
from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend

from overpar.base.errors import UserError
from overpar.base.seeds import released_angles
from overpar.engines.choose import make_engine
from overpar.engines.density import Density
from overpar.engines.qibo import to_qibo
from overpar.model.ansatz import hardware_efficient_circuit, tfim_hva_circuit
from overpar.model.circuits import Circuit, Rotation
from overpar.model.noise import Noise, in_native_gates
from overpar.model.observables import PauliSum, Task
from overpar.model.papers import compilation, tfim_hva
from overpar.quantities.information import (
    curvature,
    effective_dimension,
    hessian,
    horizontal,
    mixed_qfim,
    numerical_rank,
    qfim,
    qfim_from_tangents,
    spectrum,
    tangent_rank,
)

TRUE_DERIVATIVES = [case for case in CASES if case[0] != "vqe-released" and case[1] < 6]


@pytest.mark.parametrize(("name", "n"), TRUE_DERIVATIVES)
def test_hessian_is_the_derivative_of_the_gradient(name: str, n: int) -> None:
    engine, at = make_engine(task(name, n)), angles(name, n, 1)[0]
    fisher, second = curvature(engine, at)
    shifts = 1e-5 * np.eye(len(at))
    plus, minus = (engine.loss_and_gradient(at + s)[1] for s in (shifts, -shifts))
    np.testing.assert_allclose(second, (plus - minus) / 2e-5, rtol=0, atol=2e-8)
    np.testing.assert_array_equal(second, second.T)
    np.testing.assert_allclose(fisher, qfim(engine, at), rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [1.0, -0.7])
def test_hessian_of_one_rotation(scale: float) -> None:
    """L = cos sθ, so H = −s² cos sθ."""
    circuit = Circuit(1, (Rotation("X", (0,), 0, scale),), 1)
    engine = make_engine(Task(circuit, PauliSum(((1.0, "Z", (0,)),))))
    want = -(scale**2) * np.cos(scale * 0.4)
    assert hessian(engine, np.array([0.4]))[0, 0] == pytest.approx(want, abs=1e-14)


@pytest.mark.parametrize(("n", "layers"), [(2, 3), (3, 1)])
def test_hessian_where_the_target_is_reached(n: int, layers: int) -> None:
    """L = 1 − |⟨t|ψ⟩|² at ψ = t has ∂²L = 2 Re⟨∂ᵢψ|(1−|t⟩⟨t|)|∂ⱼψ⟩ = F/2; its trace is M/2."""
    ansatz = hardware_efficient_circuit(n, layers)
    at = np.random.default_rng(0).uniform(0, 7, ansatz.parameters)
    made = make_engine(Task(ansatz, PauliSum(()), np.eye(2**n))).state(at[None])[0].T
    fisher, second = curvature(make_engine(compilation(made).task(depth=layers)), at)
    np.testing.assert_allclose(second, fisher / 2, rtol=0, atol=1e-12)
    assert np.trace(second) == pytest.approx(ansatz.parameters / 2, abs=1e-10)


@pytest.mark.parametrize(
    ("values", "rank", "gap"),
    [
        ([1.0, 1e-15, 2.0], 2, 15.0),
        ([0.0, 0.0], 0, np.inf),
        ([], 0, np.inf),
        ([4.0, -2.0, 1e-12], 2, np.log10(2 / 1e-12)),
        # A cut in the middle of a slope says so by its gap.
        ([1.0, 1e-6, 1e-9], 2, 3.0),
        # Nothing is smaller than rounding, also where nothing is below the cut.
        ([1.0, 0.5, 0.0], 2, np.log10(0.5 / np.finfo(float).eps)),
        ([1.0, 1e-5], 2, np.log10(1e-5 / np.finfo(float).eps)),
    ],
)
def test_numerical_rank(values: list[float], rank: int, gap: float) -> None:
    found = numerical_rank(np.array(values))
    assert found.value == rank
    assert found.gap == pytest.approx(gap)
    assert not found.exact
    assert numerical_rank(1e3 * np.array(values[::-1])).value == rank


def test_the_cut_of_a_numerical_rank() -> None:
    values = np.array([1.0, 1e-6, 1e-9])
    assert [numerical_rank(values, cut).value for cut in (1e-5, 1e-7, 1e-10)] == [1, 2, 3]


def test_numerical_rank_refuses_nan() -> None:
    with pytest.raises(UserError, match="`values` must be finite"):
        numerical_rank(np.array([1.0, np.nan]))


@pytest.mark.parametrize(("name", "n"), [case for case in CASES if case[1] < 5])
def test_horizontal_tangents(name: str, n: int) -> None:
    """F is four times their Gram matrix, and none of them moves along iψ."""
    engine, at = make_engine(task(name, n)), angles(name, n, 1)[0]
    state, tangents = engine.tangents(at)
    real, matrix = horizontal(state, tangents), qfim(engine, at)
    scale = np.abs(matrix).max()
    np.testing.assert_allclose(4 * real @ real.T, matrix, rtol=0, atol=1e-12 * scale)
    phase = np.concatenate([-state.imag, state.real])
    np.testing.assert_allclose(real @ phase, 0, atol=1e-12 * scale)


def test_singular_values_tell_what_eigenvalues_cannot() -> None:
    """Just before saturation the smallest of 50 is 3e-10 of the largest, 1e-19 in F."""
    engine = make_engine(tfim_hva("open").task(10, 25))
    tangents = [horizontal(*engine.tangents(released_angles(k, 50, np.pi))) for k in range(10)]
    values = [np.linalg.svd(real, compute_uv=False) for real in tangents]
    assert 1e-10 < min(v[-1] / v[0] for v in values) < 1e-9
    assert [tangent_rank(real).value for real in tangents] == [50] * 10
    assert min(tangent_rank(real).gap for real in tangents) > 5


def test_rounding_stays_below_the_cut() -> None:
    """What is zero comes out as 1e-14 at most, here after 1425 rotations."""
    engine = make_engine(tfim_hva("open").task(10, 75))
    real = horizontal(*engine.tangents(released_angles(0, 150, np.pi)))
    values = np.linalg.svd(real, compute_uv=False)
    assert values[50] < 1e-14 * values[0]
    assert tangent_rank(real).value == 50
    assert tangent_rank(real).gap > 12


def test_effective_dimension() -> None:
    """For one matrix it is Σ log(1 + κf_i)/log κ with trace M; it tends to the rank."""
    matrix = np.diag([5.0, 3.0, 2.0, 0.0])
    data = 10**4
    kappa = data / (2 * np.pi * np.log(data))
    want = np.log(1 + kappa * np.array([2.0, 1.2, 0.8])).sum() / np.log(kappa)
    same = np.stack([matrix, matrix])
    assert effective_dimension(same, data) == pytest.approx(want, rel=1e-12)
    assert effective_dimension(same, 10**18) == pytest.approx(3, abs=0.03)
    mixed = np.stack([matrix, np.diag([10.0, 0, 0, 0])])
    assert 1 < effective_dimension(mixed, 10**18) < 3
    with pytest.raises(UserError, match="must exceed 2π log"):
        effective_dimension(same, 10)


NOISES = ["local:0", "local:0.01", "local:0.25", "both:0.03", "global:0.97", "global:1"]
CIRCUITS = {
    "ring": tfim_hva_circuit(3, "periodic", 2),
    "chain": tfim_hva_circuit(2, "open", 2),
    "hardware_efficient": hardware_efficient_circuit(2, 1),
}


def noisy_by_qibo(circuit: Circuit, noise: Noise, at: np.ndarray) -> np.ndarray:
    """Qibo's density matrix with its Pauli channel after (and before) every gate."""
    n = circuit.qubits
    out = QiboCircuit(n, density_matrix=True)
    pauli = [(letter, 0 if noise.place == "global" else noise.strength) for letter in "XYZ"]
    for gate in to_qibo(in_native_gates(circuit), at).queue:
        channels = [gates.PauliNoiseChannel(q, pauli) for q in gate.qubits]
        before = channels if noise.place == "both" else []
        out.add([*before, gate, *(channels if noise.place != "global" else [])])
    return NumpyBackend().execute_circuit(out).state()


@pytest.mark.parametrize("text", NOISES)
@pytest.mark.parametrize("name", CIRCUITS)
def test_noisy_states(name: str, text: str) -> None:
    circuit, noise = CIRCUITS[name], Noise.parse(text)
    at = np.random.default_rng(3).uniform(0, 7, circuit.parameters)
    engine = Density(circuit, noise, moments=3)
    rho, tangents = engine.tangents(at)
    want = noisy_by_qibo(circuit, noise, at)
    if noise.place == "global":
        kept = noise.strength**3
        want = kept * want + (1 - kept) * np.eye(len(rho)) / len(rho)
    np.testing.assert_allclose(rho, want, rtol=0, atol=1e-12)
    for k, tangent in enumerate(tangents):
        shift = 1e-5 * np.eye(len(at))[k]
        plus, minus = (engine.tangents(at + s)[0] for s in (shift, -shift))
        np.testing.assert_allclose(tangent, (plus - minus) / 2e-5, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", CIRCUITS)
def test_mixed_qfim_of_a_pure_state(name: str) -> None:
    circuit = CIRCUITS[name]
    at = np.random.default_rng(4).uniform(0, 7, circuit.parameters)
    mixed = mixed_qfim(*Density(circuit, Noise("local", 0.0)).tangents(at))
    pure = qfim(make_engine(Task(circuit, PauliSum(()))), at)
    np.testing.assert_allclose(mixed, pure, rtol=0, atol=1e-9)


@pytest.mark.parametrize("survival", [0.2, 0.9])
def test_qfim_under_global_noise(survival: float) -> None:
    """F = F_pure·Q²/(Q + 2(1−Q)/2ⁿ), Q = q^moments; no eigenvalue is added.

    ρ = Q|ψ⟩⟨ψ| + (1−Q)/D has weight p₁ = Q+(1−Q)/D on ψ and p₀ = (1−Q)/D elsewhere; derivatives
    are Q times the pure ones and connect ψ with the rest: 1/(p₀+p₁) instead of 1.
    """
    circuit = tfim_hva_circuit(4, "periodic", 6)
    at = np.random.default_rng(5).uniform(0, 7, 12)
    kept = survival**2
    factor = kept**2 / (kept + 2 * (1 - kept) / 16)
    noisy = mixed_qfim(*Density(circuit, Noise("global", survival), moments=2).tangents(at))
    pure = qfim(make_engine(Task(circuit, PauliSum(()))), at)
    np.testing.assert_allclose(noisy, factor * pure, rtol=0, atol=1e-9)
    assert numerical_rank(spectrum(noisy)).value == 4


def test_noise_lifts_the_rank() -> None:
    circuit = tfim_hva_circuit(4, "periodic", 6)
    at = np.random.default_rng(5).uniform(0, 7, 12)
    values = spectrum(mixed_qfim(*Density(circuit, Noise("local", 0.01)).tangents(at)))
    assert values[-1] > 1e-7 * values[0]


def test_a_bloch_vector() -> None:
    """A dephased qubit of Bloch length r, turned by θ, has F = r²."""
    r = 0.6
    rho = 0.5 * np.array([[1, r], [r, 1]], complex)
    tangent = 0.5 * np.array([[0, -1j * r], [1j * r, 0]])
    assert mixed_qfim(rho, tangent[None])[0, 0] == pytest.approx(r**2, abs=1e-14)


def test_qfim_ignores_a_phase_that_turns() -> None:
    state, tangent = np.array([0.6, 0.8j]), np.array([[0.3, -0.2j], [0.1j, 0.5]])
    turning = tangent + 1j * np.array([[2.0], [-3.0]]) * state
    np.testing.assert_allclose(
        qfim_from_tangents(state, tangent), qfim_from_tangents(state, turning), atol=1e-13
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nearby:0.1", "must be of kind local, both, global, but is 'nearby'"),
        ("local:0.3", r"of kind local must be in \[0, 0.25\], but is 0.3"),
        ("global:1.1", r"of kind global must be in \[0, 1\], but is 1.1"),
        ("local:-1", "must be in"),
        ("local:nan", "must be in"),
        ("local", "'local'; it is written local:λ"),
        ("local:much", "'local:much'; it is written local:λ"),
    ],
)
def test_noise_refuses(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Noise.parse(text)


def test_density_refuses() -> None:
    with pytest.raises(UserError, match="at most 8 qubits, but the circuit has 9"):
        Density(tfim_hva_circuit(9, "open", 1), Noise("local", 0.1))
    with pytest.raises(UserError, match="needs the correct tying"):
        Density(tfim_hva_circuit(3, "open", 1, "released"), Noise("local", 0.1))


def test_pairs_of_null_states_are_left_out_and_no_others() -> None:
    """Populations of 3e-13 and 1e-13 count; between null states there is rounding alone."""
    rho = np.diag([1 - 4e-13, 3e-13, 1e-13, 0]).astype(complex)
    tangent = np.zeros((4, 4), complex)
    tangent[1, 2] = tangent[2, 1] = 2e-13
    assert mixed_qfim(rho, tangent[None])[0, 0] == pytest.approx(4e-13, 1e-6, 0)
    null = np.diag([1, 1e-16, 0, 0]).astype(complex)
    assert mixed_qfim(null, 1e3 * tangent[None])[0, 0] == 0


def test_observable_that_commutes_has_no_slope() -> None:
    """RZ leaves ⟨Z⟩ of any state: gradient and Hessian vanish."""
    circuit = Circuit(2, (Rotation("Z", (0,), 0), Rotation("ZZ", (0, 1), 1)), 2)
    observable = PauliSum(((1.0, "Z", (0,)), (0.5, "ZZ", (0, 1))))
    engine = make_engine(Task(circuit, observable, np.full((1, 4), 0.5)))
    assert np.abs(hessian(engine, np.ones(2))).max() < 1e-15
