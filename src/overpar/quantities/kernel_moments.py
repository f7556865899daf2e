"""Exact second moments of the quantum neural tangent kernel and of its meta-kernel, at any D and L.

The circuit is U = Π_l W_l exp(iθ_l P_l) on a basis state, W_l Haar-random and P_l ≠ 1 a random
Pauli string. With ψ the output and P̃_l a string carried to the end, P̃_lψ = x_lψ + r_lχ_l with
r² = 1 − x², where χ_l is uniform on the sphere orthogonal to ψ, and P̃_l is a Haar-random traceless
involution R_l on what is orthogonal to both. All of this is independent from layer to layer, and of
ψ. Only the law of x differs: in the layer that acts first x is that of the input, 0 or ±1.

With Oψ = ⟨O⟩ψ + sη, B = O − ⟨O⟩ on the complement of ψ, and N = D − 1, the derivative of layer l is
−2 s r_l Im η†χ_l, and layer l after m gives the Hessian's 2r_m Re(ζ†χ_m) with
ζ = x_l s(η + χ_lχ_l†η) + r_l Bχ_l − sR_lη. Averages over the spheres are those of Gaussian vectors
over their length; what is left are central moments of O in ψ, averaged over ψ by
`weingarten.state_moment`. All factors are exact rationals.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from math import prod, sqrt

from overpar.base.checks import integer
from overpar.quantities.kernel_theory import Traces
from overpar.quantities.weingarten import Partition, state_moment, trace_moment

Factors = Mapping[Partition, Fraction]


class _Polynomial:
    """A polynomial in the moments ⟨O^k⟩ of a state and the power sums Tr O^k, for Tr O = 0."""

    def __init__(self, terms: Mapping[tuple[Partition, Partition], Fraction]) -> None:
        self.terms = {key: value for key, value in terms.items() if value}

    def __add__(self, other: "_Polynomial") -> "_Polynomial":
        total = dict(self.terms)
        for key, value in other.terms.items():
            total[key] = total.get(key, Fraction(0)) + value
        return _Polynomial(total)

    def __mul__(self, other: "_Polynomial | Fraction | int") -> "_Polynomial":
        if not isinstance(other, _Polynomial):
            return _Polynomial({key: value * other for key, value in self.terms.items()})
        total: dict[tuple[Partition, Partition], Fraction] = {}
        for (m, p), value in self.terms.items():
            for (n, q), factor in other.terms.items():
                key = (tuple(sorted(m + n)), tuple(sorted(p + q)))
                total[key] = total.get(key, Fraction(0)) + value * factor
        return _Polynomial(total)

    def __sub__(self, other: "_Polynomial") -> "_Polynomial":
        return self + other * -1

    def averaged(self, size: int) -> Factors:
        """Its average over Haar-random states, in products of power sums."""
        total: dict[Partition, Fraction] = {}
        for (moments, sums), value in self.terms.items():
            for each, factor in state_moment(moments, size).items():
                key = tuple(sorted(each + sums))
                if 1 not in key:
                    total[key] = total.get(key, Fraction(0)) + value * factor
        return total


def _moment(order: int) -> _Polynomial:
    return _Polynomial({((order,), ()): Fraction(1)})


# Central moments of O in a state, and Tr(O − ⟨O⟩), Tr(O − ⟨O⟩)² up to their factors of D.
_M1 = _moment(1)
_M2 = _moment(2) - _M1 * _M1
_M3 = _moment(3) - _M1 * _moment(2) * 3 + _M1 * _M1 * _M1 * 2
_M4 = _moment(4) - _M1 * _moment(3) * 4 + _M1 * _M1 * _moment(2) * 6 - _M1 * _M1 * _M1 * _M1 * 3
_P2 = _Polynomial({((), (2,)): Fraction(1)})


def deviation(o: Traces, layers: int) -> float:
    """ΔK = √(E K² − K̄²), exact at any D and L.

    E K² = [(L−1)κ₄ + κ₄' + L(L−1)κ₂²] E s⁴ with the moments κ of (∂ε/∂θ)/s; κ₄' is that of the
    layer that acts first. For large D it is (L/D⁴)[8 Tr² O² + (8 + 4L) Tr O⁴] + K̄². So ΔK/K̄ falls
    as L^{-1/2} only while L ≪ Tr² O²/Tr O⁴; it tends to the relative deviation of s² over states.

    Args:
        o: traces of O.
        layers: L ≥ 1.

    Raises:
        UserError: if `layers` is below 1.

    Source: `weingarten.trace_moment` of a string and i[ρ, O], whose eigenvalues are ±s; for large D
    and L ≪ D, eq. (12) of arXiv:2203.16711.
    """
    return sqrt(_valued(_kernel_variance(o.size, _checked(layers)), o))


def meta_mean(o: Traces, layers: int) -> float:
    """E μ = 2L(L−1) (D/(D²−1))² E c₃, exact at any D and L; zero for a symmetric spectrum.

    c₃ = ⟨O³⟩ − 3⟨O²⟩⟨O⟩ + 2⟨O⟩³ in a Haar-random state; for Tr O = 0 its mean is
    D Tr O³/((D+1)(D+2)). The diagonal of the Hessian adds nothing, at any L.

    Args:
        o: traces of O.
        layers: L ≥ 1.

    Raises:
        UserError: if `layers` is below 1.

    Source: this module; eq. (15) of arXiv:2203.16711 has E μ = 0.
    """
    return _valued(_Meta(o.size).mean(_checked(layers)).averaged(o.size), o)


def meta_square(o: Traces, layers: int) -> float:
    """E μ², exact at any D and L; `printed_meta_deviation` is for its root.

    For 1 ≪ L ≪ D it is 48 L² (Tr O²)³/D⁶, of which a third is from the diagonal of the Hessian:
    given the state, its terms have one sign.

    Args:
        o: traces of O.
        layers: L ≥ 1.

    Raises:
        UserError: if `layers` is below 1.

    Source: this module; for large D, eq. (15) of arXiv:2203.16711.
    """
    return _valued(_meta_square(o.size, _checked(layers)), o)


def kernel_square(o: Traces, layers: int) -> float:
    """E K², exact at any D and L; see `deviation`.

    Args:
        o: traces of O.
        layers: L ≥ 1.

    Raises:
        UserError: if `layers` is below 1.

    Source: see `deviation`.
    """
    return _valued(_kernel_square(o.size, _checked(layers)), o)


def _checked(layers: int) -> int:
    integer("layers", layers, 1)
    return layers


def _valued(factors: Factors, o: Traces) -> float:
    sums = o.centred
    return sum(float(f) * prod(sums[j - 1] for j in c) for c, f in factors.items())


@cache
def _kernel_square(size: int, layers: int) -> Factors:
    pair, string = (0, 2, 0, 2), (0, size, 0, size)
    second, fourth = (Fraction(trace_moment(pair, string, k, size=size)) for k in (2, 4))
    # An input that the first string does not change has no derivative, the others x = 0.
    first = Fraction(12, size**2 - 1)
    weight = (layers - 1) * fourth + first + layers * (layers - 1) * second**2
    return (_M2 * _M2 * weight).averaged(size)


@cache
def _kernel_variance(size: int, layers: int) -> Factors:
    mean = Fraction(2 * layers * size, (size + 1) * (size**2 - 1))
    square = dict(_kernel_square(size, layers))
    square[2, 2] -= mean**2
    return square


@cache
def _meta_square(size: int, layers: int) -> Factors:
    return _Meta(size).square(layers).averaged(size)


class _Meta:
    """E μ and E μ² given the output state, for μ = Σ T_lm, T_lm = H_lm g_l g_m."""

    def __init__(self, size: int) -> None:
        n = size - 1
        self.n, self.two, self.three = n, n * (n + 1), n * (n + 1) * (n + 2)
        # E r², r⁴, r⁶, r⁸ of a layer; (1 + x)/2 has the beta distribution of D/2 and D/2.
        inner = [Fraction(1)]
        for j in range(4):
            inner.append(inner[-1] * Fraction(size + 2 * j, size + 1 + 2 * j))
        self.radii = {False: inner[1:], True: [inner[1]] * 4}
        self.kappa = inner[1]
        trace = _M1 * -size
        squares = _P2 + _M1 * _M1 * size - _M2 * 2
        # s⁴ times polynomials in b = η†Bη, b₂ = η†B²η, t = Tr B, t₂ = Tr B².
        self.b2 = _M2 * _M4 - _M2 * _M2 * _M2
        self.bb = _M3 * _M3
        self.tb = _M2 * _M3 * trace
        self.tt = _M2 * _M2 * trace * trace
        self.t2 = _M2 * _M2 * squares
        self.linear = _M2 * trace + _M3

    def mean(self, layers: int) -> _Polynomial:
        """E μ given ψ."""
        return self.pair * (layers * (layers - 1)) + self._sum(self.diagonal, layers)

    def square(self, layers: int) -> _Polynomial:
        """E μ² given ψ: by which indices of two T are equal."""
        rest = layers - 1
        single, first = self.diagonal(False), self.diagonal(True)
        unequal = single * single * (rest * (rest - 1)) + first * single * (2 * rest)
        apart = self.pair * self.pair * (layers * rest * (layers - 2) * (layers - 3))
        total = unequal + apart
        total += self._sum(self.diagonal, layers) * self.pair * (2 * rest * (layers - 2))
        total += self._sum(self.diagonal_square, layers)
        total += self._sum(self.diagonal_mixed, layers) * (4 * rest)
        total += self._sum(self.shared, layers) * (4 * rest * (layers - 2))
        # The layer that acts first is the earlier one of its pairs.
        total += self.pair_square(False) * (2 * rest * (rest - 1))
        return total + self.pair_square(True) * (4 * rest)

    def _sum(self, part: Callable[[bool], _Polynomial], layers: int) -> _Polynomial:
        return part(False) * (layers - 1) + part(True)

    @property
    def pair(self) -> _Polynomial:
        """E T_lm."""
        return _M3 * (2 * self.kappa**2 / self.n**2)

    def diagonal(self, first: bool) -> _Polynomial:
        """E T_ll."""
        return self.linear * (4 * self.radii[first][1] / self.two)

    def shared(self, first: bool) -> _Polynomial:
        """E T_lm T_lk, m ≠ k: the mean of (E T_lm given layer l)²."""
        factor = 4 * self.kappa**2 * self.radii[first][1] / (self.n**2 * self.two)
        return (self.b2 + self.bb * 2) * factor

    def diagonal_mixed(self, first: bool) -> _Polynomial:
        """E T_ll T_lm."""
        moments = (self.tb + self.bb + self.b2) * 6
        return moments * (4 * self.kappa * self.radii[first][2] / (self.n * self.three))

    def diagonal_square(self, first: bool) -> _Polynomial:
        """E T_ll²."""
        sixth, eighth = self.radii[first][2:]
        uneven = Fraction(0) if first else sixth - eighth
        cubes = _M2 * _M2 * _M2 * (4 * uneven * Fraction(3, 8 * self.three))
        even = (self.tt + self.t2 + self.tb * 4 + self.b2 * 4 + self.bb * 2) * 12
        return (cubes + even * (eighth / (16 * self.three * (self.n + 3)))) * 64

    def pair_square(self, first: bool) -> _Polynomial:
        """E T_lm², the earlier of both the first or not."""
        fourth = self.radii[False][1]
        half, two = Fraction(1, 2 * self.n), Fraction(1, self.two)
        cubes = (self.kappa - fourth) * (half + 3 * two) + self.kappa * (half - two)
        inner = _M2 * _M2 * _M2 * cubes
        inner += (self.t2 + self.b2 * 2 + self.bb * 2) * (fourth * two / 2)
        return inner * (16 * self.radii[first][1] * two)
