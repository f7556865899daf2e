from overpar.base.progress import say
from overpar.study.datasets import obtain
from overpar.study.jobs import job

job(
    snakemake.config,
    lambda study: obtain(study.plan, snakemake.wildcards.dataset, say),
    str(snakemake.log),
)
