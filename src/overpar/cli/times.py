"""`overpar times`: where the time of the workflow's jobs went."""

import argparse
from contextlib import suppress
from typing import TYPE_CHECKING

from overpar.base.checks import require
from overpar.base.records import RecordError, read_attributes
from overpar.cli.workflow import add_config_option, load_study
from overpar.study.plan import Plan

if TYPE_CHECKING:
    import pandas as pd


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `times`."""
    command = commands.add_parser(
        "times",
        help="table of the time that each rule's jobs took",
        description="Per rule, from the jobs' benchmark files: number of jobs, wall and CPU "
        "seconds, largest memory; for simulations also the share of wall time that is not "
        "simulation (imports, loading compiled kernels, writing records). Then the CPU seconds of "
        "all runs since the records were cleaned, by those inside the experiments.",
    )
    command.add_argument("--short", action="store_true", help="only the five that took longest")
    add_config_option(command)
    command.set_defaults(run=_run)


FORMATS = {
    "jobs": "{:.0f}",
    "wall s": "{:.1f}",
    "CPU s": "{:.1f}",
    "MB": "{:.0f}",
    "start-up": "{:.1%}",
}


def _simulated(plan: Plan, attribute: str) -> "pd.Series":
    """Seconds that the records of each experiment took to simulate, wall or processor time."""
    import pandas as pd

    seconds = {f"simulate {name}": 0.0 for name in plan.config.experiments}
    for cell in plan.cells.values():
        with suppress(RecordError):
            attributes = read_attributes(cell.path)
            seconds[f"simulate {cell.experiment}"] += float(attributes.get(attribute, 0.0))
    return pd.Series(seconds)


def whole(plan: Plan) -> dict[str, float]:
    """CPU seconds of all runs of the workflow since its records were cleaned.

    Args:
        plan: of the workflow.

    Returns:
        Those of the main processes, of their jobs, inside the experiments, and the ratio of all
        to the last; empty if no run has ended or there are no records with their times.
    """
    import pandas as pd

    path = plan.project / plan.config.paths.benchmarks / "runs.csv"
    inside = float(_simulated(plan, "processor_seconds").sum())
    if not path.exists() or inside == 0:
        return {}
    main, jobs = pd.read_csv(path, header=None).sum()
    return {"main": main, "jobs": jobs, "inside": inside, "ratio": (main + jobs) / inside}


def _run(options: argparse.Namespace) -> None:
    import pandas as pd

    plan = load_study(options.config).plan
    root = plan.project / plan.config.paths.benchmarks
    files = sorted(root.glob("*/*/**/*.tsv"))
    require(bool(files), f"There are no times in {root} yet; `make reproduce` measures them.")
    # Snakemake writes "-" or "NA" for jobs too short to be sampled.
    jobs = pd.concat(
        pd.read_csv(path, sep="\t", na_values="-").assign(
            of=" ".join(path.relative_to(root).parts[:2])
        )
        for path in files
    )
    columns = {"jobs": ("s", "size"), "wall s": ("s", "sum")}
    columns |= {"CPU s": ("cpu_time", "sum"), "MB": ("max_rss", "max")}
    table = jobs.groupby("of").agg(**columns)
    table["simulated"] = _simulated(plan, "seconds")
    table["simulating"] = table["wall s"].where(table["simulated"].notna())
    table.loc["all"] = table.drop(columns="MB").sum()
    table["start-up"] = 1 - (table["simulated"] / table["simulating"]).clip(upper=1)
    if options.short:
        table = table.loc[[*table.drop(index="all")["wall s"].nlargest(5).index, "all"]]
    shown = {
        name: table[name].map(text.format, na_action="ignore") for name, text in FORMATS.items()
    }
    print(
        pd.DataFrame(shown, dtype=object)
        .fillna("")
        .rename_axis(index=None, columns="jobs of")
        .to_string()
    )
    found = whole(plan)
    if found:
        print(
            "\nCPU seconds of all runs: main process {main:.1f}, jobs {jobs:.1f}; inside the"
            " experiments {inside:.1f}; ratio {ratio:.3f}".format(**found)
        )
