from overpar.study.jobs import job
from overpar.study.build import build_scorecard

job(snakemake.config, build_scorecard, str(snakemake.log))
