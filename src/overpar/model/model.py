"""Models: a circuit for every size and depth, its input, and what it is trained for."""

from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from overpar.base.checks import integer, require
from overpar.base.errors import UserError
from overpar.base.validation import message
from overpar.model import given
from overpar.model.ansatz import Boundary, Tying
from overpar.model.catalogue import ANSATZE
from overpar.model.circuits import Circuit, Gate, fixed
from overpar.model.generators import MAX_QUBITS, Generators, parse_generators
from overpar.model.given import GRAPH_SCHEMA
from overpar.model.graphs import Edge, edges_of
from overpar.model.layers import layered
from overpar.model.observables import (
    PauliSum,
    Projector,
    Task,
    haar_unitary,
    lowest_eigenvalue,
    tfim,
    tfim_ground_energy,
)

PREPARED: dict[str, tuple[str, ...]] = {"0": (), "1": ("X",), "+": ("H",), "-": ("X", "H")}
# Layers of a circuit from which its generators are read off, if nobody says how many.
DEPTH = 8
# Qubits times layers that a circuit is built of, far more than any experiment has: the gates of
# more would fill the memory without a word.
PLACES = 1_000_000
SEEDS = 2**32


class _OneMessage(type(BaseModel)):  # type: ignore[misc]
    """Makes a wrong argument one `UserError` instead of pydantic's report."""

    def __call__(cls, *arguments: Any, **values: Any) -> Any:
        if arguments:
            raise UserError('Model takes named arguments only, e.g. Model(generators=["ZZ", "X"]).')
        try:
            return super().__call__(**values)
        except ValidationError as error:
            raise UserError(f"Model: {message(cls, error)}") from None


class Model(BaseModel, metaclass=_OneMessage):
    """A circuit for every number of qubits and depth, its input state and what is minimised.

    The circuit is an ansatz of the papers, layers of generators, or a function of the user's that
    returns a Qibo circuit. A layer of generators H_1, H_2, … is exp(−iθ_1H_1/2), exp(−iθ_2H_2/2),
    …, each with an angle of its own.

    The loss is ⟨O⟩ minus the lowest eigenvalue of the observable O; with a `target` U it is
    1 − |Tr(U†V)|²/4ⁿ; without either there are states, but no loss.

    Examples:
        >>> import overpar as op
        >>> chain = op.Model(generators=["ZZ", "X"], state="+", observable="-ZZ - X")
        >>> chain.task(qubits=6, depth=12).parameters
        24

    Source: arXiv:2109.11676, eqs. (1), (2) and (18).
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True
    )

    name: str = Field(
        "model", description="for labels and messages; in a config, the key under `models`"
    )
    ansatz: Literal["tfim_hva", "hardware_efficient"] | None = Field(
        None, description="an ansatz of the papers"
    )
    generators: list[str] | None = Field(
        None,
        min_length=1,
        description='sums of Pauli strings, one angle a layer each, e.g. ["ZZ", "X"]',
    )
    circuit: Annotated[Any, WithJsonSchema({"type": "string"})] = Field(
        None,
        description="FILE.qasm, or FILE.py:FUNCTION, which is called with those of qubits, depth"
        " that it takes. From Python also the function, or one circuit",
    )
    local: bool = Field(
        False, description="every place of a generator has an angle of its own, not their sum"
    )
    boundary: Boundary = Field("open", description="of generators, sums and the Ising chain")
    edges: Annotated[Any, WithJsonSchema(GRAPH_SCHEMA)] = Field(
        None,
        description="of a graph in place of the chain, that strings of two letters are summed over:"
        " complete, cycle, grid, path, star, [[0, 1], [1, 2, 0.5]] with weights, or"
        " FILE.py:FUNCTION of the number of qubits; from Python also the function",
    )
    field: float = Field(
        1.0, gt=0, le=100, description="transverse field g of the Ising chain of tfim_hva"
    )
    tying: Tying = Field(
        "correct",
        description="which gates a derivative of tfim_hva contains; released: as in the authors'"
        " released QFIM of the open chain",
    )
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
    target: Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 0})] = Field(
        None,
        description="NumPy seed of a Haar-random unitary that the circuit is to compile. From"
        " Python also the unitary, shape (2ⁿ, 2ⁿ)",
    )
    # From Python only: a config names no arrays.
    inputs: Annotated[NDArray[np.complex128] | None, WithJsonSchema({"type": "null"})] = Field(
        None, description="input states, shape (k, 2ⁿ), in place of `state`"
    )

    @field_validator("circuit")
    @classmethod
    def _makes_circuits(cls, value: Any) -> Any:
        return value if value is None else given.circuit(value)

    @field_validator("edges", mode="before")
    @classmethod
    def _is_a_graph(cls, value: Any) -> Any:
        return value if value is None else given.graph(value)

    @field_validator("target")
    @classmethod
    def _is_unitary(cls, value: Any) -> Any:
        return value if value is None else given.unitary(value, SEEDS)

    @field_validator("inputs", mode="before")
    @classmethod
    def _are_states(cls, value: Any) -> Any:
        return value if value is None else given.states(value)

    @model_validator(mode="after")
    def _fits_together(self) -> "Model":
        sources = [n for n in ("ansatz", "generators", "circuit") if getattr(self, n) is not None]
        if len(sources) != 1:
            raise ValueError(
                "a model has one of the keys ansatz, generators and circuit, but this one has"
                f" {' and '.join(sources) or 'none'}"
            )
        written = [text.replace(" ", "") for text in self.generators or []]
        if len(set(written)) < len(written):
            raise ValueError("the generators of a model must differ")
        if self.local and self.generators is None:
            raise ValueError("local: true needs generators")
        if self.edges is not None and (self.ansatz or self.boundary != "open"):
            raise ValueError("edges are for a model without ansatz and boundary")
        ising = self.ansatz == "tfim_hva"
        for key, other in (("field", 1.0), ("tying", "correct")):
            if getattr(self, key) != other and not ising:
                raise ValueError(f"{key} is for ansatz: tfim_hva only")
        if self.field != 1.0 and self.observable is not None:
            raise ValueError("field is of tfim_hva's own observable; a model has one of them")
        own = ANSATZE[self.ansatz].state if self.ansatz else None
        if own and (self.state not in (None, own) or self.inputs is not None):
            raise ValueError(f'the state of {self.ansatz} is "{own}"')
        if self.inputs is not None and self.state is not None:
            raise ValueError("a model has a state or inputs, not both")
        if self.target is not None and (
            ising or self.observable is not None or self.inputs is not None or self.state
        ):
            raise ValueError("target is for a model without state, inputs and observable")
        return self

    def __repr__(self) -> str:
        """What was given, in the order of the fields; of an array its shape."""
        said = {k: getattr(self, k) for k in type(self).model_fields if k in self.model_fields_set}
        shown = (
            f"{k}=<shape {v.shape}>" if isinstance(v, np.ndarray) else f"{k}={v!r}"
            for k, v in said.items()
        )
        return f"Model({', '.join(shown)})"

    def __str__(self) -> str:
        return repr(self)

    @property
    def trainable(self) -> bool:
        """Whether there is something to minimise."""
        return self.observable is not None or self.target is not None or self.ansatz == "tfim_hva"

    def task(self, qubits: int | None = None, depth: int | None = None) -> Task:
        """The task at one size: its loss is ⟨O⟩ minus the lowest eigenvalue of O.

        Without an observable the task has a circuit only, for QFIM and states.

        Args:
            qubits: n; may be left out where the model has one size.
            depth: number of layers.

        Raises:
            UserError: as for `build`.
        """
        circuit = self.build(qubits, depth)
        n = circuit.qubits
        if self.target is not None:
            return _compilation(circuit, self._target(n))
        observable = self.operator(n)
        if observable is None:
            return Task(circuit, PauliSum(()), self.inputs)
        if self.ising(n):
            lowest = tfim_ground_energy(n, self.boundary, self.field)
            return Task(circuit, observable, constant=-lowest, chain=(self.boundary, self.field))
        return Task(circuit, observable, self.inputs, -lowest_eigenvalue(observable, n))

    def files(self) -> list[str]:
        """The files of a circuit and of a graph that are the user's."""
        named = [n for n in (self.circuit, self.edges) if isinstance(n, str) and "." in n]
        return [name.rpartition(":")[0] or name for name in named]

    def ising(self, qubits: int) -> bool:
        """Whether it is the Ising chain's ansatz with its own observable, at a size it exists at.

        A periodic chain of odd length has no formula for its ground energy, nor free fermions.
        """
        own = self.ansatz == "tfim_hva" and self.observable is None
        return own and (self.boundary == "open" or qubits % 2 == 0)

    @property
    def compiles(self) -> bool:
        """Whether its loss is the distance to a whole unitary."""
        return self.target is not None

    def letters(self, qubits: int) -> str:
        """The input state, one letter per qubit.

        Raises:
            UserError: if the pattern has other letters, or does not fill the chain.
        """
        own = ANSATZE[self.ansatz].state if self.ansatz else None
        pattern = self.state or own or "0"
        require(
            set(pattern) <= set(PREPARED) and qubits % len(pattern) == 0,
            f"Model {self.name}: state {pattern!r} must be letters 0, 1, +, - whose number divides"
            f" that of the qubits, {qubits}.",
        )
        return pattern * (qubits // len(pattern))

    def build(self, qubits: int | None = None, depth: int | None = None) -> Circuit:
        """The circuit, including the preparation of its input state.

        Args:
            qubits: n ≥ 1; may be left out where the model has one size.
            depth: number of layers, at least 1 (0 for hardware_efficient); may be left out for a
                circuit of one depth.

        Raises:
            UserError: if a generator's strings do not commute, the model does not fit the size,
                or the user's code fails.
        """
        if self.circuit is not None:
            body = self._own_circuit(qubits, depth)
            before = self._preparation(body.qubits)
            return replace(body, gates=(*before, *body.gates)) if before else body
        n = self._size(qubits)
        require(depth is not None, f"Model {self.name} needs `depth`, the number of layers.")
        assert depth is not None
        integer("depth", depth, 0)
        require(
            n * depth <= PLACES,
            f"Argument `depth` must be at most {PLACES // n} for {n} qubits, but is {depth}.",
        )
        if self.ansatz:
            ansatz = ANSATZE[self.ansatz]
            body = ansatz.circuit(n, depth, self.boundary, self.tying)
            if ansatz.state:
                return body
        else:
            body = layered(self._sums(n), n, depth, self.name)
        return replace(body, gates=(*self._preparation(n), *body.gates))

    def algebra(self, qubits: int) -> tuple[Generators, str]:
        """Generators of the Lie algebra, and the letters of the product state they act on.

        Args:
            qubits: n.

        Raises:
            UserError: if the model does not fit the size, or is the user's circuit, whose algebra
                is that of generators and gates: `overpar.dla` finds it.
        """
        require(self.circuit is None, f"Model {self.name} is a circuit, not generators.")
        return self._sums(qubits), self.letters(qubits)

    def operator(self, qubits: int) -> PauliSum | None:
        """The observable, or None if the model has none.

        Raises:
            UserError: if it does not fit the qubits.
        """
        if self.observable is not None:
            text, edges = self.observable, self._edges(qubits)
            return parse_generators([text], qubits, self.boundary, edges=edges)[0]
        return tfim(qubits, self.boundary, self.field) if self.ansatz == "tfim_hva" else None

    def _size(self, qubits: int | None) -> int:
        """The number of qubits, from what the model holds if it is not given."""
        held = self.inputs.shape[-1] if self.inputs is not None else 0
        held = len(self.target) if isinstance(self.target, np.ndarray) else held
        n = qubits if qubits is not None or not held else held.bit_length() - 1
        require(n is not None, f"Model {self.name} needs `qubits`, the size.")
        assert n is not None
        require(n <= MAX_QUBITS, f"Argument `qubits` must be at most {MAX_QUBITS}, but is {n}.")
        require(
            not held or held == 2**n,
            f"Model {self.name} has states of {held} amplitudes, which do not fit {n} qubits.",
        )
        return n

    def _own_circuit(self, qubits: int | None, depth: int | None) -> Circuit:
        # What reads code of others, which no other model needs.
        from overpar.model.foreign import make_circuit

        return make_circuit(self.circuit, self.name, qubits=qubits, depth=depth)

    def _edges(self, qubits: int) -> tuple[Edge, ...] | None:
        if self.edges is None:
            return None
        if not given.is_function(self.edges):
            return edges_of(self.edges, qubits)
        from overpar.model.foreign import load_graph

        return edges_of(load_graph(self.edges), qubits, self.edges)

    def _preparation(self, qubits: int) -> tuple[Gate, ...]:
        """Fixed gates that make the input state from |0…0⟩."""
        letters = enumerate(self.letters(qubits))
        return tuple(fixed(name, q) for q, letter in letters for name in PREPARED[letter])

    def _sums(self, qubits: int) -> Generators:
        if self.ansatz:
            return ANSATZE[self.ansatz].generators(qubits, self.boundary)
        edges = self._edges(qubits)
        return parse_generators(
            self.generators or [], qubits, self.boundary, local=self.local, edges=edges
        )

    def _target(self, qubits: int) -> NDArray[np.complex128]:
        if isinstance(self.target, int):
            require(
                2 <= qubits <= 8,
                f"Argument `qubits` must be from 2 to 8 to compile a unitary, but is {qubits}.",
            )
            return haar_unitary(qubits, self.target)
        return np.asarray(self.target, np.complex128)


def _compilation(circuit: Circuit, target: NDArray[np.complex128]) -> Task:
    """Compile a unitary U with a circuit V: loss 1 − |Tr(U†V)|²/4ⁿ.

    The inputs are the 2ⁿ basis states, joined to a Bell state with their label; the loss is
    then one minus the overlap with the Bell state that U prepares.
    """
    size = 2**circuit.qubits
    return Task(
        circuit=circuit,
        inputs=np.eye(size, dtype=np.complex128),
        observable=Projector(np.ascontiguousarray(target.T) / np.sqrt(size), -1.0),
        constant=1.0,
    )
