"""`overpar evaluate`: any single number, without the workflow."""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

import overpar
from overpar.base.checks import require
from overpar.base.progress import say
from overpar.cli.arguments import MODELS, add_model_options, model_settings, parse_angles
from overpar.study.models import AUTOENCODER, trained_autoencoder

QUANTITIES = ("loss", "gradient", "qfim", "hessian", "rank")
MATRICES = ("qfim", "hessian")
# More than any experiment has: the matrix of more angles would fill the memory, the gates of more
# layers as well, and neither says a word.
ANGLES = 20_000
DEPTH = 100_000

DESCRIPTION = """\
Print a loss, gradient, QFIM or Hessian: one number per line with 17 digits, a matrix row by row.
The QFIM is in full normalisation: one rotation of |0⟩ gives 1. Its rank is the exact one of generic
angles, by arithmetic modulo primes, or with --angles the numerical one there.
"""
EXAMPLES = """\
examples:
  overpar evaluate --model tfim_hva --qubits 6 --boundary open --depth 16 \\
      --angles seed:7:pi --quantity loss
  overpar evaluate --model hea_autoencoder --depth 35 --states released --state 5 \\
      --angles seed:7:2pi --quantity qfim --eigenvalues
  overpar evaluate --model my.py:circuit --qubits 4 --depth 2 --observable "-ZZ - X" \\
      --angles my_angles.npy --quantity gradient --out gradient.npy
  overpar evaluate --model tfim_hva --qubits 10 --boundary open --depth 25 --quantity rank
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `evaluate`."""
    command = commands.add_parser(
        "evaluate",
        help="print a loss, gradient, QFIM, Hessian or rank",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="overpar evaluate (--model MODEL | --circuit FILE.py:FUNCTION) [MODEL OPTIONS]\n"
        "           --quantity QUANTITY --angles ANGLES [--eigenvalues] [--noise KIND:X]\n"
        "           [--engine ENGINE] [--out FILE.npy]",
    )
    command.set_defaults(run=_run)
    what = command.add_argument_group("what is evaluated").add_mutually_exclusive_group(
        required=True
    )
    what.add_argument(
        "--model",
        metavar="MODEL",
        help=f"hea_autoencoder, {MODELS}",
    )
    what.add_argument(
        "--circuit",
        metavar="FILE.py:FUNCTION",
        help="the same as --model: a function that returns a Qibo circuit, called with those of"
        " --qubits and --depth that it has arguments for",
    )
    model = command.add_argument_group("model options")
    model.add_argument("--depth", type=int, metavar="N", help="layers")
    model.add_argument("--qubits", type=int, metavar="N", help="number of qubits")
    add_model_options(model)
    model.add_argument(
        "--states",
        choices=("ntangled", "released", "regenerated"),
        help="hea_autoencoder: where the four training states come from (default ntangled)",
    )
    model.add_argument(
        "--state",
        type=int,
        choices=(0, 5, 12, 2),
        help="hea_autoencoder: only the training state of this number (default all)",
    )
    how = command.add_argument_group("where, what and how")
    how.add_argument(
        "--angles",
        metavar="ANGLES",
        help="radians: an .npy file, or seed:K:pi for np.random.seed(K); pi*np.random.rand(M), "
        "or seed:K:2pi likewise; may be left out for --quantity rank",
    )
    how.add_argument("--quantity", required=True, choices=QUANTITIES)
    how.add_argument(
        "--eigenvalues", action="store_true", help="of the matrix instead, in descending order"
    )
    how.add_argument(
        "--noise",
        metavar="KIND:X",
        help="QFIM of the mixed state: local:λ is Pauli noise after every gate, both:λ before as"
        " well, global:q depolarising with survival q, for tfim_hva (default none)",
    )
    how.add_argument(
        "--engine",
        choices=overpar.ENGINES,
        default="auto",
        help="what computes it; auto is the fastest that applies, fermions and paulis have "
        "neither QFIM nor Hessian, qibo is the slow reference without Hessian (default auto)",
    )
    how.add_argument(
        "--out", type=Path, metavar="FILE.npy", help="write an array there instead of text"
    )


def make_task(options: argparse.Namespace) -> overpar.Task:
    """The task that the options describe.

    Raises:
        UserError: if an argument is missing, out of range or does not apply.
    """
    settings = model_settings(options)
    reference = options.circuit if options.model is None else options.model
    require(
        options.depth is None or options.depth <= DEPTH,
        f"--depth must be at most {DEPTH}, but is {options.depth}.",
    )
    if options.model != AUTOENCODER:
        for name in ("states", "state"):
            require(
                getattr(options, name) is None,
                f"--{name} does not apply to {reference}; it is for --model {AUTOENCODER}.",
            )
        if options.circuit is not None:
            model = overpar.Model(circuit=options.circuit, **settings)
        else:
            model = overpar.load_model(options.model, **settings)
        return model.task(options.qubits, options.depth)
    require(not settings, f"--model {AUTOENCODER} takes --depth, --states and --state only.")
    model = trained_autoencoder(options.states or "ntangled", options.state)
    return model.task(options.qubits, options.depth)


def _value(options: argparse.Namespace, task: overpar.Task, angles: Any) -> Any:
    quantity, engine, noise = options.quantity, options.engine, options.noise
    if options.eigenvalues:
        return overpar.spectrum(task, angles, of=quantity, noise=noise, engine=engine)
    if quantity == "qfim":
        return overpar.qfim(task, angles, noise=noise, engine=engine)
    if quantity == "hessian":
        return overpar.hessian(task, angles)
    if quantity == "rank":
        return _rank(task, angles)
    loss, gradient = overpar.loss_and_gradient(task, angles, engine=engine)
    return np.atleast_1d(loss) if quantity == "loss" else gradient


def _rank(task: overpar.Task, angles: Any) -> Any:
    found = overpar.rank(task, angles)
    if not found.exact:
        why = f": {found.reason}" if found.reason else ""
        say(f"numerical rank, with a gap of {found.gap:.1f} decades{why}")
    return np.atleast_1d(found.value)


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
    quantity, engine = options.quantity, options.engine
    require(
        options.angles is not None or quantity == "rank",
        f"--quantity {quantity} needs --angles; only a rank is that of generic ones without.",
    )
    require(
        not options.noise or (quantity == "qfim" and engine == "auto"),
        "--noise needs --quantity qfim, and takes no --engine.",
    )
    require(
        quantity not in ("hessian", "rank") or engine in ("auto", "statevector"),
        f"--quantity {quantity} needs --engine auto or statevector, but it is {engine}.",
    )
    require(
        quantity in ("qfim", "rank") or task.trainable,
        f"--quantity {quantity} needs an observable; --observable gives one.",
    )
    require(
        task.parameters > 0 or quantity in ("loss", "rank"),
        f"--quantity {quantity} needs a circuit with angles, but this one has none.",
    )
    require(
        task.parameters <= ANGLES or quantity in ("loss", "gradient"),
        f"--quantity {quantity} needs a circuit of at most {ANGLES} angles, but this one has"
        f" {task.parameters}.",
    )
    angles = options.angles and parse_angles(options.angles, task.parameters)
    values = _value(options, task, angles)
    if out:
        np.save(out, values)
    else:
        np.savetxt(sys.stdout, np.ravel(values), fmt="%.17g")
