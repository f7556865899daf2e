"""The kind census and its tables."""

import json
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from xarray import Dataset

from overpar.engines.choose import make_objective
from overpar.experiments import census as kind
from overpar.experiments.common.spec import Context
from overpar.model.model import Model
from overpar.quantities.training import train
from overpar.report.tables import transition

ISING = Model(name="tfim_open", ansatz="tfim_hva")


def run(**settings: Any) -> dict[str, Any]:
    spec = kind.Spec(**{"model": ISING, "start": "quarter", "initialisations": 6, **settings})
    return kind.run(spec, Context("census", spec.label, 1)).variables


def test_record_of_a_cell() -> None:
    """4 qubits, open: below saturation all runs end above the ground state, above it none."""
    short, long = (run(qubits=4, depth=depth, steps=400) for depth in (3, 8))
    assert short["rank"].values.tolist() == [2, 4, 6]
    assert long["rank"].values.tolist() == [2, 4, 6, 8, 8, 8, 8, 8]
    assert long["parameters"].values.tolist() == [2, 4, 6, 8, 10, 12, 14, 16]
    assert short["end_loss"].values.min() > 1e-4
    assert long["end_loss"].values.max() < 1e-12
    spec = kind.Spec(model=ISING, qubits=4, depth=3, start="quarter", initialisations=6, steps=400)
    task = ISING.task(4, 3)
    angles = kind._starts(spec, Context("census", spec.label, 1), task)
    losses = train(make_objective(task), angles, 400).losses
    want = [losses[:, : steps + 1].min(axis=1) for steps in (100, 300, 400)]
    np.testing.assert_array_equal(short["lowest"].values, np.transpose(want))
    for found in (short, long):
        assert found["end_gradient"].values.max() < 1e-11
        assert found["budget"].values.tolist() == [100, 300, 400]
        lowest = found["lowest"].values
        assert (np.diff(lowest, axis=1) <= 0).all()
        assert (found["end_loss"].values <= lowest[:, -1]).all()
    assert float(long["width"].values) == pytest.approx(2 * 4.758770483, abs=1e-8)


def test_all_optimisers_start_from_the_same_angles() -> None:
    """And a longer run begins as a shorter one."""
    plain = run(qubits=4, depth=3, steps=100, newton=0)
    longer = run(qubits=4, depth=3, steps=300, newton=0)
    np.testing.assert_array_equal(plain["lowest"].values[:, 0], longer["lowest"].values[:, 0])
    losses = {}
    for optimiser in ("adam", "gd", "lbfgs", "qng"):
        found = run(qubits=4, depth=3, steps=1, newton=0, optimiser=optimiser, rate=1e-9)
        losses[optimiser] = found["lowest"].values[:, 0]
        assert "end_loss" not in found
    np.testing.assert_allclose(losses["gd"], losses["adam"], atol=1e-7)
    np.testing.assert_allclose(losses["qng"], losses["adam"], atol=1e-5)
    assert (losses["lbfgs"] <= losses["adam"] + 1e-9).all()


def test_models_with_state_vectors() -> None:
    hea = Model(name="hea", ansatz="hardware_efficient", observable="-ZZ - X")
    found = run(model=hea, qubits=2, depth=3, start="full", steps=300, initialisations=3)
    assert found["rank"].values.tolist() == [6, 6, 6]
    assert found["end_loss"].values.max() < 1e-12


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": Model(generators=["X"])}, "needs an observable to be trained"),
        ({"qubits": 13, "model": Model(generators=["X"], observable="Z")}, "at most 12 for model"),
        ({"states": "released"}, "states needs ansatz: hardware_efficient and 4 qubits"),
        ({"start": "data"}, "'quarter', 'half' or 'full'"),
    ],
)
def test_refused(settings: dict[str, Any], message: str) -> None:
    given = {"model": ISING, "qubits": 6, "depth": 2, "start": "full", **settings}
    with pytest.raises(ValidationError, match=message):
        kind.Spec(**given)


def record(depth: int, losses: list[float], qubits: int = 4, **changes: Any) -> Dataset:
    """Runs with the given losses at the end, of a sweep that saturates at 4 angles with rank 4."""
    runs, angles = len(losses), 2 * depth
    parameters = np.arange(2, angles + 1, 2)
    fisher = np.linspace(2, 1, angles) * np.ones((runs, 1))
    hessian = np.linspace(5, 1, angles) * np.ones((runs, 1))
    spec = {
        "model": {"name": "chain", "boundary": "open"},
        "qubits": qubits,
        "depth": depth,
        "start": "full",
        "optimiser": "adam",
        "rate": 0.01,
        "steps": 3000,
    }
    variables = {
        "budget": ("budget", [300, 3000]),
        "lowest": (("run", "budget"), np.array([losses, losses]).T * [10, 1]),
        "status": ("run", np.zeros(runs, int)),
        "width": 2.0,
        "rank": ("layers", np.minimum(parameters, 4)),
        "parameters": ("layers", parameters),
        "end_loss": ("run", losses),
        "end_gradient": ("run", np.full(runs, 1e-13)),
        "iterations": ("run", np.arange(runs)),
        "qfim": (("run", "eigenvalue"), fisher),
        "hessian": (("run", "eigenvalue"), hessian),
    }
    out = Dataset(variables, attrs={"kind": "census", "spec": json.dumps(spec)})
    return out.assign(changes)


def test_runs_are_told_apart() -> None:
    losses = [0.0, 1e-11, 0.3, 0.2, 0.1, 0.015]
    cell = record(3, losses)
    cell["end_gradient"].values[1] = 1e-8  # low enough, wherever it still goes
    cell["end_gradient"].values[4] = 1e-8  # still on its way
    cell["hessian"].values[3, -1] = -1e-3  # a saddle
    cell["hessian"].values[2, -1] = -1e-14  # rounding
    cell["qfim"].values[2, 3:] = 1e-15
    table = transition.ends([cell])
    row = table.iloc[0]
    ways = ["global_minimum", "local_minimum", "saddle", "not_converged"]
    assert row[ways].tolist() == [2, 2, 1, 1]
    assert row[["parameters", "critical", "limit", "rank"]].tolist() == [6, 4, 4, 4]
    assert row["reach"] == 1.5
    # One trap has lost directions, the other has not.
    assert row["traps_full_rank"] == 1
    assert row["trap_direction_max"] == pytest.approx(1.4 / 2)
    assert row["trap_curved_min"] == 0
    assert row["global_direction_min"] == pytest.approx(1.4 / 2)
    assert row[["largest_global", "smallest_other"]].tolist() == [1e-11, 0.015]
    assert row["global_share"] == pytest.approx(1 / 3)
    assert row["global_low"] < 1 / 3 < row["global_high"]
    assert row["trap_loss_min"] == 0.015
    counts = row[["lowest_lt_0.01", "lowest_lt_1e-08", "relative_lt_0.01", "diverged"]]
    assert counts.tolist() == [2, 2, 3, 0]


def test_with_too_few_angles_no_trap_has_full_rank() -> None:
    row = transition.ends([record(1, [0.1, 0.2]), record(3, [0.0])]).iloc[0]
    assert row[["parameters", "traps_full_rank", "trap_direction_max"]].tolist() == [2, 0, 0]


def test_without_saturation_there_is_no_critical_number() -> None:
    row = transition.ends([record(2, [0.1, 0.2])]).iloc[0]
    assert np.isnan(row[["critical", "limit", "reach"]].astype(float)).all()
    assert row["rank"] == 4


def test_sides() -> None:
    cells = [record(1, [0.1] * 4), record(2, [0.0, 0.1]), record(3, [0.0, 0.1]), record(4, [0.0])]
    cells[2]["qfim"].values[:, 3:] = 0.0
    table = transition.sides(cells).set_index("side")
    assert table.index.tolist() == ["below", "above", "far", "double", "all"]
    assert table["runs"].tolist() == [4, 2, 2, 1, 9]
    assert table["cells"].tolist() == [1, 1, 1, 1, 4]
    assert table["traps_full_rank"].tolist() == [0, 1, 0, 0, 1]
    assert table["global_share"].tolist() == [0, 0.5, 0.5, 1, pytest.approx(1 / 3)]
    # 1 − 0.01^(1/4) for none of four; one of two; none of one.
    want = [1 - 0.01**0.25, 1 - 0.005, 1 - 0.01**0.5, 0.99]
    np.testing.assert_allclose(table["full_rank_bound"][:4], want, atol=2e-3)


def test_successes_by_criterion_and_budget() -> None:
    table = transition.successes([record(3, [5e-9, 5e-6, 5e-3, 1.0])])
    found = table.set_index(["criterion", "threshold", "budget"])["successes"]
    assert found["loss", 1e-2, 3000] == 3
    assert found["loss", 1e-2, 300] == 2
    assert found["loss", 1e-8, 3000] == 1
    assert found["loss", 1e-8, 300] == 0
    assert found["relative", 1e-2, 3000] == 3
    assert found["stationary", 1e-10, 0] == 0
    assert table["share"].max() == 0.75


def sweep(qubits: int, critical: int) -> list[Dataset]:
    """Half of the runs succeed at 1.5 × `critical` angles; the rank saturates at `critical`."""
    cells = []
    for depth in range(critical // 4, critical + 1):
        share = np.clip((2 * depth / critical - 1) / 1.0, 0, 1)
        losses = np.where(np.arange(100) < 100 * share, 0.0, 0.5)
        cell = record(depth, losses.tolist(), qubits)
        cell["rank"].values[:] = np.minimum(cell["parameters"].values, critical)
        cells.append(cell)
    return cells


def test_halves_and_their_law() -> None:
    """M₅₀ = 0.75 n² where M_c = n²/2: exponent 2, ratio 1.5 at every size."""
    cells = [cell for n in (4, 6, 8) for cell in sweep(n, n * n // 2)]
    halves = transition.halves(cells)
    still = halves[halves["criterion"] == "stationary"].set_index("qubits")
    np.testing.assert_allclose(still["half"], [12, 27, 48], rtol=5e-3)
    np.testing.assert_allclose(still["half_over_critical"], 1.5, rtol=5e-3)
    np.testing.assert_allclose(still["half_over_orbit"], [1, 27 / 30, 48 / 56], rtol=5e-3)
    assert ((still["half_low"] < still["half"]) & (still["half"] < still["half_high"])).all()
    assert (still["half_high"] - still["half_low"] < 0.15 * still["half"]).all()
    short = halves[(halves["threshold"] == 1e-4) & (halves["budget"] == 300)]
    assert (short["half_over_3000"] == 1).all()
    laws = transition.laws(cells)
    law = laws[laws["criterion"] == "stationary"].iloc[0]
    assert law["exponent"] == pytest.approx(2, abs=0.01)
    assert law[["sizes", "smallest", "largest"]].tolist() == [3, 4, 8]
    assert law["ratio_slope"] == pytest.approx(0, abs=0.01)
    assert law["exponent_low"] < 2 < law["exponent_high"]


def test_a_sweep_that_does_not_cross_has_no_half() -> None:
    halves = transition.halves([record(2, [0.1]), record(3, [0.2])])
    assert halves["half"].isna().all()
    assert halves["most"].isna().all()
    assert transition.laws([record(2, [0.1]), record(3, [0.2])]).empty


def test_tables_of_no_records() -> None:
    for table in (transition.ends, transition.sides, transition.successes, transition.halves):
        assert table([]).empty
