"""`make slurm-test`: a small workflow through profiles/slurm on a real cluster, killed and resumed.

One run is finished and compared with a local run, bit by bit. Then a job is cancelled, and the
submitting process is killed, each while a cell is held that waits for a file.
"""

import csv
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import small
import snakemake_executor_plugin_slurm
import yaml
from scratch import HELD, Project, assert_same_bits, copied
from slurm import NoCluster, asked, cluster, installed

EXPERIMENTS = {
    "vqe": small.CONFIG["experiments"]["vqe"],
    "spectra": small.CONFIG["experiments"]["spectra"],
    "held": {
        "kind": "circuit_training",
        "every": {"model": "held", "qubits": 2, "initialisations": 2, "steps": 5},
        "cells": [{"depth": [1, 2, 3]}],
    },
}
CONFIG = small.CONFIG | {
    "models": {"held": {"circuit": "held.py:circuit", "observable": "-ZZ - X"}},
    "experiments": EXPERIMENTS,
    "tables": {name: small.CONFIG["tables"][name] for name in ("vqe", "vqe_curves")}
    | {"held": {"function": "training:cells", "experiments": ["held"]}},
}
# So long no run, job or kill may take.
LIMIT = 600


@dataclass
class Submitting:
    """A run of a project through the profile.

    Args:
        project: what is run.
        process: Snakemake.
        log: what it says.
    """

    project: Project
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def submitted(self) -> list[str]:
        """Numbers of the jobs that it gave to Slurm."""
        return re.findall(r"submitted with SLURM jobid (\d+)", self.text)

    def ended(self, code: int) -> None:
        """Wait for its end."""
        found = self.process.wait(LIMIT)
        # Those of jobs that ended well are removed.
        logs = (self.project.path / ".snakemake/slurm_logs").rglob("*.log")
        said = "\n".join(f"{log}:\n{log.read_text(encoding='utf-8')[-3000:]}" for log in logs)
        assert found == code, f"exit {found}, not {code}:\n{self.text}\n{said}"


@contextmanager
def submitting(project: Project, tools: Path, mirror: Path) -> Iterator[Submitting]:
    """A run that is killed at the end, if it has not ended."""
    environment = project.environment(mirror)
    plugin = Path(snakemake_executor_plugin_slurm.__file__).resolve().parents[1]
    environment |= {
        "PYTHONPATH": f"{environment['PYTHONPATH']}{os.pathsep}{plugin}",
        "PATH": f"{tools}{os.pathsep}{environment['PATH']}",
    }
    command = [sys.executable, "-m", "snakemake", "--profile", "profiles/slurm"]
    number = len(list(project.path.glob("run-*.log")))
    log = project.path / f"run-{number}.log"
    with log.open("wb") as handle:
        process = subprocess.Popen(
            command, cwd=project.path, env=environment, stdout=handle, stderr=subprocess.STDOUT
        )
    try:
        yield Submitting(project, process, log)
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for something."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"waited {LIMIT} s in vain until {what}"
        time.sleep(0.5)


def waiting(run: Submitting) -> None:
    """Wait until the run's held cell is begun."""

    def begun() -> bool:
        assert run.process.poll() is None, f"the run ended too early:\n{run.text}"
        return (run.project.path / "waiting").exists()

    until(begun, "the held cell is begun")


def cells(project: Project) -> set[str]:
    """Depths of the held experiment whose records are there."""
    return {name.partition("depth=")[2][:1] for name in project.records() if "/held/" in name}


def hold(project: Project) -> None:
    """Let the next run make the held cells again, and wait."""
    tables = (project.path / "data/tables").glob("held.*")
    for path in (*(project.path / "data/records/held").iterdir(), *tables):
        path.unlink()
    for name in ("go", "waiting"):
        (project.path / name).unlink(missing_ok=True)


def seconds(tools: Path, job: str) -> float:
    """Wall time of a job of Slurm."""
    said = asked(tools, "scontrol", "--oneliner", "show", "job", job)
    begin, end = (
        datetime.fromisoformat(re.findall(rf"{key}=(\S+)", said)[0])
        for key in ("StartTime", "EndTime")
    )
    return (end - begin).total_seconds()


def worked(project: Project) -> list[float]:
    """Seconds of the workflow's jobs on the cluster."""
    found = []
    for path in sorted((project.path / "data/benchmarks").rglob("*.tsv")):
        if path.parent.name != "fetch":
            with path.open(encoding="utf-8") as handle:
                found += [float(row["s"]) for row in csv.DictReader(handle, delimiter="\t")]
    return found


def assert_same(one: Project, other: Project) -> int:
    """All records, tables and figures are equal bit by bit; how many there are."""
    assert_same_bits(one, other)
    names = [
        path.relative_to(one.path)
        for pattern in ("data/tables/*.csv", "figures/*.csv", "figures/*.png", "figures/*.pdf")
        for path in sorted(one.path.glob(pattern))
    ]
    for name in names:
        assert (one.path / name).read_bytes() == (other.path / name).read_bytes(), name
    assert names
    return len(one.records()) + len(names)


def finished(project: Project, local: Project, tools: Path, mirror: Path) -> str:
    """A whole run; says what it took."""
    (project.path / "go").touch()
    with submitting(project, tools, mirror) as run:
        run.ended(0)
    print(f"{assert_same(local, project)} records, tables and figures as of a local run")
    times = worked(project)
    over = sum(seconds(tools, job) for job in run.submitted) - sum(times)
    return (
        f"{len(times)} jobs in {len(run.submitted)} submissions,"
        f" {over / len(times):.1f} s of overhead per job"
    )


def cancelled(project: Project, tools: Path, mirror: Path) -> None:
    """A job is cancelled: the run ends, says which, and keeps the records that are made."""
    hold(project)
    with submitting(project, tools, mirror) as run:
        waiting(run)
        asked(tools, "scancel", run.submitted[-1])
        run.ended(1)
    assert "Error in group records" in run.text, run.text
    assert "simulate_held" in run.text, run.text
    assert cells(project) == {"1"}, cells(project)
    print("a cancelled job is named, and what it had made is kept")


def killed(project: Project, local: Project, tools: Path, mirror: Path) -> None:
    """A second run is refused, the first is killed and its job not; the next one goes on."""
    (project.path / "waiting").unlink()
    logs = project.path / ".snakemake/slurm_logs"
    with submitting(project, tools, mirror) as run:
        waiting(run)
        before = set(logs.rglob("*"))
        with submitting(project, tools, mirror) as second:
            second.ended(1)
        assert "Another run is going on" in second.text, second.text
        assert before <= set(logs.rglob("*")), "a refused run removed logs"
        run.process.kill()
    assert asked(tools, "squeue", "-h", "-o", "%T") == "RUNNING"
    (project.path / "go").touch()
    until(lambda: not asked(tools, "squeue", "-h"), "the job of the killed run ends")
    assert cells(project) == {"1", "2", "3"}, cells(project)
    with submitting(project, tools, mirror) as run:
        run.ended(0)
    assert "records" not in "".join(re.findall(r"slurm_logs/group_(\w*)", run.text)), run.text
    assert_same(local, project)
    print("a second run is refused; a killed one is gone on with, to the same bits")


def main() -> int:
    """Do all of it."""
    try:
        installed()
        with tempfile.TemporaryDirectory(prefix="overpar-slurm-") as directory:
            made, mirror = small.made_small(Path(directory))
            (made.path / "held.py").write_text(HELD, encoding="utf-8")
            (made.path / "config/config.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
            local = copied(made, Path(directory) / "local")
            (local.path / "go").touch()
            run = local.run(mirror=mirror)
            assert run.code == 0, run.text
            with cluster(Path(directory)) as tools:
                summary = finished(made, local, tools, mirror)
                cancelled(made, tools, mirror)
                killed(made, local, tools, mirror)
    except (NoCluster, AssertionError) as error:
        print(f"slurm-test: {error}", file=sys.stderr)
        return 1
    print(f"slurm-test passed: {summary}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
