# Data sets of others, each file checked by sha256. All cores are asked for so that a required
# data set which cannot be had stops the workflow before any simulation.
rule fetch:
    output:
        f"{PLAN.config.paths.external}/{{dataset}}.json",
    params:
        digest=lambda w: PLAN.dataset_digest(w.dataset),
        policy=PLAN.config.ntangled.source,
    wildcard_constraints:
        dataset="|".join(DATASETS),
    threads: workflow.cores
    priority: 100
    script:
        "../scripts/fetch.py"
