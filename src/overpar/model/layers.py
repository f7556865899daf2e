"""Circuits that are layers of generators."""

from overpar.base.checks import integer, require
from overpar.model.circuits import Circuit, Rotation
from overpar.model.generators import Generators, commute


def layered(generators: Generators, qubits: int, depth: int, name: str = "layered") -> Circuit:
    """Layers of exp(−iθ_k H_k/2), one angle per generator and layer.

    Args:
        generators: sums of commuting Pauli strings, in the order they act.
        qubits: n ≥ 1.
        depth: number of layers, at least 1.
        name: for messages.

    Raises:
        UserError: if two strings of a generator do not commute: one angle could not turn both
            by a product of gates.

    Examples:
        >>> from overpar.model.generators import parse_generators
        >>> layered(parse_generators(["ZZ", "X"], 4), 4, 3).parameters
        6

    Source: arXiv:2109.11676, eq. (2).
    """
    integer("qubits", qubits, 1)
    integer("depth", depth, 1)
    for generator in generators:
        for k, (_, letters, where) in enumerate(generator.terms):
            for other in generator.terms[:k]:
                require(
                    commute((1.0, letters, where), other),
                    f"{name}: the strings {other[1]} on {other[2]} and {letters} on {where} of one"
                    " generator do not commute, so that no product of gates turns both by one"
                    ' angle. Split the generator, e.g. with "@0::2" and "@1::2".',
                )
    gates = [
        Rotation(letters, where, layer * len(generators) + k, coefficient)
        for layer in range(depth)
        for k, generator in enumerate(generators)
        for coefficient, letters, where in generator.terms
    ]
    return Circuit(qubits, tuple(gates), depth * len(generators), name=name)
