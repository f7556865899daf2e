# One job per cell; the identity holds everything that decides its numbers.
rule simulate:
    input:
        lambda w: list(PLAN.inputs(PLAN.cell(w.experiment, w.label)).values()),
    output:
        f"{PLAN.config.paths.records}/{{experiment}}/{{label}}.nc",
    params:
        identity=lambda w: PLAN.identity(PLAN.cell(w.experiment, w.label)),
    wildcard_constraints:
        experiment="[^/]+",
        label="[^/]+",
    threads: 1
    script:
        "../scripts/simulate.py"
