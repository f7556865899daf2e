"""`overpar times`, from benchmark files as Snakemake writes them."""

from pathlib import Path

import pytest
import yaml

from overpar.base.records import write_record
from overpar.cli import main

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
CELL = {"qubits": 2, "boundary": "open", "depth": 1, "initial": "data"}
CONFIG = {
    "seed": 1,
    "size": "smoke",
    "experiments": {"vqe": {"cells": [CELL]}},
    "tables": {},
    "figures": {},
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one record that took four seconds to simulate."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(CONFIG))
    (tmp_path / "config/claims.yaml").write_text("alpha: 0.01\nstatements: []\n")
    record = tmp_path / "data/records/vqe/n=2,boundary=open,depth=1,initial=data.nc"
    write_record(record, {}, {"seconds": 4.0, "processor_seconds": 2.5, "spec": "{}"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_times(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, seconds, memory, processor in (
        ("simulate/vqe/one", "3.00", "100.4", "2.50"),
        ("simulate/vqe/two", "2.00", "99.0", "-"),
        ("workflow/figure/fig3", "1.25", "NA", "NA"),
    ):
        path = project / f"data/benchmarks/{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{HEAD}{seconds}\t0:00:03\t{memory}" + 6 * "\t1" + f"\t{processor}\n")
    assert main(["times"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["jobs", "of", "jobs", "wall", "s", "CPU", "s", "MB", "start-up"],
        ["simulate", "vqe", "2", "5.0", "2.5", "100", "20.0%"],
        ["workflow", "figure", "1", "1.2", "0.0"],
        ["all", "3", "6.2", "2.5", "20.0%"],
    ]


def test_the_five_that_took_longest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seconds in range(1, 8):
        path = project / f"data/benchmarks/workflow/rule{seconds}/one.tsv"
        path.parent.mkdir(parents=True)
        path.write_text(f"{HEAD}{seconds}\t0:00:01\t100" + 6 * "\t1" + "\t1\n")
    assert main(["times", "--short"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [line[1] for line in lines[:-1]] == [f"rule{seconds}" for seconds in (7, 6, 5, 4, 3)]
    assert lines[-1][:3] == ["all", "7", "28.0"]


def test_the_whole(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two runs: (1 + 6.5 + 0.5 + 2) / 2.5 = 4."""
    path = project / "data/benchmarks/workflow/figure/fig3.tsv"
    path.parent.mkdir(parents=True)
    path.write_text(f"{HEAD}1.00\t0:00:01\t100" + 6 * "\t1" + "\t1\n")
    (project / "data/benchmarks/runs.csv").write_text("1.00,6.50\n0.50,2.00\n")
    assert main(["times"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "CPU seconds of all runs: main process 1.5, jobs 8.5; inside the experiments 2.5;"
        " ratio 4.000"
    )


def test_without_any_job(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["times"]) == 2
    assert "There are no times in data/benchmarks yet" in capsys.readouterr().err
