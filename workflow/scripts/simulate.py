from overpar.base.execute import execute
from overpar.base.jobs import job
from overpar.base.plan import Plan
from overpar.base.progress import reporter


def simulate(plan: Plan) -> None:
    cell = plan.cell(snakemake.wildcards.experiment, snakemake.wildcards.label)
    progress = reporter(f"{cell.experiment} {cell.label}", bar=False)
    execute(plan, cell, progress, threads=snakemake.threads)


job(snakemake.config, simulate, str(snakemake.log))
