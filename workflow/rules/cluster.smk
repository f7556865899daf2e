# On a cluster jobs share submissions: of records a few, and one of all that is made from them. What
# executes jobs is not known yet while this is read; runs on one machine have no submissions.
prepare_jobs_here = workflow._prepare_dag


def prepare_submissions(*arguments, **settings):
    if not workflow.local_exec:
        share_submissions()
    if not workflow.local_exec or workflow.remote_exec:
        # The width of a submission, in what is asked for and where it is done; how many there are
        # at once is --jobs.
        workflow.global_resources["_cores"] = 1
    prepare_jobs_here(*arguments, **settings)


def share_submissions():
    batches = submissions(PLAN)
    # Otherwise Snakemake submits apart what does not depend on each other.
    names = {"results", *(asked.submission for asked in batches.values())}
    workflow.group_settings.group_components = dict.fromkeys(names, 10**6)
    for each in workflow.rules:
        if workflow.is_local(each):
            continue
        each.group = "results"
        wanted = {"mem_mb": 2000, "runtime": 3}
        if each.name in batches:
            asked = batches[each.name]
            each.group = asked.submission
            wanted = {"mem_mb": asked.megabytes, "runtime": asked.minutes}
            wanted["slurm_extra"] = f"--nice={asked.place}"
        each.resources.update(wanted)
        # What is said by --set-resources comes last.
        said = workflow.resource_settings._parsed_overwrite_resources
        each.resources.update(said.get(each.name, {}))


workflow._prepare_dag = prepare_submissions
