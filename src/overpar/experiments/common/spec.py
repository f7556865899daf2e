"""What a cell of an experiment is: a frozen, checked specification."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from numpy.random import Generator
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from overpar.base import seeds
from overpar.base.progress import Progress, silent
from overpar.base.records import read_record
from overpar.engines.interface import EngineName
from overpar.experiments.common.datasets import DataSet

if TYPE_CHECKING:
    from xarray import Dataset


class CellSpec(BaseModel):
    """Base of every experiment's `Spec`.

    `LABEL` maps the fields that tell the cells of one experiment apart to the names they have in
    the record's path. `BATCH` names those of them whose cells, where equal, are done by one job:
    for kinds whose cells take less than a few seconds. None is a job per cell.

    `ENGINES` are the engines that the kind can be given, `AUTO` is what "auto" stands for (None:
    the kind computes no states), and `USES` are those used whichever is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    LABEL: ClassVar[dict[str, str]] = {}
    BATCH: ClassVar[tuple[str, ...] | None] = None
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "statevector", "qibo")
    AUTO: ClassVar[str | None] = "statevector"
    USES: ClassVar[frozenset[str]] = frozenset()

    engine: EngineName = Field("auto", description="what computes the states")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema, with the engines of the kind and no others."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["properties"]["engine"]["enum"] = list(cls.ENGINES)
        return schema

    @field_validator("engine")
    @classmethod
    def _can_be_used(cls, value: str) -> str:
        if value not in cls.ENGINES:
            allowed = ", ".join(map(repr, cls.ENGINES))
            raise ValueError(f"{value!r} cannot be used by this kind; allowed: {allowed}")
        return value

    @model_validator(mode="after")
    def _engine_applies(self) -> Self:
        if self.engine == "fermions" and not self.ising():
            raise ValueError(
                "engine 'fermions' works for the Ising chain's ansatz with its own observable only,"
                " periodic with an even number of qubits; use 'auto' or 'statevector'"
            )
        if self.engine == "paulis" and not self.compiles():
            raise ValueError(
                "engine 'paulis' works for models with a target only; use 'auto' or 'statevector'"
            )
        return self

    @property
    def label(self) -> str:
        """Readable name of the cell, e.g. n=6,boundary=open,depth=16,initial=data."""
        return self._named(self.LABEL)

    @property
    def batch(self) -> str:
        """Readable name of the job that does this cell, e.g. n=6,boundary=open,initial=data."""
        return self._named(self.LABEL if self.BATCH is None else self.BATCH)

    def shown(self, name: str) -> str:
        """A setting as labels have it: a model by its name."""
        value = getattr(self, name)
        return str(getattr(value, "name", value))

    def _named(self, names: Iterable[str]) -> str:
        return ",".join(f"{self.LABEL[name]}={self.shown(name)}" for name in names)

    def needs(self) -> dict[str, str]:
        """Inputs by name: "dataset:<name>" or "record:<experiment>/<label>"."""
        return {}

    def follows_source(self) -> bool:
        """Whether the configured `ntangled.source` decides which input the numbers come from."""
        return False

    def ising(self) -> bool:
        """Whether the cell trains the Ising chain's ansatz as free fermions can."""
        return False

    def compiles(self) -> bool:
        """Whether the cell trains a circuit to a whole unitary, as Pauli coefficients can."""
        return False

    def engines(self) -> frozenset[str]:
        """Modules of `overpar.engines` that compute this cell's numbers."""
        auto = "fermions" if self.ising() else "paulis" if self.compiles() else self.AUTO
        chosen = auto if self.engine == "auto" else self.engine
        # A user's circuit may hold gates that Pauli coefficients can not follow.
        other = {"statevector"} if auto == "paulis" and self.files() else set()
        return self.USES | other | {chosen} if chosen else self.USES

    def modules(self) -> frozenset[str]:
        """Modules of `overpar` that the settings choose: engines, and the reader of a circuit."""
        reader = ["model.foreign"] if self.files() else []
        return frozenset([*reader, *(f"engines.{name}" for name in self.engines())])

    def files(self) -> list[str]:
        """Files of the user's that decide the numbers, e.g. the code of a circuit."""
        return []

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 1.0

    def megabytes(self) -> float:
        """Memory of this cell's job, including the interpreter and its libraries."""
        return 350.0


def require_even_ring(qubits: int, boundary: str) -> None:
    """Refuse a periodic Ising chain of odd length, whose ground energy has no formula here.

    Raises:
        ValueError: for validators.
    """
    if boundary == "periodic" and qubits % 2:
        raise ValueError(f"qubits must be even for a periodic chain, but is {qubits}")


class TrainingSpec(CellSpec):
    """Base of the specifications of training cells."""

    initialisations: int = Field(50, ge=1, le=100_000, description="runs per cell")
    steps: int = Field(3000, ge=1, le=1_000_000, description="Adam updates")
    rate: float = Field(0.01, gt=0, le=1, description="Adam learning rate")


@dataclass(frozen=True)
class Inputs:
    """What a cell reads, by the names of `CellSpec.needs`.

    Args:
        datasets: data sets of others.
        records: path of each record, and the identity that it must have.
    """

    datasets: Mapping[str, DataSet] = field(default_factory=dict)
    records: Mapping[str, tuple[Path, str]] = field(default_factory=dict)

    def record(self, name: str) -> "Dataset":
        """A record, checked to be whole and of this configuration and code.

        Raises:
            RecordError: if it is not.
        """
        path, identity = self.records[name]
        return read_record(path, identity)


@dataclass(frozen=True)
class Context:
    """What a running cell gets from outside.

    Args:
        experiment: name of the experiment's block.
        label: the cell's label.
        seed: root seed.
        inputs: what it reads.
        source: the configured `ntangled.source`.
        threads: how many the cell may use.
        progress: called with (done, total).
    """

    experiment: str
    label: str
    seed: int
    inputs: Inputs = field(default_factory=Inputs)
    source: str = "auto"
    threads: int = 1
    progress: Progress = silent

    def generator(self, *content: str | int) -> Generator:
        """Random generator for one use within this cell, e.g. one initialisation."""
        return seeds.generator(self.seed, self.experiment, self.label, *content)


@dataclass(frozen=True)
class Result:
    """Arrays and extra attributes (e.g. data provenance) of a finished cell."""

    variables: dict[str, Any]
    attributes: dict[str, Any] = field(default_factory=dict)
