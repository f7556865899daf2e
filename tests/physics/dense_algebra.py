"""Lie algebras as dense matrices in floating point: slow, short, independent."""

import numpy as np
from dense import operator

from overpar.model.observables import PauliSum

SIGN = {"0": [1, 0], "1": [0, 1], "+": [1, 1], "-": [1, -1]}


def rows(matrices: np.ndarray) -> np.ndarray:
    """Complex arrays (k, …) as real vectors (k, …)."""
    flat = matrices.reshape(len(matrices), -1)
    return np.concatenate([flat.real, flat.imag], axis=1)


def independent(vectors: np.ndarray) -> np.ndarray:
    """Orthonormal basis of the real span of vectors of order one."""
    values, basis = np.linalg.eigh(vectors.T @ vectors)
    return basis[:, values > 1e-9 * values[-1]].T


def closure(generators: list[PauliSum], n: int) -> np.ndarray:
    """Orthonormal Hermitian basis (d, D, D) of the algebra, from all pairs until it stops growing.

    All pairs, not brackets with generators alone: a different closure than the one under test.
    """
    size = 2**n
    matrices = np.array([operator(g, n) for g in generators])
    found = independent(rows(matrices / np.linalg.norm(matrices, axis=(1, 2), keepdims=True)))
    while True:
        basis = (found[:, : size**2] + 1j * found[:, size**2 :]).reshape(-1, size, size)
        products = np.einsum("aij,bjk->abik", basis, basis)
        brackets = (products - products.transpose(1, 0, 2, 3)) / 2j
        more = independent(np.concatenate([found, rows(brackets.reshape(-1, size, size))]))
        if len(more) == len(found):
            return basis
        found = more


def product_state(letters: str) -> np.ndarray:
    """A product state of letters 0, 1, +, −."""
    out = np.ones(1)
    for letter in letters:
        out = np.kron(out, np.array(SIGN[letter]) / np.linalg.norm(SIGN[letter]))
    return out.astype(complex)


def explored(basis: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Orthonormal basis (D, k) of the complex span of all A₁A₂…|ψ⟩."""
    space = state[:, None]
    while True:
        moved = np.concatenate([space, *(a @ space for a in basis)], axis=1)
        left, sizes, _ = np.linalg.svd(moved, full_matrices=False)
        more = left[:, sizes > 1e-8 * sizes[0]]
        if more.shape[1] == space.shape[1]:
            return space
        space = more


def sector_dimension(basis: np.ndarray, state: np.ndarray) -> int:
    """Real rank of the algebra restricted to what a state explores."""
    space = explored(basis, state)
    return int(np.linalg.matrix_rank(rows(basis @ space), tol=1e-7))
