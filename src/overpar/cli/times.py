"""`overpar times`: where the time of the workflow's jobs went."""

import argparse
import csv
from pathlib import Path

from overpar.base.records import RecordError, read_attributes
from overpar.cli.workflow import add_config_option, load_study
from overpar.study.plan import Plan


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `times`."""
    command = commands.add_parser(
        "times",
        help="table of the time that each rule's jobs took",
        description="Per rule, from the jobs' benchmark files: number of jobs, wall and CPU "
        "seconds, largest memory; for simulations also the share of wall time that is not "
        "simulation (imports, loading compiled kernels, writing records).",
    )
    add_config_option(command)
    command.set_defaults(run=_run)


def _rows(folder: Path) -> list[dict[str, str]]:
    rows = []
    for path in sorted(folder.rglob("*.tsv")):
        with open(path, newline="", encoding="utf-8") as handle:
            rows += list(csv.DictReader(handle, delimiter="\t"))
    return rows


def _number(text: str) -> float:
    """A benchmark's figure; Snakemake writes "-" or "NA" for jobs too short to be sampled."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _simulated(plan: Plan, experiment: str) -> float:
    """Seconds that an experiment's records took to simulate."""
    total = 0.0
    for (name, _), cell in plan.cells.items():
        if name == experiment:
            try:
                total += float(read_attributes(cell.path).get("seconds", 0.0))
            except RecordError:
                continue
    return total


def _run(options: argparse.Namespace) -> None:
    plan = load_study(options.config).plan
    root = plan.project / plan.config.paths.benchmarks
    print(f"{'jobs of':32} {'jobs':>5} {'wall s':>9} {'CPU s':>9} {'MB':>6} {'start-up':>9}")
    wall_all = cpu_all = simulated_all = simulating = 0.0
    jobs_all = 0
    for folder in sorted(path for path in root.glob("*/*") if path.is_dir()):
        rows = _rows(folder)
        if not rows:
            continue
        wall = sum(_number(row["s"]) for row in rows)
        cpu = sum(_number(row["cpu_time"]) for row in rows)
        memory = max(_number(row["max_rss"]) for row in rows)
        share = ""
        if folder.parent.name == "simulate":
            simulated = _simulated(plan, folder.name)
            simulated_all += simulated
            simulating += wall
            share = f"{max(0.0, 1 - simulated / wall):9.1%}" if wall else ""
        name = f"{folder.parent.name} {folder.name}"
        print(f"{name:32} {len(rows):5} {wall:9.1f} {cpu:9.1f} {memory:6.0f} {share}".rstrip())
        wall_all, cpu_all, jobs_all = wall_all + wall, cpu_all + cpu, jobs_all + len(rows)
    share = f"{max(0.0, 1 - simulated_all / simulating):9.1%}" if simulating else ""
    print(f"{'all':32} {jobs_all:5} {wall_all:9.1f} {cpu_all:9.1f} {'':6} {share}".rstrip())
