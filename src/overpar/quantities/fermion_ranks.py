"""Exact rank of the Ising chain's QFIM at every depth, at any size, by free fermions."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import integer, require
from overpar.model.ansatz import Boundary
from overpar.quantities.modular import Echelon, Integers, primes, root_of_unity

# Applied to residues (…, rows, columns): a generator times them.
Generator = Callable[[Integers], Integers]


class _Blocks(NamedTuple):
    """Frames of the input, (blocks, d, d), whose first columns are occupied; the generators."""

    start: Integers
    occupied: int
    generators: tuple[Generator, Generator]


def largest_rank(qubits: int, boundary: Boundary) -> int:
    """Real dimension of the states that free fermions reach: ⌊n²/2⌋ (open) or n (periodic).

    Examples:
        >>> largest_rank(10, "open"), largest_rank(10, "periodic")
        (50, 10)

    Source: docs/fermions.md: a complex Grassmannian of ⌊n/2⌋-planes, or n/2 Bloch spheres.
    """
    return qubits**2 // 2 if boundary == "open" else qubits


def exact_ranks(
    qubits: int, boundary: Boundary, depth: int, *, random: np.random.Generator, confirm: int = 2
) -> Integers:
    """Generic rank of the QFIM at every depth, modulo several primes.

    Modulo a prime, exp(iθ) is a random residue z and exp(−iθ) is 1/z. A complex number a + ib is
    kept as the pair (a + ιb, a − ιb), ι² = −1, so that real and imaginary part stay apart: a layer
    exp(−iθG) with a real G, G³ = G, is 1 + (c−1)G² ∓ sG with c = (z + 1/z)/2, s = (z − 1/z)/2. In
    the frame of the input the tangent of a layer does not depend on later ones, so that one
    elimination in circuit order gives the rank at all depths. A rank is never too large; that it
    is too small has a probability below 8·rank·depth/2³¹ for each prime.

    Args:
        qubits: n, at least 2; even for a periodic chain.
        boundary: of the chain.
        depth: largest number of layers, at least 1.
        random: the z are drawn from it.
        confirm: number of primes, each with z of its own.

    Returns:
        Shape (confirm, depth): the rank at depth 1, …, `depth` by each prime; the largest holds.

    Raises:
        UserError: if an argument is out of range.

    Examples:
        >>> exact_ranks(4, "open", 5, random=np.random.default_rng(0))
        array([[2, 4, 6, 8, 8],
               [2, 4, 6, 8, 8]])

    Source: docs/fermions.md; ours.
    """
    integer("qubits", qubits, 2)
    integer("depth", depth, 1)
    require(
        boundary == "open" or qubits % 2 == 0,
        f"Argument `qubits` must be even for a periodic chain, but is {qubits}.",
    )
    order = 4 if boundary == "open" else 2 * qubits
    out = []
    for prime in primes(order, confirm):
        blocks = (_open if boundary == "open" else _ring)(qubits, prime)
        tangents = _tangents(blocks, depth, prime, random)
        new = Echelon(tangents.shape[1], prime).add(tangents)
        out.append(np.bincount(new // 2, minlength=depth).cumsum())
    return np.array(out)


def _open(qubits: int, prime: int) -> _Blocks:
    """One block: the isometry P and its complement."""
    reflection = np.eye(qubits, dtype=np.int64)[::-1]
    half = qubits // 2
    eigenvectors = np.eye(qubits, dtype=np.int64)
    eigenvectors[:, :half] -= reflection[:, :half]
    eigenvectors[:, qubits - half :] += reflection[:, qubits - half :]

    def bonds(frames: Integers) -> Integers:
        out = np.zeros_like(frames)
        out[..., 1:, :] = frames[..., :0:-1, :]
        return out

    start = eigenvectors[None] % prime
    return _Blocks(start, half, (bonds, lambda frames: frames[..., ::-1, :]))


def _ring(qubits: int, prime: int) -> _Blocks:
    """One block for each pair of momenta: a spinor and its complement."""
    root = root_of_unity(2 * qubits, prime)
    phases = [pow(root, 2 * m + 1, prime) for m in range(qubits // 2)]
    half, i = pow(2, -1, prime), pow(root, qubits // 2, prime)
    inverses = [pow(z, -1, prime) for z in phases]
    pairs = list(zip(phases, inverses, strict=True))
    cos = np.array([(z + w) * half % prime for z, w in pairs])[:, None]
    sin = np.array([(w - z) * half * i % prime for z, w in pairs])[:, None]

    def bonds(frames: Integers) -> Integers:
        up, down = frames[..., 0, :], frames[..., 1, :]
        turned = cos * up % prime + sin * down % prime, sin * up % prime - cos * down % prime
        return np.stack(turned, axis=-2) % prime

    def field(frames: Integers) -> Integers:
        return frames * np.array([[1], [-1]]) % prime

    start = np.broadcast_to(np.eye(2, dtype=np.int64), (qubits // 2, 2, 2))
    return _Blocks(start, 1, (bonds, field))


def _tangents(
    blocks: _Blocks, depth: int, prime: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Residues of all tangents in circuit order, (2·depth, directions)."""
    half = pow(2, -1, prime)
    signs = np.array([1, -1])[:, None, None, None]
    frames = np.stack([blocks.start, blocks.start])
    out = []
    for k in range(2 * depth):
        apply = blocks.generators[k % 2]
        z = int(random.integers(1, prime))
        inverse = pow(z, -1, prime)
        cos, sin = (z + inverse) * half % prime, (z - inverse) * half % prime
        once = apply(frames)
        frames = (frames + (cos - 1) * apply(once) - sin * once % prime * signs) % prime
        # The dagger exchanges the members of a pair.
        empty = frames[::-1, :, :, blocks.occupied :, None]
        filled = apply(frames)[:, :, :, None, : blocks.occupied]
        out.append((empty * filled % prime).sum(axis=2).ravel() % prime)
    return np.array(out)
