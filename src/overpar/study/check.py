"""A study: the plan of a configuration with its identities; checked before the first job."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overpar.base.errors import UserError
from overpar.base.validation import check, choices
from overpar.model.foreign import read_circuit
from overpar.model.given import is_function
from overpar.model.model import Model
from overpar.study.article_sources import check_article
from overpar.study.config import DEFAULT, Config, read
from overpar.study.identity import Identities
from overpar.study.plan import Cell, Plan, rule_name

# Of a model that no cell names: one of these must do.
SIZES = range(1, 13)


@dataclass(frozen=True)
class Study:
    """What a configuration asks for, and what decides each part of it."""

    plan: Plan
    identities: Identities


def opened(values: Mapping[str, Any], project: Path = Path()) -> Study:
    """The study of a configuration of which only keys, types and ranges are checked.

    For jobs of the workflow and for reading results, whose start-up counts: the main process has
    checked the rest.

    Args:
        values: the configuration as read.
        project: the project's root directory.

    Raises:
        UserError: for the first thing that is wrong.
    """
    plan = Plan(check(Config, dict(values)), project)
    return Study(plan, Identities(plan))


def checked(values: Mapping[str, Any], project: Path = Path()) -> Study:
    """The study of a configuration, with everything checked that can be before the first job.

    Args:
        values: the configuration as read.
        project: the project's root directory.

    Raises:
        UserError: for the first thing that is wrong.
    """
    # Pandas and xarray, which jobs that simulate do not pay for.
    from overpar.study.claims_file import check_claims

    study = opened(values, project)
    config, identities = study.plan.config, study.identities
    _check_places(study.plan)
    _check_models(study.plan)
    _check_rules(study.plan)
    _check_outputs(study.plan)
    for cell in study.plan.cells.values():
        identities.cell(cell)
    for name in config.tables:
        identities.table(name)
        _check_committed(study.plan, name)
    for name in config.figures:
        identities.figure(name)
    for name in config.charts:
        identities.chart(name)
    identities.scorecard()
    check_claims(study.plan)
    for name in config.notebooks:
        identities.notebook(name)
    if config.article:
        check_article(study.plan)
        identities.article()
    return study


def read_study(project: Path = Path(), *extra: Path) -> Study:
    """The checked study of a project's config/config.yaml with further files laid upon it.

    Args:
        project: the project's root directory.
        extra: files, relative to it.

    Raises:
        UserError: for the first thing that is wrong.
    """
    return checked(read([project / DEFAULT, *(project / path for path in extra)]), project)


def _check_places(plan: Plan) -> None:
    """Directories to be written to are not files, nor below one."""
    for key, place in plan.config.paths.model_dump().items():
        path = plan.project / place
        for above in (path, *path.parents):
            if above.exists() and not above.is_dir():
                raise UserError(
                    f"Config: paths.{key} is {place!r}, but {above} is a file. Move it away."
                )


def _check_models(plan: Plan) -> None:
    """Every model at the sizes of its cells; one that has none at any size."""
    named: dict[str, list[Cell]] = {name: [] for name in plan.config.models}
    for cell in plan.cells.values():
        model = getattr(cell.spec, "model", None)
        if isinstance(model, Model):
            named[model.name].append(cell)
    for name, cells in named.items():
        model = plan.model(name)
        if model.circuit is not None:
            _check_circuit(f"models.{name}.circuit", model.circuit, plan.project)
        if is_function(model.edges):
            _check_function(f"models.{name}.edges", model.edges, plan.project)
        for key, look in _looks(model, any(cell.spec.engines() for cell in cells) or not cells):
            wrong = _wrong(look, {getattr(cell.spec, "qubits", 1) for cell in cells})
            if wrong:
                raise UserError(f"Config: models.{name}.{key}: {wrong}")


def _looks(model: Model, simulated: bool) -> Iterator[tuple[str, Callable[[int], object]]]:
    """What shows that a key of a model is right, as functions of the number of qubits."""
    yield "state", model.letters
    yield "observable", model.operator
    if model.circuit is None:
        source = "ansatz" if model.ansatz else "generators"
        # An algebra is also that of generators which no product of gates makes.
        yield source, (lambda n: model.build(n, 1)) if simulated else model.algebra
        if model.target is not None:
            yield "target", lambda n: model.task(n, 1)


def _wrong(look: Callable[[int], object], sizes: set[int]) -> str:
    """What a function says against one of the sizes, or against all of `SIZES` if there is none."""
    wrong = ""
    for qubits in sorted(sizes) or SIZES:
        try:
            look(qubits)
        except UserError as error:
            wrong = str(error)
            if sizes:
                return wrong
        else:
            if not sizes:
                return ""
    return wrong


def _check_circuit(key: str, reference: str, project: Path) -> None:
    """A user's function is there, or OpenQASM can be read."""
    if not reference.endswith(".qasm"):
        _check_function(key, reference, project)
        return
    try:
        read_circuit(str(project / reference))
    except UserError as error:
        raise UserError(f"Config: {key} is {reference!r}: {error}") from None


def _check_function(key: str, reference: str, project: Path) -> None:
    """A user's function is there; its file is not run."""
    path, _, name = reference.rpartition(":")
    if not path.endswith(".py") or not (project / path).is_file():
        raise UserError(
            f"Config: {key} is {reference!r}; there is no such file. Allowed:"
            f" FILE.py:FUNCTION{' or FILE.qasm' if key.endswith('circuit') else ''}."
        )
    try:
        tree = ast.parse((project / path).read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeError) as error:
        raise UserError(f"Config: {key} is {reference!r}; the file fails: {error}.") from None
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    names = {*functions}
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            names.add(node.asname or node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    if name not in names and "*" not in names:
        raise UserError(
            f"Config: {key} is {reference!r}; allowed: "
            + (", ".join(f"{path}:{known}" for known in functions) or "a function of the file")
            + "."
        )


def _check_committed(plan: Plan, table: str) -> None:
    """Rows that were committed have the columns of their table."""
    from overpar.study.claims_file import header
    from overpar.study.tables import table_columns

    committed = plan.config.tables[table].committed
    if committed:
        known = table_columns(plan, table)
        for column in header(plan.project / committed):
            if column not in known:
                raise UserError(
                    f"Config: tables.{table}.committed is {committed!r}, which has the column"
                    f" {column!r}; {choices(column, known)}"
                )


def _check_rules(plan: Plan) -> None:
    """No two batches have one rule's name."""
    known: dict[str, str] = {}
    cells = [(f"experiments.{name}", "simulate", name, batch) for name, batch in plan.batches]
    tables = [(f"tables.{name}", "tabulate", name) for name in plan.table_batches]
    for what, *parts in [*cells, *tables]:
        rule = rule_name(*parts)
        if rule in known:
            raise UserError(
                f"Config: {known[rule]} and {what} both need a rule {rule}; rename one."
            )
        known[rule] = what


def _check_outputs(plan: Plan) -> None:
    """No two parts of the study write one file."""
    known: dict[Path, str] = {}
    for what, path in _outputs(plan):
        if path in known:
            raise UserError(f"Config: {what} would write {path}, as does {known[path]}.")
        known[path] = what


def _outputs(plan: Plan) -> Iterator[tuple[str, Path]]:
    config, figures = plan.config, plan.figures
    yield "the report", figures / "report.html"
    for suffix in ("html", "json"):
        yield "the page", figures / f"index.{suffix}"
    for suffix in ("png", "pdf", "csv", "json"):
        yield "the scorecard", figures / f"scorecard.{suffix}"
    yield "the scorecard", figures / "instances.csv"
    for suffix in ("csv", "json"):
        yield "the errata", figures / f"errata.{suffix}"
    if config.article:
        for suffix in (".pdf", ".json"):
            yield "article", plan.article.with_suffix(suffix)
    for name in config.figures:
        for suffix in ("png", "pdf", "csv", "txt", "json"):
            yield f"figures.{name}", figures / f"{name}.{suffix}"
    for name in config.tables:
        yield f"tables.{name}", plan.table_path(name)
    for name in config.notebooks:
        yield f"notebooks.{name}", plan.project / config.paths.notebooks / f"{name}.html"
