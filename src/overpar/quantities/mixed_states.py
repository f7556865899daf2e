"""QFIM of mixed states: its spectrum to all digits that the tangents have, and its exact rank."""

import numpy as np

from overpar.base.seeds import generator
from overpar.engines.interface import Complexes, Floats
from overpar.engines.transfer import Transfer
from overpar.quantities.information import NULL, Rank
from overpar.quantities.modular import PRIMES, Echelon


def mixed_spectrum(rho: Complexes, tangents: Complexes) -> Floats:
    """Eigenvalues of `mixed_qfim` as squared singular values of the weighted tangents.

    F = TTᵀ with T_i,ab = √(2/(p_a + p_b)) ⟨a|∂iρ|b⟩, real and imaginary parts side by side, so
    that an eigenvalue is right to 1e-16 of the root of its product with the largest one, not to
    1e-16 of the largest. A dephased qubit of Bloch length r, turned by θ, has r².

    Args:
        rho: Hermitian, trace 1, shape (D, D).
        tangents: ∂ρ/∂θ, shape (M, D, D).

    Returns:
        In descending order, shape (M,).

    Examples:
        >>> rho = 0.5 * np.array([[1, 0.6], [0.6, 1]], complex)
        >>> mixed_spectrum(rho, 0.3j * np.array([[[0, -1], [1, 0]]])).round(12)
        array([0.36])

    Source: arXiv:2302.05059, eq. (7).
    """
    p, vectors = np.linalg.eigh(rho)
    sums = p[:, None] + p
    weights = np.where(sums > NULL, 2 / np.where(sums > NULL, sums, 1), 0.0)
    elements = vectors.conj().T @ tangents @ vectors * np.sqrt(weights)
    flat = elements.reshape(len(tangents), -1)
    rows = np.concatenate([flat.real, flat.imag], axis=1)
    out = np.zeros(len(tangents))
    values = np.linalg.svd(rows, compute_uv=False)
    out[: len(values)] = values**2
    return out


def transfer_rank(engine: Transfer) -> Rank:
    """Rank of the QFIM of a noisy circuit at generic angles and strength, exact.

    That of the derivatives ∂r_Q/∂θ, which the QFIM weighs with positive numbers, modulo random
    primes; no rank is too large, and two primes agree on the largest. Later gates and noise change
    no rank, since they can be undone as maps.

    Args:
        engine: of the circuit and its noise.

    Examples:
        >>> from overpar.model.ansatz import tfim_hva_circuit
        >>> from overpar.model.noise import Noise
        >>> chain = tfim_hva_circuit(2, "open", 5)
        >>> [transfer_rank(Transfer(chain, Noise("local", s))).value for s in (0.0, 0.01)]
        [2, 6]

    Source: ours; J. T. Schwartz, J. ACM 27, 701 (1980), for the probability that it is too small.
    """
    found: dict[int, int] = {}
    for prime in PRIMES:
        vectors = engine.residues(prime, generator(0, "noisy rank", prime))
        echelon = Echelon(vectors.shape[1], prime)
        echelon.add(vectors)
        found[prime] = echelon.rank
        largest = max(found.values())
        agree = tuple(p for p, rank in found.items() if rank == largest)
        if len(agree) > 1 or largest == len(vectors):
            return Rank(largest, primes=agree)
    raise ArithmeticError(f"ranks modulo {PRIMES} disagree")
