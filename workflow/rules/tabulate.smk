# Records become tables.
rule tabulate:
    input:
        lambda w: [str(cell.path) for cell in PLAN.table_cells(w.table)],
    output:
        f"{PLAN.config.paths.tables}/{{table}}.csv",
    params:
        identity=lambda w: PLAN.table_identity(w.table),
    wildcard_constraints:
        table="|".join(PLAN.config.tables),
    script:
        "../scripts/tabulate.py"
