from overpar.study.build import build_scorecard
from overpar.study.jobs import job

job(snakemake.config, lambda study: build_scorecard(study.plan), str(snakemake.log))
