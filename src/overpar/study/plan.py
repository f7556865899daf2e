"""The plan: which cells, tables and figures a configuration asks for, and where each lies."""

import difflib
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.base.validation import check
from overpar.experiments.common.spec import CellSpec
from overpar.model.model import Model
from overpar.study.config import Config, Experiment, Range
from overpar.study.kinds import kind_module, kinds

# Seconds below which a job is not worth a process of its own, which takes two until it simulates.
SHORT = 180.0
# That one entry of a block may stand for.
MAX_CELLS = 10_000
# Letters of a rule's name.
LONGEST = 45
DATASETS = ("ntangled", "released_states", "released_data")
CHECKSUMS = Path("data/checksums.csv")
SOURCES = Path("data/sources.csv")
PUBLISHED = Path("data/published")
ERRATA = Path("config/errata.yaml")


@dataclass(frozen=True)
class Cell:
    """One simulation: a specification with its place.

    Args:
        experiment: name of the block.
        kind: module of the experiment.
        spec: what is simulated.
        seed: root seed.
        root: directory of records.
    """

    experiment: str
    kind: str
    spec: CellSpec
    seed: int
    root: Path

    @property
    def label(self) -> str:
        """Readable name within the experiment."""
        return self.spec.label

    @property
    def path(self) -> Path:
        """Where the record lies."""
        return self.root / self.experiment / f"{self.label}.nc"


class Plan:
    """Everything a configuration asks for.

    Args:
        config: the checked configuration.
        project: the project's root directory.
    """

    def __init__(self, config: Config, project: Path = Path()) -> None:
        self.config = config
        self.project = project
        self._blocks: dict[str, dict[str, Cell]] = {}
        self._models: dict[str, Model] = {}

    @cached_property
    def cells(self) -> dict[tuple[str, str], Cell]:
        """All cells by (experiment, label).

        Raises:
            UserError: for a wrong setting, or two cells of one label.
        """
        names = self.config.experiments
        return {(name, label): cell for name in names for label, cell in self.block(name).items()}

    def block(self, name: str) -> dict[str, Cell]:
        """The cells of one experiment by label; the code of other kinds is not imported.

        Raises:
            UserError: as for `cells`.
        """
        if name not in self._blocks:
            found: dict[str, Cell] = {}
            for cell in self._block(name, self.config.experiments[name]):
                if cell.label in found:
                    raise UserError(
                        f"Config: experiments.{name} has the cell {cell.label} twice; its cells"
                        f" must differ in {', '.join(cell.spec.LABEL)}."
                    )
                found[cell.label] = cell
            self._blocks[name] = found
        return self._blocks[name]

    @cached_property
    def batches(self) -> dict[tuple[str, str], list[Cell]]:
        """Cells by the job that does them: (experiment, name of the job)."""
        return {
            (name, job): cells
            for name in self.config.experiments
            for job, cells in self.batches_of(name).items()
        }

    def batches_of(self, name: str) -> dict[str, list[Cell]]:
        """Cells of one experiment by the name of the job that does them.

        Batches that follow each other share a job as long as its estimated time is at most
        `SHORT`; it has the name of the first.
        """
        batches: dict[str, list[Cell]] = {}
        for cell in self.block(name).values():
            batches.setdefault(cell.spec.batch, []).append(cell)
        jobs: dict[str, list[Cell]] = {}
        last = ""
        for batch, cells in batches.items():
            shared = [*jobs.get(last, ()), *cells]
            if last and sum(cell.spec.seconds() for cell in shared) <= SHORT:
                jobs[last] = shared
            else:
                last, jobs[batch] = batch, cells
        return jobs

    def _block(self, name: str, block: Experiment) -> Iterator[Cell]:
        kind = block.kind or name
        if kind not in kinds():
            raise UserError(
                f"Config: experiments.{name} is of the unknown kind {kind!r};"
                f" allowed: {', '.join(kinds())}."
            )
        spec = kind_module(kind).Spec
        root = self.project / self.config.paths.records
        for number, grid in enumerate(block.cells):
            where = f"experiments.{name}.cells[{number}]"
            for values in _product({**block.every, **grid}, where):
                settings = self._with_model(values, where)
                yield Cell(name, kind, check(spec, settings, where), self.config.seed, root)

    def _with_model(self, values: dict[str, Any], where: str) -> dict[str, Any]:
        """Settings with the name of a model replaced by the model."""
        if "model" not in values:
            return values
        name, known = values["model"], self.config.models
        if not isinstance(name, str) or name not in known:
            raise UserError(
                f"Config: {where}.model is {name!r}; allowed: {', '.join(known) or 'none yet'},"
                " the names under `models`."
            )
        return {**values, "model": self.model(name)}

    def model(self, name: str) -> Model:
        """A model of the configuration.

        Raises:
            UserError: if a key of it is wrong.
        """
        if name not in self._models:
            values = {**self.config.models[name], "name": name}
            self._models[name] = check(Model, values, f"models.{name}")
        return self._models[name]

    def cell(self, experiment: str, label: str) -> Cell:
        """One cell.

        Raises:
            UserError: if the configuration has no such cell.
        """
        known = self.cells_of(experiment)
        if label not in known:
            close = difflib.get_close_matches(label, known, n=3)
            hint = f" Close to it: {'  '.join(close)}" if close else ""
            raise UserError(
                f"There is no cell {label!r} in experiment {experiment!r}; `overpar plan` lists"
                f" its {len(known)} cells.{hint}"
            )
        return known[label]

    def cells_of(self, experiment: str) -> dict[str, Cell]:
        """The cells of one experiment by label.

        Raises:
            UserError: if the configuration has no such experiment.
        """
        if experiment not in self.config.experiments:
            names = ", ".join(self.config.experiments)
            raise UserError(f"There is no experiment {experiment!r}; allowed: {names}.")
        return self.block(experiment)

    def inputs(self, cell: Cell) -> list[Path]:
        """Records and manifests that a cell reads."""
        needs = cell.spec.needs()
        manifests = [self.manifest(name) for name in self.datasets(needs).values()]
        return manifests + [other.path for other in self.records(needs).values()]

    def datasets(self, needs: Mapping[str, str]) -> dict[str, str]:
        """Data sets among what a cell needs, by the names its kind gives them."""
        return _needs(needs, "dataset")

    def records(self, needs: Mapping[str, str]) -> dict[str, Cell]:
        """Cells whose records are among what a cell needs, by the names its kind gives them.

        Raises:
            UserError: if the configuration has no such cell.
        """
        found = {name: place.partition("/") for name, place in _needs(needs, "record").items()}
        return {
            name: self.cell(experiment, label) for name, (experiment, _, label) in found.items()
        }

    def manifest(self, dataset: str) -> Path:
        """The file that says how fetching a data set ended."""
        return self.project / self.config.paths.external / f"{dataset}.json"

    def table_path(self, table: str) -> Path:
        """Where a table lies."""
        return self.project / self.config.paths.tables / f"{table}.csv"

    @property
    def figures(self) -> Path:
        """Where figures and the scorecard lie."""
        return self.project / self.config.paths.figures

    @property
    def article(self) -> Path:
        """Where the article lies, if there is one."""
        return self.figures / f"{Path(self.config.article).stem}.pdf"

    def table_cells(self, table: str) -> list[Cell]:
        """The cells whose records a table reads."""
        wanted = self.config.tables[table].experiments
        missing = [name for name in wanted if name not in self.config.experiments]
        if missing:
            raise UserError(
                f"Config: tables.{table} reads the unknown experiment {missing[0]!r};"
                f" allowed: {', '.join(self.config.experiments)}."
            )
        names = [name for name in self.config.experiments if name in wanted]
        return [cell for name in names for cell in self.block(name).values()]

    @cached_property
    def table_batches(self) -> dict[str, list[str]]:
        """Tables by the job that makes them from the same records, named after the first."""
        same: dict[tuple[str, ...], list[str]] = {}
        for name, block in self.config.tables.items():
            same.setdefault(tuple(sorted(set(block.experiments))), []).append(name)
        return {names[0]: names for names in same.values()}

    def figure_tables(self, figure: str) -> list[str]:
        """The tables a figure reads."""
        return list(self.config.figures[figure].tables.values())

    @property
    def chart_tables(self) -> list[str]:
        """The tables that charts of the page read."""
        read = (block.tables.values() for block in self.config.charts.values())
        return sorted({table for tables in read for table in tables})

    def notebook_tables(self, name: str) -> list[str]:
        """The tables a notebook reads.

        Raises:
            UserError: if one is not in the configuration.
        """
        for table in self.config.notebooks[name].tables:
            if table not in self.config.tables:
                raise UserError(
                    f"Config: notebooks.{name} reads the unknown table {table!r};"
                    f" allowed: {', '.join(self.config.tables)}."
                )
        return self.config.notebooks[name].tables

    def notebook_path(self, name: str) -> Path:
        """Where a notebook lies."""
        return self.project / "notebooks" / f"{name}.ipynb"


def rule_name(*parts: str) -> str:
    """A name that Snakemake takes, for the rule that does a batch or makes tables.

    Of more than `LONGEST` letters the last are a hash: five names and more are one file's name
    where jobs are submitted together.
    """
    name = re.sub("[^0-9A-Za-z]+", "_", "_".join(parts))
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 9]}_{sha256(name.encode()).hexdigest()[:8]}"


def _needs(needs: Mapping[str, str], sort: str) -> dict[str, str]:
    split = {name: need.partition(":") for name, need in needs.items()}
    return {name: rest for name, (kind, _, rest) in split.items() if kind == sort}


def _product(settings: dict[str, Any], where: str) -> Iterator[dict[str, Any]]:
    """All combinations of settings: a list or a range stands for each of its values in turn."""
    swept = {}
    for key, value in settings.items():
        if isinstance(value, dict) and "first" in value:
            r = check(Range, value, f"{where}.{key}")
            swept[key] = list(range(r.first, r.last + 1, r.step)[: MAX_CELLS + 1])
        else:
            swept[key] = value if isinstance(value, list) else [value]
        if not swept[key]:
            raise UserError(f"Config: {where}.{key} is empty; it must have at least one value.")
    require(
        prod(map(len, swept.values())) <= MAX_CELLS,
        f"Config: {where} has more than {MAX_CELLS} cells.",
    )
    for combination in itertools.product(*swept.values()):
        yield dict(zip(swept, combination, strict=True))
