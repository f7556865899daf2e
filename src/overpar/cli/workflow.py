"""Commands about the workflow: plan, run, schema."""

import argparse
from collections.abc import Container
from pathlib import Path

import yaml

from overpar.base import config as configuration
from overpar.base.config import Config
from overpar.base.datasets import obtain
from overpar.base.execute import execute
from overpar.base.plan import Plan, kind_module, kinds
from overpar.base.progress import reporter, say
from overpar.base.spec import CellSpec

DEFAULT = Path("config/config.yaml")


def load_plan(extra: list[Path]) -> Plan:
    """The plan of config/config.yaml with further files laid upon it."""
    values = configuration.read([DEFAULT, *extra])
    plan = Plan(configuration.check(Config, values, ""))
    plan.validate()
    return plan


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add plan, run and schema."""
    plan = commands.add_parser("plan", help="list the cells with estimated times")
    plan.set_defaults(run=_plan)
    run = commands.add_parser("run", help="simulate one cell, with a progress bar")
    run.add_argument("experiment", help="name of a block in the config")
    run.add_argument("label", help="the cell's label, as `overpar plan` prints it")
    run.set_defaults(run=_run)
    for command in (plan, run):
        command.add_argument(
            "--config",
            type=Path,
            action="append",
            default=[],
            help=f"laid upon {DEFAULT}; may be given again",
        )
    schema = commands.add_parser("schema", help="print the JSON schema of the config as YAML")
    schema.set_defaults(run=_schema)


def prepare_inputs(
    plan: Plan, spec: CellSpec, names: Container[str] | None = None
) -> dict[str, Path]:
    """Fetch or simulate what a cell needs and is not there yet; the paths by name.

    Args:
        plan: where inputs come from.
        spec: the cell's specification.
        names: prepare only inputs of these names.
    """
    paths = {}
    for key, need in spec.needs().items():
        if names is not None and key not in names:
            continue
        sort, _, name = need.partition(":")
        if sort == "dataset":
            paths[key] = plan.manifest(name)
            if not paths[key].exists():
                obtain(plan, name, say)
        else:
            experiment, _, label = name.partition("/")
            other = plan.cell(experiment, label)
            paths[key] = other.path
            if not other.path.exists():
                execute(plan, other, reporter(f"{experiment} {label}"))
    return paths


def _plan(options: argparse.Namespace) -> None:
    plan = load_plan(options.config)
    width = max((len(f"{c.experiment} {c.label}") for c in plan.cells.values()), default=0)
    total = 0.0
    for cell in plan.cells.values():
        seconds = cell.spec.seconds()
        total += seconds
        state = "recorded" if cell.path.exists() else ""
        print(f"{cell.experiment + ' ' + cell.label:{width}}  {seconds:8.1f} s  {state}".rstrip())
    print(f"{len(plan.cells)} cells, about {total / 60:.1f} minutes on one core")


def _run(options: argparse.Namespace) -> None:
    plan = load_plan(options.config)
    cell = plan.cell(options.experiment, options.label)
    prepare_inputs(plan, cell.spec)
    path = execute(plan, cell, reporter(f"{cell.experiment} {cell.label}"))
    print(path)


def schema() -> dict[str, object]:
    """JSON schema of the whole configuration, with the cells of every kind.

    Source: pydantic's schema of the models that check the configuration.
    """
    top = Config.model_json_schema()
    top["$comment"] = "Made by `overpar schema` from the models that check the config."
    for kind in kinds():
        module = kind_module(kind)
        top["$defs"][f"cells of {kind}"] = {
            **module.Spec.model_json_schema(),
            "$comment": module.SOURCE,
        }
    return top


def _schema(_: argparse.Namespace) -> None:
    print(yaml.safe_dump(schema(), sort_keys=False, allow_unicode=True, width=95), end="")
