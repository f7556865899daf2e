# Records become tables: one job for those of the same experiments, which reads each record once.
for batch, tables in PLAN.table_batches.items():

    rule:
        name:
            rule_name("tabulate", batch)
        input:
            [str(cell.path) for cell in PLAN.table_cells(batch)],
        output:
            [str(PLAN.table_path(table)) for table in tables],
            [str(PLAN.table_path(table).with_suffix(".json")) for table in tables],
        log:
            f"{PLAN.config.paths.logs}/tabulate/{batch}.log",
        benchmark:
            f"{PLAN.config.paths.benchmarks}/workflow/tabulate/{batch}.tsv"
        conda:
            "../../environment.yml"
        params:
            batch=batch,
            identities=[IDENTITIES.table(table) for table in tables],
        script:
            "../scripts/tabulate.py"
