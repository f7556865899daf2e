# Config -> cells -> records -> tables -> figures and scorecard; see docs/design.md.
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from overpar.base.config import Config, check
from overpar.base.errors import UserError
from overpar.base.plan import DATASETS, Plan

min_version("9.0")


configfile: "config/config.yaml"


# Notebooks and scripts find this environment's programs without its being activated.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]

try:
    PLAN = Plan(check(Config, config, ""))
    PLAN.validate()
except UserError as error:
    raise WorkflowError(str(error))


include: "workflow/rules/fetch.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/tabulate.smk"
include: "workflow/rules/present.smk"


rule all:
    default_target: True
    input:
        rules.scorecard.output,
        expand(rules.figure.output, figure=PLAN.config.figures),
