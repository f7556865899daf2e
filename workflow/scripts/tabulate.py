from overpar.study.build import build_table
from overpar.study.jobs import job

job(
    snakemake.config,
    lambda study: build_table(study, snakemake.wildcards.table),
    str(snakemake.log),
)
