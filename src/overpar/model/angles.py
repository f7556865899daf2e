"""Angles as linear expressions of a circuit's parameters."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from overpar.base.errors import UserError

_ROUNDING, _DENOMINATOR = 1e-11, 64


class NotLinearError(UserError):
    """An angle is no linear expression of the parameters."""


@dataclass(frozen=True)
class Linear:
    """The angle c + Σ_k s_k θ_k.

    Args:
        constant: c, in radians.
        scales: s_k by what names θ_k; none is zero.

    Examples:
        >>> a, b = Linear.of("a"), Linear.of("b")
        >>> (2 * a - b / 4 + 1).scales
        {'a': 2.0, 'b': -0.25}
    """

    constant: float = 0.0
    scales: dict[Hashable, float] = field(default_factory=dict)

    @classmethod
    def of(cls, name: Hashable) -> "Linear":
        """One parameter."""
        return cls(0.0, {name: 1.0})

    def at(self, values: Mapping[Hashable, float]) -> float:
        """The angle where the parameters have these values."""
        return self.constant + sum(s * values[name] for name, s in self.scales.items())

    def __add__(self, other: "Linear | float") -> "Linear":
        more = other if isinstance(other, Linear) else Linear(float(other))
        names = [*self.scales, *(name for name in more.scales if name not in self.scales)]
        sums = {name: self.scales.get(name, 0.0) + more.scales.get(name, 0.0) for name in names}
        return Linear(self.constant + more.constant, {k: s for k, s in sums.items() if s})

    def __mul__(self, other: "Linear | float") -> "Linear":
        more = other if isinstance(other, Linear) else Linear(float(other))
        if self.scales and more.scales:
            raise NotLinearError("a product of two parameters is not linear")
        whole, factor = (self, more.constant) if self.scales else (more, self.constant)
        scaled = {name: s * factor for name, s in whole.scales.items() if s * factor}
        return Linear(whole.constant * factor, scaled)

    def __truediv__(self, other: "Linear | float") -> "Linear":
        more = other if isinstance(other, Linear) else Linear(float(other))
        if more.scales:
            raise NotLinearError("an angle divided by a parameter is not linear")
        if more.constant == 0:
            raise NotLinearError("it divides by zero")
        scales = {name: s / more.constant for name, s in self.scales.items()}
        return Linear(self.constant / more.constant, scales)

    def __neg__(self) -> "Linear":
        return self * -1.0

    def __sub__(self, other: "Linear | float") -> "Linear":
        return self + (other if isinstance(other, Linear) else Linear(float(other))) * -1.0

    __radd__, __rmul__ = __add__, __mul__


def linear(
    value: Callable[..., float], names: Sequence[Hashable], *, checked: bool = True
) -> Linear:
    """A function of parameters as a linear expression, from its values.

    Args:
        value: of as many numbers as there are names.
        names: of the parameters.
        checked: try further values than zero and each parameter alone.

    Raises:
        NotLinearError: if it is not linear.

    Examples:
        >>> linear(lambda a, b: a / 3 - b + 0.5, ["a", "b"])
        Linear(constant=0.5, scales={'a': 0.3333333333333333, 'b': -1.0})
    """
    zero = [0.0] * len(names)
    constant = value(*zero)
    scales = {}
    for k, name in enumerate(names):
        scale = _simple(value(*zero[:k], 1.0, *zero[k + 1 :]) - constant)
        if scale:
            scales[name] = scale
    found = Linear(constant, scales)
    for sign in (0.7, -1.3) if checked else ():
        at = [sign * (1 + k / 7) for k in range(len(names))]
        expected = found.at(dict(zip(names, at, strict=True)))
        if abs(value(*at) - expected) > _ROUNDING * max(1.0, abs(expected)):
            raise NotLinearError("it is not linear in the parameters")
    return found


def _simple(value: float) -> float:
    """The fraction of small denominator that a difference is but for rounding, or itself."""
    near = float(Fraction(value).limit_denominator(_DENOMINATOR))
    return near if abs(near - value) < _ROUNDING else value
