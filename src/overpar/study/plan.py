"""The plan: which cells, tables and figures a configuration asks for, each with its identity."""

import csv
import difflib
import hashlib
import importlib
import itertools
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from overpar.base.errors import UserError
from overpar.base.records import RecordError, check_record
from overpar.base.validation import check
from overpar.experiments.common.spec import CellSpec
from overpar.study.config import Config, Experiment, Range
from overpar.study.digest import code_digest, file_digest, functions, module_digest

DATASETS = ("ntangled", "released_states")
CHECKSUMS = Path("data/checksums.csv")
SOURCES = Path("data/sources.csv")
PUBLISHED = Path("data/published")
BUILD = "overpar.study.build"


def kinds() -> list[str]:
    """Names of the kinds of experiment: the modules of `overpar.experiments`."""
    package = importlib.import_module("overpar.experiments")
    found = pkgutil.iter_modules(package.__path__)
    return [module.name for module in found if not module.ispkg]


def kind_module(kind: str) -> ModuleType:
    """The module of a kind.

    Raises:
        UserError: if there is none of that name.
    """
    if kind not in kinds():
        raise UserError(f"Config: kind {kind!r} is unknown; allowed: {', '.join(kinds())}.")
    return importlib.import_module(f"overpar.experiments.{kind}")


@dataclass(frozen=True)
class Cell:
    """One simulation: a specification with its place and identity.

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

    @property
    def code(self) -> str:
        """Digest of all code this cell's simulation runs."""
        return code_digest(f"overpar.experiments.{self.kind}")


@dataclass(frozen=True)
class Plan:
    """Everything a configuration asks for.

    Args:
        config: the checked configuration.
        project: the project's root directory.
    """

    config: Config
    project: Path = Path()

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
    def _blocks(self) -> dict[str, dict[str, Cell]]:
        return {}

    @cached_property
    def batches(self) -> dict[tuple[str, str], list[Cell]]:
        """Cells by the job that does them: (experiment, name of the batch)."""
        out: dict[tuple[str, str], list[Cell]] = {}
        for cell in self.cells.values():
            out.setdefault((cell.experiment, cell.spec.batch), []).append(cell)
        return out

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
        """Settings with the name of a model replaced by what `models` says of it."""
        if "model" not in values:
            return values
        name, known = values["model"], self.config.models
        if not isinstance(name, str) or name not in known:
            raise UserError(
                f"Config: {where}.model is {name!r}; allowed: {', '.join(known) or 'none yet'},"
                " the names under `models`."
            )
        return {**values, "model": {**known[name], "name": name}}

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

    def inputs(self, cell: Cell) -> dict[str, Path]:
        """Files a cell reads, by the names its kind gives them."""
        out = {}
        for name, need in cell.spec.needs().items():
            sort, _, rest = need.partition(":")
            if sort == "dataset":
                out[name] = self.manifest(rest)
            else:
                experiment, _, label = rest.partition("/")
                out[name] = self.cell(experiment, label).path
        return out

    def manifest(self, dataset: str) -> Path:
        """The file that says how fetching a data set ended."""
        return self.project / self.config.paths.external / f"{dataset}.json"

    def data_status(self, cell: Cell) -> dict[str, str]:
        """How fetching the data sets that a cell may use ended, as far as there is a manifest.

        This is known only after fetching, so it cannot be a part of the identity.
        """
        wanted = (need.partition(":") for need in cell.spec.needs().values())
        manifests = {name: self.manifest(name) for sort, _, name in wanted if sort == "dataset"}
        return {
            name: json.loads(path.read_text(encoding="utf-8"))["status"]
            for name, path in manifests.items()
            if path.exists()
        }

    def identity(self, cell: Cell) -> str:
        """SHA-256 over everything that decides a cell's numbers.

        That is: kind, specification, seed, code, and the identity of its inputs.
        """
        key = cell.experiment, cell.label
        if key not in self._identities:
            self._identities[key] = _hash(self.identity_text(cell))
        return self._identities[key]

    @cached_property
    def _identities(self) -> dict[tuple[str, str], str]:
        return {}

    def identity_text(self, cell: Cell) -> str:
        """The readable text whose hash is the identity."""
        needs = cell.spec.needs()
        inputs: dict[str, str] = {}
        for name, need in needs.items():
            sort, _, rest = need.partition(":")
            if sort == "dataset":
                inputs[name] = self.dataset_digest(rest)
            else:
                experiment, _, label = rest.partition("/")
                inputs[name] = self.identity(self.cell(experiment, label))
        content = {
            "experiment": cell.experiment,
            "kind": cell.kind,
            "spec": cell.spec.model_dump(),
            "seed": cell.seed,
            "code": cell.code,
            "inputs": inputs,
            "files": {path: self._file_digest(path, cell) for path in cell.spec.files()},
            "source": self.config.ntangled.source if needs else "",
        }
        return json.dumps(content, sort_keys=True)

    def dataset_digest(self, dataset: str) -> str:
        """SHA-256 over the expected checksums of a data set's files."""
        with open(self.project / CHECKSUMS, newline="", encoding="utf-8") as handle:
            rows = [r for r in csv.DictReader(handle) if r["dataset"] == dataset]
        return _hash("\n".join(sorted(f"{r['path']} {r['sha256']}" for r in rows)))

    def _file_digest(self, path: str, cell: Cell) -> str:
        if not (self.project / path).is_file():
            raise UserError(
                f"Config: experiments.{cell.experiment} uses {path!r}; there is no such file."
            )
        return file_digest(self.project / path)

    def table_path(self, table: str) -> Path:
        """Where a table lies."""
        return self.project / self.config.paths.tables / f"{table}.csv"

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

    def table_identity(self, table: str) -> str:
        """SHA-256 over what decides a table: its cells and its code."""
        parts = [self.identity(cell) for cell in self.table_cells(table)]
        function = self.config.tables[table].function
        code = _function_digest(f"tables.{table}.function", function, "overpar.report.tables")
        return _hash(json.dumps([parts, function, code, module_digest(BUILD)]))

    def figure_tables(self, figure: str) -> list[str]:
        """The tables a figure reads.

        Raises:
            UserError: if one is not in the configuration.
        """
        for table in self.config.figures[figure].tables:
            if table not in self.config.tables:
                raise UserError(
                    f"Config: figures.{figure} reads the unknown table {table!r};"
                    f" allowed: {', '.join(self.config.tables)}."
                )
        return self.config.figures[figure].tables

    def figure_identity(self, figure: str) -> str:
        """SHA-256 over what decides a figure: its tables, published facts, settings and code."""
        block = self.config.figures[figure]
        tables = [self.table_identity(name) for name in self.figure_tables(figure)]
        known = sorted(path.name for path in (self.project / PUBLISHED).glob("*.csv"))
        for name in block.published:
            if name not in known:
                raise UserError(
                    f"Config: figures.{figure}.published names the unknown file {name!r};"
                    f" allowed: {', '.join(known)}."
                )
        facts = [file_digest(self.project / PUBLISHED / name) for name in block.published]
        code = _function_digest(
            f"figures.{figure}.function", block.function, "overpar.report.plots"
        )
        settings = [block.model_dump(), self.config.size]
        return _hash(json.dumps([tables, facts, settings, code, module_digest(BUILD)]))

    def scorecard_identity(self) -> str:
        """SHA-256 over what decides the scorecard: all tables, the claims and published facts.

        It names figures, so that the tables they read count too.
        """
        parts = [self.table_identity(name) for name in self.config.tables]
        claims = self.project / self.config.claims
        if not claims.is_file():
            raise UserError(f"Config: claims is {self.config.claims!r}; there is no such file.")
        parts.append(file_digest(claims))
        parts += [file_digest(p) for p in sorted((self.project / PUBLISHED).glob("*.csv"))]
        parts.append(json.dumps({f: block.tables for f, block in self.config.figures.items()}))
        modules = ("report.claims", "study.trace", "report.page", "report.plots.scorecard")
        code = [code_digest(f"overpar.{module}") for module in modules]
        return _hash(json.dumps([parts, self.config.size, code, module_digest(BUILD)]))

    def fault(self, cell: Cell) -> str:
        """Why the record that a cell has must not be used; empty if it may, or there is none."""
        try:
            if cell.path.exists():
                check_record(cell.path, self.identity(cell), self.data_status(cell))
        except RecordError as error:
            return str(error)
        return ""

    def validate(self) -> None:
        """Check everything that can be known before the first job.

        Raises:
            UserError: for the first thing that is wrong.
        """
        for cell in self.cells.values():
            self.inputs(cell)
            self.identity(cell)
        for table in self.config.tables:
            self.table_identity(table)
        for figure in self.config.figures:
            self.figure_identity(figure)
        self.scorecard_identity()


def _function_digest(key: str, reference: str, package: str) -> str:
    """Digest of the code of "module:function" within a package."""
    module, _, function = reference.partition(":")
    try:
        known = functions(f"{package}.{module}")
    except ModuleNotFoundError:
        modules = pkgutil.iter_modules(importlib.import_module(package).__path__)
        raise UserError(
            f"Config: {key} is {reference!r}; allowed modules:"
            f" {', '.join(info.name for info in modules)}."
        ) from None
    if function not in known:
        raise UserError(
            f"Config: {key} is {reference!r}; allowed: "
            + ", ".join(f"{module}:{name}" for name in known)
            + "."
        )
    return code_digest(f"{package}.{module}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _product(settings: dict[str, Any], where: str) -> Iterator[dict[str, Any]]:
    """All combinations of settings: a list or a range stands for each of its values in turn."""
    swept = {}
    for key, value in settings.items():
        if isinstance(value, dict) and "first" in value:
            r = check(Range, value, f"{where}.{key}")
            swept[key] = list(range(r.first, r.last + 1, r.step))
        else:
            swept[key] = value if isinstance(value, list) else [value]
        if not swept[key]:
            raise UserError(f"Config: {where}.{key} is empty; it must have at least one value.")
    for combination in itertools.product(*swept.values()):
        yield dict(zip(swept, combination, strict=True))
