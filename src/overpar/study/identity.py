"""Identities: hashes of everything that decides a number, a table, a figure or a page."""

import hashlib
import importlib
import json
import pkgutil
from collections.abc import Callable

from overpar.base.errors import UserError
from overpar.study.article_sources import figures_shown, sources
from overpar.study.assumptions import digest as assumptions
from overpar.study.config import Chart, Figure
from overpar.study.digest import (
    code_digest,
    file_digest,
    functions,
    module_digest,
    notebook_digest,
)
from overpar.study.plan import CHECKSUMS, DATASETS, ERRATA, PUBLISHED, Cell, Plan
from overpar.study.roles import check_roles
from overpar.study.tracked import rows

BUILD = "overpar.study.build"
NOTEBOOKS = "overpar.study.notebooks"
TRACE = "overpar.study.trace"
SCORECARD = ("overpar.report.verdicts", "overpar.report.plots.scorecard")
PAGE = "overpar.report.page"
PAGE_BUILD = "overpar.study.page"
JUDGED = "overpar.study.scorecard"
ARTICLE = "overpar.report.article"
COMPOSED = ("overpar.study.article", "overpar.study.article_sources")
CHECKS = tuple(
    f"overpar.study.errata.{name}" for name in ("findings", "files", "chain", "circuits")
)


class Identities:
    """Identities of all that a plan makes, each computed once.

    Args:
        plan: what is made.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._known: dict[tuple[str, ...], str] = {}

    def cell(self, cell: Cell) -> str:
        """SHA-256 over everything that decides a cell's numbers.

        That is: kind, specification, seed, code, and the identity of its inputs.
        """
        return self._once(("cell", cell.experiment, cell.label), lambda: _hash(self.text(cell)))

    def text(self, cell: Cell) -> str:
        """The readable text whose hash is a cell's identity."""
        needs = cell.spec.needs()
        inputs = {name: self.dataset(data) for name, data in self.plan.datasets(needs).items()}
        inputs |= {name: self.cell(other) for name, other in self.plan.records(needs).items()}
        content = {
            "experiment": cell.experiment,
            "kind": cell.kind,
            "spec": cell.spec.model_dump(),
            "seed": cell.seed,
            "code": self.code(cell),
            "inputs": inputs,
            "files": {path: self._user_file(path, cell) for path in cell.spec.files()},
            "source": self.plan.config.ntangled.source if cell.spec.follows_source() else "",
        }
        return json.dumps(content, sort_keys=True)

    def code(self, cell: Cell) -> str:
        """Digest of all code that decides a cell's numbers."""
        chosen = frozenset(f"overpar.{name}" for name in cell.spec.modules())
        return code_digest(f"overpar.experiments.{cell.kind}", chosen)

    def dataset(self, dataset: str) -> str:
        """SHA-256 over the expected checksums of a data set's files."""
        return self._once(("dataset", dataset), lambda: self._dataset(dataset))

    def table(self, name: str) -> str:
        """SHA-256 over what decides a table: its cells and its code."""
        return self._once(("table", name), lambda: self._table(name))

    def figure(self, name: str) -> str:
        """SHA-256 over what decides a figure: its tables, published facts, settings and code."""
        return self._once(("figure", name), lambda: self._figure(name))

    def notebook(self, name: str) -> str:
        """SHA-256 over what decides what a notebook shows.

        That is: the text of its cells, the tables and published facts it reads, and the code that
        it imports. Outputs and counters that Jupyter stores do not count.

        Raises:
            UserError: if the notebook, a table or a file of published facts is missing.
        """
        return self._once(("notebook", name), lambda: self._notebook(name))

    def scorecard(self) -> str:
        """SHA-256 over what decides the scorecard: all tables, the claims and published facts.

        It names figures, so that the tables they read count too.
        """
        return self._once(("scorecard",), self._scorecard)

    def errata(self) -> str:
        """SHA-256 over what decides the errata: findings, their checks, and what these read.

        What the checks compute with does not count: tests hold it.
        """
        return self._once(("errata",), self._errata)

    def article(self) -> str:
        """SHA-256 over what decides the article: its text, figures, scorecard and errata.

        Raises:
            UserError: if it is missing or shows a figure that the configuration has not.
        """
        return self._once(("article",), self._article)

    def chart(self, name: str) -> str:
        """SHA-256 over what decides a chart of the page.

        Raises:
            UserError: if its function does not exist.
        """
        block = self.plan.config.charts[name]
        return self._once(("chart", name), lambda: self._drawn(f"charts.{name}", block))

    def page(self) -> str:
        """SHA-256 over what decides the page: all that it shows, and its code and templates.

        Versions, commit and times count as little as in records.
        """
        return self._once(("page",), self._page)

    def _once(self, key: tuple[str, ...], compute: Callable[[], str]) -> str:
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]

    def _user_file(self, path: str, cell: Cell) -> str:
        if not (self.plan.project / path).is_file():
            raise UserError(
                f"Config: experiments.{cell.experiment} uses {path!r}; there is no such file."
            )
        return file_digest(self.plan.project / path)

    def _dataset(self, dataset: str) -> str:
        files = rows(self.plan.project / CHECKSUMS, dataset)
        return _hash("\n".join(sorted(f"{row['path']} {row['sha256']}" for row in files)))

    def _table(self, name: str) -> str:
        parts = [self.cell(cell) for cell in self.plan.table_cells(name)]
        block = self.plan.config.tables[name]
        key, function = f"tables.{name}.function", block.function
        code = _function_digest(key, function, "overpar.report.tables")
        return _hash(json.dumps([parts, function, code, module_digest(BUILD), *self._rows(name)]))

    def _rows(self, name: str) -> list[str]:
        """Digest of a table's committed rows, if it has some."""
        committed = self.plan.config.tables[name].committed
        if not committed:
            return []
        if not (self.plan.project / committed).is_file():
            raise UserError(
                f"Config: tables.{name}.committed is {committed!r}; there is no such file."
            )
        return [file_digest(self.plan.project / committed)]

    def _figure(self, name: str) -> str:
        return self._drawn(f"figures.{name}", self.plan.config.figures[name])

    def _drawn(self, key: str, block: Figure | Chart) -> str:
        code = _function_digest(f"{key}.function", block.function, block.PACKAGE)
        published = self._published()
        check_roles(key, block, tables=self.plan.config.tables, published=published)
        content = [
            {role: self.table(table) for role, table in block.tables.items()},
            {role: published[file] for role, file in block.published.items()},
            [block.model_dump(), self.plan.config.size],
            code,
            module_digest(BUILD),
        ]
        return _hash(json.dumps(content, sort_keys=True))

    def _page(self) -> str:
        config = self.plan.config
        content = [
            [self.scorecard(), self.errata(), assumptions(self.plan.project), config.article],
            {name: self.figure(name) for name in config.figures},
            {name: self.chart(name) for name in config.charts},
            [code_digest(PAGE), module_digest(PAGE_BUILD)],
        ]
        return _hash(json.dumps(content))

    def _published(self) -> dict[str, str]:
        """Digests of all files of published facts by name."""
        files = sorted((self.plan.project / PUBLISHED).glob("*.csv"))
        return {path.name: file_digest(path) for path in files}

    def _notebook(self, name: str) -> str:
        block, path = self.plan.config.notebooks[name], self.plan.notebook_path(name)
        if not path.is_file():
            raise UserError(f"Config: notebooks has {name!r}; there is no {path}.")
        published = self._published()
        for file in block.published:
            if file not in published:
                raise UserError(
                    f"Config: notebooks.{name}.published names the unknown file {file!r};"
                    f" allowed: {', '.join(published)}."
                )
        content = [
            notebook_digest(path),
            [self.table(table) for table in self.plan.notebook_tables(name)],
            [published[file] for file in block.published],
            module_digest(NOTEBOOKS),
        ]
        return _hash(json.dumps(content))

    def _scorecard(self) -> str:
        config, project = self.plan.config, self.plan.project
        claims = project / config.claims
        if not claims.is_file():
            raise UserError(f"Config: claims is {config.claims!r}; there is no such file.")
        content = [
            [self.table(name) for name in config.tables],
            file_digest(claims),
            self._published(),
            {name: self.plan.figure_tables(name) for name in config.figures},
            config.size,
            [code_digest(module) for module in SCORECARD],
            # Alone: all of the plan that it follows is in what stands above.
            module_digest(TRACE),
            module_digest(JUDGED),
            module_digest(BUILD),
        ]
        return _hash(json.dumps(content))

    def _errata(self) -> str:
        findings = self.plan.project / ERRATA
        content = [
            file_digest(findings) if findings.is_file() else "",
            self._published(),
            [self.dataset(name) for name in DATASETS],
            [module_digest(module) for module in CHECKS],
        ]
        return _hash(json.dumps(content))

    def _article(self) -> str:
        content = [
            sources(self.plan),
            {name: self.figure(name) for name in figures_shown(self.plan)},
            self.scorecard(),
            self.errata(),
            code_digest(ARTICLE),
            [module_digest(module) for module in COMPOSED],
        ]
        return _hash(json.dumps(content))


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
