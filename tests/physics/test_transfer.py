"""Pauli transfer against density matrices, and exact ranks of noisy circuits."""

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.engines.density import Density
from overpar.engines.transfer import Transfer
from overpar.model.ansatz import hardware_efficient_circuit, tfim_hva_circuit
from overpar.model.circuits import FIXED_GATES, Circuit, Rotation, fixed, unitary
from overpar.model.noise import Noise
from overpar.model.observables import PauliSum
from overpar.quantities.information import mixed_qfim, spectrum
from overpar.quantities.mixed_states import mixed_spectrum, transfer_rank

NOISES = ["local:0", "local:0.01", "local:0.25", "both:0.03", "global:0.97", "global:1"]
CLIFFORD = [
    *(fixed(name, 1) for name in ("X", "Y", "Z", "S", "SDG", "H")),
    # Of order three, so that the strings do not just change places in pairs.
    unitary(FIXED_GATES["S"] @ FIXED_GATES["H"], 1),
    unitary(FIXED_GATES["SWAP"] @ FIXED_GATES["CNOT"], 1, 0),
]
CIRCUITS = {
    "ring": tfim_hva_circuit(3, "periodic", 2),
    "chain": tfim_hva_circuit(2, "open", 2),
    "hardware_efficient": hardware_efficient_circuit(3, 1),
    "gates": Circuit(
        2,
        (
            *(
                fixed("H", 0),
                Rotation("Y", (1,), 0),
                fixed("SWAP", 1, 0),
                Rotation("YX", (1, 0), 1),
            ),
            *(gate for c in CLIFFORD for gate in (c, Rotation("XZ", (0, 1), 0, -1.5))),
        ),
        2,
    ),
}
OBSERVABLE = PauliSum(((0.3, "II", (0, 1)), (-1.0, "ZI", (0, 1)), (0.5, "YX", (1, 0))))


def angles(circuit: Circuit) -> np.ndarray:
    return np.random.default_rng(3).uniform(0, 7, circuit.parameters)


@pytest.mark.parametrize("text", NOISES)
@pytest.mark.parametrize("name", CIRCUITS)
def test_states_tangents_and_loss_are_those_of_density_matrices(name: str, text: str) -> None:
    circuit, noise = CIRCUITS[name], Noise.parse(text)
    at = angles(circuit)
    rho, tangents = Density(circuit, noise, moments=3).tangents(at)
    engine = Transfer(circuit, noise, moments=3, observable=OBSERVABLE, constant=2.0)
    for ours, wanted in zip(engine.tangents(at), (rho, tangents), strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=0, atol=1e-14)
    yx = np.kron(FIXED_GATES["X"], FIXED_GATES["Y"])
    matrix = 0.3 * np.eye(4) - np.kron(FIXED_GATES["Z"], np.eye(2)) + 0.5 * yx
    matrix = np.kron(matrix, np.eye(2 ** (circuit.qubits - 2)))
    loss, gradient = engine.loss_and_gradient(np.array([at + 1, at]))
    assert loss[1] == pytest.approx(2 + np.trace(matrix @ rho).real, abs=1e-13)
    slopes = np.einsum("ij,kji->k", matrix, tangents).real
    np.testing.assert_allclose(gradient[1], slopes, rtol=0, atol=1e-13)


@pytest.mark.parametrize("text", ["local:0.01", "global:0.9"])
def test_a_spectrum_is_that_of_the_matrix(text: str) -> None:
    circuit = CIRCUITS["hardware_efficient"]
    point = Density(circuit, Noise.parse(text), moments=2).tangents(angles(circuit))
    wanted = spectrum(mixed_qfim(*point))
    np.testing.assert_allclose(mixed_spectrum(*point), wanted, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("n", "boundary"), [(2, "open"), (3, "open"), (3, "periodic")])
@pytest.mark.parametrize("place", ["local", "both"])
def test_local_noise_opens_every_direction_of_even_parity(
    n: int, boundary: str, place: str
) -> None:
    """All 4ⁿ/2 strings of even parity but the identity and the parity, which gates cannot turn."""
    most = 4**n // 2 - 2
    for depth in (1, 2, most // 2 - 1, most // 2, most):
        circuit = tfim_hva_circuit(n, boundary, depth)  # type: ignore[arg-type]
        found = transfer_rank(Transfer(circuit, Noise(place, 0.1)))
        assert found.value == min(2 * depth, most)
        assert found.exact
    clean = transfer_rank(Transfer(circuit, Noise("local", 0.0))).value
    assert clean == transfer_rank(Transfer(circuit, Noise("global", 0.9))).value < most


def test_what_it_refuses() -> None:
    turned = Circuit(1, (fixed("T", 0), Rotation("X", (0,), 0)), 1)
    with pytest.raises(UserError, match="needs Clifford gates, but T is none"):
        Transfer(turned, Noise("local", 0.1))
    with pytest.raises(UserError, match="at most 8 qubits, but the circuit has 9"):
        Transfer(tfim_hva_circuit(9, "open", 1), Noise("local", 0.1))
