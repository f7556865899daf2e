"""What a run would make after a change: exactly what depends on it."""

import os
import random
import re
import shutil
import time

from scratch import (
    ARTICLE,
    AUTOENCODER,
    ERRATA,
    FETCHED,
    FROM_AUTOENCODER,
    FROM_VQE,
    GENERATOR,
    PAGE,
    SCORECARD,
    SIMULATIONS,
    VQE,
    Project,
    vqe,
)

SECOND = 10**9


def touch_all(project: Project) -> None:
    """Give every file but Snakemake's own a later time, in random order."""
    memory = project.path / ".snakemake"
    files = [p for p in project.path.rglob("*") if p.is_file() and memory not in p.parents]
    random.Random(1).shuffle(files)
    latest = max(path.stat().st_mtime_ns for path in files)
    for count, path in enumerate(files, 1):
        os.utime(path, ns=(latest + count * SECOND,) * 2)


def test_after_a_finished_run_nothing_is_left(finished: Project) -> None:
    assert finished.planned() == set()


def test_file_times_do_not_count(finished: Project) -> None:
    """Also for a record above the size where Snakemake stops comparing contents by default."""
    assert finished.record(vqe(2)).stat().st_size > 1_000_000
    touch_all(finished)
    assert finished.planned() == set()


def test_a_clock_that_was_set_back_stops_nothing(finished: Project) -> None:
    """Inputs from the future, of which Snakemake would make nothing that is new by then."""
    for path in (finished.path / "data").rglob("*"):
        os.utime(path, ns=(path.stat().st_mtime_ns + 10**6 * SECOND,) * 2)
    table = finished.path / "data/tables/vqe.csv"
    table.unlink()
    run = finished.run("data/tables/vqe.csv")
    assert run.code == 0, run.text
    assert table.stat().st_mtime <= time.time()


def test_one_more_depth_makes_that_cell_and_what_follows(finished: Project) -> None:
    """Its job has the other depths too, which it leaves as they are."""
    cells = [
        {"depth": 2, "initialisations": 300, "steps": 1000},
        {"depth": [3, 4], "initialisations": 3, "steps": 20},
    ]
    finished.configure(experiments__vqe__cells=cells)
    assert finished.planned() == {vqe(4)} | VQE | FROM_VQE
    before = finished.contents()
    run = finished.run(f"data/{vqe(4)}.nc")
    assert run.code == 0, run.text
    after = finished.contents()
    assert after.pop(vqe(4))
    assert after == before


def test_a_block_that_no_table_reads_is_simulated(finished: Project) -> None:
    block = {
        "kind": "vqe",
        "cells": [{"qubits": 2, "boundary": "open", "depth": 1, "initial": "code"}],
    }
    finished.configure(experiments__more=block)
    assert finished.planned() == {"records/more/n=2,boundary=open,depth=1,initial=code"}


def test_new_code_of_an_experiment_makes_its_cells_and_what_follows(finished: Project) -> None:
    finished.append("src/overpar/experiments/vqe.py", "CHANGED = True")
    assert finished.planned() == VQE | FROM_VQE


def test_new_code_of_an_input_reaches_those_who_read_it(finished: Project) -> None:
    finished.append("src/overpar/experiments/ntangled.py", "CHANGED = True")
    assert finished.planned() == {GENERATOR, *AUTOENCODER, *FROM_AUTOENCODER}


def test_the_qibo_bridge_the_console_and_storage_make_nothing(finished: Project) -> None:
    bridge = ("engines/qibo", "model/from_qibo", "model/foreign")
    for name in (*bridge, "base/progress", "base/records", "base/errors", "base/validation"):
        finished.append(f"src/overpar/{name}.py", "CHANGED = True")
    assert finished.planned() == set()


def test_new_kernels_make_what_may_use_them(finished: Project) -> None:
    """Chains are trained as free fermions."""
    finished.append("src/overpar/engines/kernels.py", "CHANGED = True")
    assert finished.planned() == {GENERATOR, *AUTOENCODER, *FROM_AUTOENCODER}


def test_new_fermions_make_the_chains(finished: Project) -> None:
    finished.append("src/overpar/engines/fermions.py", "CHANGED = True")
    assert finished.planned() == VQE | FROM_VQE


def test_another_source_of_ntangled_makes_the_cells_that_read_it(finished: Project) -> None:
    finished.configure(ntangled={"source": "regenerated"})
    assert finished.planned() == FETCHED | {ERRATA} | AUTOENCODER | FROM_AUTOENCODER


def test_comments_and_docstrings_make_nothing(finished: Project) -> None:
    for path in sorted((finished.path / "src").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        edited = re.sub('"""(?=[A-Z])', '"""Said otherwise. ', text)
        path.write_text(f"# A comment.\n\n{edited}", encoding="utf-8")
    for path in [finished.path / "Snakefile", *(finished.path / "workflow").rglob("*.smk")]:
        path.write_text(f"# A comment.\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert finished.planned() == set()


def test_a_new_seed_makes_every_simulation(finished: Project) -> None:
    finished.configure(seed=2110)
    assert finished.planned() == SIMULATIONS | FROM_VQE | FROM_AUTOENCODER


def test_a_changed_claim_makes_the_scorecard_and_the_page(finished: Project) -> None:
    claims = finished.path / "config/claims.yaml"
    text = claims.read_text(encoding="utf-8")
    claims.write_text(text.replace("at_most: 0", "at_most: 1"), encoding="utf-8")
    assert finished.planned() == SCORECARD | PAGE


def test_a_changed_finding_makes_errata_article_and_page(finished: Project) -> None:
    findings = finished.path / "config/errata.yaml"
    text = findings.read_text(encoding="utf-8")
    findings.write_text(text.replace("48 such runs", "forty-eight such runs"), encoding="utf-8")
    assert finished.planned() == {ERRATA, ARTICLE} | PAGE


def test_a_changed_text_makes_the_article_only(finished: Project) -> None:
    finished.append("article/layout.typ", "// Another layout.")
    assert finished.planned() == {ARTICLE}
    finished.append("article/short.typ", "It has 40 angles.")
    run = finished.run("--dry-run")
    assert run.code == 1
    assert "short.typ:7: a number is typed: " in run.text


def test_a_new_check_makes_errata_article_and_page(finished: Project) -> None:
    finished.append("src/overpar/study/errata/circuits.py", "CHANGED = True")
    assert finished.planned() == {ERRATA, ARTICLE} | PAGE


def test_a_new_assumption_makes_the_page_that_lists_it_only(finished: Project) -> None:
    finished.append("src/overpar/experiments/vqe.py", "# ASSUME: something else.")
    assert finished.planned() == PAGE


def test_a_changed_template_makes_its_page_only(finished: Project) -> None:
    finished.append("src/overpar/report/templates/page.css", "/* Another colour. */")
    assert finished.planned() == PAGE


def test_a_changed_plot_makes_its_figure_and_the_page(finished: Project) -> None:
    finished.append("src/overpar/report/plots/vqe.py", "CHANGED = True")
    assert finished.planned() == {"figures/fig3", ARTICLE} | PAGE


def test_new_code_that_builds_tables_and_figures_makes_all_of_them(finished: Project) -> None:
    finished.append("src/overpar/study/build.py", "CHANGED = True")
    assert finished.planned() == FROM_VQE | FROM_AUTOENCODER


def test_a_run_that_ended_between_cell_and_table_is_continued(finished: Project) -> None:
    """The table is older than its record, but that is not why it is made: its identity changed."""
    finished.append("src/overpar/experiments/vqe.py", "CHANGED = True")
    run = finished.run(*(f"data/{vqe(depth)}.nc" for depth in (2, 3)))
    assert run.started() == VQE
    touch_all(finished)
    assert finished.planned() == FROM_VQE


def test_results_without_snakemakes_memory_are_used_if_they_fit(finished: Project) -> None:
    """As from an archive; touched, because no archive keeps the order of times."""
    shutil.rmtree(finished.path / ".snakemake")
    for results in ("data", "figures"):
        for path in sorted((finished.path / results).rglob("*")):
            os.utime(path, ns=(SECOND, SECOND))
    assert finished.planned() == set()
    finished.configure(seed=2110)
    assert finished.planned() == SIMULATIONS | FROM_VQE | FROM_AUTOENCODER


def test_a_deleted_record_is_made_again(finished: Project) -> None:
    finished.record(vqe(3)).unlink()
    assert finished.planned() == VQE | FROM_VQE
