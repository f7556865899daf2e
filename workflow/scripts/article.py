from overpar.study.build import build_article
from overpar.study.jobs import job

job(snakemake.config, build_article, str(snakemake.log))
