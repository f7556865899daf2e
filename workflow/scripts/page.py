from overpar.study.jobs import job
from overpar.study.page import build_page

job(snakemake.config, build_page, str(snakemake.log))
