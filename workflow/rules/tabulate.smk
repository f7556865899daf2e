# Records become tables.
rule tabulate:
    input:
        lambda w: [str(cell.path) for cell in PLAN.table_cells(w.table)],
    output:
        f"{PLAN.config.paths.tables}/{{table}}.csv",
    log:
        f"{PLAN.config.paths.logs}/tabulate/{{table}}.log",
    benchmark:
        f"{PLAN.config.paths.benchmarks}/workflow/tabulate/{{table}}.tsv"
    wildcard_constraints:
        table="|".join(PLAN.config.tables),
    conda:
        "../../environment.yml"
    params:
        identity=lambda w: IDENTITIES.table(w.table),
    script:
        "../scripts/tabulate.py"
