"""Observables, Hamiltonians and tasks: what a circuit is trained on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import choice, integer, require
from overpar.model.ansatz import Boundary, bonds
from overpar.model.circuits import Circuit, pauli_masks

# With eight runs side by side: 2 states of 2²² rows × 128 bytes = 1 GB.
MAX_QUBITS = 22
MAX_EXACT = 16


@dataclass(frozen=True)
class PauliSum:
    """The Hermitian operator Σ_j c_j P_j.

    Args:
        terms: triples (coefficient, letters, qubits); letters I, X, Y, Z and qubits pair up.
    """

    terms: tuple[tuple[float, str, tuple[int, ...]], ...]

    def check(self, qubits: int, what: str) -> None:
        """Require real coefficients, and strings of one letter per qubit on qubits 0 … n−1.

        Args:
            qubits: n.
            what: the operator's name in messages, e.g. "Observable".

        Raises:
            UserError: naming the first term that is wrong.
        """
        for coefficient, letters, where in self.terms:
            require(
                len(letters) == len(set(where)) == len(where)
                and all(0 <= q < qubits for q in where)
                and set(letters) <= set("IXYZ"),
                f"{what} term {letters!r} on qubits {where} does not fit {qubits} qubits: it must"
                f" have one letter I, X, Y or Z for each of different qubits 0 … {qubits - 1}.",
            )
            require(
                bool(np.isreal(coefficient) and np.isfinite(coefficient)),
                f"{what} term {letters!r} must have a real and finite coefficient,"
                f" but has {coefficient}.",
            )

    def by_flip(self, qubits: int) -> tuple[NDArray[np.int64], NDArray[np.complex128]]:
        """The operator as Σ_x D_x X^x: flip masks (K,), diagonals (K, 2ⁿ).

        Row r of the result is (Oψ)_r = Σ_x D_x[r] ψ_{r⊕x}.
        """
        rows = np.arange(2**qubits)
        diagonals: dict[int, NDArray[np.complex128]] = {}
        for coefficient, letters, where in self.terms:
            x, z, y = pauli_masks(letters, where, qubits)
            sign = 1 - 2 * (np.bitwise_count((rows ^ x) & z) & 1).astype(np.int64)
            diagonal = diagonals.setdefault(x, np.zeros(2**qubits, np.complex128))
            diagonal += coefficient * 1j**y * sign
        stacked = np.array(list(diagonals.values()), np.complex128)
        return np.array(list(diagonals), np.int64), stacked.reshape(-1, 2**qubits)


@dataclass(frozen=True, eq=False)
class Projector:
    """w |t⟩⟨t| with |t⟩ a joint state of reference label and qubits.

    Args:
        target: amplitudes, shape (inputs, 2ⁿ), normalised as a whole.
        weight: the real factor w.
    """

    target: NDArray[np.complex128]
    weight: float = 1.0


Observable = PauliSum | Projector


@dataclass(frozen=True, eq=False)
class Task:
    """A circuit, a set of input states and an observable: everything a loss needs.

    The loss is `constant` + ⟨Ψ|U†OU|Ψ⟩, where |Ψ⟩ = Σ_i |i⟩|ψ_i⟩/√k joins the k inputs with a
    label that the circuit does not touch. For a `PauliSum`, which acts on the qubits alone, it
    is the mean over the inputs; a `Projector` may also read the coherence between them.

    Args:
        circuit: the ansatz U.
        observable: O.
        inputs: shape (k, 2ⁿ), each row normalised; None is the single input |0…0⟩.
        constant: added to the expectation value.
        chain: (boundary, field) of the Ising chain with its ansatz, which the free-fermion engine
            can train; None for any other task.
    """

    circuit: Circuit
    observable: Observable
    inputs: NDArray[np.complex128] | None = None
    constant: float = 0.0
    chain: tuple[Boundary, float] | None = None

    def __post_init__(self) -> None:
        size = 2**self.circuit.qubits
        if self.inputs is not None:
            require(
                self.inputs.ndim == 2 and self.inputs.shape[1] == size,
                f"Argument `inputs` must have shape (any, {size}),"
                f" but has shape {self.inputs.shape}.",
            )
            require(len(self.inputs) > 0, "Argument `inputs` must hold at least one state.")
            norms = np.linalg.norm(self.inputs, axis=1)
            require(
                bool(np.allclose(norms, 1, atol=1e-8)),
                f"Argument `inputs` must hold normalised states, but has norms {norms}.",
            )
        if isinstance(self.observable, PauliSum):
            self.observable.check(self.circuit.qubits, "Observable")
            return
        # The compiled kernels read it as laid out beside the state.
        shape = (1 if self.inputs is None else len(self.inputs), size)
        target, weight = self.observable.target, self.observable.weight
        require(
            target.shape == shape,
            f"Argument `target` must have shape {shape}, but has shape {target.shape}.",
        )
        norm = float(np.linalg.norm(target))
        require(
            bool(np.isclose(norm, 1, atol=1e-8)),
            f"Argument `target` must be normalised as a whole, but has norm {norm}.",
        )
        require(
            bool(np.isreal(weight) and np.isfinite(weight)),
            f"Argument `weight` must be real and finite, but is {weight}.",
        )

    def __repr__(self) -> str:
        inputs = 1 if self.inputs is None else len(self.inputs)
        return (
            f"Task of {self.circuit.qubits} qubits, {self.parameters} angles, {inputs} input"
            f" state{'s' * (inputs > 1)}{'' if self.trainable else ', no loss'}"
        )

    @property
    def parameters(self) -> int:
        """Number M of angles."""
        return self.circuit.parameters

    @property
    def trainable(self) -> bool:
        """Whether there is something to minimise."""
        return not isinstance(self.observable, PauliSum) or bool(self.observable.terms)

    @property
    def joint(self) -> NDArray[np.complex128]:
        """The joint input state |Ψ⟩, shape (k, 2ⁿ), norm 1.

        Raises:
            UserError: for more qubits than a state vector can hold.
        """
        if self.inputs is None:
            n = self.circuit.qubits
            require(
                n <= MAX_QUBITS,
                f"A state vector of {n} qubits does not fit in memory (at most {MAX_QUBITS});"
                " the Ising chain trains at any size with engine 'fermions'.",
            )
            return np.eye(1, 2**n, dtype=np.complex128)
        return self.inputs / np.sqrt(len(self.inputs))


def apply_observable(task: Task, vectors: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """O applied to joint vectors of a task, shape (…, inputs·2ⁿ) in and out."""
    if isinstance(task.observable, Projector):
        target = task.observable.target.ravel()
        return task.observable.weight * (vectors @ target.conj())[..., None] * target
    size = 2**task.circuit.qubits
    blocks = vectors.reshape(*vectors.shape[:-1], -1, size)
    out = np.zeros_like(blocks)
    rows = np.arange(size)
    for flip, diagonal in zip(*task.observable.by_flip(task.circuit.qubits), strict=True):
        out += diagonal * blocks[..., rows ^ flip]
    return out.reshape(vectors.shape)


def tfim(qubits: int, boundary: Boundary, field: float = 1.0) -> PauliSum:
    """Transverse-field Ising chain H = −ΣZ_jZ_{j+1} − gΣX_j.

    Source: arXiv:2109.11676, eq. (14).
    """
    terms = [(-1.0, "ZZ", pair) for pair in bonds(qubits, boundary)]
    return PauliSum((*terms, *((-field, "X", (q,)) for q in range(qubits))))


def tfim_ground_energy(qubits: int, boundary: Boundary, field: float = 1.0) -> float:
    """Exact ground energy of `tfim` from its free-fermion modes; cost O(n³) open, O(n) periodic.

    Open: −Σ of the singular values of the n×n bidiagonal matrix with g on and 1 above the
    diagonal. Periodic, even n: −Σ_k √(1+g²+2g cos k) over k = (2m+1)π/n, the even-parity sector,
    which holds the ground state.

    Args:
        qubits: n ≥ 2, even if periodic.
        boundary: "open" or "periodic".
        field: g > 0.

    Returns:
        E₀, in units of the coupling.

    Raises:
        UserError: if an argument is outside its range.

    Examples:
        >>> f"{tfim_ground_energy(4, 'open'):.6f}"
        '-4.758770'

    Source: P. Pfeuty, Ann. Phys. 57, 79 (1970), eqs. (2.7)–(3.1).
    """
    integer("qubits", qubits, 2)
    choice("boundary", boundary, Boundary)
    require(field > 0, f"Argument `field` must be positive, but is {field}.")
    if boundary == "open":
        matrix = field * np.eye(qubits) + np.eye(qubits, k=1)
        return -float(np.linalg.svd(matrix, compute_uv=False).sum())
    require(
        qubits % 2 == 0, f"Argument `qubits` must be even for a periodic chain, but is {qubits}."
    )
    k = (2 * np.arange(qubits) + 1) * np.pi / qubits
    return -float(np.sqrt(1 + field**2 + 2 * field * np.cos(k)).sum())


def lowest_eigenvalue(operator: PauliSum, qubits: int) -> float:
    """Lowest eigenvalue of a sum of Pauli strings, to about 1e-12 of its norm.

    Args:
        operator: the sum.
        qubits: n from 1 to 16.

    Raises:
        UserError: for more qubits.

    Examples:
        >>> lowest_eigenvalue(PauliSum(((1.0, "XX", (0, 1)), (1.0, "ZZ", (0, 1)))), 2)
        -2.0

    Source: ARPACK through scipy.sparse.linalg.eigsh.
    """
    # A quarter of a second to import, which most tasks need not pay.
    from scipy.sparse.linalg import LinearOperator, eigsh

    require(
        1 <= qubits <= MAX_EXACT,
        f"The lowest eigenvalue is found for up to {MAX_EXACT} qubits, but there are {qubits}.",
    )
    flips, diagonals = operator.by_flip(qubits)
    rows = np.arange(2**qubits)
    if not flips.any():
        return float(diagonals.real.sum(axis=0).min())

    def act(vectors: np.ndarray) -> np.ndarray:
        flat = np.asarray(vectors, np.complex128).reshape(len(rows), -1)
        parts = (d[:, None] * flat[rows ^ x] for x, d in zip(flips, diagonals, strict=True))
        return np.asarray(sum(parts)).reshape(vectors.shape)

    if qubits <= 6:
        return float(np.linalg.eigvalsh(act(np.eye(len(rows))))[0])
    shape = (len(rows), len(rows))
    linear = LinearOperator(shape, matvec=act, matmat=act, dtype=np.complex128)
    start = np.random.default_rng(0).normal(size=len(rows)).astype(np.complex128)
    return float(eigsh(linear, k=1, which="SA", v0=start, tol=1e-12)[0][0].real)


def spectral_width(task: Task) -> float:
    """Highest less lowest eigenvalue of a task's observable, in units of the loss.

    Args:
        task: with up to 16 qubits, or the Ising chain at any size.

    Raises:
        UserError: for more qubits.

    Examples:
        >>> chain = Task(Circuit(2, (), 0), tfim(2, "open"), chain=("open", 1.0))
        >>> spectral_width(chain) == -2 * tfim_ground_energy(2, "open")
        True

    Source: definition; flipping every other spin and Z → −Z turns the open chain, and the periodic
        one of even length, into its negative.
    """
    n, observable = task.circuit.qubits, task.observable
    if isinstance(observable, Projector):
        return abs(observable.weight)
    if task.chain is not None and (task.chain[0] == "open" or n % 2 == 0):
        return -2 * tfim_ground_energy(n, *task.chain)
    negative = PauliSum(tuple((-c, letters, where) for c, letters, where in observable.terms))
    return -lowest_eigenvalue(observable, n) - lowest_eigenvalue(negative, n)


def haar_unitary(qubits: int, seed: int) -> NDArray[np.complex128]:
    """The release's target of compilation: unitary_group.rvs(2ⁿ) after np.random.seed(seed).

    Args:
        qubits: n ≥ 1.
        seed: 0 to 2³²−1.

    Returns:
        Haar-random unitary, shape (2ⁿ, 2ⁿ).

    Source: the authors' released code of arXiv:2109.11676.
    """
    # As scipy.stats, which takes most of a second to import, does it.
    random, shape = np.random.RandomState(seed), (2**qubits, 2**qubits)
    gaussian = 1 / np.sqrt(2) * (random.normal(size=shape) + 1j * random.normal(size=shape))
    unitary, triangle = np.linalg.qr(gaussian)
    phases = np.diagonal(triangle)
    return np.asarray(unitary * (phases / np.abs(phases)))
