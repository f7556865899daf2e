"""The Lie algebra of a model, with its structure where that can be had."""

from dataclasses import dataclass, replace

from overpar.api.html import html_table
from overpar.base.checks import instance, require
from overpar.base.errors import UserError
from overpar.base.progress import Progress, silent
from overpar.model.model import Model
from overpar.quantities.absorbed import absorb
from overpar.quantities.model_algebra import (
    NUMERICAL,
    model_dimension,
    model_sector,
    model_structure,
)


@dataclass(frozen=True)
class SimpleIdeal:
    """One simple ideal.

    Args:
        name: such as "su(4)".
        dimension: real.
        rank: dimension of a maximal torus.
    """

    name: str
    dimension: int
    rank: int


@dataclass(frozen=True, repr=False)
class Algebra:
    """The Lie algebra that a model's generators span with all their nested commutators.

    Args:
        qubits: n.
        generators: how many there are.
        dimension: None where counting stopped.
        exceeds: a number that the dimension is known to exceed where counting stopped.
        stopped: why counting stopped.
        state: letters of the product state that the circuit acts on, or what it is.
        sector: dimension on the subspace explored from it; None where not counted.
        no_sector: why not.
        centre: dimension of the centre; None where it was not split off.
        ideals: the simple ideals, each with `name`, `dimension` and `rank`.
        no_ideals: why there are none.
        numerical: why it was found in double precision; empty where arithmetic was exact.
    """

    qubits: int
    generators: int
    dimension: int | None
    exceeds: int | None
    stopped: str
    state: str
    sector: int | None = None
    no_sector: str = ""
    centre: int | None = None
    ideals: tuple[SimpleIdeal, ...] = ()
    no_ideals: str = ""
    numerical: str = ""

    @property
    def structure(self) -> str:
        """Its ideals by name and its centre, e.g. "su(4) + centre of dimension 1"."""
        parts = [ideal.name for ideal in self.ideals]
        return " + ".join(parts + [f"centre of dimension {self.centre}"] * bool(self.centre))

    def __repr__(self) -> str:
        return "\n".join(": ".join(filter(None, line)) for line in self._lines())

    def _repr_html_(self) -> str:
        return html_table(self._lines())

    def _lines(self) -> list[tuple[str, str]]:
        size = f"exceeds {self.exceeds}" if self.dimension is None else str(self.dimension)
        lines = [("dimension", size), ("stopped, since", self.stopped)]
        sector = f"not found, {self.no_sector}" if self.no_sector else str(self.sector or "")
        lines += [(f"dimension on the subspace explored from {self.state}", sector)]
        lines += [
            ("note", self.numerical),
            ("structure", self.structure),
            ("structure not found", self.no_ideals),
        ]
        return [(what, value) for what, value in lines if value]


def dla(
    model: Model,
    qubits: int,
    *,
    depth: int | None = None,
    max_dim: int | None = None,
    sector: bool = True,
    ideals: bool = True,
    progress: Progress = silent,
) -> Algebra:
    """Dynamical Lie algebra of a model: dimension, sector, centre and simple ideals.

    Its dimension bounds the ranks of QFIM and Hessian. Arithmetic is exact, ranks modulo primes,
    unless fixed gates between a circuit's rotations are not Clifford gates.

    Args:
        model: what generates it.
        qubits: n, from 1 to 256.
        depth: layers of a circuit of the user's from which its generators are read off; 8 if None.
        max_dim: where counting stops; 2048, or 2¹⁸ if every generator is one string, if None.
        sector: also count what acts on the subspace explored from the input state.
        ideals: also split it into centre and simple ideals: up to dimension 2048, a minute there,
            or 2¹⁸ if every generator is one string.
        progress: called with (operators found so far, where counting stops) by each closure.

    Returns:
        The numbers by name; prints as a table.

    Raises:
        UserError: if the model does not fit the size, or the fixed gates of its circuit turn a
            rotation's string into a sum of more than 4096.

    Examples:
        >>> import overpar as op
        >>> op.dla(op.tfim_hva("open"), qubits=4)
        dimension: 16
        dimension on the subspace explored from ++++: 15
        structure: su(4) + centre of dimension 1

    Source: arXiv:2109.11676, theorems 1 to 3.
    """
    instance("model", model, Model, 'load_model("tfim_hva")')
    require(
        max_dim is None or max_dim >= 1,
        f"Argument `max_dim` must be at least 1, but is {max_dim}.",
    )
    given = absorb(model, qubits, depth)
    dimension = model_dimension(given, max_dim, progress)
    found = Algebra(
        qubits=qubits,
        generators=len(given.generators),
        dimension=dimension.value,
        exceeds=dimension.exceeds,
        stopped=dimension.reason,
        state=given.letters or "the input states",
        numerical="" if given.exact else NUMERICAL,
    )
    if sector:
        explored = model_sector(given, progress)
        found = replace(found, sector=explored.value, no_sector=explored.reason)
    if not ideals or dimension.value is None:
        return found
    try:
        parts = model_structure(given, progress)
    except UserError as error:
        return replace(found, no_ideals=str(error))
    simple = tuple(SimpleIdeal(part.name, part.dimension, part.rank) for part in parts.ideals)
    return replace(found, centre=parts.centre.dimension, ideals=simple)
