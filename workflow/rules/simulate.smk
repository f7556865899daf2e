# One job per batch of cells. The job makes only those records that are missing or out of date, so
# that a cell more costs one cell more; the identities hold everything that decides the numbers.
PRIORITIES = priorities(PLAN)

for (experiment, batch), cells in PLAN.batches.items():

    rule:
        name:
            rule_name("simulate", experiment, batch)
        input:
            sorted({str(path) for cell in cells for path in PLAN.inputs(cell)}),
        output:
            [update(str(cell.path)) for cell in cells],
        log:
            f"{PLAN.config.paths.logs}/{experiment}/{batch}.log",
        benchmark:
            f"{PLAN.config.paths.benchmarks}/simulate/{experiment}/{batch}.tsv"
        priority: PRIORITIES[experiment, batch]
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=round(max(cell.spec.megabytes() for cell in cells)),
        params:
            experiment=experiment,
            batch=batch,
            identities=[IDENTITIES.cell(cell) for cell in cells],
        script:
            "../scripts/simulate.py"
