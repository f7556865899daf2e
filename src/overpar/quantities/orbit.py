"""Variance of the loss of a deep circuit for any observable, in double precision."""

import numpy as np
import scipy.linalg
from scipy.sparse.linalg import LinearOperator, lsqr

from overpar.base.errors import UserError
from overpar.engines.interface import Complexes, Floats
from overpar.quantities.strings import StringTable

# Brackets of operators of norm 1 are new above the first, and rounding below the last; between
# them nobody can tell.
_NEW, _ROUNDING = 1e-6, 1e-10
# Operators that an observable may turn into: the law costs its cube, many times.
MAX_ORBIT = 128
_TOLERANCE, _STEPS = 1e-13, 5000


def closed_span(table: StringTable, start: Floats, limit: int) -> Floats:
    """Orthonormal basis of the smallest space that holds operators and their brackets with 𝔤.

    From the generators it is 𝔤 itself; from an observable, all that a circuit turns it into.

    Args:
        table: of the generators; it grows.
        start: coefficients of the operators over its strings, shape (m, strings).
        limit: largest dimension.

    Returns:
        Coefficients over the strings of the table, shape (d, strings).

    Raises:
        UserError: above the limit, or where rounding hides whether an operator is new.
    """
    basis = np.zeros((0, start.shape[1]))
    pending = [start / np.linalg.norm(start, axis=1, keepdims=True)]
    while pending:
        before = len(basis)
        for rows in pending:
            basis = np.pad(basis, ((0, 0), (0, rows.shape[1] - basis.shape[1])))
            basis = np.concatenate([basis, _new_directions(rows, basis)])
            if len(basis) > limit:
                raise UserError(f"The operators span more than {limit} dimensions.")
        pending = list(table.real_brackets(basis[before:])) if len(basis) > before else []
    return basis


def _new_directions(rows: Floats, basis: Floats) -> Floats:
    """Orthonormal rows that span what rows have outside an orthonormal basis."""
    outside = _cleared(rows, basis)
    directions, triangle, _ = scipy.linalg.qr(outside.T, mode="economic", pivoting=True)
    sizes = np.abs(np.diag(triangle))
    if np.any((sizes > _ROUNDING) & (sizes < _NEW)):
        raise UserError("Double precision cannot tell which operators are independent.")
    found = _cleared(directions[:, sizes > _NEW].T, basis)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _cleared(rows: Floats, basis: Floats) -> Floats:
    for _ in range(2):
        rows = rows - (rows @ basis.T) @ basis
    return rows


def actions(table: StringTable, basis: Floats) -> Floats:
    """Antisymmetric matrices of the generators on a closed span, shape (generators, d, d)."""
    strings = basis.shape[1]
    return np.array([image[:, :strings] @ basis.T for image in table.real_brackets(basis)])


def sector_rank(moves: Floats, images: Complexes) -> int:
    """Dimension of an algebra on the subspace that input states explore; see `sector_dimension`.

    Args:
        moves: of the generators on the algebra, from `actions`.
        images: B_i|ψ⟩ for its basis, one row each, joined for several inputs, shape (d, D).
    """
    functionals = np.concatenate([images.real, images.imag], axis=1).T
    basis = np.zeros((0, len(images)))
    fresh = functionals / max(np.linalg.norm(functionals), 1e-300)
    while len(fresh):
        fresh = _new_directions(fresh, basis)
        basis = np.concatenate([basis, fresh])
        fresh = np.concatenate([fresh @ move for move in moves])
    return len(basis)


def orbit_moments(actions: Floats, observable: Floats, values: Floats) -> tuple[float, float]:
    """Mean and variance of the loss of a deep circuit from what it turns the observable into.

    For a compact group G that acts on a space by orthogonal matrices g, the mean of (gᵀo)(gᵀo)ᵀ is
    the projection of ooᵀ on the matrices M with [A, M] = 0 for all generators A, and that of gᵀo
    the projection of o on their kernel.

    Args:
        actions: antisymmetric matrices of the generators, shape (generators, d, d).
        observable: coordinates of O in an orthonormal basis, shape (d,).
        values: Tr(ρB) of the basis operators B, shape (d,).

    Raises:
        UserError: if the projection does not converge.

    Source: Schur's lemma, as in M. Ragone et al., Nature Communications 15, 7172 (2024), whose
    theorem 1 it is for an observable in i𝔤; the numerical projection is ours.
    """
    size = len(observable)

    def commutators(matrix: Floats) -> Floats:
        square = matrix.reshape(size, size)
        return np.asarray(actions @ square - square @ actions).ravel()

    def adjoint(stack: Floats) -> Floats:
        parts = stack.reshape(len(actions), size, size)
        # Each A is antisymmetric: the adjoint of M ↦ [A, M] is M ↦ −[A, M].
        return np.asarray((parts @ actions - actions @ parts).sum(axis=0)).ravel()

    shape = (len(actions) * size**2, size**2)
    linear = LinearOperator(shape, matvec=commutators, rmatvec=adjoint, dtype=np.float64)
    start = np.outer(observable, observable)
    options = {"atol": _TOLERANCE, "btol": _TOLERANCE, "conlim": 0, "iter_lim": _STEPS}
    moving, reason = lsqr(linear, commutators(start.ravel()), **options)[:2]
    if reason == 7:
        raise UserError(f"The variance did not converge in {_STEPS} steps.")
    second = start - moving.reshape(size, size)
    kernel = scipy.linalg.null_space(np.concatenate([*actions, np.zeros((1, size))]), rcond=1e-9)
    mean = float(values @ kernel @ (kernel.T @ observable))
    return mean, max(0.0, float(values @ second @ values) - mean**2)
