"""Moments of the kernels of random circuits, of many observables, inputs and generators."""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator

from overpar.base.records import Variable
from overpar.engines.interface import EngineName, Floats
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.observables import PauliSum, tfim
from overpar.model.qntk import haar_unitaries, random_observable
from overpar.quantities import kernel_moments as moments
from overpar.quantities import kernel_theory as theory
from overpar.quantities.dense_kernels import Complexes, sampled_kernels, symmetric_sector

SOURCE = "arXiv:2203.16711, eqs. (9) and (17), and its symmetric subspaces"

AT_ONCE, REPEATED = 1000, 20


class Spec(CellSpec):
    """One case, size and depth: many random circuits, each at one random point.

    `sum` is a random Pauli sum on |0…0⟩, as published. `pair` has two of them, of the same strings
    with weights of their own, on two inputs of a given overlap. `extensive` is the energy of the
    open Ising chain, `low_rank` the projector on |0…0⟩. `sector` is the energy of the periodic
    chain where translations and flipping all qubits change nothing, with W Haar-random in there,
    and the two terms of the energy as generators, divided so that X² has trace D_k.
    """

    LABEL: ClassVar[dict[str, str]] = {
        "case": "case",
        "qubits": "n",
        "layers": "L",
        "overlap": "overlap",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("case", "qubits")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    AUTO: ClassVar[str | None] = None
    case: Literal["sum", "pair", "extensive", "low_rank", "sector"] = Field(
        description="observables, inputs and generators"
    )
    qubits: int = Field(ge=1, le=8, description="number of qubits")
    layers: int = Field(8, ge=1, le=1000, description="layers L, one angle each")
    overlap: float = Field(1.0, ge=0, le=1, description="σ = |⟨ψ₁|ψ₂⟩|² of the inputs of a pair")
    circuits: int = Field(10_000, ge=2, le=1_000_000, description="random circuits")

    @model_validator(mode="after")
    def _fits(self) -> "Spec":
        if self.case != "pair" and self.overlap != 1:
            raise ValueError(f"overlap is for case: pair only, but is {self.overlap:g}")
        if self.case == "sector" and self.qubits % 2:
            raise ValueError(f"qubits must be even for case: sector, but is {self.qubits}")
        if self.case != "sector" and self.qubits > 5:
            raise ValueError(f"qubits must be at most 5 but for sector, but is {self.qubits}")
        return self

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        size = 2**self.qubits if self.case != "sector" else 4 + 2**self.qubits // 12
        return 0.3 + self.circuits * self.layers * (5e-6 + 1.5e-7 * size**2)


@dataclass(frozen=True)
class _Case:
    """What is sampled, and the laws: K̄, and for strings E K², E μ and E μ²."""

    generators: Complexes
    observables: Complexes
    inputs: Complexes
    unit: Floats
    laws: Floats


def run(spec: Spec, context: Context) -> Result:
    """Kernels and meta-kernels of every circuit, and their moments by the exact laws."""
    random = context.generator("circuits")
    make = {"pair": _pair, "sector": _sector}.get(spec.case, _single)
    found: list[Floats] = []
    done = 0
    while done < spec.circuits:
        case = make(spec, min(AT_ONCE, spec.circuits - done), random)
        kernels, meta = sampled_kernels(
            case.generators, case.observables, case.inputs, spec.layers, random
        )
        found.append(np.array([kernels[:, 0, -1], meta[:, 0], case.unit, *case.laws]))
        done += len(meta)
        context.progress(done, spec.circuits)
    columns = zip(TEXTS.items(), np.concatenate(found, axis=1), strict=False)
    return Result(
        {name: Variable(("circuit",), values, text) for (name, text), values in columns}
        | {"dimension": Variable((), np.array(case.inputs.shape[-1]), "D, or D_k in a sector")}
    )


TEXTS = {
    "kernel": "K",
    "meta": "μ",
    "printed": "K̄ by eq. (17) for equal inputs",
    "mean": "K̄ at finite D",
    "square": "E K² at finite D",
    "meta_mean": "E μ at finite D",
    "meta_square": "E μ² at finite D",
}


def _sums(spec: Spec, count: int, random: np.random.Generator) -> list[PauliSum]:
    """Random Pauli sums, each for several circuits."""
    return [random_observable(spec.qubits, random) for _ in range(-(-count // REPEATED))]


def _repeated(values: ArrayLike, count: int) -> NDArray[Any]:
    return np.repeat(np.asarray(values), REPEATED, axis=0)[:count]


def _single(spec: Spec, count: int, random: np.random.Generator) -> _Case:
    """One observable on |0…0⟩, strings as generators."""
    n = spec.qubits
    if spec.case == "sum":
        matrices = [theory.matrix(o, n) for o in _sums(spec, count, random)]
    elif spec.case == "extensive":
        matrices = [theory.matrix(tfim(n, "open"), n)]
    else:
        matrices = [np.diag(np.eye(1, 2**n)[0]).astype(np.complex128)]
    rows = []
    for each in matrices:
        o = theory.traces(np.asarray(np.linalg.eigvalsh(each), np.float64))
        row = [theory.printed_data_kernel(o, spec.layers, 1.0)]
        rows.append(row + [law(o, spec.layers) for law in LAWS])
    if len(matrices) == 1:
        matrices, rows = matrices * count, rows * count
    unit, *laws = _repeated(rows, count).T
    inputs = np.broadcast_to(np.eye(1, 2**n, dtype=np.complex128), (count, 1, 2**n))
    return _Case(_strings(n), _repeated(matrices, count)[:, None], inputs, unit, np.array(laws))


LAWS = (theory.mean, moments.kernel_square, moments.meta_mean, moments.meta_square)


def _pair(spec: Spec, count: int, random: np.random.Generator) -> _Case:
    """Two observables of the same strings, on two inputs."""
    n, pairs = spec.qubits, []
    for first in _sums(spec, count, random):
        weights = random.random(len(first.terms)).tolist()
        terms = ((c, *term[1:]) for c, term in zip(weights, first.terms, strict=True))
        pairs.append([theory.matrix(o, n) for o in (first, PauliSum(tuple(terms)))])
    observables = _repeated(pairs, count)
    products = np.einsum("nij,nji->n", observables[:, 0], observables[:, 1]).real
    inputs = np.zeros((2, 2**n), np.complex128)
    inputs[0, 0] = 1
    inputs[1, :2] = np.sqrt(spec.overlap), np.sqrt(1 - spec.overlap)
    one = theory.Traces(2**n, (0.0, 1.0))
    law = theory.data_kernel(one, spec.layers, spec.overlap) * products
    unit = theory.printed_data_kernel(one, spec.layers, 1.0) * products
    every = np.broadcast_to(inputs, (count, *inputs.shape))
    return _Case(_strings(n), observables, every, unit, law[None])


def _sector(spec: Spec, count: int, random: np.random.Generator) -> _Case:
    """The Ising chain in its symmetric sector, on random states of it."""
    n = spec.qubits
    basis, chain = symmetric_sector(n), tfim(n, "periodic")
    parts = [PauliSum(tuple(t for t in chain.terms if t[1] == name)) for name in ("ZZ", "X")]
    energy, *generators = (basis.T @ theory.matrix(o, n) @ basis for o in (chain, *parts))
    size = len(energy)
    generators = [x / np.sqrt(np.trace(x @ x).real / size) for x in generators]
    o, *spectra = (
        theory.traces(np.asarray(np.linalg.eigvalsh(x), np.float64)) for x in (energy, *generators)
    )
    mean = np.mean([theory.generated_mean(o, x, spec.layers) for x in spectra])
    unit = theory.printed_data_kernel(o, spec.layers, 1.0)
    return _Case(
        np.array(generators),
        np.broadcast_to(energy, (count, 1, size, size)),
        # A generator that is no random string would notice a special input.
        haar_unitaries(size, count, random)[:, :1],
        np.full(count, unit),
        np.full((1, count), mean),
    )


@cache
def _strings(qubits: int) -> Complexes:
    """All Pauli strings but the identity."""
    names = ["".join(letters) for letters in product("IXYZ", repeat=qubits)][1:]
    where = tuple(range(qubits))
    return np.array([theory.matrix(PauliSum(((1.0, name, where),)), qubits) for name in names])
