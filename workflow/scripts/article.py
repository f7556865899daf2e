from overpar.study.article import build_article
from overpar.study.jobs import job

job(snakemake.config, build_article, str(snakemake.log))
