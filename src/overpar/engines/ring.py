"""State vectors of the periodic Ising chain in the sector that its ansatz reaches from |+⟩ⁿ.

Shifts, reflections and the flip of all spins leave every state of the ansatz as it is. A basis of
what they leave are the orbits of bit strings, |O⟩ = Σ_{s∈O} |s⟩/√|O|: 4, 8, 18 and 44 of them for
4, 6, 8 and 10 qubits. ΣZZ is diagonal there and ΣX a small matrix, so that the outcomes of both
measurements are distributions over few values.

Source: A. W. Sandvik, AIP Conf. Proc. 1297, 135 (2010), section 4.1, for the orbits.
"""

import numpy as np

from overpar.base.checks import integer, require
from overpar.engines.interface import Complexes, Floats

MAX_QUBITS = 12


class Ring:
    """States of the periodic chain's ansatz, and distributions of what is measured.

    Args:
        qubits: n, even, 4 to 12.

    Raises:
        UserError: for another number.
    """

    def __init__(self, qubits: int) -> None:
        integer("qubits", qubits, 4)
        require(
            qubits % 2 == 0 and qubits <= MAX_QUBITS,
            f"Argument `qubits` must be even and at most {MAX_QUBITS}, but is {qubits}.",
        )
        n, strings = qubits, np.arange(2**qubits)
        mirrored = np.zeros_like(strings)
        for j in range(n):
            mirrored |= (strings >> j & 1) << (n - 1 - j)
        images = [s ^ f for s in (strings, mirrored) for f in (0, 2**n - 1)]
        turns = [(s << j | s >> (n - j)) & (2**n - 1) for s in images for j in range(n)]
        first, orbit, sizes = np.unique(
            np.min(turns, axis=0), return_inverse=True, return_counts=True
        )
        neighbours = first ^ (first << 1 | first >> (n - 1)) & (2**n - 1)
        bonds = n - 2.0 * np.bitwise_count(neighbours)
        field = np.zeros((len(first), len(first)))
        for j in range(n):
            to = orbit[first ^ 1 << j]
            np.add.at(field, (to, np.arange(len(first))), np.sqrt(sizes / sizes[to]))
        levels, self._vectors = np.linalg.eigh(field)
        self.qubits = qubits
        # Values of ΣZZ on the orbits and of ΣX on its eigenvectors.
        self._values = bonds, np.round(levels)
        self._start = np.sqrt(sizes / 2**n).astype(np.complex128)
        self.hamiltonian = -np.diag(bonds) - field

    def states(self, angles: Floats) -> Complexes:
        """Amplitudes on the orbits, shape (…, orbits), at angles (…, 2p)."""
        state = np.broadcast_to(self._start, (*angles.shape[:-1], len(self._start)))
        bonds, levels = self._values
        for theta, phi in zip(
            np.moveaxis(angles[..., 0::2], -1, 0),
            np.moveaxis(angles[..., 1::2], -1, 0),
            strict=True,
        ):
            state = np.exp(-0.5j * theta[..., None] * bonds) * state
            state = np.exp(-0.5j * phi[..., None] * levels) * (state @ self._vectors)
            state = state @ self._vectors.T
        return np.asarray(state)

    def outcomes(self, states: Complexes) -> list[tuple[Floats, Floats]]:
        """What measuring all Z and all X of states (…, orbits) gives for ΣZZ and for ΣX.

        Returns:
            For each of the two its values (v,) and their probabilities (…, v).
        """
        found = []
        for seen, values in zip((states, states @ self._vectors), self._values, strict=True):
            levels, which = np.unique(values, return_inverse=True)
            share = np.abs(seen) ** 2 @ np.eye(len(levels))[which]
            found.append((levels, share / share.sum(axis=-1, keepdims=True)))
        return found

    def energies(self, states: Complexes) -> Floats:
        """⟨H⟩ for H = −ΣZZ − ΣX, shape (…,), of states (…, orbits)."""
        return np.asarray(-sum(share @ values for values, share in self.outcomes(states)))
