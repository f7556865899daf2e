"""Tables, figures and pages that were changed or damaged are named, not used, and made again."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from planted import another_digit, another_identity, emptied, half
from scratch import ERRATA, FROM_AUTOENCODER, FROM_VQE, PAGE, SCORECARD, VQE, Project, vqe

FAULTS: dict[str, Callable[[Path], None]] = {
    "data/tables/vqe.csv": another_digit,
    "data/tables/autoencoder_runs.csv": emptied,
    "data/tables/vqe_curves.json": another_identity,
    "data/tables/autoencoder.json": half,
    "figures/fig3.csv": another_digit,
    "figures/fig3.png": half,
    "figures/sup_fig_5.txt": emptied,
    "figures/scorecard.csv": another_digit,
    "figures/instances.csv": Path.unlink,
    "figures/tables/vqe.csv.gz": half,
    "figures/errata.csv": another_digit,
    "figures/short.pdf": half,
    "figures/index.html": half,
    "data/external/ntangled.json": half,
    f"data/{vqe(3)}.nc": half,
}
NAMES = {
    "Table vqe", "Table autoencoder_runs", "Table vqe_curves", "Table autoencoder", "Figure fig3",
    "Figure sup_fig_5", "The scorecard", "The errata", "The page", "data set ntangled",
    "The article",
}  # fmt: skip


def verify(project: Project) -> tuple[int, dict[str, str]]:
    """Exit code of `overpar verify`, and the state of what it lists."""
    done = subprocess.run(
        [sys.executable, "-m", "overpar.cli", "verify"],
        cwd=project.path,
        env=project.environment(),
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    rows = [line.split("  ", 1) for line in done.stdout.splitlines()[:-1]]
    return done.returncode, {name.partition(":")[0].strip(): state for state, name in rows}


def test_whatever_was_changed_is_found_and_made_again(finished: Project) -> None:
    """Nothing is found after a run; then each of the planted faults; after the next, nothing."""
    assert verify(finished) == (0, {})
    files = [finished.path / name for name in FAULTS]
    before = {path: path.read_bytes() for path in files if path.suffix in (".csv", ".png", ".txt")}
    for name, damage in FAULTS.items():
        damage(finished.path / name)
    code, found = verify(finished)
    assert code == 1
    record = next(name for name in found if name.startswith("record "))
    assert found.pop(record) == "damaged"
    assert found.pop("Table vqe_curves") == "outdated"
    assert found == dict.fromkeys(NAMES - {"Table vqe_curves"}, "damaged")

    run = finished.run()
    assert run.code == 0, run.text
    assert run.text.count("It is made again.") == 10, "the first of them"
    assert f"{len(NAMES) + 1 - 10} more such files are made again." in run.text
    assert "Traceback" not in run.text
    assert {*VQE, *FROM_VQE, *FROM_AUTOENCODER, ERRATA, *PAGE, "external/ntangled"} <= run.started()
    assert verify(finished) == (0, {})
    assert {path: path.read_bytes() for path in before} == before
    assert finished.planned() == set()


def test_a_figure_is_never_drawn_from_a_table_that_was_changed(finished: Project) -> None:
    """Not even in a job of its own, which has not looked at everything before."""
    another_digit(finished.path / "data/tables/vqe.csv")
    before = (finished.path / "figures/fig3.png").read_bytes()
    code = "import sys; from overpar.study.build import build_figure;"
    code += "from overpar.study.check import read_study; build_figure(read_study(), 'fig3')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=finished.path,
        env=finished.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "vqe.csv is not as it was written" in done.stderr
    assert (finished.path / "figures/fig3.png").read_bytes() == before


def test_without_snakemakes_memory_tables_of_other_code_are_made_again(finished: Project) -> None:
    shutil.rmtree(finished.path / ".snakemake")
    assert finished.planned() == set()
    finished.append("src/overpar/report/tables/training.py", "CHANGED = True")
    planned = finished.planned()
    assert {"tables/vqe", "tables/autoencoder", "figures/fig3"} | SCORECARD | PAGE <= planned
    assert not planned & VQE
