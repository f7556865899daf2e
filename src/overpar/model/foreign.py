"""Circuits of other libraries: functions of the user's, in a file or at hand, that return them."""

import importlib.util
import inspect
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.circuits import Circuit, Rotation


def as_circuit(made: Any, name: str = "circuit") -> Circuit:
    """A circuit of another library as ours.

    Args:
        made: a circuit of this package or of Qibo, or a pair of one and, for each parameter of its
            gates, the number of the angle it takes, to let several turn by one angle.
        name: what made it, for messages.

    Raises:
        UserError: if it is anything else, or has a gate that cannot be converted.
    """
    made, angles = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    if type(made).__module__.partition(".")[0] == "qibo":
        # Qibo takes 1.5 s to import, which only those pay who have imported it already.
        from overpar.model.from_qibo import qibo_circuit

        made = qibo_circuit(made)
    require(
        isinstance(made, Circuit),
        f"Argument `circuit`: {name} must return a Qibo circuit, but returned"
        f" {type(made).__name__}.",
    )
    return made if angles is None else _tied(made, angles, name)


def is_circuit(made: Any) -> bool:
    """Whether it is a circuit of this package or of Qibo, whose circuits can be called too."""
    return isinstance(made, Circuit) or type(made).__module__.partition(".")[0] == "qibo"


def load_function(reference: str) -> Callable[..., Any]:
    """A user's function, from file.py:function.

    Raises:
        UserError: if file or function is missing, or the file fails.
    """
    path, _, name = reference.rpartition(":")
    require(
        Path(path).is_file() and Path(path).suffix == ".py",
        f"Argument `circuit` must be FILE.py:FUNCTION with an existing file, but is {reference!r}.",
    )
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise UserError(f"Argument `circuit`: {path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    _guarded(spec.loader.exec_module, module, name=reference)
    function = getattr(module, name, None)
    if not callable(function):
        raise UserError(f"Argument `circuit`: {path} has no function {name!r}.")
    return function


def call_function(
    function: Callable[..., Any], name: str = "", *, qubits: int | None, depth: int | None
) -> Circuit:
    """What a user's function returns, as a circuit of ours.

    Args:
        function: returns what `as_circuit` takes.
        name: of the function, for messages.
        qubits: passed on if it is given and the function has such an argument.
        depth: likewise.

    Raises:
        UserError: if the function needs more or fails, or returns anything else.
    """
    name = name or getattr(function, "__name__", "function")
    takes = inspect.signature(function).parameters
    sizes = {"qubits": qubits, "depth": depth}
    given = {k: size for k, size in sizes.items() if k in takes and size is not None}
    for size in sizes:
        require(
            size in given
            or size not in takes
            or takes[size].default is not inspect.Parameter.empty,
            f"Argument `circuit`: {name} needs `{size}`, which is not given.",
        )
    return as_circuit(_guarded(function, name=name, **given), name)


def _guarded(function: Callable[..., Any], *arguments: Any, name: str, **given: int) -> Any:
    """The function's result; any error of the user's code as one message with its line."""
    try:
        return function(*arguments, **given)
    except UserError:
        raise
    except Exception as error:
        own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
        file = name.rpartition(":")[0]
        lines = [f.lineno for f in own if file and Path(f.filename) == Path(file).resolve()]
        where = f" in line {lines[-1]}" if lines else ""
        raise UserError(
            f"Argument `circuit`: {name} failed{where}: {type(error).__name__}: {error}."
        ) from error


def _tied(circuit: Circuit, angles: Any, name: str) -> Circuit:
    """The circuit with parameter i of its gates turning by the angle numbered angles[i]."""
    numbers = list(angles) if isinstance(angles, list | tuple | range) else []
    count = max((n for n in numbers if isinstance(n, int)), default=-1) + 1
    require(
        len(numbers) == circuit.parameters and set(numbers) == set(range(count)),
        f"Argument `circuit`: {name} must return with its circuit a list of"
        f" {circuit.parameters} angle numbers 0, 1, … without gaps, one per gate parameter.",
    )
    gates = tuple(
        replace(gate, parameter=numbers[gate.parameter]) if isinstance(gate, Rotation) else gate
        for gate in circuit.gates
    )
    return replace(circuit, gates=gates, parameters=count)
