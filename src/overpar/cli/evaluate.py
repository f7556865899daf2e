"""`overpar evaluate`: any single number, without the workflow."""

import argparse
import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
from scipy.stats import unitary_group

from overpar.base.arrays import load_array
from overpar.base.checks import real_array, require
from overpar.base.errors import UserError
from overpar.cli.workflow import load_plan, prepare_inputs
from overpar.engines.interface import Floats, make_engine
from overpar.experiments import autoencoder as autoencoder_experiment
from overpar.model import tasks
from overpar.model.observables import PauliSum, Task, zero_state
from overpar.quantities.information import qfim, spectrum

MODELS = ("tfim_hva", "hea_compilation", "hea_autoencoder")
SEEDED = re.compile(r"seed:(\d+):(2?)pi")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `evaluate`."""
    command = commands.add_parser(
        "evaluate",
        help="print a loss, gradient or QFIM at given angles",
        description="Print one number per line with 17 digits; a matrix row by row. The QFIM is "
        "in full normalisation: one rotation of |0⟩ gives 1.",
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--model", choices=MODELS, help="an ansatz with its loss")
    what.add_argument(
        "--circuit", metavar="FILE.py:FUNCTION", help="function returning a Qibo circuit"
    )
    command.add_argument("--qubits", type=int, help="number of qubits")
    command.add_argument("--depth", type=int, help="layers")
    command.add_argument("--boundary", choices=("open", "periodic"), help="of the Ising chain")
    command.add_argument("--field", type=float, default=1.0, help="transverse field (default 1)")
    command.add_argument(
        "--tying",
        choices=("correct", "released"),
        default="correct",
        help="which gates a derivative contains (default correct)",
    )
    command.add_argument(
        "--target-seed",
        type=int,
        default=1,
        help="NumPy seed of the target unitary (default 1)",
    )
    command.add_argument(
        "--states",
        choices=("ntangled", "released", "regenerated"),
        default="ntangled",
        help="training states of the autoencoder (default ntangled)",
    )
    command.add_argument(
        "--state",
        type=int,
        choices=autoencoder_experiment.BASIS_STATES,
        help="only this training state",
    )
    command.add_argument(
        "--angles",
        required=True,
        metavar="FILE.npy|seed:K:pi|seed:K:2pi",
        help="angles in radians; seed:7:pi is np.random.seed(7); pi*np.random.rand(M)",
    )
    command.add_argument("--quantity", required=True, choices=("loss", "gradient", "qfim"))
    command.add_argument(
        "--eigenvalues", action="store_true", help="of the matrix, in descending order"
    )
    command.add_argument(
        "--engine", choices=("auto", "statevector", "qibo"), default="auto", help="default auto"
    )
    command.add_argument("--out", type=Path, help="write a .npy file instead of text")
    command.set_defaults(run=_run)


def parse_angles(text: str, parameters: int) -> Floats:
    """Angles from a file or a legacy NumPy seed.

    Raises:
        UserError: if the text is neither, or the array has the wrong shape or NaN.
    """
    seeded = SEEDED.fullmatch(text)
    if seeded:
        seed = int(seeded[1])
        require(seed < 2**32, f"Argument `angles`: seed {seed} must be below 2^32.")
        factor = 2 * np.pi if seeded[2] else np.pi
        return factor * np.random.RandomState(seed).rand(parameters)
    require(
        not text.startswith("seed:"),
        f"Argument `angles` is {text!r}; seeds are written seed:K:pi or seed:K:2pi.",
    )
    return real_array("angles", load_array(Path(text)), (parameters,))


def load_circuit(reference: str) -> Task:
    """A user's Qibo circuit, from file.py:function, on |0…0⟩ without an observable.

    Raises:
        UserError: if file or function is missing or does not return a Qibo circuit.
    """
    path, _, name = reference.partition(":")
    require(
        Path(path).is_file() and bool(name),
        f"Argument `circuit` must be FILE.py:FUNCTION with an existing file, but is {reference!r}.",
    )
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    require(hasattr(module, name), f"File {path} has no function {name!r}.")
    from qibo import Circuit as QiboCircuit

    from overpar.engines.qibo_bridge import from_qibo

    made = getattr(module, name)()
    require(
        isinstance(made, QiboCircuit),
        f"Function {reference} must return a Qibo circuit, but returned {type(made).__name__}.",
    )
    circuit = from_qibo(made)
    return Task(circuit, zero_state(circuit.qubits), PauliSum(()))


def _needs(options: argparse.Namespace, *names: str) -> None:
    for name in names:
        require(
            getattr(options, name) is not None,
            f"Model {options.model} needs the argument --{name}.",
        )


def _training_states(options: argparse.Namespace) -> np.ndarray:
    plan = load_plan([])
    spec = autoencoder_experiment.Spec(layers=1, states=options.states)
    inputs = prepare_inputs(plan, spec, {options.states, "regenerated"})
    states, about = autoencoder_experiment.training_states(options.states, "auto", inputs)
    if states is None:
        raise UserError(f"The {options.states} states are {about['provenance']}")
    if options.state is not None:
        states = states[[autoencoder_experiment.BASIS_STATES.index(options.state)]]
    return states


def make_task(options: argparse.Namespace) -> Task:
    """The task that the options describe.

    Raises:
        UserError: if an argument is missing or out of range.
    """
    if options.circuit:
        require(
            options.quantity == "qfim",
            f"--circuit has no observable, so --quantity must be qfim, but is {options.quantity}.",
        )
        return load_circuit(options.circuit)
    if options.model == "tfim_hva":
        _needs(options, "qubits", "boundary", "depth")
        return tasks.vqe(
            options.qubits,
            options.boundary,
            options.depth,
            field=options.field,
            tying=options.tying,
        )
    if options.model == "hea_compilation":
        _needs(options, "qubits", "depth")
        require(
            2 <= options.qubits <= 8,
            f"Argument `qubits` must be in 2…8, but is {options.qubits}.",
        )
        target = unitary_group.rvs(
            2**options.qubits, random_state=np.random.RandomState(options.target_seed)
        )
        return tasks.compilation(target, options.depth)
    _needs(options, "depth")
    require(
        options.qubits in (None, 4),
        f"Argument `qubits` must be 4 for hea_autoencoder, but is {options.qubits}.",
    )
    return tasks.autoencoder(_training_states(options), options.depth)


def _run(options: argparse.Namespace) -> None:
    task = make_task(options)
    angles = parse_angles(options.angles, task.circuit.parameters)
    engine = make_engine(task, options.engine)
    if options.quantity == "qfim":
        values = qfim(engine, angles)
        if options.eigenvalues:
            values = spectrum(values)
    else:
        require(
            not options.eigenvalues,
            f"--eigenvalues needs a matrix, but --quantity is {options.quantity}.",
        )
        loss, gradient = engine.loss_and_gradient(angles[None])
        values = loss if options.quantity == "loss" else gradient[0]
    if options.out:
        np.save(options.out, values)
    else:
        np.savetxt(sys.stdout, np.ravel(values), fmt="%.17g")
