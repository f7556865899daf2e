"""`overpar evaluate`: any single number, without the workflow."""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.cli.arguments import SEEDS, parse_angles
from overpar.cli.workflow import load_plan, prepare_inputs
from overpar.engines.choose import make_engine, make_objective
from overpar.engines.density import Density
from overpar.engines.interface import NAMES, Complexes, Floats
from overpar.engines.statevector import StateVector
from overpar.experiments.autoencoder import Spec as AutoencoderSpec
from overpar.experiments.common.states import BASIS_STATES, training_states
from overpar.model import tasks
from overpar.model.files import load_circuit
from overpar.model.noise import Noise
from overpar.model.observables import PauliSum, Task
from overpar.quantities.information import hessian, mixed_qfim, qfim, spectrum

# The arguments that each model takes, and their defaults; None where one must be given.
TAKES: dict[str, dict[str, Any]] = {
    "tfim_hva": {
        "qubits": None,
        "boundary": None,
        "depth": None,
        "field": 1.0,
        "tying": "correct",
        "noise": "",
    },
    "hea_compilation": {"qubits": None, "depth": None, "target_seed": 1},
    "hea_autoencoder": {"depth": None, "states": "ntangled", "state": "all"},
}
# A user's function is called with those of these that are given; "" is not given.
CIRCUIT_TAKES: dict[str, Any] = {"qubits": "", "depth": ""}

QUANTITIES = ("loss", "gradient", "qfim", "hessian")
MATRICES = ("qfim", "hessian")

DESCRIPTION = """\
Print a loss, gradient, QFIM or Hessian: one number per line with 17 digits, a matrix row by row.
The QFIM is in full normalisation: one rotation of |0⟩ gives 1.
"""
EXAMPLES = """\
examples:
  overpar evaluate --model tfim_hva --qubits 6 --boundary open --depth 16 \\
      --angles seed:7:pi --quantity loss
  overpar evaluate --model hea_autoencoder --depth 35 --states released --state 5 \\
      --angles seed:7:2pi --quantity qfim --eigenvalues
  overpar evaluate --circuit my.py:circuit --angles my_angles.npy --quantity qfim --out qfim.npy
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `evaluate`."""
    command = commands.add_parser(
        "evaluate",
        help="print a loss, gradient, QFIM or Hessian at given angles",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="overpar evaluate (--model MODEL [MODEL OPTIONS] | --circuit FILE.py:FUNCTION)\n"
        "           --angles ANGLES --quantity QUANTITY [--eigenvalues] [--engine ENGINE]"
        " [--out FILE.npy]",
    )
    command.set_defaults(run=_run)
    what = command.add_argument_group("what is evaluated").add_mutually_exclusive_group(
        required=True
    )
    what.add_argument("--model", choices=tuple(TAKES), help="an ansatz with its loss")
    what.add_argument(
        "--circuit",
        metavar="FILE.py:FUNCTION",
        help="a function that returns a Qibo circuit, called with those of --qubits and --depth"
        " that it has arguments for; QFIM only",
    )
    model = command.add_argument_group("model options")
    model.add_argument(
        "--depth", type=int, metavar="N", help="layers: tfim_hva from 1, hea_* from 0"
    )
    model.add_argument(
        "--qubits", type=int, metavar="N", help="tfim_hva: from 2; hea_compilation: 2 to 8"
    )
    model.add_argument(
        "--boundary", choices=("open", "periodic"), help="tfim_hva: of the Ising chain"
    )
    model.add_argument(
        "--field", type=float, metavar="G", help="tfim_hva: transverse field, above 0 (default 1)"
    )
    model.add_argument(
        "--tying",
        choices=("correct", "released"),
        help="tfim_hva: which gates a derivative contains; released is that of the authors' "
        "released QFIM for the open chain (default correct)",
    )
    model.add_argument(
        "--noise",
        metavar="KIND:X",
        help="tfim_hva: QFIM of the mixed state; local:λ is Pauli noise after every gate, both:λ "
        "before as well, global:q depolarising with survival q (default none)",
    )
    model.add_argument(
        "--target-seed",
        type=int,
        metavar="K",
        help="hea_compilation: NumPy seed of the target unitary (default 1)",
    )
    model.add_argument(
        "--states",
        choices=("ntangled", "released", "regenerated"),
        help="hea_autoencoder: where the four training states come from (default ntangled)",
    )
    model.add_argument(
        "--state",
        type=int,
        choices=BASIS_STATES,
        help="hea_autoencoder: only the training state of this number (default all)",
    )
    how = command.add_argument_group("where, what and how")
    how.add_argument(
        "--angles",
        required=True,
        metavar="ANGLES",
        help="radians: an .npy file, or seed:K:pi for np.random.seed(K); pi*np.random.rand(M), "
        "or seed:K:2pi likewise",
    )
    how.add_argument("--quantity", required=True, choices=QUANTITIES)
    how.add_argument(
        "--eigenvalues", action="store_true", help="of the matrix instead, in descending order"
    )
    how.add_argument(
        "--engine",
        choices=NAMES,
        default="auto",
        help="what computes it; auto is the fastest that applies, fermions has neither QFIM nor "
        "Hessian, qibo is the slow reference without Hessian (default auto)",
    )
    how.add_argument(
        "--out", type=Path, metavar="FILE.npy", help="write an array there instead of text"
    )


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """The model's arguments with defaults.

    Raises:
        UserError: if one is missing, or belongs to another model.
    """
    takes = TAKES[options.model] if options.model else CIRCUIT_TAKES
    flags = {name: "--" + name.replace("_", "-") for model in TAKES.values() for name in model}
    what = f"--model {options.model}" if options.model else "--circuit"
    for name, flag in flags.items():
        given = getattr(options, name) is not None
        require(
            name in takes or not given,
            f"{flag} does not apply to {what}; allowed there:"
            f" {', '.join(flags[other] for other in takes)}.",
        )
        require(given or takes.get(name, "") is not None, f"{what} needs {flag}.")
    return {
        name: default if getattr(options, name) is None else getattr(options, name)
        for name, default in takes.items()
    }


def _training_states(wanted: str, only: int | str) -> Complexes:
    plan = load_plan([])
    spec = AutoencoderSpec(layers=1, states=wanted)  # type: ignore[arg-type]
    inputs = prepare_inputs(plan, spec, {wanted, "regenerated"})
    states, about = training_states(wanted, "auto", inputs)
    if states is None:
        raise UserError(f"The {wanted} states are {about['provenance']}")
    if isinstance(only, int):
        states = states[[BASIS_STATES.index(only)]]
    return states


def make_task(options: argparse.Namespace) -> Task:
    """The task that the options describe.

    Raises:
        UserError: if an argument is missing, out of range or does not apply.
    """
    at = _settings(options)
    if options.circuit:
        require(
            options.quantity == "qfim",
            f"--circuit has no observable, so --quantity must be qfim, but is {options.quantity}.",
        )
        sizes = {name: size for name, size in at.items() if size != ""}
        return Task(load_circuit(options.circuit, **sizes), PauliSum(()))
    if options.model == "tfim_hva":
        return tasks.vqe(
            at["qubits"], at["boundary"], at["depth"], field=at["field"], tying=at["tying"]
        )
    require(at["depth"] >= 0, f"Argument `depth` must be at least 0, but is {at['depth']}.")
    if options.model == "hea_compilation":
        n, seed = at["qubits"], at["target_seed"]
        require(2 <= n <= 8, f"Argument `qubits` must be from 2 to 8, but is {n}.")
        require(
            0 <= seed < SEEDS,
            f"Argument `target-seed` must be from 0 to {SEEDS - 1}, but is {seed}.",
        )
        return tasks.compilation(tasks.haar_unitary(n, seed), at["depth"])
    return tasks.autoencoder(_training_states(at["states"], at["state"]), at["depth"])


def _value(options: argparse.Namespace, task: Task, angles: Floats) -> Floats:
    if options.noise:
        require(
            options.quantity == "qfim" and options.engine == "auto",
            "--noise needs --quantity qfim, and takes no --engine.",
        )
        # Global noise acts after each of the four moments of a layer, and once after the first H.
        moments = 4 * options.depth + 1
        noisy = Density(task.circuit, Noise.parse(options.noise), moments)
        return mixed_qfim(*noisy.tangents(angles))
    if options.quantity == "hessian":
        require(
            options.engine in ("auto", "statevector"),
            f"--quantity hessian needs --engine auto or statevector, but it is {options.engine}.",
        )
        require(
            not task.circuit.derivative_ties,
            "--quantity hessian needs --tying correct, not released.",
        )
        return hessian(StateVector(task), angles)
    if options.quantity == "qfim":
        return qfim(make_engine(task, options.engine), angles)
    loss, gradient = make_objective(task, options.engine).loss_and_gradient(angles[None])
    return loss if options.quantity == "loss" else gradient[0]


def _run(options: argparse.Namespace) -> None:
    out: Path | None = options.out
    if out:
        require(
            out.suffix == ".npy" and out.parent.is_dir(),
            f"Argument `out` must be an .npy file in an existing directory, but is {str(out)!r}.",
        )
    require(
        options.quantity in MATRICES or not options.eigenvalues,
        f"--eigenvalues needs --quantity qfim or hessian, but it is {options.quantity}.",
    )
    task = make_task(options)
    values = _value(options, task, parse_angles(options.angles, task.circuit.parameters))
    if options.eigenvalues:
        values = spectrum(values)
    if out:
        np.save(out, values)
    else:
        np.savetxt(sys.stdout, np.ravel(values), fmt="%.17g")
