"""Circuits that are Qibo code of the user's, from file.py:function."""

import importlib.util
import inspect
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.circuits import Circuit, Rotation


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

    from overpar.model.from_qibo import from_qibo

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
