"""Circuit families as a configuration describes them: an ansatz for every size and depth."""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.sparse.linalg import LinearOperator, eigsh

from overpar.base.checks import integer, require
from overpar.model.ansatz import hardware_efficient, tfim_hva
from overpar.model.circuits import Circuit, Gate, Rotation, fixed
from overpar.model.generators import (
    Generators,
    commute,
    hardware_efficient_generators,
    parse_generators,
    tfim_generators,
)
from overpar.model.observables import PauliSum, tfim

MAX_EXACT = 16
_PREPARED = {"0": (), "1": ("X",), "+": ("H",), "-": ("X", "H")}


class Family(BaseModel):
    """A circuit for every number of qubits and depth, its input state and its observable.

    It is an ansatz of the papers, a list of generators, or a function of the user's that returns a
    Qibo circuit. A layer of generators H_1, H_2, … is exp(−iθ_1H_1/2), exp(−iθ_2H_2/2), …, each
    with an angle of its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field("model", description="set by the key under `models`")
    ansatz: Literal["tfim_hva", "hardware_efficient"] | None = Field(
        None, description="an ansatz of the papers"
    )
    generators: list[str] | None = Field(
        None,
        min_length=1,
        description='sums of Pauli strings, one angle a layer each, e.g. ["ZZ", "X"]',
    )
    circuit: str | None = Field(
        None, description="FILE.py:FUNCTION; called with those of qubits, depth that it takes"
    )
    tying: Literal["sums", "places"] = Field(
        "sums", description="sums: one angle per generator; places: one per place on the chain"
    )
    boundary: Literal["open", "periodic"] = Field("open", description="of generators and sums")
    state: str | None = Field(
        None,
        description="product state that the circuit acts on, letters 0, 1, +, - repeated along"
        ' the chain, e.g. "01"; 0 if left out, and + for tfim_hva',
    )
    observable: str | None = Field(
        None,
        description='sum of Pauli strings whose lowest eigenvalue is sought, e.g. "-ZZ - X"; the'
        " Ising chain for tfim_hva",
    )

    @model_validator(mode="after")
    def _one_source(self) -> "Family":
        given = [n for n in ("ansatz", "generators", "circuit") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError(
                "a model has one of the keys ansatz, generators and circuit, but this one has"
                f" {' and '.join(given) or 'none'}"
            )
        written = [text.replace(" ", "") for text in self.generators or []]
        if len(set(written)) < len(written):
            raise ValueError("the generators of a model must differ")
        if self.generators is None and self.tying == "places":
            raise ValueError("tying: places needs generators")
        if self.ansatz == "tfim_hva" and self.state not in (None, "+"):
            raise ValueError('the state of tfim_hva is "+"')
        return self

    @property
    def trainable(self) -> bool:
        """Whether there is an observable, and so a loss."""
        return self.observable is not None or self.ansatz == "tfim_hva"

    def __str__(self) -> str:
        """The name, for labels."""
        return self.name

    def files(self) -> list[str]:
        """The file of a circuit that is the user's code."""
        return [self.circuit.rpartition(":")[0]] if self.circuit else []

    def letters(self, qubits: int) -> str:
        """The input state, one letter per qubit.

        Raises:
            UserError: if the pattern has other letters, or does not fill the chain.
        """
        pattern = self.state or ("+" if self.ansatz == "tfim_hva" else "0")
        require(
            set(pattern) <= set(_PREPARED) and qubits % len(pattern) == 0,
            f"Model {self.name}: state {pattern!r} must be letters 0, 1, +, - whose number divides"
            f" that of the qubits, {qubits}.",
        )
        return pattern * (qubits // len(pattern))

    def preparation(self, qubits: int) -> tuple[Gate, ...]:
        """Fixed gates that make the input state from |0…0⟩."""
        letters = enumerate(self.letters(qubits))
        return tuple(fixed(name, q) for q, letter in letters for name in _PREPARED[letter])

    def sums(self, qubits: int) -> Generators:
        """The generators of a layer, in order; those of the Lie algebra.

        Raises:
            UserError: if they do not fit the qubits, or the model is a circuit from a file.
        """
        if self.ansatz == "tfim_hva":
            return tfim_generators(qubits, self.boundary)
        if self.ansatz == "hardware_efficient":
            return hardware_efficient_generators(qubits)
        require(self.generators is not None, f"Model {self.name} is not given by generators.")
        return parse_generators(
            self.generators or [], qubits, self.boundary, local=self.tying == "places"
        )

    def built(self, qubits: int, depth: int) -> Circuit:
        """The circuit, including the preparation of its input state.

        Args:
            qubits: n ≥ 1.
            depth: number of layers, at least 1 (0 for hardware_efficient).

        Raises:
            UserError: if a generator's strings do not commute, or see `sums`.
        """
        if self.ansatz == "tfim_hva":
            return tfim_hva(qubits, self.boundary, depth)
        if self.ansatz == "hardware_efficient":
            body = hardware_efficient(qubits, depth)
        else:
            body = layered(self.sums(qubits), qubits, depth, self.name)
        return Circuit(qubits, (*self.preparation(qubits), *body.gates), body.parameters)

    def measured(self, qubits: int) -> PauliSum | None:
        """The observable, or None if the model has none.

        Raises:
            UserError: if it does not fit the qubits.
        """
        if self.observable is not None:
            return parse_generators([self.observable], qubits, self.boundary)[0]
        return tfim(qubits, self.boundary) if self.ansatz == "tfim_hva" else None


def layered(generators: Generators, qubits: int, depth: int, name: str = "layered") -> Circuit:
    """Layers of exp(−iθ_k H_k/2), one angle per generator and layer.

    Args:
        generators: sums of commuting Pauli strings, in the order they act.
        qubits: n ≥ 1.
        depth: number of layers, at least 1.
        name: for messages.

    Raises:
        UserError: if two strings of a generator do not commute: one angle could not turn both
            by a product of gates.

    Examples:
        >>> layered(parse_generators(["ZZ", "X"], 4), 4, 3).parameters
        6

    Source: arXiv:2109.11676, eq. (2).
    """
    integer("qubits", qubits, 1)
    integer("depth", depth, 1)
    for generator in generators:
        for k, (_, letters, where) in enumerate(generator.terms):
            for other in generator.terms[:k]:
                require(
                    commute((1.0, letters, where), other),
                    f"{name}: the strings {other[1]} on {other[2]} and {letters} on {where} of one"
                    " generator do not commute, so that no product of gates turns both by one"
                    ' angle. Split the generator, e.g. with "@0::2" and "@1::2".',
                )
    gates = [
        Rotation(letters, where, layer * len(generators) + k, coefficient)
        for layer in range(depth)
        for k, generator in enumerate(generators)
        for coefficient, letters, where in generator.terms
    ]
    return Circuit(qubits, tuple(gates), depth * len(generators), name=name)


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
    require(
        1 <= qubits <= MAX_EXACT,
        f"The lowest eigenvalue is found for up to {MAX_EXACT} qubits, but there are {qubits}.",
    )
    flips, diagonals = operator.by_flip(qubits)
    rows = np.arange(2**qubits)

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
