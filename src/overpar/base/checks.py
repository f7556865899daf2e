"""Argument checks whose messages name the argument, its value and what is allowed."""

from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from overpar.base.errors import UserError


def require(condition: bool, message: str) -> None:
    """Raise `UserError(message)` unless the condition holds."""
    if not condition:
        raise UserError(message)


def integer(name: str, value: int, minimum: int) -> None:
    """Require an integer of at least `minimum`."""
    require(
        isinstance(value, int | np.integer) and value >= minimum,
        f"Argument `{name}` must be an integer of at least {minimum}, but is {value!r}.",
    )


def instance(name: str, value: object, kind: type, example: str) -> None:
    """Require a value of a class, such as an example makes."""
    require(
        isinstance(value, kind),
        f"Argument `{name}` must be a {kind.__name__}, e.g. {example}, but is {value!r}.",
    )


def positive(name: str, value: float) -> None:
    """Require a finite number above zero."""
    require(
        bool(np.isfinite(value) and value > 0),
        f"Argument `{name}` must be positive and finite, but is {value!r}.",
    )


def choice(name: str, value: str, literal: Any) -> None:
    """Require one of the values of a `typing.Literal`."""
    allowed = get_args(literal)
    require(
        value in allowed,
        f"Argument `{name}` must be one of {', '.join(map(repr, allowed))}, but is {value!r}.",
    )


def real_array(name: str, value: ArrayLike, shape: tuple[int | None, ...]) -> NDArray[np.float64]:
    """A contiguous float64 array of the given shape with finite entries; None is any length.

    Raises:
        UserError: naming the argument, the shape it has and the shape it must have.
    """
    try:
        if np.iscomplexobj(value):
            raise TypeError
        array = np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError(f"Argument `{name}` must hold real numbers.") from None
    fits = array.ndim == len(shape) and all(
        want in (None, have) for want, have in zip(shape, array.shape, strict=True)
    )
    wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape)
    wanted += ",)" if len(shape) == 1 else ")"
    require(fits, f"Argument `{name}` must have shape {wanted}, but has shape {array.shape}.")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = tuple(int(i) for i in bad[0])
        raise UserError(
            f"Argument `{name}` must be finite, but has {array[where]} at index {where}"
            f" ({len(bad)} such entries)."
        )
    return array
