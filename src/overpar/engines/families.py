"""Circuit families as tasks, including circuits that are Qibo code of the user's."""

import importlib.util
import inspect
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.circuits import Circuit, Rotation
from overpar.model.family import Family, lowest_eigenvalue
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


def load_circuit(reference: str, **sizes: int) -> Circuit:
    """A user's Qibo circuit, from file.py:function.

    The function may return a pair of the circuit and, for each parameter of its gates, the number
    of the angle it takes, to let several turn by one angle.

    Args:
        reference: FILE.py:FUNCTION.
        **sizes: qubits and depth; the function is called with those it has arguments for.

    Raises:
        UserError: if file or function is missing, fails, or returns anything else.
    """
    path, _, name = reference.rpartition(":")
    require(
        Path(path).is_file() and Path(path).suffix == ".py",
        f"Argument `circuit` must be FILE.py:FUNCTION with an existing file, but is {reference!r}.",
    )
    made = _called(reference, Path(path), name, sizes)
    from qibo import Circuit as QiboCircuit

    from overpar.engines.qibo_bridge import from_qibo

    made, angles = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    require(
        isinstance(made, QiboCircuit),
        f"Argument `circuit`: {reference} must return a Qibo circuit, but returned"
        f" {type(made).__name__}.",
    )
    circuit = from_qibo(made)
    return circuit if angles is None else _tied(circuit, angles, reference)


def _called(reference: str, path: Path, name: str, sizes: dict[str, int]) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UserError(f"Argument `circuit`: {path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        function = getattr(module, name, None)
        if not callable(function):
            raise UserError(f"Argument `circuit`: {path} has no function {name!r}.")
        takes = inspect.signature(function).parameters
        return function(**{key: size for key, size in sizes.items() if key in takes})
    except UserError:
        raise
    except Exception as error:
        lines = [
            f.lineno
            for f in traceback.extract_tb(error.__traceback__)
            if Path(f.filename) == path.resolve()
        ]
        where = f" in line {lines[-1]}" if lines else ""
        raise UserError(
            f"Argument `circuit`: {reference} failed{where}: {type(error).__name__}: {error}."
        ) from error


def _tied(circuit: Circuit, angles: Any, reference: str) -> Circuit:
    """The circuit with parameter i of its gates turning by the angle numbered angles[i]."""
    numbers = list(angles) if isinstance(angles, list | tuple | range) else []
    count = max((n for n in numbers if isinstance(n, int)), default=-1) + 1
    require(
        len(numbers) == circuit.parameters and set(numbers) == set(range(count)),
        f"Argument `circuit`: {reference} must return with its circuit a list of"
        f" {circuit.parameters} angle numbers 0, 1, … without gaps, one per gate parameter.",
    )
    gates = tuple(
        replace(gate, parameter=numbers[gate.parameter]) if isinstance(gate, Rotation) else gate
        for gate in circuit.gates
    )
    return replace(circuit, gates=gates, parameters=count)
