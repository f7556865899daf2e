"""The kinds of experiment, found by their modules' names."""

import importlib
import pkgutil
from types import ModuleType

from overpar.base.errors import UserError

PACKAGE = "overpar.experiments"


def kinds() -> list[str]:
    """Names of the kinds of experiment: the modules of `overpar.experiments`."""
    found = pkgutil.iter_modules(importlib.import_module(PACKAGE).__path__)
    return [module.name for module in found if not module.ispkg]


def kind_module(kind: str) -> ModuleType:
    """The module of a kind.

    Raises:
        UserError: if there is none of that name.
    """
    if kind not in kinds():
        raise UserError(f"Config: kind {kind!r} is unknown; allowed: {', '.join(kinds())}.")
    return importlib.import_module(f"{PACKAGE}.{kind}")
