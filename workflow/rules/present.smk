# Tables and published facts become figures, the scorecard and the article.
rule figure:
    input:
        lambda w: [str(PLAN.table_path(t)) for t in PLAN.figure_tables(w.figure)],
    output:
        png=report(
            f"{PLAN.config.paths.figures}/{{figure}}.png",
            caption="../report/figure.rst",
            category=lambda w: PLAN.config.figures[w.figure].category,
            labels=lambda w: {
                "figure": w.figure,
                "shows": PLAN.config.figures[w.figure].title,
            },
        ),
        pdf=f"{PLAN.config.paths.figures}/{{figure}}.pdf",
        csv=f"{PLAN.config.paths.figures}/{{figure}}.csv",
        caption=f"{PLAN.config.paths.figures}/{{figure}}.txt",
        stamp=f"{PLAN.config.paths.figures}/{{figure}}.json",
    log:
        f"{PLAN.config.paths.logs}/figure/{{figure}}.log",
    benchmark:
        f"{PLAN.config.paths.benchmarks}/workflow/figure/{{figure}}.tsv"
    wildcard_constraints:
        figure="|".join(PLAN.config.figures),
    conda:
        "../../environment.yml"
    params:
        identity=lambda w: IDENTITIES.figure(w.figure),
        caption=lambda w: Path(PLAN.config.paths.figures, f"{w.figure}.txt"),
    script:
        "../scripts/figure.py"


rule errata:
    input:
        [str(PLAN.manifest(dataset)) for dataset in DATASETS],
    output:
        report(
            f"{PLAN.config.paths.figures}/errata.csv",
            caption="../report/errata.rst",
            category="Errata",
            labels={
                "shows": "what was found wrong in published data, each finding checked"
            },
        ),
        stamp=f"{PLAN.config.paths.figures}/errata.json",
    log:
        f"{PLAN.config.paths.logs}/errata.log",
    benchmark:
        f"{PLAN.config.paths.benchmarks}/workflow/errata/errata.tsv"
    conda:
        "../../environment.yml"
    params:
        identity=IDENTITIES.errata(),
    script:
        "../scripts/errata.py"


rule scorecard:
    input:
        [str(PLAN.table_path(table)) for table in PLAN.config.tables],
    output:
        png=report(
            f"{PLAN.config.paths.figures}/scorecard.png",
            caption="../report/scorecard.rst",
            category="All claims",
            labels={"shows": "every statement with its verdict"},
        ),
        pdf=f"{PLAN.config.paths.figures}/scorecard.pdf",
        csv=report(
            f"{PLAN.config.paths.figures}/scorecard.csv",
            caption="../report/scorecard.rst",
            category="All claims",
            labels={"shows": "the same as a table"},
        ),
        instances=f"{PLAN.config.paths.figures}/instances.csv",
        stamp=f"{PLAN.config.paths.figures}/scorecard.json",
        tables=directory(f"{PLAN.config.paths.figures}/tables"),
    log:
        f"{PLAN.config.paths.logs}/scorecard.log",
    benchmark:
        f"{PLAN.config.paths.benchmarks}/workflow/scorecard/scorecard.tsv"
    conda:
        "../../environment.yml"
    params:
        identity=IDENTITIES.scorecard(),
    script:
        "../scripts/scorecard.py"


if PLAN.config.article:

    rule article:
        input:
            # Stamps, which name all files: of a directory Snakemake knows nothing but its time.
            rules.scorecard.output.stamp,
            rules.errata.output.stamp,
            lambda w: [str(PLAN.figures / f"{f}.json") for f in figures_shown(PLAN)],
        output:
            report(
                str(PLAN.article),
                caption="../report/article.rst",
                category="Article",
                labels={"shows": "what was claimed, what was done, what was found"},
            ),
            stamp=str(PLAN.article.with_suffix(".json")),
        log:
            f"{PLAN.config.paths.logs}/article.log",
        benchmark:
            f"{PLAN.config.paths.benchmarks}/workflow/article/article.tsv"
        conda:
            "../../environment.yml"
        params:
            identity=lambda w: IDENTITIES.article(),
        script:
            "../scripts/article.py"


# All results in one file, which people open first.
rule page:
    input:
        rules.scorecard.output.csv,
        rules.errata.output,
        expand(rules.figure.output.caption, figure=PLAN.config.figures),
        [str(PLAN.table_path(table)) for table in PLAN.chart_tables],
    output:
        page=f"{PLAN.config.paths.figures}/index.html",
        stamp=f"{PLAN.config.paths.figures}/index.json",
    log:
        f"{PLAN.config.paths.logs}/page.log",
    benchmark:
        f"{PLAN.config.paths.benchmarks}/workflow/page/page.tsv"
    conda:
        "../../environment.yml"
    params:
        identity=lambda w: IDENTITIES.page(),
    script:
        "../scripts/page.py"
