from overpar.study.datasets import obtain
from overpar.study.jobs import job
from overpar.base.progress import say

job(
    snakemake.config,
    lambda plan: obtain(plan, snakemake.wildcards.dataset, say),
    str(snakemake.log),
)
