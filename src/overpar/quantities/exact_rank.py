"""Rank of a circuit's tangents at generic angles: exact, where its gates allow."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from overpar.base.seeds import generator
from overpar.engines.choose import curvature_engine
from overpar.model.circuits import Circuit, Fixed, Gate, Rotation
from overpar.model.observables import Task
from overpar.quantities.information import Rank, horizontal, tangent_rank
from overpar.quantities.modular import Echelon, Integers, primes, root_of_unity

# √2 and i exist modulo these.
PRIMES = tuple(primes(8, 4))
# Random points at which the rank is taken where it cannot be had exactly.
POINTS = 2
# Vectors that are eliminated together, for the memory.
_ROWS = 256


def exact_ranks(task: Task) -> tuple[Integers, tuple[int, ...]]:
    """Exact ranks of the tangents along the first k angles, at generic angles.

    The rank over the reals of [∂₁ψ … ∂ₖψ, iψ] minus one, that of the QFIM; several inputs are
    joined by a label. State and tangents are computed modulo a prime p at random angles. Their
    rank is never too large. It is too small with probability at most 2G(r + 1)/p (G rotations,
    counted with their scales, and rank r), if p does not divide all minors; so a second prime and
    other angles must agree, and more are taken until two do. For 1425 rotations and rank 50 both
    fail with probability below 1e-8. Only ranks that are the largest there can be, min(k, 2D − 2),
    need no second prime.

    Args:
        task: of rotations about Pauli strings and of Clifford+T gates.

    Returns:
        Ranks, shape (M + 1,), for k = 0 … M, and the primes that agree.

    Raises:
        NotExactError: if the circuit has other gates or inputs.

    Examples:
        >>> from overpar.model.papers import tfim_hva
        >>> exact_ranks(tfim_hva("open").task(4, 6))[0].tolist()
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8]

    Source: ours; J. T. Schwartz, J. ACM 27, 701 (1980), for the probability.
    """
    # What compiles kernels, which nothing else here needs.
    from overpar.engines.exact import ExactTangents

    tangents = ExactTangents(task).tangents
    found: list[Integers] = []
    for prime in PRIMES:
        random = generator(0, "exact rank", prime)
        phase, vectors = tangents(prime, root_of_unity(8, prime), random)
        echelon = Echelon(phase.shape[1], prime)
        echelon.add(phase.astype(np.int64))
        ranks = np.zeros(len(vectors) + 1, np.int64)
        for start in range(0, len(vectors), _ROWS):
            part = vectors[start : start + _ROWS].astype(np.int64)
            ranks[start + 1 + echelon.add(part)] = 1
        found.append(ranks.cumsum())
        largest = np.max(found, axis=0)
        agree = [p for p, r in zip(PRIMES, found, strict=False) if (r == largest).all()]
        # A state has 2D − 2 directions beside its norm and phase.
        most = np.minimum(np.arange(len(ranks)), phase.shape[1] - 2)
        if len(agree) > 1 or (largest == most).all():
            return largest, tuple(agree)
    raise ArithmeticError(f"ranks modulo {PRIMES} disagree")


def generic_rank(task: Task) -> Rank:
    """Rank of the QFIM of a task at generic angles; see `ranks_by_depth`.

    Source: arXiv:2109.11676, theorem 1, for what it means.
    """
    return ranks_by_depth(task, {})[0]


def ranks_by_depth(task: Task, shorter: Mapping[int, Circuit]) -> tuple[Rank, dict[int, int]]:
    """Rank of a task at generic angles, and the ranks of circuits that begin its own.

    Exact, see `exact_ranks`; for a circuit that is not of rotations and Clifford+T gates the larger
    numerical rank at two random points.

    Args:
        task: the longest.
        shorter: circuits for the same inputs, by depth.

    Returns:
        The rank, whose `reason` says why it is not exact, and exact ranks by depth: of those
        circuits after which the task's has angles of their own only; of none if it is not exact.

    Source: arXiv:2109.11676, theorem 1, for what they mean.
    """
    # What compiles kernels, which nothing else here needs.
    from overpar.engines.exact import NotExactError

    try:
        ranks, moduli = exact_ranks(task)
    except NotExactError as error:
        return _numerical(task, str(error)), {}
    whole = task.circuit
    known = {d: int(ranks[c.parameters]) for d, c in shorter.items() if _begins(c, whole)}
    return Rank(int(ranks[-1]), primes=moduli), known


def generic_ranks(task: Task, shorter: Mapping[int, Circuit]) -> tuple[Rank, dict[int, int]]:
    """As `ranks_by_depth`, but with the ranks of all circuits, if need be one by one.

    Source: arXiv:2109.11676, theorem 1, for what they mean.
    """
    rank, known = ranks_by_depth(task, shorter)
    for depth, circuit in shorter.items():
        if depth not in known:
            known[depth] = generic_rank(replace(task, circuit=circuit)).value
    return rank, known


def _numerical(task: Task, reason: str) -> Rank:
    engine = curvature_engine(task)
    points = [
        2 * np.pi * generator(0, "generic rank", point).random(task.parameters)
        for point in range(POINTS)
    ]
    ranks = [tangent_rank(horizontal(*engine.tangents(angles))) for angles in points]
    best = max(ranks, key=lambda rank: rank.value)
    return replace(best, reason=reason)


def _begins(short: Circuit, long: Circuit) -> bool:
    """Whether a circuit begins another, whose other gates have angles of their own."""
    count = len(short.gates)
    ties = tuple(tie for tie in long.derivative_ties if tie[0] < count)
    later = [parameter for gate, parameter in long.derivative_ties if gate >= count]
    later += [gate.parameter for gate in long.gates[count:] if isinstance(gate, Rotation)]
    return (
        short.qubits == long.qubits
        and len(long.gates) >= count
        and all(map(_alike, short.gates, long.gates[:count]))
        and ties == short.derivative_ties
        and min(later, default=short.parameters) >= short.parameters
    )


def _alike(gate: Gate, other: Gate) -> bool:
    if isinstance(gate, Fixed) and isinstance(other, Fixed):
        same = gate.qubits == other.qubits and gate.name == other.name
        return same and np.array_equal(gate.matrix, other.matrix)
    return gate == other
