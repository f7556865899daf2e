"""Exact ranks of the Ising chain by free fermions, against state vectors and the law."""

import numpy as np
import pytest

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine
from overpar.model.papers import tfim_hva
from overpar.quantities.fermion_ranks import exact_ranks, largest_rank
from overpar.quantities.modular import primes, root_of_unity

CHAINS = [(n, "open") for n in range(2, 9)] + [(n, "periodic") for n in (2, 4, 6, 8, 10)]


def law(n: int, boundary: str, depth: int) -> list[int]:
    return [min(2 * p, largest_rank(n, boundary)) for p in range(1, depth + 1)]


@pytest.mark.parametrize(("n", "boundary"), CHAINS)
def test_rank_of_the_state_vectors_tangents_at_every_depth(n: int, boundary: str) -> None:
    """Singular values of ∂ψ without its part along ψ; zeros are 1e-16 of the largest."""
    depth = largest_rank(n, boundary) // 2 + 2
    found = exact_ranks(n, boundary, depth, random=np.random.default_rng(n))
    assert found[0].tolist() == found[1].tolist() == law(n, boundary, depth)
    for p in range(1, depth + 1):
        at = np.random.default_rng(p).uniform(0, 2 * np.pi, 2 * p)
        state, tangents = make_engine(tfim_hva(boundary).task(n, p)).tangents(at)
        across = tangents - np.outer(tangents @ state.conj(), state)
        real = np.concatenate([across.real, across.imag], axis=1)
        sizes = np.linalg.svd(real, compute_uv=False)
        rank = int((sizes > 1e-13 * sizes[0]).sum())
        assert rank == found[0, p - 1]


@pytest.mark.parametrize(
    ("n", "boundary"), [(16, "open"), (21, "open"), (50, "periodic"), (200, "periodic")]
)
def test_sizes_without_a_state_vector(n: int, boundary: str) -> None:
    depth = largest_rank(n, boundary) // 2 + 3
    found = exact_ranks(n, boundary, depth, random=np.random.default_rng(0), confirm=3)
    assert found.tolist() == [law(n, boundary, depth)] * 3


def test_ranks_do_not_depend_on_the_depth_that_is_asked_for() -> None:
    short, long = (exact_ranks(7, "open", d, random=np.random.default_rng(3)) for d in (5, 14))
    assert long[:, :5].tolist() == short.tolist()


@pytest.mark.parametrize("modulus", [8, 12, 400])
def test_primes_and_roots(modulus: int) -> None:
    found = primes(modulus, 4)
    assert found == sorted(found, reverse=True)
    for prime in found:
        assert prime % modulus == 1
        assert all(pow(base, prime - 1, prime) == 1 for base in (2, 3, 5, 7, 11))
        powers = [pow(root_of_unity(modulus, prime), k, prime) for k in range(modulus)]
        assert len(set(powers)) == modulus
    with pytest.raises(ArithmeticError, match="no primitive root of order 7 modulo 17"):
        root_of_unity(7, 17)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, "open", 3), "`qubits` must be an integer of at least 2, but is 1"),
        ((5, "periodic", 3), "`qubits` must be even for a periodic chain, but is 5"),
        ((4, "open", 0), "`depth` must be an integer of at least 1, but is 0"),
    ],
)
def test_refused(arguments: tuple[int, str, int], message: str) -> None:
    with pytest.raises(UserError, match=message):
        exact_ranks(*arguments, random=np.random.default_rng(0))
