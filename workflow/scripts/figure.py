from overpar.study.jobs import job
from overpar.study.build import build_figure

job(
    snakemake.config,
    lambda plan: build_figure(plan, snakemake.wildcards.figure),
    str(snakemake.log),
)
