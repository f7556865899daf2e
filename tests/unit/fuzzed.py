"""Arguments and configurations at random, mostly nearly right.

What the parsers and the schema of the config say is taken from them; some values are nasty.
"""

import argparse
from collections.abc import Mapping
from random import Random
from typing import Any

import yaml

from overpar import cli
from overpar.base.validation import resolve
from overpar.study.schema import schema

NUMBERS = (-1, 0, 10**9, 2**63, 2**64, 10**400, 0.5, -0.0, 1e308, float("inf"), float("nan"))
NASTY = (*NUMBERS, "", " ", "x", "-1", "1e3", "ä\n", "{x}", "../x", "٣", "a" * 300, "[", True, None)
STRINGS = (
    "ZZ", "X", "Z", "XX + 1/2*YY", "XX@0::2", "ZZ@0,3", "Z0 Z1", "XIX", "-ZZ - X", "X@0", "Y",
    "1e400*X", "nan*Z", "X + Z", "QQ", "", "@", "X@9", "X@-1", "XX@0::0", "I", "II", "0*X", "1/0*X",
    "Z" * 40, "X + " * 50 + "X", "(X)", "X@0:1:2:3", "10**9*X", "XX@1,1", "Z0 Z0",
)  # fmt: skip
# By the name of an argument or key. What is not named here is drawn from its type alone.
TEXTS: dict[str, tuple[str, ...]] = {
    "generators": 3 * STRINGS[:8] + STRINGS,
    "observable": 3 * STRINGS[:8] + STRINGS,
    "model": (
        *(3 * ("tfim_hva", "hea", "spin", "my.py:circuit")), "hea_compilation",
        "hea_autoencoder", "own", "my.py:wrong", "my.py:leaves", "my.py:none",
        "broken.py:circuit", "my.qasm", "broken.qasm", "spec.yaml", "broken.yaml",
        "no.py:circuit", "my.py", "directory", ":",
    ),
    "circuit": (
        "my.py:circuit", "my.py:wrong", "my.py:leaves", "my.py:none", "broken.py:circuit",
        "my.qasm", "broken.qasm", "no.qasm", "my.py:", ":circuit", "directory",
    ),
    "edges": (
        "complete", "cycle", "grid", "path", "star", "[[0, 1]]", "[[0, 1], [1, 2, 0.5]]",
        "[[0, 9]]", "[[0, 0]]", "[[", "[]", "[1]", "[[0, 1, nan]]", "my.py:ring", "my.py:none",
        "no.py:ring",
    ),
    "state": ("0", "1", "+", "01", "+-", "010", "2", "0" * 300),
    "input": ("0", "1", "+", "01", "+-", "010", "2", "0" * 300),
    "angles": (
        *(10 * ("seed:1:pi",)), "seed:7:2pi", "seed:-1:pi", "seed:99999999999:pi", "seed::pi",
        "two.npy", "nan.npy", "cut.npy", "header.npy", "pickled.npy", "empty.npy", "no.npy",
        "directory",
    ),
    "noise": ("local:0.01", "both:0.1", "global:0.9", "local:nan", "local:2", "local", "x:1", ":"),
    "out": ("out.npy", "out.txt", "no/out.npy", "directory", "directory.npy", "/dev/full"),
    "plot": ("out.png", "out.txt", "no/out.png", "directory.png"),
    "config": ("more.yaml", "broken.yaml", "no.yaml", "directory", "binary.yaml"),
    "experiment": ("spin", "vqe", "x"),
    "label": ("model=spin,n=2,depth=1", "x", ""),
    "findings": ("x", "qibo-qfim"),
    "function": ("training:cells", "curves:draw", "training:", "x:y", "os:system"),
    "experiments": ("block", "x"),
    "tables": ("table", "x"),
    "published": ("vqe_success.csv", "x.csv", "../checksums.csv"),
    "training": ("block", "x"),
    "claims": ("config/claims.yaml", "no.yaml", "directory"),
}  # fmt: skip


# Numbers that are mostly right, and options that are mostly given.
WHOLE = {"samples": (10, 40), "max_dim": (1, 300), "max_angles": (1, 60), "seed": (0, 9)}
USUAL = {"qubits", "model", "depth", "angles", "generators", "observable", "experiment", "label"}


def once_in(draw: Random, cases: int) -> bool:
    """True in one of so many cases."""
    return draw.randrange(cases) == 0


def _text(draw: Random, name: str) -> str:
    return draw.choice(TEXTS.get(name, ("", "x", "a b", "ä", "0", "\\x07")))


def _words(draw: Random, action: argparse.Action) -> list[str]:
    """An option or argument as it stands on a command line."""
    many = action.nargs in ("*", "+")
    values = []
    for _ in range(0 if action.nargs == 0 else draw.randint(1, 3) if many else 1):
        if once_in(draw, 25):
            values.append(str(draw.choice(NASTY)))
        elif action.choices:
            values.append(str(draw.choice([*action.choices])))
        elif action.type in (int, float):
            values.append(str(draw.randint(*WHOLE.get(action.dest, (1, 6)))))
        else:
            values.append(_text(draw, action.dest))
    if not action.option_strings:
        return values
    option = action.option_strings[-1]
    return [f"{option}={values[0]}"] if len(values) == 1 else [option, *values]


def arguments(draw: Random) -> list[str]:
    """A command line of any command."""
    command = draw.choice([*cli.MODULES, *(10 * ("evaluate", "dla", "diagnose")), "run", "plan"])
    (subparsers,) = [
        action
        for action in cli.parser(command)._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    parser = subparsers.choices[command]
    actions = [action for action in parser._actions if action.dest != "help"]
    wanted = [a for a in actions if a.required or once_in(draw, 2 if a.dest in USUAL else 8)]
    for group in [g._group_actions for g in parser._mutually_exclusive_groups]:
        kept = [action for action in group if action in wanted and not once_in(draw, 15)]
        wanted = [action for action in wanted if action not in group]
        wanted += [draw.choice(kept or group)] if kept or command == "evaluate" else []
    names = {action.dest for action in wanted}
    if command == "dla" and not once_in(draw, 15):
        unwanted = "model" if "generators" in names else "nothing"
        wanted = [action for action in wanted if action.dest != unwanted]
    words = [_words(draw, action) for action in wanted]
    places = [word for word in words if not word[0].startswith("--")]
    options = [word for word in words if word not in places]
    return [command, *(value for word in places + options for value in word)]


def _value(draw: Random, given: Mapping[str, Any], root: Mapping[str, Any], name: str = "") -> Any:
    """A value that fits a JSON schema, or is nasty."""
    found = resolve(given, root)
    if once_in(draw, 150):
        return draw.choice(NASTY)
    if "const" in found or "enum" in found:
        return draw.choice(found.get("enum", [found.get("const")]))
    if "anyOf" in found:
        return _value(draw, draw.choice(found["anyOf"]), root, name)
    match found.get("type"):
        case "integer" | "number" as kind:
            low = found.get("minimum", found.get("exclusiveMinimum", -3))
            high = found.get("maximum", found.get("exclusiveMaximum", low + 9))
            if kind == "integer":
                return draw.randint(low, high if once_in(draw, 8) else min(high, low + 9))
            return draw.uniform(low, high)
        case "string":
            return _text(draw, name)
        case "boolean":
            return draw.random() < 0.5
        case "array":
            count = draw.randint(1, 3)
            return [_value(draw, found.get("items", {}), root, name) for _ in range(count)]
        case "null":
            return None
    if "properties" in found:
        return _mapping(draw, found, root)
    return draw.choice(NASTY)


def _mapping(draw: Random, found: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    out = {
        key: _value(draw, value, root, key)
        for key, value in found["properties"].items()
        if (key in found.get("required", ()) and not once_in(draw, 60)) or once_in(draw, 15)
    }
    return out | ({"unknown": 1} if once_in(draw, 40) else {})


ROOT = schema()


def configuration(draw: Random) -> str:
    """The text of a configuration with a block and a model, mostly of the keys that they need."""
    definitions = ROOT["$defs"]
    kind = draw.choice(sorted(k for k in definitions if k.startswith("cells-of-")))
    cells = []
    for _ in range(draw.randint(1, 2)):
        properties = definitions[kind]["properties"]
        # Most keys, since a cell needs those without a default.
        cells.append(
            {
                key: "spin" if key == "model" else _value(draw, value, ROOT, key)
                for key, value in properties.items()
                if ("default" not in value and not once_in(draw, 40)) or once_in(draw, 8)
            }
        )
    table = {"function": _text(draw, "function"), "experiments": [_text(draw, "experiments")]}
    config = {
        "seed": 1,
        "size": "smoke",
        "models": {"spin": _model(draw, definitions["model"])},
        "experiments": {"block": {"kind": kind.removeprefix("cells-of-"), "cells": cells}},
        "tables": {"table": table} if once_in(draw, 2) else {},
        "figures": {},
    }
    top = {key: value for key, value in ROOT["properties"].items() if key not in config}
    config |= _mapping(draw, {"properties": top}, ROOT)
    if once_in(draw, 20):
        config[draw.choice([*config])] = draw.choice(NASTY)
    text = yaml.safe_dump(config, allow_unicode=True)
    if once_in(draw, 25):
        at = draw.randint(0, len(text))
        text = text[:at] + draw.choice(["", "\t", "[", "&a ", "*a", "!!python/x ", "\x07"])
        text += draw.choice(["", "\nseed: 2", "\n? [a]: b"])
    return text


def _model(draw: Random, given: Mapping[str, Any]) -> dict[str, Any]:
    sources = ({"generators": ["ZZ", "X"]}, {"ansatz": "tfim_hva"}, {"circuit": "my.py:circuit"})
    model = {**draw.choice(sources), "observable": draw.choice(STRINGS[:8])}
    optional = {key: value for key, value in given["properties"].items() if once_in(draw, 12)}
    return model | {key: _value(draw, value, ROOT, key) for key, value in optional.items()}
