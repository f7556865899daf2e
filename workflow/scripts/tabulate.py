from overpar.study.build import build_tables
from overpar.study.jobs import job

job(
    snakemake.config,
    lambda study: build_tables(study, study.plan.table_batches[snakemake.params.batch]),
    str(snakemake.log),
)
