# Config -> cells -> records -> tables -> figures and scorecard; see docs/design.md.
import os
import sys
from pathlib import Path

from snakemake.utils import min_version
from snakemake_logger_plugin_overpar import LogHandler

from overpar.base.errors import UserError
from overpar.study.article_sources import figures_shown
from overpar.study.jobs import (
    bring_to_present,
    check_writable,
    drop_damaged,
    note_processor_time,
    run_alone,
)
from overpar.study.check import checked, opened
from overpar.study.config import read
from overpar.study.faults import faults
from overpar.study.order import priorities
from overpar.study.plan import DATASETS, rule_name
from overpar.study.stages import works
from overpar.study.submissions import submissions
from overpar.base.progress import say

min_version("9.0")


try:
    # Snakemake's own reader takes the last of equal keys and runs code that a file asks for.
    if workflow.is_main_process:
        read(map(Path, [*workflow.configfiles, "config/config.yaml"]))
        drop_damaged(Path(".snakemake/metadata"))
except UserError as error:
    sys.exit(f"overpar: {error}")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


# Notebooks and scripts find this environment's programs without its being activated.
os.environ.update(
    PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
)

try:
    # The main process checks for all.
    STUDY = (checked if workflow.is_main_process else opened)(config)
except UserError as error:
    sys.exit(f"overpar: {error}")


PLAN, IDENTITIES = STUDY.plan, STUDY.identities


include: "workflow/rules/common.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/tabulate.smk"
include: "workflow/rules/present.smk"
include: "workflow/rules/notebooks.smk"
include: "workflow/rules/cluster.smk"


rule all:
    default_target: True
    input:
        rules.page.output,
        rules.scorecard.output,
        rules.errata.output,
        rules.article.output if PLAN.config.article else [],
        expand(rules.figure.output, figure=PLAN.config.figures),
        expand(rules.notebook.output, notebook=PLAN.config.notebooks),
        [str(PLAN.table_path(table)) for table in PLAN.config.tables],
        # Also those that tables read: a record that was deleted is made again beside a whole table.
        [str(cell.path) for cell in PLAN.cells.values()],


# Takes the place of Snakemake's own lock, which outlives a killed run.
onstart:
    try:
        check_writable(
            {
                Path(name).parent
                for job in workflow.dag.needrun_jobs()
                for name in [*job.output, *job.log]
            }
        )
        run_alone(Path(".snakemake/overpar.lock"))
    except UserError as error:
        sys.exit(f"overpar: {error}")
    bring_to_present(name for job in workflow.dag.jobs for name in job.input)
    for handler in workflow.logger_manager.get_log_handlers():
        if isinstance(handler, LogHandler):
            handler.begin(works(PLAN), log)
    # With a limit to jobs per second, which has no setting for none, Snakemake 9 starts one more
    # chain of scheduling passes, one a second until the end, with every job that ends.
    workflow.scheduler.job_rate_limiter = None


onsuccess:
    note_processor_time(PLAN.project / PLAN.config.paths.benchmarks / "runs.csv")
