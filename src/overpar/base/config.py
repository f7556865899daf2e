"""The configuration: read, merged and checked as a whole before anything runs."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from overpar.base.errors import UserError

Model = TypeVar("Model", bound=BaseModel)


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

    records: str = Field("data/records", description="one netCDF file per cell")
    tables: str = Field("data/tables", description="CSV tables made from records")
    figures: str = Field("figures", description="figures, scorecard and report")
    external: str = Field("data/external", description="fetched files of others")


class Experiment(_Section):
    """A block of cells of one kind."""

    kind: str | None = Field(
        None, description="module in overpar.experiments; the block's name if left out"
    )
    every: dict[str, Any] = Field(default_factory=dict, description="settings of every cell")
    cells: list[dict[str, Any]] = Field(
        min_length=1, description="settings per grid of cells; a list or a range is swept"
    )


class Table(_Section):
    """A table made from the records of some experiments."""

    function: str = Field(description="name in overpar.report.tables")
    experiments: list[str] = Field(min_length=1, description="blocks whose records it reads")


class Figure(_Section):
    """A figure made from tables."""

    function: str = Field(description="module:function in overpar.report.plots")
    tables: list[str] = Field(min_length=1, description="tables it reads")
    published: list[str] = Field(
        default_factory=list, description="files of data/published drawn beside ours"
    )
    category: str = Field(description="heading in the report")
    title: str = Field(description="what the figure shows, one line")


class Config(_Section):
    """The whole configuration."""

    seed: int = Field(ge=0, le=2**63, description="root seed of every random number")
    size: Literal["published", "smoke"] = Field(description="said on every figure")
    ntangled: Ntangled = Field(default_factory=Ntangled, description="see Ntangled")
    paths: Paths = Field(default_factory=Paths, description="see Paths")
    experiments: dict[str, Experiment] = Field(description="blocks by name")
    tables: dict[str, Table] = Field(description="tables by name")
    figures: dict[str, Figure] = Field(description="figures by name")
    claims: str = Field("config/claims.yaml", description="the claims that are judged")


def read(paths: Iterable[Path]) -> dict[str, Any]:
    """YAML files merged in order: mappings are merged, everything else is replaced.

    Raises:
        UserError: if a file is missing or is not a YAML mapping.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UserError(f"Config {path} cannot be read: {error.strerror}.") from error
        except yaml.YAMLError as error:
            raise UserError(f"Config {path} is not valid YAML: {error}.") from error
        if not isinstance(content, dict):
            raise UserError(f"Config {path} must be a mapping of keys to values.")
        merged = merge(merged, content)
    return merged


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid upon `base`, mapping by mapping, as Snakemake merges config files."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        out[key] = merge(old, value) if both else value  # type: ignore[arg-type]
    return out


def check(model: type[Model], values: Any, where: str) -> Model:
    """Values as a model, or one message naming key, value and what is allowed.

    Raises:
        UserError: for the first thing that is wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UserError(_message(model, error, where)) from None


def _message(model: type[BaseModel], error: ValidationError, where: str) -> str:
    first = error.errors()[0]
    location = [where, *(str(part) for part in first["loc"])]
    key = ".".join(part for part in location if part)
    kind, value, context = first["type"], first["input"], first.get("ctx", {})
    others = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if kind == "extra_forbidden":
        allowed = _fields(model, first["loc"][:-1])
        close = difflib.get_close_matches(str(first["loc"][-1]), allowed, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        return (
            f"Config: unknown key {key} = {value!r}; allowed: {', '.join(allowed)}.{hint}{others}"
        )
    if kind == "missing":
        return f"Config: key {key} is missing.{others}"
    if kind == "literal_error":
        return f"Config: {key} is {value!r}; allowed: {context['expected']}.{others}"
    if kind == "value_error":
        return f"Config: {key}: {context['error']}.{others}"
    text = first["msg"].replace("Input should be ", "must be ")
    return f"Config: {key} is {value!r}; it {text}.{others}"


def _fields(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """Allowed keys of the model that a location of an error leads to."""
    for part in location:
        info = model.model_fields.get(str(part))
        inner = [info.annotation, *getattr(info.annotation, "__args__", ())] if info else []
        for candidate in inner:
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                model = candidate
    return list(model.model_fields)
