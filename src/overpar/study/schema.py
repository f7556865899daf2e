"""What the config may hold, as a JSON schema and as a page for people."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from overpar.base.validation import allowed, resolve
from overpar.model.model import Model
from overpar.study.config import Config, Range
from overpar.study.kinds import kind_module, kinds

MADE = "Made by `make schema` from the models that check the config; not to be edited."

PAGE = """\
# Configuration

{made}
`schema.yaml` says the same for programs.

`config.yaml` is the published size. Further files, such as `smoke.yaml`, are laid upon it:
mappings are merged, everything else is replaced. All is checked before the first job.

```sh
.venv/bin/overpar plan --config my.yaml                     # cells and times; checks the file
.venv/bin/snakemake --cores all --configfile my.yaml        # runs them
```

## Cells and sweeps

A block of `experiments` is a list of cells of one kind. `every` holds settings of all its cells,
each entry of `cells` further ones. In both, a list, or a range with both ends included, is swept:
the cells are all combinations.

```yaml
experiments:
  vqe:
    every: {{initialisations: 50, initial: [data, code]}}
    cells:
      - {{qubits: 6, boundary: open, depth: {{first: 4, last: 40, step: 2}}}}
      - {{qubits: 6, boundary: periodic, depth: [2, 3, 4]}}
  long: # a second block of the same kind
    kind: vqe
    cells:
      - {{qubits: 6, boundary: open, depth: 12, initial: data, steps: 20000}}
```

A cell's label is made of the settings marked with * below; no two cells of a block may share it.
Adding, removing or reordering cells changes no number of the others.
"""

ABOUT_MODELS = (
    "A circuit for every number of qubits and depth, for the cells that say `model: <name>`; one of"
    " `ansatz`, `generators` and `circuit` is given. docs/extending.md walks through an example."
)


def schema() -> dict[str, Any]:
    """JSON schema of the whole configuration, with the cells of every kind.

    Source: pydantic's schema of the models that check the configuration.
    """
    top = Config.model_json_schema()
    definitions = top["$defs"]
    definitions["Range"] = Range.model_json_schema()
    block = definitions.pop("Experiment")
    for kind in kinds():
        module = kind_module(kind)
        cell = _cell(module)
        definitions |= cell.pop("$defs", {})
        cell.pop("required", None)  # what `every` lacks the cell may have, and the reverse
        cell["properties"] = {key: _swept(value) for key, value in cell["properties"].items()}
        definitions[f"cells-of-{kind}"] = cell | {"description": _about(module)}
        settings = {"$ref": f"#/$defs/cells-of-{kind}"}
        own = block["properties"]
        definitions[f"block-of-{kind}"] = block | {
            "description": f"A block of cells of kind {kind}.",
            "properties": {
                "kind": {"const": kind, "description": own["kind"]["description"]},
                "every": settings,
                "cells": own["cells"] | {"items": settings},
            },
        }
    blocks = [{"$ref": f"#/$defs/block-of-{kind}"} for kind in kinds()]
    definitions["block-with-its-kind"] = {"required": ["kind"], "anyOf": blocks}
    anything = {"$ref": "#/$defs/block-with-its-kind"}
    definitions["model"] = _model()
    models = top["properties"]["models"]
    (name,) = models["patternProperties"]
    models["patternProperties"] = {name: {"$ref": "#/$defs/model"}}
    experiments = top["properties"]["experiments"]
    (name,) = experiments.pop("patternProperties")
    experiments |= {
        "properties": {
            kind: {"anyOf": [own, anything]} for kind, own in zip(kinds(), blocks, strict=True)
        },
        "propertyNames": {"pattern": name},
        "additionalProperties": anything,
    }
    plain: dict[str, Any] = _without_titles(top)
    return {"$comment": MADE, **plain}


def _cell(module: Any) -> dict[str, Any]:
    """Schema of a kind's cells, in which a model is its name."""
    cell: dict[str, Any] = module.Spec.model_json_schema()
    if "model" in cell["properties"]:
        cell["properties"]["model"] = {"type": "string", "description": "a name under `models`"}
        del cell["$defs"]["Model"]
    return cell


def _model() -> dict[str, Any]:
    """Schema of a model under `models`, which gets its name from its key."""
    model: dict[str, Any] = Model.model_json_schema()
    for from_python_only in ("name", "inputs"):
        del model["properties"][from_python_only]
    return model


def page() -> str:
    """The page about the configuration, in Markdown."""
    top = Config.model_json_schema()
    lines = [PAGE.format(made=MADE)]
    sections = {
        key: resolve(value, top)
        for key, value in top["properties"].items()
        if "properties" in resolve(value, top)
    }
    single = {k: v for k, v in top["properties"].items() if k not in sections}
    lines += ["## Top level", "", *_table(top | {"properties": single}, top), ""]
    for key, section in sections.items():
        lines += [f"## `{key}`", "", f"{section['description']}", "", *_table(section, top), ""]
    for key in ("experiments", "tables", "figures", "notebooks"):
        (section,) = top["properties"][key]["patternProperties"].values()
        section = resolve(section, top)
        lines += [f"## `{key}.<name>`", "", section["description"], "", *_table(section, top), ""]
    model = _model()
    lines += ["## `models.<name>`", "", ABOUT_MODELS, "", *_table(model, model), ""]
    for kind in kinds():
        module = kind_module(kind)
        cell = _cell(module)
        lines += [f"## Cells of kind `{kind}`", "", _about(module), ""]
        lines += [*_table(cell, cell, frozenset(module.Spec.LABEL)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(
    section: Mapping[str, Any], root: Mapping[str, Any], label: frozenset[str] = frozenset()
) -> Iterator[str]:
    yield "| key | allowed | default | meaning |"
    yield "|---|---|---|---|"
    required = section.get("required", ())
    for key, value in section["properties"].items():
        default = value.get("default")
        if key in required:
            shown = "must be given"
        elif "default" in value and default is not None:
            shown = f"`{str(default).lower() if isinstance(default, bool) else default}`"
        else:
            shown = ""
        cells = [
            f"`{key}`" + ("*" if key in label else ""),
            "see below" if "patternProperties" in value else _quoted(allowed(value, root)),
            shown,
            value.get("description", ""),
        ]
        yield "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |"


def _quoted(text: str) -> str:
    return re.sub(r"'([^']*)'", r"`\1`", text)


def _about(module: Any) -> str:
    first = (module.__doc__ or "").strip().splitlines()[0]
    return f"{first} {module.Spec.__doc__.splitlines()[0]} Source: {module.SOURCE}."


def _swept(value: dict[str, Any]) -> dict[str, Any]:
    outside = {k: value[k] for k in ("description", "default") if k in value}
    inner = {k: v for k, v in value.items() if k not in outside}
    options = [inner, {"type": "array", "items": inner, "minItems": 1}]
    if value.get("type") == "integer":
        options.append({"$ref": "#/$defs/Range"})
    return outside | {"anyOf": options}


def _without_titles(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }


class _Plain(yaml.SafeDumper):
    """Without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def schema_text() -> str:
    """The schema in YAML."""
    return yaml.dump(schema(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=95)
