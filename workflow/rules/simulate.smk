# One job per cell; the identity holds everything that decides its numbers.
rule simulate:
    input:
        cell_inputs,
    output:
        f"{PLAN.config.paths.records}/{{experiment}}/{{label}}.nc",
    log:
        f"{PLAN.config.paths.logs}/{{experiment}}/{{label}}.log",
    wildcard_constraints:
        experiment="[^/]+",
        label="[^/]+",
    conda:
        "../../environment.yml"
    threads: 1
    params:
        identity=lambda w: PLAN.identity(PLAN.cell(w.experiment, w.label)),
    script:
        "../scripts/simulate.py"
