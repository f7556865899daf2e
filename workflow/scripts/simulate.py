import os

from overpar.base.progress import reporter, say
from overpar.study.check import Study
from overpar.study.execute import execute
from overpar.study.faults import fault
from overpar.study.jobs import job


def simulate(study: Study) -> None:
    cells = study.plan.batches_of(snakemake.params.experiment)[snakemake.params.batch]
    wanted = [cell for cell in cells if not cell.path.exists() or fault(study, cell)]
    engines = {engine for cell in wanted for engine in cell.spec.engines()}
    if engines:
        # Numba, which jobs that compute no states do not pay for.
        from overpar.study.kernels import compile_kernels

        compile_kernels(engines)
    for cell in cells:
        if cell in wanted:
            progress = reporter(f"{cell.experiment} {cell.label}", bar=False)
            execute(study, cell, progress, threads=snakemake.threads)
        else:
            # Snakemake takes an output that is older than an input for out of date.
            os.utime(cell.path)
    more = len({cell.spec.batch for cell in cells}) - 1
    name = f"{snakemake.params.experiment} {snakemake.params.batch}"
    name += f" and {more} more" if more else ""
    say(f"{name}: {len(wanted)} cells simulated, {len(cells) - len(wanted)} up to date")


job(snakemake.config, simulate, str(snakemake.log))
