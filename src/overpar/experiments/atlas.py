"""Classes of spin chains as the diagnosis sees them: algebra, rank, losses, training, verdict."""

import json
from typing import ClassVar

import numpy as np
from pydantic import Field, field_validator

from overpar.base.records import Variable
from overpar.engines.choose import make_objective
from overpar.engines.interface import EngineName, Floats
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.ansatz import Boundary
from overpar.model.model import Model
from overpar.model.spin_chains import CLASSES, spin_chain
from overpar.quantities.absorbed import absorb
from overpar.quantities.diagnosis import Size, diagnose_size
from overpar.quantities.model_algebra import model_dimension
from overpar.quantities.training import train
from overpar.quantities.verdict import QUANTILE, judge_sizes

SOURCE = "arXiv:2309.05690 for the classes and their dimensions; the rest is our own protocol"

# Of the algebra, and of training, with what they mean; NaN where not known.
NUMBERS = {
    "dimension": "dimension of the Lie algebra",
    "rank": "largest rank found of the QFIM at generic angles",
    "rank_is_full": "1 if twice the layers do not raise the rank",
    "depth": "layers of the shortest circuit with it",
    "angles": "its number of angles",
    "variance_depth": "layers at which losses are sampled",
    "predicted": "variance of the loss of deep circuits from the algebra alone",
}


class Spec(CellSpec):
    """One class on one boundary, all sizes."""

    LABEL: ClassVar[dict[str, str]] = {"chain": "chain", "boundary": "boundary"}
    BATCH: ClassVar[tuple[str, ...]] = ("chain", "boundary")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    USES: ClassVar[frozenset[str]] = frozenset({"exact"})
    chain: str = Field(
        description="class of 2-local spin chains", json_schema_extra={"enum": list(CLASSES)}
    )
    boundary: Boundary = Field(description="open (line) or periodic (circle)")
    largest: int = Field(8, ge=3, le=10, description="sizes are n = 3 up to this")
    samples: int = Field(500, ge=10, le=1_000_000, description="random points per size")
    max_angles: int = Field(600, ge=1, description="most angles of a circuit whose rank is found")
    max_split: int = Field(16383, ge=1, description="largest dimension that is split into ideals")
    trained: int = Field(5, ge=3, le=10, description="largest n that is trained")
    initialisations: int = Field(10, ge=1, le=1000, description="runs per depth")
    steps: int = Field(600, ge=1, le=1_000_000, description="Adam updates")

    @field_validator("chain")
    @classmethod
    def _is_a_class(cls, value: str) -> str:
        if value not in CLASSES:
            raise ValueError(f"{value!r} is no class; allowed: {', '.join(CLASSES)}")
        return value

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 0.15 * 2.0 ** (self.largest - 3)


def run(spec: Spec, context: Context) -> Result:
    """The diagnosis of every size, runs at M_c and twice the layers, and the verdict."""
    model = spin_chain(spec.chain, spec.boundary)
    sizes = range(3, spec.largest + 1)
    seed = int(context.generator("losses").integers(2**31))
    found = []
    for n in sizes:
        # Deep enough for free fermions, which mix last: pilots at other seeds.
        found.append(
            diagnose_size(
                model,
                n,
                samples=spec.samples,
                max_dim=spec.max_split,
                max_angles=spec.max_angles,
                max_sector=0,
                depth=n * n,
                seed=seed,
            )
        )
        context.progress(n - 2, len(sizes))
    dimensions = [_dimension(model, size) for size in found]
    rows = [_row(*each) for each in zip(found, dimensions, strict=True)]
    judged = judge_sizes(rows)
    variables = {"qubits": Variable(("size",), np.array(sizes), "number of qubits")}
    for name, meaning in NUMBERS.items():
        values = [row[name] for row in rows]
        variables[name] = Variable(("size",), np.array(values, float), meaning)
    for name, meaning in (("losses", "loss"), ("squares", "mean over angles of (∂L − mean)²")):
        drawn = np.array([getattr(size, name) for size in found])
        variables[name] = Variable(("size", "sample"), drawn, f"{meaning} at random angles")
    trained = [size for size in found if size.qubits <= spec.trained]
    for name, layers in (("critical", 1), ("double", 2)):
        lowest = np.array([_trained(model, size, layers, spec, context) for size in trained])
        variables[name] = Variable(
            ("trained", "init"), lowest, f"lowest loss of runs with {layers} times the layers"
        )
    said = {
        "verdict": judged["verdict"],
        "reasons": "; ".join(judged["reasons"]),
        "ideals": json.dumps([size.ideals for size in found]),
    }
    return Result(variables, said)


def _dimension(model: Model, size: Size) -> int | None:
    """The dimension also of an algebra that is too large to be split."""
    known = size.dimension.value
    return known or model_dimension(absorb(model, size.qubits), None).value


def _row(size: Size, dimension: int | None) -> dict[str, float | None]:
    """A size as the verdict is told it, with all that is stored of it."""
    assert size.squares is not None
    mean, error = size.squares.mean(), size.squares.std() / len(size.squares) ** 0.5
    known = {name: getattr(size, name) for name in NUMBERS}
    return known | {
        "qubits": size.qubits,
        "dimension": dimension,
        "exceeds": None,
        "gradient_variance": float(mean),
        "gradient_half": float(QUANTILE * error),
    }


def _trained(model: Model, size: Size, layers: int, spec: Spec, context: Context) -> Floats:
    """Lowest losses of all runs with so many times the layers where the rank is full."""
    assert size.depth is not None
    task = model.task(size.qubits, layers * size.depth)
    random = context.generator("training", size.qubits, layers)
    start = 2 * np.pi * random.random((spec.initialisations, task.parameters))
    objective = make_objective(task, spec.engine, context.threads)
    return np.nanmin(train(objective, start, spec.steps).losses, axis=1)
