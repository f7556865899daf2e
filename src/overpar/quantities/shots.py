"""Gradients of the periodic Ising chain's loss from finitely many measurements."""

from collections.abc import Sequence

import numpy as np

from overpar.base.checks import integer, require
from overpar.engines.interface import Complexes, Floats
from overpar.engines.ring import Ring

# f(θ) = a + b cos 2θ + c sin 2θ has f' = f(θ + π/4) − f(θ − π/4).
SHIFT = np.pi / 4


class Shots:
    """The loss ⟨H⟩ − E₀ of the periodic Ising chain, with gradients by parameter shift.

    H lies in the algebra of the ansatz, whose ideals are rotations of spins by twice an angle, so
    that the loss has one frequency in each angle, though that turns n gates: two circuits an angle
    are enough, instead of 2n. Each is measured `shots` times in the basis of all Z and as often in
    that of all X; outcomes are drawn from their exact joint distribution.

    Args:
        ring: the chain.
        shots: measurements of each circuit and basis; 0 for exact gradients.
        generators: one per run, for what it draws.

    Raises:
        UserError: if `shots` is negative.

    Source: M. Schuld et al., Phys. Rev. A 99, 032331 (2019), for the shift; D. Wierichs et al.,
    Quantum 6, 677 (2022), for the number of frequencies.
    """

    def __init__(self, ring: Ring, shots: int, generators: Sequence[np.random.Generator]) -> None:
        integer("shots", shots, 0)
        self._ring, self._shots, self._generators = ring, shots, generators
        self.ground_energy = float(np.linalg.eigvalsh(ring.hamiltonian)[0])

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """Exact loss (runs,) and measured gradient (runs, M) for a batch of angles (runs, M)."""
        require(
            not self._shots or len(angles) == len(self._generators),
            f"Argument `angles` must have {len(self._generators)} runs, but has {len(angles)}.",
        )
        size = angles.shape[1]
        shifts = SHIFT * np.array([[[1.0]], [[-1.0]]]) * np.eye(size)
        states = self._ring.states(angles[:, None, None] + shifts)
        plus, minus = np.moveaxis(self._measured(states), 1, 0)
        loss = self._ring.energies(self._ring.states(angles)) - self.ground_energy
        return np.asarray(loss), np.asarray(plus - minus)

    def _measured(self, states: Complexes) -> Floats:
        if not self._shots:
            return self._ring.energies(states)
        out = np.zeros(states.shape[:-1])
        for values, share in self._ring.outcomes(states):
            for run, random in enumerate(self._generators):
                out[run] -= random.multinomial(self._shots, share[run]) @ values / self._shots
        return out


def shot_variance(ring: Ring, states: Complexes) -> Floats:
    """Variance of one shot in each basis, Var ΣZZ + Var ΣX, shape (…,), of states (…, orbits).

    Source: definition.
    """
    return np.asarray(
        sum(share @ values**2 - (share @ values) ** 2 for values, share in ring.outcomes(states))
    )
