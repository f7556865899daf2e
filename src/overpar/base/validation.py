"""Values checked by a pydantic model: one message with key, value and what is allowed."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from overpar.base.errors import UserError

Model = TypeVar("Model", bound=BaseModel)
Schema = Mapping[str, Any]

# A number for most programs, but text in YAML.
_EXPONENT = re.compile(r"[-+]?(\d+[eE][-+]?\d+|\d*\.\d*[eE]\d+)")
_NOUN = {
    "integer": "an integer",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "null": "null",
    "object": "a mapping",
}


def resolve(schema: Schema, root: Schema) -> Schema:
    """The schema itself, or the definition in `root` that it refers to."""
    reference = schema.get("$ref")
    return root["$defs"][reference.rpartition("/")[2]] if reference else schema


def locate(root: Schema, location: Sequence[str | int]) -> Schema | None:
    """The schema of the value at a location as pydantic reports it; None where there is none."""
    schema = root
    for part in location:
        step: Schema | None = None
        if isinstance(part, int):
            step = schema.get("items")
        elif "discriminator" in schema:
            reference = schema["discriminator"]["mapping"].get(part)
            step = {"$ref": reference} if reference else None
        elif part in schema.get("properties", {}):
            step = schema["properties"][part]
        else:
            step = _named(schema)
        if step is None:
            return None
        schema = resolve(step, root)
    return schema


def allowed(schema: Schema, root: Schema) -> str:
    """What a value may be, in words.

    Args:
        schema: of the value.
        root: the schema whose definitions it refers to.

    Examples:
        >>> allowed({"type": "integer", "minimum": 1, "maximum": 9}, {})
        'an integer from 1 to 9'
        >>> allowed({"enum": ["open", "periodic"]}, {})
        "'open' or 'periodic'"

    Source: https://json-schema.org/draft/2020-12.
    """
    schema = resolve(schema, root)
    if "enum" in schema or "const" in schema:
        return _or([repr(value) for value in schema.get("enum", [schema.get("const")])])
    if "discriminator" in schema:
        return f"a mapping with kind {_or([repr(k) for k in schema['discriminator']['mapping']])}"
    if "anyOf" in schema:
        return _or([allowed(option, root) for option in schema["anyOf"]])
    if schema.get("type") == "array":
        items = resolve(schema.get("items", {}), root)
        count = " of at least one" if schema.get("minItems") else ""
        return f"a list{count}: {allowed(items, root)}"
    if "properties" in schema:
        return f"a mapping with keys {', '.join(schema['properties'])}"
    named = _named(schema)
    if named is not None:
        names = "at least one name" if schema.get("minProperties") else "names"
        return f"{names}, each with {allowed(named, root)}"
    noun = _NOUN.get(schema.get("type", ""), "any value")
    if "pattern" in schema:
        noun += f" matching {schema['pattern']}"
    return noun + _bounds(schema)


def _named(schema: Schema) -> Schema | None:
    """The schema of the values of a mapping whose names are free."""
    for value in [
        *schema.get("patternProperties", {}).values(),
        schema.get("additionalProperties"),
    ]:
        if isinstance(value, Mapping):
            return value
    return None


def _bounds(schema: Schema) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    parts = [
        f"{word} {limit}"
        for word, limit in (
            ("of at least", low),
            ("above", above),
            ("of at most" if above is None else "at most", high),
            ("below", below),
        )
        if limit is not None
    ]
    return " " + " and ".join(parts) if parts else ""


def _or(options: Sequence[str]) -> str:
    options = list(dict.fromkeys(options))
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"


def choices(name: str, known: Iterable[str]) -> str:
    """What may stand in place of a name, in words.

    Examples:
        >>> choices("dept", ["depth", "qubits"])
        "allowed: depth, qubits. Did you mean 'depth'?"
    """
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"allowed: {', '.join(known) or 'none'}.{hint}"


def check(model: type[Model], values: Any, where: str = "", *, source: str = "Config") -> Model:
    """Values as a model, or one message naming key, value and what is allowed.

    Args:
        model: what the values must fit.
        values: as read from YAML.
        where: key of the values within the whole.
        source: what the values come from, for the message.

    Raises:
        UserError: for the first thing that is wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UserError(f"{source}: {message(model, error, where)}") from None


def message(model: type[BaseModel], error: ValidationError, where: str = "") -> str:
    """The first thing that is wrong, with key, value and what is allowed.

    Args:
        model: what the values did not fit.
        error: what pydantic says.
        where: key of the values within the whole.
    """
    # A misspelt key also leaves its right name missing; the misspelling is what helps.
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    location, kind, value = first["loc"], first["type"], first["input"]
    key = _key(where, location)
    schema = model.model_json_schema()
    others = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if kind == "extra_forbidden":
        section = locate(schema, location[:-1]) or schema
        names = choices(str(location[-1]), section.get("properties", {}))
        return f"unknown key {key} = {value!r}; {names}{others}"
    if location[-1:] == ("[key]",):
        return f"{_key(where, location[:-2])} has the name {value!r}; allowed: A-Z, a-z, 0-9, _, -."
    if kind == "value_error":
        about = f"{key}: " if where or location else ""
        return f"{about}{str(first['ctx']['error']).rstrip('.')}.{others}"
    target = locate(schema, location)
    text = allowed(target, schema) if target else first["msg"].replace("Input should be ", "")
    if kind == "missing":
        return f"key {key} is missing; allowed: {text}.{others}"
    hint = ""
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        mantissa, _, exponent = value.lower().partition("e")
        hint = f" YAML takes this for text; write {float(mantissa)}e{int(exponent):+d}."
    return f"{key} is {value!r}; allowed: {text}.{hint}{others}"


def _key(where: str, location: Iterable[int | str]) -> str:
    key = where
    for part in location:
        key += f"[{part}]" if isinstance(part, int) else f".{part}"
    return key.removeprefix(".") or "the whole"
