from overpar.study.errata.findings import build_errata
from overpar.study.jobs import job

job(snakemake.config, build_errata, str(snakemake.log))
