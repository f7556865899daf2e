"""Centre and simple ideals of a dynamical Lie algebra, and the loss variance they predict.

The basis is exact: rational numbers recovered from several primes. The ideals of an algebra with
rational generators need not be rational themselves (those of the periodic Ising chain hold
cos(2πk/n)), so the split is done in floating point, from the exact basis. It is then checked:
dimensions and ranks must be those of compact simple Lie algebras, they must add up, and the centre
must have the dimension found exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import numpy as np
import scipy.linalg
from scipy.sparse.csgraph import connected_components

from overpar.base.checks import real_array, require
from overpar.base.errors import UserError
from overpar.engines.interface import Complexes, Floats
from overpar.model.circuits import pauli_masks
from overpar.model.observables import PauliSum
from overpar.quantities.algebra import (
    LIMIT_BASIS,
    Basis,
    Stopped,
    action_on_product,
    basis,
    centre_dimension,
    product_state,
)
from overpar.quantities.modular import PRIMES
from overpar.quantities.strings import StringTable, masks, multiply

MAX_STRINGS = 8192
_ZERO, _TRIES = 1e-9, 4
_EXCEPTIONAL = {(14, 2): "g2", (52, 4): "f4", (78, 6): "e6", (133, 7): "e7", (248, 8): "e8"}


@dataclass(frozen=True, eq=False)
class Ideal:
    """A simple ideal, or the centre.

    Args:
        name: the compact simple Lie algebras of this dimension and rank, or "centre".
        rank: dimension of a maximal commuting subalgebra.
        basis: orthonormal over the strings of the structure, shape (dimension, strings).
    """

    name: str
    rank: int
    basis: Floats

    @property
    def dimension(self) -> int:
        """Dimension of the ideal."""
        return len(self.basis)

    def purity(self, components: Floats) -> float:
        """Squared norm of the projection of an operator with these components (strings,)."""
        return float(np.sum((self.basis @ components) ** 2))


@dataclass(frozen=True, eq=False)
class Structure:
    """An algebra as the sum of its centre and its simple ideals, mutually orthogonal.

    Args:
        table: the strings.
        centre: may have dimension 0.
        ideals: in descending order of dimension.
    """

    table: StringTable
    centre: Ideal
    ideals: tuple[Ideal, ...]

    @property
    def dimension(self) -> int:
        """Dimension of the whole algebra."""
        return self.centre.dimension + sum(ideal.dimension for ideal in self.ideals)


def names(dimension: int, rank: int) -> tuple[str, ...]:
    """Compact simple Lie algebras of given dimension and rank.

    Examples:
        >>> names(15, 3), names(21, 3)
        (('su(4)',), ('so(7)', 'sp(3)'))

    Source: the Cartan classification, e.g. J. E. Humphreys, *Introduction to Lie Algebras*, 11.4.
    """
    found = [f"su({rank + 1})"] if dimension == rank * (rank + 2) else []
    if rank >= 2 and dimension == rank * (2 * rank + 1):
        found += ["so(5)"] if rank == 2 else [f"so({2 * rank + 1})", f"sp({rank})"]
    if rank >= 4 and dimension == rank * (2 * rank - 1):
        found.append(f"so({2 * rank})")
    if (dimension, rank) in _EXCEPTIONAL:
        found.append(_EXCEPTIONAL[dimension, rank])
    return tuple(found)


def structure(generators: Sequence[PauliSum], qubits: int) -> Structure:
    """Split the algebra 𝔤 of some generators into centre and simple ideals.

    For a generic element a, the eigenvectors of {a, ·} on 𝔤 are its root vectors, and the null
    space is a Cartan subalgebra. Root vectors that a second generic element connects belong to
    one ideal; what they reach in the Cartan subalgebra completes it. The rest of the Cartan
    subalgebra is the centre.

    Args:
        generators: at least one.
        qubits: n ≥ 1.

    Raises:
        UserError: if the algebra is larger than `LIMIT_BASIS`, or the split fails its checks.

    Examples:
        >>> x, y = (PauliSum(((1.0, letter, (0,)),)) for letter in "XY")
        >>> [ideal.name for ideal in structure([x, y], 1).ideals]
        ['su(2)']

    Source: J. E. Humphreys, *Introduction to Lie Algebras*, sections 8 and 11.3, for roots; the
    method is ours.
    """
    table = StringTable(generators, qubits)
    try:
        real, centre = _real_basis(table)
    except Stopped as stop:
        raise UserError(
            f"The dimension of the algebra {stop.dimension}; its ideals can be found up to"
            f" {LIMIT_BASIS}."
        ) from None
    for attempt in range(_TRIES):
        parts = _split(table, real, np.random.default_rng(attempt))
        if parts is not None and parts.centre.dimension == centre:
            return parts
    raise UserError("The ideals of the algebra could not be told apart in double precision.")


def _real_basis(table: StringTable) -> tuple[Floats, int]:
    """Orthonormal basis of the algebra over its strings, (d, strings), and dim of the centre.

    As many primes are used as the rational entries need; the result is closed under brackets.
    """
    found: list[Basis] = [basis(table, PRIMES[0])]
    for prime in PRIMES[1:]:
        found.append(basis(table, prime))
        size = max(len(b.pivots) for b in found)
        found = [b for b in found if len(b.pivots) == size]
        agreeing = [b for b in found if np.array_equal(b.pivots, found[-1].pivots)]
        if len(agreeing) < 2:
            continue
        rows = _rational(agreeing, len(table))
        require(
            len(table) <= MAX_STRINGS,
            f"The operators of the algebra hold {len(table)} Pauli strings; its ideals can be"
            f" found up to {MAX_STRINGS}.",
        )
        if rows is not None:
            real = np.asarray(scipy.linalg.qr(rows.T, mode="economic")[0].T)
            if _closed(table, real):
                return real, centre_dimension(agreeing[0])
    raise UserError("The algebra's basis needs larger fractions than are supported.")


def _rational(found: Sequence[Basis], strings: int) -> Floats | None:
    """Entries of a reduced basis as fractions, from their residues; None if primes are too few."""
    modulus, total = 1, np.zeros((len(found[0].rows), strings), object)
    used = np.zeros(total.shape, bool)
    for b in found:
        used[:, : b.rows.shape[1]] |= b.rows != 0
    places = np.nonzero(used)
    residues = [0] * len(places[0])
    for b in found:
        inverse = pow(modulus, -1, b.prime)
        wide = np.zeros(used.shape, np.int64)
        wide[:, : b.rows.shape[1]] = b.rows
        new = wide[places].tolist()
        residues = [
            r + modulus * ((v - r) * inverse % b.prime) for r, v in zip(residues, new, strict=True)
        ]
        modulus *= b.prime
    known: dict[int, float | None] = {}
    out = np.zeros(used.shape)
    for row, column, residue in zip(*places, residues, strict=True):
        if residue not in known:
            known[residue] = _fraction(residue, modulus)
        value = known[residue]
        if value is None:
            return None
        out[row, column] = value
    return out


def _fraction(residue: int, modulus: int) -> float | None:
    """The fraction with numerator and denominator below √(modulus/2) that has this residue.

    Source: P. S. Wang, SYMSAC 1981, p. 212.
    """
    bound = isqrt(modulus // 2)
    (a, b), (s, t) = (modulus, residue), (0, 1)
    while b > bound:
        quotient = a // b
        (a, b), (s, t) = (b, a - quotient * b), (t, s - quotient * t)
    if abs(t) > bound or t == 0:
        return None
    return float(Fraction(b, t))


def _closed(table: StringTable, real: Floats) -> bool:
    """Whether a subspace with orthonormal rows holds the generators and their brackets with it."""
    for generator in table.generators:
        element = np.zeros(len(table))
        for mask, coefficient in generator:
            element[table.find(mask[None])] = coefficient
        element /= np.linalg.norm(element)
        images = np.concatenate([element[None], real @ _bracket_matrix(table, element)])
        outside = images - (images @ real.T) @ real
        if np.abs(outside).max() > _ZERO:
            return False
    return True


def _bracket_matrix(table: StringTable, element: Floats) -> Floats:
    """Matrix B with {A, a} = A @ B for components A over the strings, for a given element a.

    Products that are no strings of the table cancel if both are in the algebra; they are left out.
    """
    size = len(table)
    out = np.zeros((size, size))
    support = np.flatnonzero(element)
    for column in support:
        result, k = multiply(table.masks, table.masks[column])
        rows = np.flatnonzero(k % 2)
        targets = table.find(result[rows])
        known = targets >= 0
        rows, targets = rows[known], targets[known]
        out[rows, targets] += (2 - k[rows]) * element[column]
    return out


def _split(table: StringTable, real: Floats, random: np.random.Generator) -> Structure | None:
    """Centre and ideals by generic elements, or None if these were not generic enough."""
    size = len(real)
    first, second = (
        real @ _bracket_matrix(table, random.normal(size=size) @ real) @ real.T for _ in range(2)
    )
    # Antisymmetric matrices: eigenvalues ±λ for roots ±α, in ascending order.
    values, vectors = np.linalg.eigh(0.5j * (first - first.T))
    zero = np.abs(values) < _ZERO * max(1.0, float(np.abs(values).max()))
    roots = np.flatnonzero(values > 0)
    roots = roots[~zero[roots]]
    cartan = _real_span(vectors[:, zero])
    if cartan.shape[1] + 2 * len(roots) != size:
        return None
    positive = vectors[:, roots]
    both = np.concatenate([positive, positive.conj()], axis=1)
    links = np.abs(both.conj().T @ (second.T @ both))
    links[np.arange(len(roots)), len(roots) + np.arange(len(roots))] = np.inf
    groups = connected_components(links > _ZERO * max(1.0, float(np.abs(second).max())))[1]
    reached = cartan.T @ (second.T @ positive)
    ideals, taken = [], [np.zeros((cartan.shape[1], 0))]
    for group in np.unique(groups[: len(roots)]):
        mine = np.flatnonzero(groups[: len(roots)] == group)
        torus = _real_span(reached[:, mine])
        taken.append(torus)
        planes = np.sqrt(2) * np.concatenate([positive[:, mine].real, positive[:, mine].imag], 1)
        inside = np.concatenate([planes, cartan @ torus], axis=1)
        name = names(inside.shape[1], torus.shape[1])
        if not name:
            return None
        ideals.append(Ideal(" or ".join(name), torus.shape[1], inside.T @ real))
    everything = np.concatenate(taken, axis=1)
    if everything.shape[1] and not np.allclose(
        everything.T @ everything, np.eye(everything.shape[1]), atol=1e-7
    ):
        return None
    rest = scipy.linalg.null_space(everything.T) if everything.shape[1] else np.eye(len(cartan.T))
    ideals.sort(key=lambda ideal: -ideal.dimension)
    centre = Ideal("centre", rest.shape[1], (cartan @ rest).T @ real)
    result = Structure(table, centre, tuple(ideals))
    return result if result.dimension == size else None


def _real_span(vectors: Complexes) -> Floats:
    """Orthonormal basis, as columns, of the real and imaginary parts of columns."""
    parts = np.concatenate([vectors.real, vectors.imag], axis=1)
    left, sizes, _ = np.linalg.svd(parts, full_matrices=False)
    return np.asarray(left[:, sizes > 1e-7 * sizes.max(initial=1e-7)])


def operator_components(parts: Structure, operator: PauliSum) -> tuple[Floats, float]:
    """Coefficients of an operator on the strings of a structure, and what is left outside 𝔤.

    Returns:
        Coefficients, shape (strings,), and the squared norm, in units of 2ⁿ, of the part of the
        operator that is orthogonal to 𝔤; it is zero for an operator in i𝔤.

    Raises:
        UserError: if a term does not fit the qubits.
    """
    table = parts.table
    coefficients: dict[bytes, float] = {}
    components = np.zeros(len(table))
    for coefficient, letters, where in operator.terms:
        require(
            all(0 <= q < table.qubits for q in where),
            f"Observable term {letters!r} on qubits {where} does not fit {table.qubits} qubits.",
        )
        mask = masks([(letters, where)], table.qubits)
        key = mask.tobytes()
        coefficients[key] = coefficients.get(key, 0.0) + coefficient
        number = table.find(mask)[0]
        if number >= 0:
            components[number] += coefficient
    inside = sum(ideal.purity(components) for ideal in (parts.centre, *parts.ideals))
    return components, max(0.0, sum(c * c for c in coefficients.values()) - inside)


def product_expectations(parts: Structure, state: str) -> Floats:
    """⟨P⟩ of every string in a product state of letters 0, 1, +, −, shape (strings,).

    Raises:
        UserError: if the letters are not so.
    """
    letters = product_state(state, parts.table.qubits)
    labels, exponents = action_on_product(parts.table, letters)
    signs = 1.0 - exponents
    return np.array([0.0 if any(b) else s for b, s in zip(labels, signs, strict=True)])


def expectations(parts: Structure, state: Complexes) -> Floats:
    """⟨P⟩ of every string in a normalised state (2ⁿ,), qubit 0 most significant, (strings,)."""
    table = parts.table
    rows = np.arange(2**table.qubits)
    require(
        state.shape == rows.shape,
        f"Argument `state` must have shape {rows.shape}, but has shape {state.shape}.",
    )
    out = np.empty(len(table))
    for k, (x, z) in enumerate(table.masks[:, :, 0].astype(np.int64)):
        signs = 1 - 2 * (np.bitwise_count((rows ^ x) & z) & 1).astype(np.int64)
        phase = 1j ** int(np.bitwise_count(x & z))
        out[k] = (phase * np.vdot(state, signs * state[rows ^ x])).real
    return out


@dataclass(frozen=True)
class LossMoments:
    """What the algebra says of the loss ⟨O⟩ of a deep circuit.

    Args:
        mean: over the angles.
        variance: over the angles.
        purities: (dim 𝔤_j, P_j(ρ), P_j(O)) per simple ideal.
    """

    mean: float
    variance: float
    purities: tuple[tuple[int, float, float], ...]


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

    Source: M. Ragone et al., Nat. Commun. 15, 7172 (2024), arXiv:2309.09342, theorem 1;
    E. Fontana et al., Nat. Commun. 15, 7171 (2024), arXiv:2309.07902, theorem 2.9.
    """
    values = real_array("values", values, (len(parts.table),))
    components, outside = operator_components(parts, operator)
    require(
        outside <= _ZERO * max(1.0, float(components @ components)),
        "The variance is known from the algebra only for an observable in the algebra,"
        f" but {outside:.3g} of its squared norm is outside.",
    )
    dimension = 2.0**parts.table.qubits
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
