"""The committed facts agree with the raw files they were made from, where these are at hand."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overpar.base.arrays import load_array
from overpar.engines.choose import make_engine
from overpar.experiments.ntangled import product_states
from overpar.model.ansatz import ntangled_hwe
from overpar.model.circuits import Circuit, Rotation
from overpar.model.observables import PauliSum, Task
from overpar.quantities.entanglement import concentratable_entanglement

A = "DiegoGM91/Theory-of-overparametrization/*/raw_data"
LIMITS = ("0.01", "0.001", "0.0001", "1e-06")


def facts(root: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(root / "data" / "published" / name)


LOSSES = {
    "vqe_loss.csv": ("fig_3/*/*/loss/*", r"vha_loss_record_(\d+)q_(\d+)p(_periodic)?_\d+i\.npy"),
    "compilation_loss.csv": ("sup_fig_4/*/loss/*", r"hea_loss_record_(\d+)q_(\d+)l_\d+i\.npy"),
    "autoencoder_loss.csv": (
        "sup_fig_5/loss/*",
        r"autoencoder_loss_record_(\d+)q_(\d+)l_\d+i\.npy",
    ),
}


def curves(mirror: Path, table: str) -> Iterator[tuple[dict[str, object], np.ndarray]]:
    """Cells of a table and their released loss curves, as many as the mirror holds."""
    pattern, name = LOSSES[table]
    found = defaultdict(list)
    for path in sorted(mirror.glob(f"{A}/{pattern}")):
        match = re.fullmatch(name, path.name)
        assert match, path.name
        found[match.groups()].append(load_array(path))
    if not found:
        pytest.skip(f"the mirror holds no {pattern}")
    for (n, depth, *ring), runs in found.items():
        where = {"n": int(n), "p" if ring else "L": int(depth)}
        yield where | ({"bc": "periodic" if ring[0] else "open"} if ring else {}), np.stack(runs)


def row(table: pd.DataFrame, **where: object) -> pd.Series:
    for key, value in where.items():
        table = table[table[key] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize("table", LOSSES)
def test_losses(mirror: Path, root: Path, table: str) -> None:
    """Extremes hold whatever runs the mirror has; the rest needs all fifty of a cell."""
    for where, runs in curves(mirror, table):
        fact = row(facts(root, table), **where)
        assert fact["records"] == runs.shape[1], where
        for when, values in (("init", runs[:, 0]), ("final", runs[:, -1])):
            assert values.min() >= fact[f"{when}_min"] - 1e-6, where
            assert values.max() <= fact[f"{when}_max"] + 1e-6, where
        reached = {limit: (runs < float(limit)).any(axis=1).sum() for limit in ("0.01", "0.0001")}
        assert all(n <= fact[f"n_reached_{limit}"] for limit, n in reached.items()), where
        if len(runs) < fact["runs"]:
            continue
        assert all(n == fact[f"n_reached_{limit}"] for limit, n in reached.items()), where
        assert fact["init_median"] == pytest.approx(np.median(runs[:, 0]), rel=1e-6)
        middle = np.median(runs.min(axis=1))
        assert fact["min_over_records_median"] == pytest.approx(middle, rel=1e-4, abs=1e-14)
        for step in (100, 300, 1000):
            published = fact[f"median_loss_at_{step}"]
            assert published == pytest.approx(np.median(runs[:, step]), rel=1e-4, abs=1e-12), where


def test_vqe_counts(mirror: Path, root: Path) -> None:
    """Successes by the lowest record and by the last, cell by cell."""
    success = facts(root, "vqe_success.csv")
    counted = 0
    for where, runs in curves(mirror, "vqe_loss.csv"):
        fact = row(success, **where)
        if len(runs) < fact["runs"]:
            continue
        counted += 1
        for limit in LIMITS:
            assert fact[f"min_lt_{limit}"] == (runs.min(axis=1) < float(limit)).sum(), where
            assert fact[f"final_lt_{limit}"] == (runs[:, -1] < float(limit)).sum(), where
    if not counted:
        pytest.skip("the mirror holds no cell with all its runs")


def test_facts_are_whole(root: Path) -> None:
    """Each table of facts: no cell twice, and counts within the runs there were."""
    success = facts(root, "vqe_success.csv")
    assert not success.duplicated(["n", "bc", "p"]).any()
    # Cells of the release: 101 open, 29 periodic.
    assert success["bc"].value_counts().to_dict() == {"open": 101, "periodic": 29}
    for limit in LIMITS:
        assert (success[f"final_lt_{limit}"] <= success[f"min_lt_{limit}"]).all()
        assert success[f"min_lt_{limit}"].between(0, success["runs"]).all()
    open6 = success.query("n == 6 and bc == 'open'").set_index("p")["min_lt_0.0001"]
    assert [open6[p] for p in range(8, 22, 2)] == [2, 11, 10, 23, 37, 49, 50]


def weights(mirror: Path) -> list[tuple[float, np.ndarray]]:
    """Nominal entanglement and weights of NTangled's 48 files for product inputs."""
    found = []
    for path in sorted(
        mirror.glob("LSchatzki/NTangled_Datasets/*/Hardware_Efficient/**/*_ps_*.npy")
    ):
        match = re.fullmatch(r"hwe_\dq_ps_(\d+)_\d_weights\.npy", path.name)
        assert match, path.name
        found.append((int(match[1]) / 100, load_array(path)))
    if not found:
        pytest.skip("the mirror holds no NTangled weights")
    assert len(found) == 48
    return found


def single_u3(n: int, depth: int) -> Circuit:
    """The generator without the repetition of U3 in a layer, which is the other reading."""
    gates, seen = [], set()
    for gate in ntangled_hwe(n, depth).gates:
        if isinstance(gate, Rotation) and gate.parameter in seen:
            continue
        if isinstance(gate, Rotation):
            seen.add(gate.parameter)
        gates.append(gate)
    return Circuit(n, tuple(gates), 3 * n * depth)


def distance(mirror: Path, ansatz: Callable[[int, int], Circuit]) -> float:
    """Mean |measured − nominal| entanglement over the files."""
    off = []
    for nominal, w in weights(mirror):
        depth, n, _ = w.shape
        inputs = product_states(n, 200, np.random.default_rng(1))
        engine = make_engine(Task(ansatz(n, depth), PauliSum(()), inputs))
        measured = concentratable_entanglement(engine.state(w.reshape(1, -1))[0]).mean()
        off.append(abs(measured - nominal))
    return float(np.mean(off))


def test_ntangled_reaches_its_nominal_entanglement(mirror: Path) -> None:
    """0.020 with the convention of `ntangled_hwe`; 0.05 and more with U3 once a layer."""
    assert distance(mirror, ntangled_hwe) == pytest.approx(0.020, abs=0.003)
    assert distance(mirror, single_u3) > 0.045


def test_released_states_are_one_basis_of_one_circuit(mirror: Path) -> None:
    """The sixteen states are U|k⟩: orthonormal."""
    paths = [sorted(mirror.glob(f"{A}/sup_fig_5/train_set/state_{k}.npy")) for k in range(16)]
    if not all(paths):
        pytest.skip("the mirror does not hold all sixteen states")
    states = np.array([load_array(path[0]).ravel() for path in paths])
    np.testing.assert_allclose(states @ states.conj().T, np.eye(16), atol=1e-6)
