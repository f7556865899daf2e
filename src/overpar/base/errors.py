"""Errors whose message is meant for the person at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

# Extras that are named after the one package they bring; all others are of the workflow.
BRIDGES = ("qiskit", "pennylane")


class UserError(ValueError):
    """An error whose message is meant for the user, shown without a traceback."""


@contextmanager
def extras() -> Iterator[None]:
    """Where packages are used that only an extra brings, say how to install them.

    Raises:
        UserError: if one is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or str(error)).partition(".")[0]
        extra = name if name in BRIDGES else "workflow"
        raise UserError(
            f'This needs {name}, which is not installed: pip install "overpar[{extra}]"'
        ) from None
