"""The configuration: read, merged and checked as a whole before anything runs."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from overpar.base.errors import UserError

DEFAULT = Path("config/config.yaml")

# Names become file names.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
# Snakemake would take braces for wildcards.
Place = Annotated[str, Field(pattern=r"^[^{}\s]+$")]
# What Snakemake's reader would run as code.
TEMPLATE = "__use_yte__"
# What PyYAML raises for values such as 2026-13-01, !!int "" and numbers of thousands of digits.
TAGGED = (ValueError, LookupError, AttributeError, TypeError)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Range(_Section):
    """Evenly spaced integers, both ends included."""

    first: int = Field(description="first value")
    last: int = Field(description="last value, included")
    step: int = Field(ge=1, description="distance of neighbours")


class Ntangled(_Section):
    """Where the NTangled states come from."""

    source: Literal["auto", "ntangled", "released", "regenerated"] = Field(
        "auto",
        description="auto: fetch, or regenerate and say so; ntangled, released: fetch or fail; "
        "regenerated: train the generator here, no network",
    )
    timeout: float = Field(
        10.0, gt=0, le=600, description="seconds after which an unreachable source is given up"
    )


class Paths(_Section):
    """Where the workflow writes."""

    records: Place = Field("data/records", description="one netCDF file per cell")
    logs: Place = Field("data/logs", description="what each job said")
    benchmarks: Place = Field("data/benchmarks", description="time and memory of each job")
    tables: Place = Field("data/tables", description="CSV tables made from records")
    figures: Place = Field("figures", description="figures, scorecard and report")
    external: Place = Field("data/external", description="fetched files of others")
    notebooks: Place = Field("data/notebooks", description="executed notebooks")


class Experiment(_Section):
    """A block of cells of one kind."""

    kind: str | None = Field(
        None, description="one of the kinds below; the block's name if left out"
    )
    every: dict[str, Any] = Field(
        default_factory=dict, description="settings of all cells, see the kinds below"
    )
    cells: list[dict[str, Any]] = Field(
        min_length=1, description="settings of further cells; a list or a range is swept"
    )


class Table(_Section):
    """A table made from the records of some experiments."""

    function: str = Field(description="module:function in overpar.report.tables")
    experiments: list[str] = Field(min_length=1, description="blocks whose records it reads")
    committed: str | None = Field(
        None,
        description="CSV of rows that a larger run has made, which follow those of this run"
        " where it has none with the same values before the column runs",
    )


class _Drawn(_Section):
    """What is drawn from tables."""

    tables: dict[str, str] = Field(
        min_length=1, description="argument of the function: the table that is given for it"
    )
    published: dict[str, str] = Field(
        default_factory=dict,
        description="argument of the function: a file of data/published, drawn beside ours",
    )


class Figure(_Drawn):
    """A figure made from tables."""

    PACKAGE: ClassVar[str] = "overpar.report.plots"
    function: str = Field(description="module:function in overpar.report.plots")
    category: str = Field(description="heading in the report")
    title: str = Field(description="what the figure shows, one line")


class Chart(_Drawn):
    """A chart of the page, on which readers choose what is drawn."""

    PACKAGE: ClassVar[str] = "overpar.report.charts"
    function: str = Field(description="module:function in overpar.report.charts")
    title: str = Field(description="what the chart shows, one line")


class Notebook(_Section):
    """A notebook that the workflow executes: notebooks/<name>.ipynb."""

    tables: list[str] = Field(min_length=1, description="tables it reads, or whose records")
    published: list[str] = Field(
        default_factory=list, description="files of data/published that it reads"
    )
    title: str = Field(description="what it is about, one line")


class Config(_Section):
    """The whole configuration."""

    seed: int = Field(ge=0, le=2**63, description="root seed of every random number")
    size: Literal["published", "smoke"] = Field(description="said on every figure")
    ntangled: Ntangled = Field(
        default_factory=Ntangled, description="where the states of NTangled come from"
    )
    paths: Paths = Field(default_factory=Paths, description="where the workflow writes")
    models: dict[Name, dict[str, Any]] = Field(
        default_factory=dict, description="circuits by name, see below; cells say model: <name>"
    )
    experiments: dict[Name, Experiment] = Field(description="blocks by name")
    tables: dict[Name, Table] = Field(description="tables by name")
    figures: dict[Name, Figure] = Field(description="figures by name")
    charts: dict[Name, Chart] = Field(
        default_factory=dict, description="charts of the page by name"
    )
    claims: str = Field("config/claims.yaml", description="the claims that are judged")
    notebooks: dict[Name, Notebook] = Field(default_factory=dict, description="notebooks by name")
    article: str = Field("", description="main Typst file of the article; none if empty")


def read(paths: Iterable[Path]) -> dict[str, Any]:
    """YAML files merged in order: mappings are merged, everything else is replaced.

    Raises:
        UserError: if a file is missing, is not a YAML mapping, has a key twice or asks for code to
            be run.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        try:
            content = load_yaml(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UserError(f"Config {path} cannot be read: {error.strerror}.") from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
            raise UserError(f"Config {path} is not valid YAML: {where}{error.problem}.") from error
        except RecursionError:
            raise UserError(f"Config {path} is nested too deeply.") from None
        except (yaml.YAMLError, *TAGGED) as error:
            why = " ".join(str(error).split())
            raise UserError(f"Config {path} is not valid YAML: {why}.") from error
        if not isinstance(content, dict):
            raise UserError(f"Config {path} must be a mapping of keys to values.")
        if TEMPLATE in content:
            raise UserError(f"Config {path} has the key {TEMPLATE}: code in it is not run.")
        merged = merge(merged, content)
    return merged


class _Once:
    """Refuses a mapping that has a key twice, where YAML would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            name = key.tag, str(key.value)
            if name in seen and key.tag != "tag:yaml.org,2002:merge":
                problem = f"the key {key.value!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(name)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)  # type: ignore[misc]
        return mapping


class _Slow(_Once, yaml.SafeLoader):
    """PyYAML, which says best what is wrong."""


class _Fast(_Once, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Libyaml, where it is installed."""


def _number(loader: Any, node: yaml.ScalarNode) -> float:
    """A number, unless YAML 1.1 takes it for one of base 8 or 60, as nobody does who writes it."""
    kind = node.tag.rpartition(":")[2]
    value: float = getattr(loader, f"construct_yaml_{kind}")(node)
    if ":" in node.value or re.match(r"[-+]?0[0-9_]+$", node.value):
        problem = f"{node.value} is the number {value} in YAML; write that, or quote it"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    return value


for _reader in (_Slow, _Fast):
    for _kind in ("int", "float"):
        _reader.add_constructor(f"tag:yaml.org,2002:{_kind}", _number)


def load_yaml(text: str) -> Any:
    """The content of a YAML file.

    Raises:
        YAMLError: if it is not valid, has a key twice, or a number that is read as another.
    """
    try:
        return yaml.load(text, _Fast)
    except yaml.YAMLError:
        return yaml.load(text, _Slow)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid upon `base`, mapping by mapping, as Snakemake merges config files."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        out[key] = merge(old, value) if both else value  # type: ignore[arg-type]
    return out
