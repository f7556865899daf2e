# Snakemake does not look into files: what is damaged or of another specification is made
# again where it is wanted, as if it were not there. Its settings (`--forcerun`) are not known yet
# while this is read, and would make targets of such files; so they are forced once, as soon as
# there is a plan of jobs to be filled. Jobs of their own process need not.
prepare_jobs = workflow._prepare_dag


def prepare_jobs_and_force(*arguments, **settings):
    for each in workflow.rules:
        # Else each file is compared with a regular expression for every output of its rule.
        if not each.has_wildcards():
            each.is_producer = frozenset(map(str, each.products())).__contains__
    prepare_jobs(*arguments, **settings)
    found = faults(STUDY)
    workflow.dag.forcefiles.update(found)
    for fault in list(found.values())[:10]:
        say(f"{fault} It is made again.")
    if len(found) > 10:
        say(f"{len(found) - 10} more such files are made again.")


if workflow.is_main_process:
    workflow._prepare_dag = prepare_jobs_and_force
