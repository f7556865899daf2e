"""What runs, algebras, diagnoses, models and tasks print and draw of themselves."""

import matplotlib.pyplot as plt
import numpy as np

import overpar as op

CHAIN = op.Model(generators=["ZZ", "X"], state="+", observable="-ZZ - X")
TASK = CHAIN.task(qubits=4, depth=2)
LOSSLESS = op.Model(generators=["ZZ", "X"]).task(qubits=4, depth=2)


def test_runs_show_themselves() -> None:
    runs = op.train(TASK, runs=6, steps=30, seed=1, rate=0.05)
    alone = op.train(TASK, runs=2, steps=30, seed=1, rate=0.05, threads=1)
    np.testing.assert_array_equal(runs.losses[:2], alone.losses)
    given = op.train(TASK, angles=runs.initial_angles[:1], steps=30, rate=0.05)
    np.testing.assert_array_equal(given.losses, runs.losses[:1])
    loss = op.loss_and_gradient(TASK, runs.final_angles)[0]
    np.testing.assert_allclose(loss, runs.losses[:, -1], rtol=1e-12)
    assert runs.summary()["runs"] == "6 of 30 steps, 4 angles"
    assert "runs: 6 of 30 steps, 4 angles" in repr(runs)
    assert "<td>6 of 30 steps, 4 angles</td>" in runs._repr_html_()
    axes = runs.plot()
    assert len(axes.lines) == 6
    plt.close(axes.figure)


def test_an_algebra_shows_itself() -> None:
    algebra = op.dla(CHAIN, qubits=6)
    assert (algebra.dimension, algebra.sector, algebra.centre) == (36, 35, 1)
    assert [(i.name, i.dimension, i.rank) for i in algebra.ideals] == [("su(6)", 35, 5)]
    assert repr(algebra).splitlines() == [
        "dimension: 36",
        "dimension on the subspace explored from ++++++: 35",
        "structure: su(6) + centre of dimension 1",
    ]
    assert "<td>su(6) + centre of dimension 1</td>" in algebra._repr_html_()
    stopped = op.dla(op.hardware_efficient(), qubits=6, max_dim=100)
    assert stopped.dimension is None
    assert repr(stopped).startswith("dimension: exceeds 100\n")


def test_a_diagnosis_shows_itself() -> None:
    found = op.diagnose(CHAIN, qubits=[4, 5, 6], samples=100)
    assert [row["dimension"] for row in found.sizes] == [16, 25, 36]
    assert [row["rank"] for row in found.sizes] == [8, 12, 18]
    assert found.verdict == "trainable"
    assert list(found.table()["rank"]) == ["8", "12", "18"]
    assert "verdict: trainable" in repr(found)
    assert "verdict: trainable" in found._repr_html_()
    assert found.to_dict()["sizes"] == found.sizes
    assert "data:image/png;base64," in found._repr_html_()
    axes = found.plot()
    drawn = [line for line in axes[0].lines if line.get_linestyle() == "None"]
    assert [len(line.get_xdata()) for line in drawn] == [3, 3, 3]
    # A power law of the dimension, which is n², up to twice the largest size.
    (law,) = [line for line in axes[0].lines if line.get_linestyle() == "--"][:1]
    np.testing.assert_allclose(law.get_ydata(), law.get_xdata() ** 2.0, rtol=1e-6)
    assert law.get_xdata()[-1] == 12
    plt.close(axes[0].figure)


def test_models_and_tasks_show_what_was_given() -> None:
    assert repr(CHAIN) == "Model(generators=['ZZ', 'X'], state='+', observable='-ZZ - X')"
    backwards = op.Model(observable="-ZZ - X", state="+", generators=["ZZ", "X"])
    assert str(backwards) == repr(backwards) == repr(CHAIN)
    assert "inputs=<shape (2, 16)>" in repr(op.autoencoder(np.eye(2, 16)))
    assert repr(TASK) == "Task of 4 qubits, 4 angles, 1 input state"
    assert repr(LOSSLESS) == "Task of 4 qubits, 4 angles, 1 input state, no loss"
