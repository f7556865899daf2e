from overpar.study.build import build_scorecard
from overpar.study.jobs import job

job(snakemake.config, build_scorecard, str(snakemake.log))
