"""Concentratable entanglement of pure states, and its gradient."""

from itertools import combinations

import numpy as np

from overpar.base.checks import require
from overpar.engines.interface import Complexes, Floats


def concentratable_entanglement(states: Complexes) -> Floats:
    """Concentratable entanglement CE = 1 − 2⁻ⁿ Σ_α Tr ρ_α² over all subsets α of the qubits.

    The empty and the full set count with Tr ρ² = 1, so a product state has CE = 0 and the GHZ
    state ½ − 2⁻ⁿ.

    Args:
        states: normalised, shape (…, 2ⁿ).

    Returns:
        Values in [0, 1), shape (…,).

    Raises:
        UserError: if the last axis is not a power of two.

    Examples:
        >>> float(concentratable_entanglement(np.array([1, 0, 0, 1]) / np.sqrt(2)).round(12))
        0.25

    Source: Beckey, Gigena, Coles, Cerezo, PRL 127, 140501 (2021), eq. (1); arXiv:2109.03400.
    """
    return _value_and_costate(np.asarray(states, np.complex128))[0]


def entanglement_and_jacobian(states: Complexes, tangents: Complexes) -> tuple[Floats, Floats]:
    """CE of several states and its derivatives.

    Args:
        states: shape (k, 2ⁿ), normalised.
        tangents: derivatives of the states, shape (M, k, 2ⁿ).

    Returns:
        CE, shape (k,), and ∂CE_i/∂θ_j, shape (k, M).

    Source: derivative of `concentratable_entanglement`.
    """
    value, costate = _value_and_costate(states)
    return value, 2 * np.einsum("mkd,kd->km", tangents, costate.conj()).real


def _value_and_costate(states: Complexes) -> tuple[Floats, Complexes]:
    """CE and ∂CE/∂ψ* (so that dCE = 2 Re⟨costate|dψ⟩)."""
    size = states.shape[-1]
    n = size.bit_length() - 1
    require(size == 2**n, f"Argument `states` must have last axis 2ⁿ, but it is {size}.")
    batch = states.shape[:-1]
    tensor = states.reshape(-1, *[2] * n)
    total = np.zeros(len(tensor))
    costate = np.zeros((len(tensor), size), np.complex128)
    for k in range(n + 1):
        for subset in combinations(range(n), k):
            rest = [q for q in range(n) if q not in subset]
            order = [0, *(q + 1 for q in subset), *(q + 1 for q in rest)]
            matrix = tensor.transpose(order).reshape(-1, 2**k, 2 ** (n - k))
            rho = matrix @ matrix.conj().swapaxes(1, 2)
            total += np.einsum("bij,bji->b", rho, rho).real
            back = (rho @ matrix).reshape(-1, *[2] * n).transpose(np.argsort(order))
            costate += 2 * back.reshape(-1, size)
    value = 1 - total / 2**n
    return value.reshape(batch), (-costate / 2**n).reshape(states.shape)
