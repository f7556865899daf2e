"""Spectra under strong noise, where double precision keeps few digits, in 50-digit arithmetic."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from exact_noise import spectrum as exact_spectrum

from overpar.base.seeds import released_angles
from overpar.engines.transfer import Transfer
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.noise import Noise
from overpar.quantities.mixed_states import mixed_spectrum


@pytest.mark.slow
def test_a_state_that_noise_has_all_but_mixed() -> None:
    """Eigenvalues of two layers at λ = 0.2 are 3e-22 to 8e-34."""
    angles = released_angles(1, 4, np.pi)
    engine = Transfer(tfim_hva_circuit(4, "periodic", 2), Noise.parse("local:0.2"))
    exact = np.array(exact_spectrum(angles, "0.2"), float)
    assert np.abs(mixed_spectrum(*engine.tangents(angles)) / exact - 1).max() < 1e-12


def test_twelve_decades_of_eigenvalues(root: Path) -> None:
    """The last eigenvalue at λ = 0.1 is 5e-11 of the first; density matrices keep 4 digits."""
    for row in pd.read_csv(root / "data/published/noise_50_digits.csv").itertuples():
        angles = released_angles(1, 2 * row.p, np.pi)
        circuit = tfim_hva_circuit(row.n, row.bc, row.p)
        engine = Transfer(circuit, Noise(row.noise, row.strength))
        exact = np.array(row.eigenvalues.split(), float)
        assert np.abs(mixed_spectrum(*engine.tangents(angles)) / exact - 1).max() < 1e-10
