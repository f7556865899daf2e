"""What records of spectra hold about ranks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from overpar.base.records import RecordError, Variable
from overpar.experiments import circuit_spectra, compilation_spectra, spectra, state_map
from overpar.experiments.autoencoder_spectra import Spec as AutoencoderSpec
from overpar.experiments.autoencoder_spectra import run as autoencoder_run
from overpar.experiments.common.spec import Context, Inputs
from overpar.experiments.common.states import BASIS_STATES

CIRCUIT = """
from qibo import Circuit, gates


def chain(qubits, depth):
    assert depth == 3, "no other depth is made"
    out = Circuit(qubits)
    out.add(gates.RX(q, 0.0) for q in range(qubits) for _ in range(depth))
    return out
"""


def run(kind: Any, **settings: Any) -> dict[str, Variable]:
    """The record of a cell at random angles."""
    spec = kind.Spec(**settings, **({} if kind is state_map else {"at": "random", "samples": 2}))
    found: dict[str, Variable] = kind.run(spec, Context("test", spec.label, 1)).variables
    return found


def ladder(found: dict[str, Variable]) -> list[tuple[int, int, int]]:
    """Depth, angles and rank of the shorter circuits and of the cell's."""
    names = ("depths", "depth_angles", "depth_ranks")
    return list(zip(*(found[name].values.tolist() for name in names), strict=True))


@pytest.mark.parametrize(("tying", "most"), [("correct", 8), ("released", 12)])
def test_the_chain_knows_every_depth(tying: str, most: int) -> None:
    found = run(spectra, qubits=4, boundary="open", depth=8, tying=tying, hessian=False)
    assert ladder(found) == [(p, 2 * p, min(2 * p, most)) for p in range(1, 9)]
    assert (int(found["rank"].values), int(found["rank_exact"].values)) == (most, 1)
    assert found["qfim_rank"].values.tolist() == [most, most]
    assert (found["qfim_gap"].values > 4).all()


def test_compilation_begins_without_layers() -> None:
    found = run(compilation_spectra, qubits=2, layers=4)
    assert ladder(found) == [(0, 4, 4), (1, 8, 8), (2, 12, 12), (3, 16, 15), (4, 20, 15)]
    # The Hessian's rank is numerical, of each point.
    assert found["hessian_rank"].values.shape == found["hessian_gap"].values.shape == (2,)


def test_a_circuit_that_is_not_exact_says_so() -> None:
    model = {"name": "odd", "generators": ["ZZ + 1.4142135*Z", "X"], "state": "+"}
    found = run(circuit_spectra, model=model, qubits=3, depth=3)
    assert int(found["rank_exact"].values) == 0
    assert "no simple fractions" in found["rank"].description
    assert ladder(found) == [(3, 6, int(found["qfim_rank"].values.max()))]


def test_a_circuit_of_the_user_is_made_at_its_depth_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(CIRCUIT)
    found = run(circuit_spectra, model={"circuit": "own.py:chain"}, qubits=2, depth=3)
    assert ladder(found) == [(3, 6, 2)]
    assert int(found["rank_exact"].values) == 1


def test_the_state_map() -> None:
    found = run(state_map, depth=3)
    assert [int(found[name].values) for name in ("rank", "qfim_rank")] == [2, 2]


def test_optimised_angles_have_numerical_ranks_only(tmp_path: Path) -> None:
    from overpar.base.records import write_record
    from overpar.engines.choose import make_objective
    from overpar.model.papers import tfim_hva
    from overpar.quantities.training import train

    task = tfim_hva("periodic").task(2, 3)
    runs = train(make_objective(task), np.full((2, 6), 0.4), 1500)
    path = tmp_path / "training.nc"
    loss = Variable(("init", "step"), runs.losses, "loss")
    best = Variable(("init", "parameter"), runs.best_angles, "best")
    write_record(path, {"loss": loss, "best_angles": best}, {"identity": "a"})
    spec = spectra.Spec(qubits=2, boundary="periodic", depth=3, at="optimised", samples=2)
    context = Context("test", spec.label, 1, Inputs(records={"training": (path, "a")}))
    found = spectra.run(spec, context).variables
    assert "rank" not in found
    assert found["qfim_rank"].values.tolist() == found["hessian_rank"].values.tolist()
    outdated = Context("test", spec.label, 1, Inputs(records={"training": (path, "b")}))
    with pytest.raises(RecordError, match="other settings, seed or code"):
        spectra.run(spec, outdated)


def test_ranks_of_the_autoencoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """One state of n = 4 has 30 directions; the four together more, each up to its own phase."""
    states = np.eye(16, dtype=complex)[list(BASIS_STATES)]
    monkeypatch.setattr(
        "overpar.experiments.autoencoder_spectra.training_states", lambda *_: (states, {})
    )
    spec = AutoencoderSpec(layers=14, states="released")
    found = autoencoder_run(spec, Context("test", spec.label, 1)).variables
    assert found["qfim_rank"].values.tolist() == [30] * 4
    assert found["qfim_gap"].values.min() > 4
    eigenvalues = found["joint"].values
    clear = (eigenvalues > 1e-8 * eigenvalues[:, :1]).sum(axis=1)
    assert found["joint_rank"].values.tolist() == clear.tolist()
    assert clear.min() > 100
