"""What an edit changes among all cells of the published size, by their identities."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from overpar.engines.lanes import _WITH_KERNELS
from overpar.study import digest
from overpar.study.check import Study, opened
from overpar.study.config import DEFAULT, read
from overpar.study.plan import Cell

ROOT = Path(__file__).parents[2]


@cache
def study(source: str = "auto") -> Study:
    values = read([ROOT / DEFAULT])
    return opened({**values, "ntangled": {"source": source}}, ROOT)


def all_cells() -> list[Cell]:
    return list(study().plan.cells.values())


def identities(known: Study) -> dict[Any, str]:
    of = known.identities
    cells = {key: of.cell(cell) for key, cell in known.plan.cells.items()}
    config = known.plan.config
    tables = {name: of.table(name) for name in config.tables}
    figures = {f"figure {name}": of.figure(name) for name in config.figures}
    return cells | tables | figures | {"scorecard": of.scorecard()}


@cache
def before() -> dict[Any, str]:
    return identities(study())


def forget() -> None:
    digest.code_digest.cache_clear()
    digest.reached.cache_clear()


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that gives the keys of what an edit of modules of `overpar` changes."""

    def edit(*modules: str) -> set[Any]:
        before()
        real = digest._module
        edited = {f"overpar.{name}" for name in modules}
        monkeypatch.setattr(
            digest,
            "_module",
            lambda name: replace(real(name), digest="edited") if name in edited else real(name),
        )
        forget()
        fresh = Study(study().plan, type(study().identities)(study().plan))
        after = identities(fresh)
        return {key for key, value in after.items() if value != before()[key]}

    yield edit
    monkeypatch.undo()
    forget()


def keys(choose: Callable[[Cell], bool]) -> set[tuple[str, str]]:
    """Cells, and those that read their records."""
    found = {(c.experiment, c.label) for c in all_cells() if choose(c)}
    readers = {
        (cell.experiment, cell.label)
        for cell in all_cells()
        for need in cell.spec.needs().values()
        if tuple(need.removeprefix("record:").split("/", 1)) in found
    }
    return found | readers


def cells(found: set[Any]) -> set[tuple[str, str]]:
    return {key for key in found if isinstance(key, tuple)}


@pytest.mark.parametrize(
    "modules",
    [
        ("engines.qibo", "model.from_qibo", "model.foreign"),
        ("base.errors", "base.progress", "base.records", "base.validation"),
    ],
)
def test_bridge_console_and_storage_change_nothing(changed: Any, modules: tuple[str, ...]) -> None:
    """No cell of the published size is Qibo's."""
    assert changed(*modules) == set()


@pytest.mark.parametrize("module", ["kernels", "sweeps", "statevector"])
def test_the_state_vector_changes_those_that_may_use_it(changed: Any, module: str) -> None:
    found = cells(changed(f"engines.{module}"))
    assert found == keys(lambda cell: "statevector" in cell.spec.engines())
    experiments = {name for name, _ in found}
    assert {"compilation_spectra", "spectra", "autoencoder", "landscape"} <= experiments
    assert {"vqe", "compilation", "algebra", "diagrams", "noisy_spectra"}.isdisjoint(experiments)


def test_free_fermions_change_those_that_may_use_them(changed: Any) -> None:
    found = cells(changed("engines.fermions"))
    assert found == keys(lambda cell: "fermions" in cell.spec.engines())
    assert {"vqe", "landscape"} <= {name for name, _ in found}
    # Of one kind, the Ising chain's own ansatz and no other.
    models = {cell.spec.model.name for cell in all_cells() if cell.kind == "variance"}  # type: ignore[attr-defined]
    moved = {label.split(",")[0] for name, label in found if name == "variance"}
    assert moved == {f"model={m}" for m in models if m in ("tfim_open", "tfim_periodic")}


@pytest.mark.parametrize("module", ["pauli_kernels", "paulis"])
def test_pauli_coefficients_change_those_that_compile(changed: Any, module: str) -> None:
    found = cells(changed(f"engines.{module}"))
    assert found == keys(lambda cell: "paulis" in cell.spec.engines())
    models = {label.split(",")[0] for name, label in found if name == "census_models"}
    assert models == {"model=compilation"}
    assert {name for name, _ in found} == {"census_models", "compilation", "compilation_spectra"}


def test_lanes_change_all_that_is_compiled_with_them(changed: Any) -> None:
    found = cells(changed("engines.lanes"))
    kernels = {"fermions", "paulis", "statevector", "transfer"}
    assert found == keys(lambda c: bool(kernels & c.spec.engines()))


def test_pauli_transfer_changes_noise_only(changed: Any) -> None:
    found = {name for name, _ in cells(changed("engines.transfer"))}
    assert found == {"noisy_spectra", "noise_seeds", "noisy_training"}


@pytest.mark.parametrize("source", ["regenerated", "ntangled", "released"])
def test_the_source_of_ntangled_changes_the_cells_that_follow_it(source: str) -> None:
    after = identities(study(source))
    found = cells({key for key, value in after.items() if value != before()[key]})
    assert found == {
        (c.experiment, c.label)
        for c in all_cells()
        if getattr(c.spec, "states", None) == "ntangled"
    }


def test_a_cell_without_engine_counts_none() -> None:
    (cell, *_) = (c for c in all_cells() if c.kind == "algebra")
    assert cell.spec.engines() == frozenset()
    text = json.loads(study().identities.text(cell))
    assert text["source"] == ""


def test_the_cache_of_kernels_is_named_by_the_files_that_hold_them() -> None:
    files = (ROOT / "src/overpar/engines").glob("*.py")
    holders = {f.stem for f in files if "\n@kernel" in f.read_text(encoding="utf-8")}
    assert holders | {"lanes"} == set(_WITH_KERNELS)
