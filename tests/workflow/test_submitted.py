"""Where jobs are executed elsewhere, they are submitted together, with what the plan estimates."""

import os
import subprocess
import sys
from pathlib import Path

from scratch import Project

from overpar.study.check import read_study
from overpar.study.submissions import submissions

APART = Path(__file__).parent / "apart"


def test_jobs_are_submitted_together(fresh: Project) -> None:
    """Without a number of cores; what is fetched is fetched here."""
    environment = fresh.environment()
    environment["PYTHONPATH"] += f"{os.pathsep}{APART}"
    command = [sys.executable, "-m", "snakemake", "--executor", "apart", "--jobs", "40"]
    targets = ["data/tables/vqe.csv", "figures/errata.csv", "figures/fig3.png"]
    run = subprocess.run(
        [*command, "--quiet", "host", "--", *targets],
        cwd=fresh.path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    lines = (fresh.path / "submitted.log").read_text(encoding="utf-8").splitlines()
    name, *asked = lines[0].split()
    (vqe,) = (
        one for rule, one in submissions(read_study(fresh.path).plan).items() if "vqe" in rule
    )
    assert (name, asked) == (vqe.submission, ["1", str(vqe.megabytes), str(vqe.minutes)])
    # Two tables' job, a figure, errata: one after the other on a core, three minutes each.
    assert lines[1:] == ["results 1 2000 9"]
