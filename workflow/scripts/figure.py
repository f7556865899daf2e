from overpar.study.build import build_figure
from overpar.study.jobs import job

job(
    snakemake.config,
    lambda study: build_figure(study, snakemake.wildcards.figure),
    str(snakemake.log),
)
