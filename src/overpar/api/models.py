"""Circuits of other libraries as models."""

from typing import Any

from overpar.base.checks import require
from overpar.model.foreign import is_circuit
from overpar.model.model import Model


def from_qibo(
    circuit: Any, *, observable: str | None = None, state: str | None = None, name: str = "qibo"
) -> Model:
    """A Qibo circuit, or a function that returns one for every size, as a model.

    Every parameter of a trainable gate is an angle, in the order of `circuit.get_parameters()`. A
    function may return with its circuit a list of the angle that each parameter takes, to let
    several turn by one.

    Args:
        circuit: a unitary Qibo circuit, or a function of those of `qubits` and `depth` it takes.
        observable: sum of Pauli strings whose lowest eigenvalue is sought; None for no loss.
        state: product state that the circuit acts on, letters 0, 1, +, -; 0 if None.
        name: for labels and messages.

    Raises:
        UserError: if it is neither; what a gate cannot be converted for is said when it is used.

    Examples:
        >>> import overpar as op
        >>> from qibo import Circuit, gates
        >>> circuit = Circuit(2)
        >>> circuit.add(gates.RX(q, 0.0) for q in range(2))
        >>> op.from_qibo(circuit, observable="Z").task().parameters
        2
    """
    require(
        is_circuit(circuit) or callable(circuit),
        "Argument `circuit` must be a Qibo circuit or a function that returns one, but is"
        f" {circuit!r}.",
    )
    return Model(name=name, circuit=circuit, observable=observable, state=state)
