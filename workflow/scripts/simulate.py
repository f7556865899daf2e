from overpar.base.execute import execute
from overpar.base.jobs import job
from overpar.base.plan import Plan
from overpar.base.progress import reporter


def simulate(plan: Plan) -> None:
    cell = plan.cell(snakemake.wildcards.experiment, snakemake.wildcards.label)
    execute(plan, cell, reporter(f"{cell.experiment} {cell.label}", bar=False))


job(snakemake.config, simulate)
