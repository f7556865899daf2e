from overpar.study.jobs import job
from overpar.study.notebooks import build_notebook

job(
    snakemake.config,
    lambda study: build_notebook(study, snakemake.wildcards.notebook, snakemake.config),
    str(snakemake.log),
)
