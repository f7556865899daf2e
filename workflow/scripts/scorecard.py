from overpar.base.jobs import job
from overpar.report.build import build_scorecard

job(snakemake.config, build_scorecard, str(snakemake.log))
