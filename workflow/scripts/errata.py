from overpar.study.errata.findings import build_errata
from overpar.study.jobs import job

job(snakemake.config, lambda study: build_errata(study.plan), str(snakemake.log))
