from overpar.study.jobs import job
from overpar.study.build import build_table

job(
    snakemake.config,
    lambda plan: build_table(plan, snakemake.wildcards.table),
    str(snakemake.log),
)
