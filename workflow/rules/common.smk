def cell_inputs(wildcards):
    """Files that a cell reads.

    On the way its record is looked into, which Snakemake does not do: one that is damaged or of
    another specification is made again.
    """
    cell = PLAN.cell(wildcards.experiment, wildcards.label)
    fault = PLAN.fault(cell)
    if fault and str(cell.path) not in workflow.dag.forcefiles:
        workflow.dag.forcefiles.add(str(cell.path))
        say(f"{fault} It is made again.")
    return list(PLAN.inputs(cell).values())
