"""Mean and variance of the loss of a deep circuit, from its Lie algebra alone."""

from dataclasses import dataclass

import numpy as np

from overpar.base.checks import real_array, require
from overpar.base.errors import UserError
from overpar.engines.interface import Complexes, Floats
from overpar.model.observables import PauliSum
from overpar.quantities.absorbed import NO_STATE, Absorbed
from overpar.quantities.ideals import Structure
from overpar.quantities.orbit import MAX_ORBIT, actions, closed_span, orbit_moments
from overpar.quantities.sector import action_on_product, product_state
from overpar.quantities.strings import StringSet, StringTable, images, masks

_OUTSIDE = 1e-9


def operator_components(parts: Structure, operator: PauliSum) -> tuple[Floats, float]:
    """Coefficients of an operator on the strings of a structure, and what is left outside 𝔤.

    Returns:
        Coefficients, shape (strings,), and the squared norm, in units of 2ⁿ, of the part of the
        operator that is orthogonal to 𝔤; it is zero for an operator in i𝔤.

    Raises:
        UserError: if a term does not fit the qubits.
    """
    operator.check(parts.qubits, "Observable")
    coefficients: dict[bytes, float] = {}
    components = np.zeros(len(parts.strings))
    for coefficient, letters, where in operator.terms:
        mask = masks([(letters, where)], parts.qubits)
        key = mask.tobytes()
        coefficients[key] = coefficients.get(key, 0.0) + coefficient
        number = parts.strings.find(mask)[0]
        if number >= 0:
            components[number] += coefficient
    components /= parts.strings.norms
    inside = sum(ideal.purity(components) for ideal in (parts.centre, *parts.ideals))
    return components, max(0.0, sum(c * c for c in coefficients.values()) - inside)


def product_expectations(parts: Structure, state: str) -> Floats:
    """⟨P⟩ of every string in a product state of letters 0, 1, +, −, shape (strings,).

    Under a symmetry, which must leave the state alone, P is a sum over an orbit, of norm 1.

    Raises:
        UserError: if the letters are not so.
    """
    return _on_product(parts.strings, product_state(state, parts.qubits))


def _on_product(strings: StringSet, letters: str) -> Floats:
    labels, exponents = action_on_product(strings.masks, letters, strings.symmetry)
    signs = 1.0 - exponents
    found = np.array([0.0 if any(b) else s for b, s in zip(labels, signs, strict=True)])
    return found * strings.norms


def expectations(parts: Structure, states: Complexes) -> Floats:
    """⟨P⟩ of every string, shape (strings,), averaged over normalised states (k, 2ⁿ)."""
    rows = np.arange(2**parts.qubits)
    require(
        states.ndim == 2 and states.shape[1] == len(rows),
        f"Argument `states` must have shape (any, {len(rows)}), but has shape {states.shape}.",
    )
    return _on_states(parts.strings, states)


def _on_states(strings: StringSet, states: Complexes) -> Floats:
    moved = images(strings.masks, states)
    return np.array([np.vdot(states, image).real for image in moved]) / len(states)


@dataclass(frozen=True)
class LossMoments:
    """What the algebra says of the loss ⟨O⟩ of a deep circuit.

    Args:
        mean: over the angles.
        variance: over the angles.
        purities: (dim 𝔤_j, P_j(ρ), P_j(O)) per simple ideal; None for an observable outside i𝔤.
    """

    mean: float
    variance: float
    purities: tuple[tuple[int, float, float], ...] | None


def loss_moments(parts: Structure, operator: PauliSum, values: Floats) -> LossMoments:
    """Mean and variance of the loss of a deep circuit: Var L = Σ_j P_j(ρ) P_j(O) / dim 𝔤_j.

    P_j(A) = Σ_i |Tr(B_i A)|² over an orthonormal basis B_i of 𝔤_j, Tr(B_i B_k) = δ_ik. The
    centre adds to the mean only.

    Args:
        parts: the algebra.
        operator: O; it must lie in i𝔤.
        values: ⟨P⟩ of the input state ρ on every string; see `product_expectations`.

    Raises:
        UserError: if O is not in i𝔤.

    Source: M. Ragone et al., Nature Communications 15, 7172 (2024), arXiv:2309.09342, theorem 1;
    E. Fontana et al., Nature Communications 15, 7171 (2024), arXiv:2309.07902.
    """
    values = real_array("values", values, (len(parts.strings),))
    components, outside = operator_components(parts, operator)
    require(
        _inside(components, outside),
        f"Argument `operator` must lie in i𝔤, but {outside:.3g} of its squared norm is outside.",
    )
    dimension = 2.0**parts.qubits
    purities = tuple(
        (ideal.dimension, ideal.purity(values) / dimension, ideal.purity(components) * dimension)
        for ideal in parts.ideals
    )
    centre = parts.centre.basis
    return LossMoments(
        float((centre @ components) @ (centre @ values)),
        sum(rho * o / size for size, rho, o in purities),
        purities,
    )


def _inside(components: Floats, outside: float) -> bool:
    return outside <= _OUTSIDE * max(1.0, float(components @ components))


def deep_loss(parts: Structure | None, given: Absorbed) -> LossMoments:
    """Mean and variance of the loss of a deep circuit, of any observable.

    One in i𝔤 has the law of `loss_moments`, another one that of `orbit_moments`.

    Args:
        parts: the algebra of the model; None if it was not split, and then the other law is taken.
        given: the model; it must have an observable.

    Raises:
        UserError: if the observable is outside i𝔤 and the circuit turns it into too many others.
    """
    require(given.observable is not None, "Argument `given` must have an observable.")
    assert given.observable is not None
    if parts and _inside(*operator_components(parts, given.observable)):
        return loss_moments(parts, given.observable, _values(parts.strings, given))
    table = StringTable(given.generators, given.qubits, given.symmetry)
    observable = table.components([given.observable])
    try:
        basis = closed_span(table, observable, MAX_ORBIT)
    except UserError as error:
        raise UserError(
            "The variance of deep circuits is not known: the observable is not in"
            f" {'the algebra' if parts else 'ideals that were found'}, and of what the circuit"
            f" turns it into: {error}"
        ) from None
    start = basis[:, : observable.shape[1]] @ observable[0]
    values = basis @ _values(table.strings, given)[: basis.shape[1]]
    return LossMoments(*orbit_moments(actions(table, basis), start, values), None)


def _values(strings: StringSet, given: Absorbed) -> Floats:
    if given.letters:
        return _on_product(strings, given.letters)
    if given.states is None:
        raise UserError(NO_STATE)
    return _on_states(strings, given.states)
