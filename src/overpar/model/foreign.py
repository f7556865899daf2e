"""Circuits of other libraries: functions of the user's, in a file or at hand, that return them."""

import importlib.util
import inspect
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.model.circuits import Circuit, Rotation
from overpar.model.given import LIBRARIES, is_circuit, is_function, library


def as_circuit(made: Any, name: str = "circuit") -> Circuit:
    """A circuit of another library as ours.

    Args:
        made: a circuit of this package or of another, or a pair of one and, for each of its
            parameters, the number of the angle it takes, to let several turn by one angle.
        name: what made it, for messages.

    Raises:
        UserError: if it is anything else, or has a gate that cannot be converted.
    """
    made, angles = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    source = library(made)
    # Libraries take seconds to import, which only those pay who have imported them already.
    if source == "qibo":
        from overpar.model.from_qibo import qibo_circuit

        made = qibo_circuit(made)
    elif source == "qiskit":
        from overpar.model.from_qiskit import qiskit_circuit

        made = qiskit_circuit(made)
    elif source == "pennylane":
        from overpar.model.from_pennylane import pennylane_circuit

        made = pennylane_circuit(made)
    require(
        isinstance(made, Circuit),
        f"Argument `circuit`: {name} must return a circuit of {LIBRARIES}, but returned"
        f" {type(made).__name__}.",
    )
    return made if angles is None else _tied(made, angles, name)


def make_circuit(
    source: Any, model: str, *, qubits: int | None = None, depth: int | None = None
) -> Circuit:
    """The circuit of a model at one size.

    Args:
        source: a circuit, a function that returns one, FILE.py:FUNCTION or FILE.qasm.
        model: name of the model, for messages.
        qubits: n; None where the circuit has one size.
        depth: layers; None where it has one depth.

    Raises:
        UserError: if the user's code fails, or its circuit has another size.
    """
    name = source if isinstance(source, str) else ""
    if is_function(source):
        made = call_function(load_function(source), source, qubits=qubits, depth=depth)
    elif isinstance(source, str):
        made = read_circuit(source)
    elif is_circuit(source):
        made = as_circuit(source)
    else:
        made = call_function(source, qubits=qubits, depth=depth)
    require(
        qubits in (None, made.qubits),
        f"Model {model}: {name or 'its circuit'} returned a circuit of {made.qubits} qubits, not"
        f" of {qubits}.",
    )
    return made


def read_circuit(path: str) -> Circuit:
    """A circuit from a file.

    Raises:
        UserError: if there is no such file, or it is no OpenQASM.
    """
    from overpar.model.qasm import qasm_circuit

    require(
        path.endswith(".qasm") and Path(path).is_file(),
        "Argument `circuit` must be FILE.py:FUNCTION or FILE.qasm with an existing file, but is"
        f" {path!r}.",
    )
    try:
        return qasm_circuit(Path(path).read_text(encoding="utf-8"), path)
    except UnicodeError as error:
        raise UserError(f"Argument `circuit`: {path} is not text: {error}.") from None
    except RecursionError:
        raise UserError(f"Argument `circuit`: {path} is nested too deeply.") from None


def load_graph(function: Any) -> Callable[[int], Any]:
    """A function of the number of qubits that returns edges, from file.py:function.

    Raises:
        UserError: if file or function is missing, or it fails.
    """
    found = load_function(function, "edges")
    return lambda qubits: _guarded(found, qubits, name=function, argument="edges")


def load_function(reference: str, argument: str = "circuit") -> Callable[..., Any]:
    """A user's function, from file.py:function.

    Args:
        reference: file and function.
        argument: that names it, for messages.

    Raises:
        UserError: if file or function is missing, or the file fails.
    """
    path, _, name = reference.rpartition(":")
    require(
        Path(path).is_file() and Path(path).suffix == ".py",
        f"Argument `{argument}` must be FILE.py:FUNCTION with an existing file, but is"
        f" {reference!r}.",
    )
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise UserError(f"Argument `{argument}`: {path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    _guarded(spec.loader.exec_module, module, name=reference, argument=argument)
    function = getattr(module, name, None)
    if not callable(function):
        raise UserError(f"Argument `{argument}`: {path} has no function {name!r}.")
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
    return as_circuit(_guarded(function, name=name, sizes=given), name)


def _guarded(
    function: Callable[..., Any],
    *arguments: Any,
    name: str,
    argument: str = "circuit",
    sizes: Mapping[str, int] | None = None,
) -> Any:
    """The function's result; any error of the user's code as one message with its line."""
    try:
        return function(*arguments, **(sizes or {}))
    except UserError:
        raise
    # A file that ends Python would end the run as if all were done.
    except (Exception, SystemExit) as error:
        own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
        file = name.rpartition(":")[0]
        lines = [f.lineno for f in own if file and Path(f.filename) == Path(file).resolve()]
        where = f" in line {lines[-1]}" if lines else ""
        said = ": ".join(filter(None, (type(error).__name__, " ".join(str(error).split()))))
        raise UserError(f"Argument `{argument}`: {name} failed{where}: {said}.") from error


def _tied(circuit: Circuit, angles: Any, name: str) -> Circuit:
    """The circuit with parameter i of its gates turning by the angle numbered angles[i]."""
    numbers = list(angles) if isinstance(angles, list | tuple | range) else []
    whole = len(numbers) == circuit.parameters and all(isinstance(n, int) for n in numbers)
    # Their number, not the largest of them, says how many there are.
    count = len(set(numbers)) if whole else 0
    require(
        whole and sorted(set(numbers)) == list(range(count)),
        f"Argument `circuit`: {name} must return with its circuit a list of"
        f" {circuit.parameters} angle numbers 0, 1, … without gaps, one per gate parameter.",
    )
    gates = tuple(
        replace(gate, parameter=numbers[gate.parameter]) if isinstance(gate, Rotation) else gate
        for gate in circuit.gates
    )
    return replace(circuit, gates=gates, parameters=count)
