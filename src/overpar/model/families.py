"""Circuit families as tasks, including circuits that are Qibo code of the user's."""

from dataclasses import replace

from overpar.base.checks import require
from overpar.model.circuits import Circuit
from overpar.model.family import Family, lowest_eigenvalue
from overpar.model.files import load_circuit
from overpar.model.generators import Generators, circuit_generators
from overpar.model.observables import PauliSum, Task
from overpar.model.tasks import vqe


def family_task(family: Family, qubits: int, depth: int) -> Task:
    """The task of a family at one size: its loss is ⟨O⟩ minus the lowest eigenvalue of O.

    Without an observable the task has a circuit only, for QFIM and states.

    Args:
        family: the description.
        qubits: number of qubits n.
        depth: number of layers.

    Raises:
        UserError: if the description does not fit, or its file fails.
    """
    # A periodic chain of odd length has no formula for its ground energy, and no such engine.
    if (
        family.ansatz == "tfim_hva"
        and family.observable is None
        and (family.boundary == "open" or qubits % 2 == 0)
    ):
        return vqe(qubits, family.boundary, depth)
    circuit = family_circuit(family, qubits, depth)
    observable = family.measured(qubits)
    if observable is None:
        return Task(circuit, PauliSum(()))
    return Task(circuit, observable, constant=-lowest_eigenvalue(observable, qubits))


def family_circuit(family: Family, qubits: int, depth: int) -> Circuit:
    """The circuit of a family, including the preparation of its input state.

    Raises:
        UserError: if the description does not fit, or its file fails.
    """
    if family.circuit is None:
        return family.built(qubits, depth)
    body = load_circuit(family.circuit, qubits=qubits, depth=depth)
    require(
        body.qubits == qubits,
        f"Model {family.name}: {family.circuit} returned a circuit of {body.qubits} qubits, not of"
        f" {qubits}.",
    )
    return replace(body, gates=(*family.preparation(qubits), *body.gates))


def family_generators(family: Family, qubits: int, depth: int) -> tuple[Generators, str]:
    """Generators of a family's algebra, and the letters of the state they act on.

    Args:
        family: the description.
        qubits: number of qubits n.
        depth: layers of a circuit from a file, from which its generators are read off.

    Raises:
        UserError: if the description does not fit, or a fixed gate of the file's circuit is not
            Clifford.
    """
    if family.circuit is None:
        return family.sums(qubits), family.letters(qubits)
    return circuit_generators(family_circuit(family, qubits, depth)), "0" * qubits
