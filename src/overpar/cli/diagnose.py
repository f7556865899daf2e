"""`overpar diagnose`: what a circuit will do, before it is trained."""

import argparse
import json
from pathlib import Path
from typing import Any

import overpar
from overpar.base.checks import require
from overpar.base.progress import reporter, say
from overpar.cli.arguments import MODELS, add_model_options, model_settings
from overpar.study.models import is_spec, read_spec

DESCRIPTION = """\
Say of a model, before it is trained: the dimension of its Lie algebra, the largest rank of its
quantum Fisher information, how many angles reach it (the estimate of M_c, from where on it is
overparametrised), how its gradients change with size, and what follows.
"""
EXAMPLES = """\
SPEC.yaml, for example:
  model:                         # as under `models` in the config; see config/README.md
    generators: ["ZZ", "XX@0::2 + YY@0::2", "XX@1::2 + YY@1::2", "Z@0::2"]
    state: "01"
    observable: "XX + YY + 0.5*ZZ"
  qubits: [4, 6, 8]              # three or more sizes give a trend
A spec may also have depth, samples, max_dim, max_angles and seed, in place of the options.

examples:
  overpar diagnose tfim_hva --boundary open --qubits 4 6 8
  overpar diagnose tfim_hva --qubits 4 6 8 --plot trends.png --expect trainable
  overpar diagnose ansatz.qasm --observable "-ZZ - X"
  overpar diagnose my.py:circuit --observable "-ZZ - X" --qubits 4 6 8
"""
SETTINGS = {
    "depth": "layers for the gradients (default: twice those of full rank)",
    "samples": "random points for the gradients (default 1000)",
    "max_dim": "where counting the dimension stops (default 2048)",
    "max_angles": "longest circuit whose rank is computed (default 1200)",
    "seed": "of the random angles (default 0)",
}


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `diagnose`."""
    command = commands.add_parser(
        "diagnose",
        help="say what a circuit will do, before it is trained",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("model", metavar="MODEL", nargs="?", help=MODELS)
    command.add_argument("--qubits", type=int, nargs="+", metavar="N", help="sizes, from 1 to 256")
    for name, text in SETTINGS.items():
        command.add_argument(f"--{name.replace('_', '-')}", type=int, metavar="N", help=text)
    add_model_options(command.add_argument_group("model options"))
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument(
        "--schema", action="store_true", help="print the JSON schema of that object, and stop"
    )
    command.add_argument(
        "--plot", type=Path, metavar="FILE.png", help="also draw it there, with its trends"
    )
    command.add_argument(
        "--expect",
        choices=("trainable", "hard", "flat", "undecided"),
        help="end with code 1 if the verdict is another one, e.g. in a CI",
    )
    command.set_defaults(run=_run)


def report(options: argparse.Namespace) -> overpar.Diagnosis:
    """The diagnosis that the options ask for.

    Raises:
        UserError: if the model or a setting is wrong, or does not fit a size.
    """
    settings: dict[str, Any] = {}
    if is_spec(options.model):
        settings = read_spec(Path(options.model)).settings()
    given = {name: getattr(options, name) for name in ("qubits", *SETTINGS)}
    settings |= {name: value for name, value in given.items() if value is not None}
    model = overpar.load_model(options.model, **model_settings(options))
    if options.model.endswith(".qasm"):
        settings.setdefault("qubits", [model.build().qubits])
    require("qubits" in settings, f"{options.model} needs --qubits, e.g. --qubits 4 6 8.")
    return overpar.diagnose(
        model, progress=reporter(f"{model.name}, thousandths of a stage"), **settings
    )


def _run(options: argparse.Namespace) -> int:
    if options.schema:
        print(json.dumps(overpar.Diagnosis.schema(), indent=1))
        return 0
    require(options.model is not None, f"diagnose needs a MODEL: {MODELS}.")
    require(
        options.plot is None or (options.plot.suffix == ".png" and options.plot.parent.is_dir()),
        f"Argument `plot` must be a .png file in an existing directory, but is {options.plot}.",
    )
    found = report(options)
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=1))
    else:
        print(found)
    if options.plot:
        found.plot()[0].figure.savefig(options.plot, dpi=200)
    if options.expect in (None, found.verdict):
        return 0
    say(f"overpar: the verdict is {found.verdict}, not {options.expect}.")
    return 1
