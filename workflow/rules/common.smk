import re


def rule_name(experiment, batch):
    """A name that Snakemake takes, for the rule that does a batch."""
    return re.sub("[^0-9A-Za-z]+", "_", f"simulate_{experiment}_{batch}")


def inputs_of(cells):
    """Input function for the files that cells read.

    On the way their records are looked into, which Snakemake does not do: one that is damaged or
    of another specification is made again.
    """

    def inputs(wildcards):
        for cell in cells:
            fault = IDENTITIES.fault(cell)
            if fault and str(cell.path) not in workflow.dag.forcefiles:
                workflow.dag.forcefiles.add(str(cell.path))
                say(f"{fault} It is made again.")
        needed = {path for cell in cells for path in PLAN.inputs(cell).values()}
        return sorted(str(path) for path in needed)

    return inputs
