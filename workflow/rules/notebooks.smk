# Notebooks are executed on the tables of this run; what they show is kept as a page.
rule notebook:
    input:
        # Its text is in the identity; the outputs that Jupyter stores in it do not count.
        notebook=ancient("notebooks/{notebook}.ipynb"),
        tables=lambda w: [
            str(PLAN.table_path(table))
            for table in PLAN.config.notebooks[w.notebook].tables
        ],
    output:
        report(
            f"{PLAN.config.paths.notebooks}/{{notebook}}.html",
            caption="../report/notebook.rst",
            category="Notebooks",
            labels=lambda w: {
                "notebook": w.notebook,
                "shows": PLAN.config.notebooks[w.notebook].title,
            },
        ),
        stamp=f"{PLAN.config.paths.notebooks}/{{notebook}}.json",
    log:
        f"{PLAN.config.paths.logs}/notebook/{{notebook}}.log",
    benchmark:
        f"{PLAN.config.paths.benchmarks}/workflow/notebook/{{notebook}}.tsv"
    wildcard_constraints:
        notebook="|".join(PLAN.config.notebooks),
    conda:
        "../../environment.yml"
    params:
        identity=lambda w: IDENTITIES.notebook(w.notebook),
    script:
        "../scripts/notebook.py"
