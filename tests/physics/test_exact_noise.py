"""Spectra under strong noise, where double precision keeps few digits, in 50-digit arithmetic."""

import numpy as np
from exact_noise import spectrum as exact_spectrum

from overpar.base.seeds import released_angles
from overpar.engines.density import Density
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.noise import Noise
from overpar.quantities.information import mixed_qfim, spectrum


def test_a_state_that_noise_has_all_but_mixed() -> None:
    """Eigenvalues of two layers at λ = 0.2 are 3e-22 to 8e-34; with ρ − 1/16 they keep 8 digits."""
    angles = released_angles(1, 4, np.pi)
    engine = Density(tfim_hva_circuit(4, "periodic", 2), Noise.parse("local:0.2"))
    ours = spectrum(mixed_qfim(*engine.tangents(angles)))
    exact = np.array(exact_spectrum(angles, "0.2"), float)
    assert np.abs(ours / exact - 1).max() < 1e-8
