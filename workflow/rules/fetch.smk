# Data sets of others, each file checked by sha256. All cores are asked for so that a required
# data set which cannot be had stops the workflow before any simulation, whose priorities are times.
rule fetch:
    output:
        f"{PLAN.config.paths.external}/{{dataset}}.json",
    log:
        f"{PLAN.config.paths.logs}/fetch/{{dataset}}.log",
    benchmark:
        f"{PLAN.config.paths.benchmarks}/workflow/fetch/{{dataset}}.tsv"
    wildcard_constraints:
        dataset="|".join(DATASETS),
    priority: 10**9
    # Nodes of a cluster often have no network, and its run has no number of cores.
    localrule: True
    conda:
        "../../environment.yml"
    threads: workflow.resource_settings.cores or 1
    params:
        digest=lambda w: IDENTITIES.dataset(w.dataset),
        policy=PLAN.config.ntangled.source,
    script:
        "../scripts/fetch.py"
