"""What the arguments of `overpar` stand for: angles and a user's own circuit."""

import importlib.util
import re
import traceback
from pathlib import Path

import numpy as np

from overpar.base.arrays import load_array
from overpar.base.checks import real_array, require
from overpar.base.errors import UserError
from overpar.engines.interface import Floats
from overpar.model.observables import PauliSum, Task

SEEDED = re.compile(r"seed:(\d+):(2?)pi")
SEEDS = 2**32


def parse_angles(text: str, parameters: int) -> Floats:
    """Angles from a file or a legacy NumPy seed.

    Args:
        text: path of an .npy file, seed:K:pi or seed:K:2pi.
        parameters: number M of angles there must be.

    Raises:
        UserError: if the text is neither, or the array has the wrong shape or NaN.
    """
    seeded = SEEDED.fullmatch(text)
    if seeded:
        seed = int(seeded[1])
        require(seed < SEEDS, f"Argument `angles`: seed {seed} must be below {SEEDS}.")
        factor = 2 * np.pi if seeded[2] else np.pi
        return factor * np.random.RandomState(seed).rand(parameters)
    require(
        not text.startswith("seed:"),
        f"Argument `angles` is {text!r}; allowed: seed:K:pi or seed:K:2pi with K from 0 to"
        f" {SEEDS - 1}, or an .npy file.",
    )
    try:
        array = load_array(Path(text))
    except UserError as error:
        raise UserError(f"Argument `angles`: {error}") from error
    return real_array("angles", array, (parameters,))


def load_circuit(reference: str) -> Task:
    """A user's Qibo circuit, from file.py:function, on |0…0⟩ without an observable.

    Raises:
        UserError: if file or function is missing, fails, or does not return a Qibo circuit.
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
    try:
        spec.loader.exec_module(module)
        function = getattr(module, name, None)
        made = function() if callable(function) else None
    except Exception as error:
        lines = [
            f.lineno
            for f in traceback.extract_tb(error.__traceback__)
            if Path(f.filename) == Path(path).resolve()
        ]
        where = f" in line {lines[-1]}" if lines else ""
        raise UserError(
            f"Argument `circuit`: {reference} failed{where}: {type(error).__name__}: {error}."
        ) from error
    require(callable(function), f"Argument `circuit`: {path} has no function {name!r}.")
    from qibo import Circuit as QiboCircuit

    from overpar.engines.qibo_bridge import from_qibo

    require(
        isinstance(made, QiboCircuit),
        f"Argument `circuit`: {reference} must return a Qibo circuit, but returned"
        f" {type(made).__name__}.",
    )
    return Task(from_qibo(made), PauliSum(()))
