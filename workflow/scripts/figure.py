from overpar.base.jobs import job
from overpar.report.build import build_figure

job(
    snakemake.config,
    lambda plan: build_figure(plan, snakemake.wildcards.figure),
    str(snakemake.log),
)
