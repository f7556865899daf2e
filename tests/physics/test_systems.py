"""Systems that can be solved by hand; each docstring holds the derivation."""

import dense
import numpy as np
import pytest
from cases import ENGINES, OBJECTIVES, random_states
from scipy.stats import unitary_group

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine, make_objective
from overpar.model.circuits import Circuit, Rotation, fixed
from overpar.model.observables import PauliSum, Task, tfim, tfim_ground_energy
from overpar.model.papers import autoencoder, compilation, tfim_hva
from overpar.quantities.information import qfim, spectrum

every_engine = pytest.mark.parametrize("engine", [*ENGINES, "qibo"])
every_engine_of_chains = pytest.mark.parametrize(
    "engine",
    [*(e for e, takes in OBJECTIVES.items() if takes(tfim_hva("open").task(2, 1))), "qibo"],
)


def rank(matrix: np.ndarray) -> int:
    eigenvalues = spectrum(matrix)
    return int((eigenvalues > 1e-8 * eigenvalues[0]).sum())


@every_engine
@pytest.mark.parametrize("scale", [1.0, -1.0, 2.5])
@pytest.mark.parametrize("letter", "XY")
def test_one_rotation(engine: str, letter: str, scale: float) -> None:
    """exp(−isθP/2)|0⟩ with P = X, Y: ⟨Z⟩ = cos sθ; F = 4 Var(sP/2) = s² since ⟨0|P|0⟩ = 0."""
    circuit = Circuit(1, (Rotation(letter, (0,), 0, scale),), 1)
    one = make_engine(Task(circuit, PauliSum(((1.0, "Z", (0,)),))), engine)
    angles = np.array([[0.0], [0.7], [-2.0]])
    loss, gradient = one.loss_and_gradient(angles)
    np.testing.assert_allclose(loss, np.cos(scale * angles[:, 0]), atol=1e-14)
    np.testing.assert_allclose(gradient, -scale * np.sin(scale * angles), atol=1e-14)
    np.testing.assert_allclose(qfim(one, angles[1]), [[scale**2]], atol=1e-13)


@every_engine
def test_an_eigenstate_carries_no_information(engine: str) -> None:
    """RZ multiplies |0⟩ by a phase: F = 4 Var(Z/2) = 0."""
    circuit = Circuit(1, (Rotation("Z", (0,), 0),), 1)
    assert abs(qfim(make_engine(Task(circuit, PauliSum(())), engine), np.ones(1))) < 1e-15


@every_engine
@pytest.mark.parametrize("n", [1, 2, 4])
def test_ghz(engine: str, n: int) -> None:
    """One RZ angle on all qubits of (|0…0⟩+|1…1⟩)/√2.

    The branches gain e^{∓inθ/2}, so ⟨X…X⟩ = cos nθ and F = 4 Var(ΣZ/2) = n², the Heisenberg
    limit; the same angle on |+…+⟩ gives only n.
    """
    turns = tuple(Rotation("Z", (q,), 0) for q in range(n))
    plus = tuple(fixed("H", q) for q in range(n))
    entangle = (fixed("H", 0), *(fixed("CNOT", q, q + 1) for q in range(n - 1)))
    parity = PauliSum(((1.0, "X" * n, tuple(range(n))),))
    ghz = make_engine(Task(Circuit(n, entangle + turns, 1), parity), engine)
    at = np.array([0.3])
    assert ghz.loss_and_gradient(at[None])[0] == pytest.approx(np.cos(n * 0.3), abs=1e-13)
    assert qfim(ghz, at)[0, 0] == pytest.approx(n**2, abs=1e-12)
    product = make_engine(Task(Circuit(n, plus + turns, 1), parity), engine)
    assert qfim(product, at)[0, 0] == pytest.approx(n, abs=1e-12)


@every_engine_of_chains
@pytest.mark.parametrize("boundary", ["open", "periodic"])
@pytest.mark.parametrize("g", [0.4, 1.0, 2.0])
def test_two_site_chain(engine: str, boundary: str, g: float) -> None:
    """The ansatz with n = 2 and p = 1 lives on a Bloch sphere.

    With a = |++⟩, b = |−−⟩: ZZ swaps them and X₀+X₁ is ±2. The layer gives
    cos(θ/2)e^{−iφ} a − i sin(θ/2)e^{iφ} b, so ⟨ZZ⟩ = sin θ sin 2φ and ⟨X₀+X₁⟩ = 2 cos θ. H on
    (a, b) is [[−2g, −1], [−1, 2g]], so E₀ = −√(1+4g²). A ring of two has its bond twice: θ → 2θ
    and ⟨H⟩, E₀ with 2ZZ.
    """
    bond = 2 if boundary == "periodic" else 1
    theta, phi = np.random.default_rng(5).uniform(-4, 4, (2, 6))
    angles = np.stack([theta, phi], axis=1)
    t = bond * theta
    energy = -bond * np.sin(t) * np.sin(2 * phi) - 2 * g * np.cos(t)
    ground = -np.sqrt(bond**2 + 4 * g**2)
    by_theta = bond * (-bond * np.cos(t) * np.sin(2 * phi) + 2 * g * np.sin(t))
    by_phi = -2 * bond * np.sin(t) * np.cos(2 * phi)
    task = tfim_hva(boundary, field=g).task(2, 1)
    loss, gradient = make_objective(task, engine).loss_and_gradient(angles)
    np.testing.assert_allclose(loss, energy - ground, atol=1e-13)
    np.testing.assert_allclose(gradient, np.stack([by_theta, by_phi], 1), atol=1e-13)


@every_engine
@pytest.mark.parametrize("bond", [1, 2])
def test_qfim_of_two_site_chain(engine: str, bond: int) -> None:
    """On that sphere t = bond·θ is the polar angle and 2φ the azimuth: F = diag(bond², 4 sin²t)."""
    task = tfim_hva("open" if bond == 1 else "periodic").task(2, 1)
    at = np.array([0.9, -1.7])
    want = np.diag([bond**2, 4 * np.sin(bond * at[0]) ** 2])
    np.testing.assert_allclose(qfim(make_engine(task, engine), at), want, atol=1e-12)


@pytest.mark.parametrize("g", [0.2, 1.0, 1.7])
@pytest.mark.parametrize("n", range(2, 9))
@pytest.mark.parametrize("boundary", ["open", "periodic"])
def test_ground_energy(boundary: str, n: int, g: float) -> None:
    """Free-fermion modes against dense diagonalisation; odd rings have no such formula here."""
    if boundary == "periodic" and n % 2:
        with pytest.raises(UserError, match=f"must be even for a periodic chain, but is {n}"):
            tfim_ground_energy(n, boundary, g)
        return
    lowest = np.linalg.eigvalsh(dense.operator(tfim(n, boundary, g), n))[0]
    assert tfim_ground_energy(n, boundary, g) == pytest.approx(lowest, abs=1e-12)


@every_engine_of_chains
def test_loss_is_energy_above_the_ground_state(engine: str) -> None:
    """θ = 0 leaves |+…+⟩, whose energy is −gn."""
    task = tfim_hva("open", field=0.8).task(6, 2)
    loss, _ = make_objective(task, engine).loss_and_gradient(np.zeros((1, 4)))
    assert loss[0] == pytest.approx(-0.8 * 6 - tfim_ground_energy(6, "open", 0.8), abs=1e-12)


@every_engine
@pytest.mark.parametrize(("n", "layers"), [(2, 2), (3, 1), (4, 1)])
def test_compilation(engine: str, n: int, layers: int) -> None:
    """Loss 1 − |Tr U†V|²/4ⁿ from matrices; V = U is a zero, and a phase of V changes nothing."""
    target = unitary_group.rvs(2**n, random_state=7)
    task = compilation(target).task(depth=layers)
    angles = np.random.default_rng(n).uniform(0, 7, (1, task.circuit.parameters))
    made = dense.circuit(task.circuit, angles[0])
    want = 1 - abs(np.trace(target.conj().T @ made)) ** 2 / 4**n
    loss = make_engine(task, engine).loss_and_gradient(angles)[0]
    assert loss[0] == pytest.approx(want, abs=1e-13)
    reached = make_engine(compilation(1j * made).task(depth=layers), engine)
    zero, gradient = reached.loss_and_gradient(angles)
    assert abs(zero[0]) < 1e-13
    assert np.abs(gradient).max() < 1e-13


@every_engine
@pytest.mark.parametrize(("n", "layers"), [(2, 3), (3, 2), (4, 1)])
def test_qfim_of_compilation(engine: str, n: int, layers: int) -> None:
    """F_ii = 1 exactly, so Tr F = M.

    On the Bell state of label and qubits every generator G = V†PV/2 of one angle has
    ⟨G⟩ = Tr G/2ⁿ = 0 and ⟨G²⟩ = 1/4, so F_ii = 4 Var G = 1.
    """
    task = compilation(np.eye(2**n)).task(depth=layers)
    angles = np.random.default_rng(n).uniform(0, 7, task.circuit.parameters)
    matrix = qfim(make_engine(task, engine), angles)
    np.testing.assert_allclose(np.diag(matrix), 1, atol=1e-12)
    assert np.trace(matrix) == pytest.approx(task.circuit.parameters, abs=1e-10)


@every_engine
@pytest.mark.parametrize("trash", [1, 2, 3])
def test_autoencoder(engine: str, trash: int) -> None:
    """Loss = 1 − P(first qubits read 0…0), from the amplitudes whose leading bits are 0."""
    states = random_states(4, 3)
    task = autoencoder(states, trash=trash).task(depth=1)
    angles = np.random.default_rng(2).uniform(0, 7, (2, task.circuit.parameters))
    simulator = make_engine(task, engine)
    amplitudes = simulator.state(angles)[..., : 2 ** (4 - trash)]
    want = 1 - (np.abs(amplitudes) ** 2).sum(axis=2).mean(axis=1)
    np.testing.assert_allclose(simulator.loss_and_gradient(angles)[0], want, atol=1e-13)


@pytest.mark.parametrize(
    ("task", "most"),
    [
        # One input of n qubits has 2·2ⁿ − 2 real directions: the circuit is deep enough for all.
        (autoencoder(random_states(2, 1)).task(depth=4), 6),
        (autoencoder(random_states(3, 1)).task(depth=4), 14),
        # Fewer angles than directions.
        (autoencoder(random_states(3, 1)).task(depth=0), 6),
        # All of SU(2ⁿ).
        (compilation(np.eye(4)).task(depth=5), 15),
        # The chain's algebra, restricted to its sector: n periodic, n²/2 open.
        (tfim_hva("periodic").task(4, 6), 4),
        (tfim_hva("periodic").task(6, 8), 6),
        (tfim_hva("open").task(2, 4), 2),
        (tfim_hva("open").task(4, 12), 8),
        (tfim_hva("open").task(4, 2), 4),
    ],
)
def test_rank(task: Task, most: int) -> None:
    """Rank F = min(M, 2·2ⁿ − 2, dimension of the orbit of the symmetry sector)."""
    parameters = task.circuit.parameters
    matrix = qfim(make_engine(task), np.random.default_rng(8).uniform(0, 7, parameters))
    assert rank(matrix) == most <= parameters
