"""The quantum neural tangent kernel: against Qibo, finite differences, closed forms and moments."""

import json

import dense
import numpy as np
import pytest
from cases import rng
from scipy import stats
from xarray import Dataset

from overpar.base.errors import UserError
from overpar.engines.choose import make_engine, make_objective
from overpar.model.circuits import Circuit, Rotation
from overpar.model.observables import PauliSum, Projector, Task
from overpar.model.qntk import (
    haar_unitaries,
    random_circuit,
    random_observable,
    random_paulis,
    random_task,
)
from overpar.quantities import kernel_moments as moments
from overpar.quantities import kernel_theory as theory
from overpar.quantities.information import hessian
from overpar.quantities.kernel import (
    data_eigenvalues,
    data_kernel,
    descend,
    meta_kernel,
    tangent_kernel,
)
from overpar.report.tables import qntk as tables
from overpar.report.tables.qntk_laws import cases, limits

SIZES = (1, 2, 3, 4)
# A spectrum without symmetry, and of trace 1.2·2ⁿ: every power counts.
SKEW = PauliSum(
    (
        (1.0, "Z", (0,)),
        (0.8, "Z", (1,)),
        (0.9, "ZZ", (0, 1)),
        (0.5, "XY", (0, 1)),
        (1.2, "", ()),
    )
)


def instance(qubits: int, layers: int = 7, inputs: int = 1) -> tuple[Task, np.ndarray]:
    """A random task, and three points."""
    random = rng("qntk", qubits, layers)
    task = random_task(qubits, layers, random, inputs)
    return task, random.uniform(0, 2 * np.pi, (3, layers))


def one_qubit() -> Task:
    """ε = cos 2θ: exp(iθX) on |0⟩ with O = Z."""
    return Task(Circuit(1, (Rotation("X", (0,), 0, -2.0),), 1), PauliSum(((1.0, "Z", (0,)),)))


@pytest.mark.parametrize("n", SIZES)
def test_the_circuit_is_w_after_exp_of_plus_i_theta_p(n: int) -> None:
    circuit = random_circuit(n, 3, rng("circuit", n))
    angles = np.array([0.3, -1.1, 2.0])
    product = np.eye(2**n, dtype=complex)
    for k in range(3):
        rotation, w = circuit.gates[2 * k : 2 * k + 2]
        p = dense.string(rotation.pauli, rotation.qubits, n)
        step = np.cos(angles[k]) * np.eye(2**n) + 1j * np.sin(angles[k]) * p
        np.testing.assert_allclose(w.matrix @ w.matrix.conj().T, np.eye(2**n), atol=1e-13)
        product = w.matrix @ step @ product
    np.testing.assert_allclose(dense.circuit(circuit, angles), product, atol=1e-13)


def test_unitaries_have_haar_moments() -> None:
    """E|Tr U|² = 1 and E|Tr U|⁴ = 2; QR without the phases of R gives others."""
    traces = np.abs(np.trace(haar_unitaries(4, 40_000, rng("haar")), axis1=1, axis2=2))
    assert (traces**2).mean() == pytest.approx(1, abs=0.03)
    assert (traces**4).mean() == pytest.approx(2, abs=0.15)


def test_paulis_are_uniform_without_the_identity() -> None:
    found = random_paulis(2, 15_000, rng("paulis"))
    counts = {string: found.count(string) for string in set(found)}
    assert len(counts) == 15
    assert ("", ()) not in counts
    assert ("ZX", (0, 1)) in counts
    assert all(850 < count < 1150 for count in counts.values())


def test_the_observable_is_ten_strings_of_weight_below_one() -> None:
    terms = random_observable(3, rng("observable")).terms
    assert len(terms) == 10
    assert all(0 < c < 1 and letters for c, letters, _ in terms)


@pytest.mark.parametrize(("qubits", "layers", "inputs"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_sizes_out_of_range_are_refused(qubits: int, layers: int, inputs: int) -> None:
    with pytest.raises(UserError, match="must be an integer of at least 1, but is 0"):
        random_task(qubits, layers, rng("bad"), inputs)


@pytest.mark.parametrize("n", SIZES)
def test_loss_and_kernel_agree_with_qibo(n: int) -> None:
    task, angles = instance(n)
    ours, qibo = make_objective(task), make_engine(task, "qibo")
    np.testing.assert_allclose(
        ours.loss_and_gradient(angles)[0], qibo.loss_and_gradient(angles)[0], rtol=0, atol=1e-8
    )
    theirs = tangent_kernel(qibo, angles)
    np.testing.assert_allclose(tangent_kernel(ours, angles), theirs, rtol=0, atol=1e-8)


@pytest.mark.parametrize("n", SIZES)
def test_kernel_is_the_squared_slope_of_qibos_loss(n: int) -> None:
    task, angles = instance(n, 4)
    qibo, h = make_engine(task, "qibo"), 1e-3
    at = angles[0] + h * np.array([[k] for k in (1, -1, 2, -2)])[..., None] * np.eye(4)
    plus, minus, plus2, minus2 = (qibo.loss_and_gradient(x)[0] for x in at)
    slopes = (8 * (plus - minus) - (plus2 - minus2)) / (12 * h)
    found = tangent_kernel(make_objective(task), angles[:1])
    np.testing.assert_allclose(found, (slopes**2).sum(), rtol=0, atol=1e-8)


@pytest.mark.parametrize("n", SIZES)
def test_meta_kernel_is_the_hessian_between_gradients(n: int) -> None:
    task, angles = instance(n)
    engine = make_engine(task)
    found = meta_kernel(engine, angles)
    for mu, at in zip(found, angles, strict=True):
        _, (gradient,) = engine.loss_and_gradient(at[None])
        assert mu == pytest.approx(gradient @ hessian(engine, at) @ gradient, rel=1e-8, abs=1e-8)


def test_meta_kernel_is_a_second_difference_of_qibos_loss() -> None:
    task, angles = instance(2)
    qibo, h = make_engine(task, "qibo"), 1e-3
    _, (g,) = qibo.loss_and_gradient(angles[:1])
    at = angles[0] + h * np.arange(-1, 2)[:, None] * g / np.linalg.norm(g)
    low, middle, high = qibo.loss_and_gradient(at)[0]
    expected = (low - 2 * middle + high) / h**2 * (g @ g)
    assert meta_kernel(make_objective(task), angles[:1])[0] == pytest.approx(expected, rel=1e-4)


def test_one_qubit_in_closed_form() -> None:
    theta = np.array([0.0, 0.2, 1.0, np.pi / 4])
    objective = make_objective(one_qubit())
    cos, sin = np.cos(2 * theta), np.sin(2 * theta)
    kernel, meta = (f(objective, theta[:, None]) for f in (tangent_kernel, meta_kernel))
    np.testing.assert_allclose(kernel, 4 * sin**2, atol=1e-13)
    np.testing.assert_allclose(meta, -16 * cos * sin**2, atol=1e-8)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_data_kernel_holds_products_of_single_gradients(n: int) -> None:
    task, angles = instance(n, inputs=3)
    found = data_kernel(make_engine(task), task, angles[0])
    single = [Task(task.circuit, task.observable, row[None]) for row in task.joint * np.sqrt(3)]
    gradients = np.array(
        [make_engine(t, "qibo").loss_and_gradient(angles[:1])[1][0] for t in single]
    )
    np.testing.assert_allclose(found, gradients @ gradients.T, rtol=0, atol=1e-8)
    smallest, uniform, rest = data_eigenvalues(found)
    assert smallest == pytest.approx(np.linalg.eigvalsh(found)[0], abs=1e-12)
    assert uniform + 2 * rest == pytest.approx(np.trace(found), abs=1e-10)
    assert uniform == pytest.approx(np.ones(3) @ found @ np.ones(3) / 3, abs=1e-10)
    assert smallest <= min(uniform, rest) + 1e-12


def test_descent_follows_kernel_and_meta_kernel() -> None:
    """One step: ε → ε − ηKε + ½η²ε²μ; the frozen kernel alone fails at second order."""
    task, angles = instance(3, 20)
    objective, eta, target = make_objective(task), 3e-5, -2.0
    errors, start, end = descend(objective, angles, target, rate=eta, steps=1)
    kernel, meta = tangent_kernel(objective, angles), meta_kernel(objective, angles)
    before = objective.loss_and_gradient(angles)[0] - target
    np.testing.assert_allclose(errors[:, 0], before, rtol=0, atol=1e-12)
    np.testing.assert_allclose(start, kernel, rtol=1e-12)
    second = before * (1 - eta * kernel) + 0.5 * (eta * before) ** 2 * meta
    np.testing.assert_allclose(errors[:, 1], second, rtol=0, atol=1e-10)
    assert np.abs(errors[:, 1] - before * (1 - eta * kernel)).max() > 1e-9
    moved = angles - eta * before[:, None] * objective.loss_and_gradient(angles)[1]
    np.testing.assert_allclose(end, tangent_kernel(objective, moved), rtol=1e-12)


def test_descent_of_one_qubit_converges() -> None:
    errors, _, end = descend(
        make_objective(one_qubit()), np.array([[0.3]]), 0.5, rate=0.05, steps=400
    )
    assert errors.shape == (1, 401)
    assert errors[0, 0] == pytest.approx(np.cos(0.6) - 0.5)
    assert abs(errors[0, -1]) < 1e-12
    assert end[0] == pytest.approx(4 * (1 - 0.25))


@pytest.mark.parametrize(("rate", "steps"), [(0.0, 1), (-1.0, 1), (0.1, 0)])
def test_descent_refuses(rate: float, steps: int) -> None:
    with pytest.raises(UserError, match=r"Argument `(rate|steps)` must be"):
        descend(make_objective(one_qubit()), np.zeros((1, 1)), 0.0, rate=rate, steps=steps)


def test_formulas_of_one_qubit_and_one_layer() -> None:
    """D = 2, O = Z: K = 4(1 − z²)u² with z uniform in [−1, 1] and u = cos of a random angle for two
    of three strings, u = 0 for Z: E K = 4 · 2/3 · 1/2 · 2/3 and E K² = 16 · 8/15 · 3/8 · 2/3."""
    z = theory.traces(np.array([-1.0, 1.0]))
    assert theory.mean(z, 1) == pytest.approx(8 / 9)
    assert moments.kernel_square(z, 1) == pytest.approx(32 / 15)
    assert moments.deviation(z, 1) == pytest.approx(np.sqrt(32 / 15 - 64 / 81))


def test_printed_formulas_at_known_values() -> None:
    """D = 4, Tr O² = 4, Tr O⁴ = 4 (one Pauli string), L = 16."""
    o = theory.traces(np.array([1.0, 1, -1, -1]))
    assert theory.printed_mean(o, 16) == pytest.approx(4)
    assert theory.printed_deviation(o, 16) == pytest.approx(4 / 16 * np.sqrt(8 * 16 + 12 * 4))
    assert theory.printed_meta_deviation(o, 16) == pytest.approx(np.sqrt(32) * 16 * 8 / 64)
    assert theory.printed_data_kernel(o, 16, 0.25) == pytest.approx(2)
    assert theory.printed_data_kernel(o, 16, 1.0) == 2 * theory.printed_mean(o, 16)
    assert theory.smallest_eigenvalue(o, 16, 3) == pytest.approx(2 * 16 * 1 / 225 * 16)
    assert theory.other_eigenvalues(o, 16) == pytest.approx(2 * 16 * 4 / 225 * 16)
    assert theory.mean(o, 16) == pytest.approx(2 * 16 * 16 / (5 * 15))
    assert moments.meta_mean(o, 16) == pytest.approx(0, abs=1e-12)
    for law in (theory.mean, moments.deviation, moments.meta_mean, moments.meta_square):
        with pytest.raises(UserError, match="`layers` must be"):
            law(o, 0)


@pytest.mark.parametrize("inputs", [2, 3, 4])
def test_eigenvalues_are_those_of_the_mean_kernel(inputs: int) -> None:
    o = theory.traces(np.array([2.0, 1, -1, 0.5]))
    equal, different = (theory.data_kernel(o, 5, overlap) for overlap in (1.0, 0.0))
    matrix = np.full((inputs, inputs), different) + (equal - different) * np.eye(inputs)
    expected = [theory.smallest_eigenvalue(o, 5, inputs)]
    expected += [theory.other_eigenvalues(o, 5)] * (inputs - 1)
    np.testing.assert_allclose(np.linalg.eigvalsh(matrix), expected, atol=1e-12)
    assert equal == pytest.approx(theory.mean(o, 5))


def test_spectrum_of_an_observable() -> None:
    task = Task(Circuit(2, (), 0), SKEW)
    np.testing.assert_allclose(
        theory.eigenvalues(task), np.linalg.eigvalsh(dense.operator(SKEW, 2))
    )
    o = theory.traces(theory.eigenvalues(task))
    assert o.powers[0] == pytest.approx(4.8)
    assert o.scatter == pytest.approx(16 * (1 + 0.64 + 0.81 + 0.25))
    projector = Task(Circuit(1, (), 0), Projector(np.eye(1, 2, dtype=complex)))
    with pytest.raises(UserError, match="must have a Pauli sum"):
        theory.eigenvalues(projector)


def record(kernel: np.ndarray, layers: int, qubits: int = 4) -> Dataset:
    """A record of given kernels, shape (instances, samples), with K̄ = 1 in theory."""
    one = np.ones(len(kernel))
    values = {"mean": one, "deviation": one, "printed_mean": one / 2, "printed_deviation": one}
    values |= {"meta_mean": 0 * one, "meta_square": one, "printed_meta_deviation": one}
    spec = {"qubits": qubits, "layers": layers, "instances": len(kernel)}
    return Dataset(
        {name: ("instance", value) for name, value in values.items()}
        | {"kernel": (("instance", "sample"), kernel)}
        | {"meta": (("instance", "meta_sample"), kernel[:, :2] - 1)},
        attrs={"spec": json.dumps(spec)},
    )


def test_intervals_cover_as_they_say() -> None:
    """Instances of their own mean around 1: 99 % of intervals hold 1, not fewer for many angles."""
    random, inside = rng("cover"), 0
    for _ in range(400):
        kernel = 1 + 0.1 * random.normal(size=(30, 1)) + 0.1 * random.normal(size=(30, 40))
        row = tables.scaling([record(kernel, 8)]).iloc[0]
        inside += row["ratio_low"] <= 1 <= row["ratio_high"]
    assert 385 <= inside <= 400
    assert row["printed_ratio"] == pytest.approx(2 * row["ratio"])


def test_exponents_of_made_up_kernels() -> None:
    """ΔK/K̄ ∝ L^(−0.4): both exponents' intervals hold −0.4, and miss −0.5."""
    random = rng("exponent")
    made = [
        record(1 + 0.5 * layers**-0.4 * random.choice([-1.0, 1.0], (instances, 200)), layers)
        for layers, instances in ((4, 40), (8, 44), (16, 40), (32, 40))
    ]
    row = tables.scaling(made).iloc[0]
    assert row["instances"] == 44
    for name in ("fixed", "averaged", "first"):
        low, high = row[f"{name}_exponent_low"], row[f"{name}_exponent_high"]
        assert low < -0.4 < high
        assert low > -0.5
        assert high - low < 0.1


def test_the_averaged_deviation_holds_that_between_instances() -> None:
    random = rng("between")
    kernel = np.exp(0.3 * random.normal(size=(200, 1))) * np.ones((1, 50))
    kernel *= 1 + 0.1 * random.choice([-1.0, 1.0], kernel.shape)
    row = tables.concentration([record(kernel, 8)]).iloc[0]
    assert row["fixed"] == pytest.approx(0.1, abs=0.01)
    assert row["averaged"] == pytest.approx(0.33, abs=0.06)
    assert row["fixed_low"] < row["fixed"] < row["fixed_high"]
    assert row["averaged_low"] < row["averaged"] < row["averaged_high"]


def test_training_table_of_made_up_runs() -> None:
    """ε falls as exp(−0.1 t) with K̄ = 1, η = 0.1: no deviation, and a known one for half of K̄."""
    step = np.arange(0, 200)
    error = np.exp(-0.1 * step) * np.array([1.0, 2.0, 0.5])[:, None] * np.ones((4, 1, 1))
    runs, ones = ("instance", "init"), np.ones((4, 3))
    made = Dataset(
        {"step": ("step", step), "error": ((*runs, "step"), error)}
        | {"kernel_start": (runs, ones), "kernel_end": (runs, 1.5 * ones)}
        | {"mean": ("instance", np.ones(4)), "printed_mean": ("instance", np.full(4, 0.5))},
        attrs={"spec": json.dumps({"qubits": 2, "layers": 64, "rate": 0.1})},
    )
    row = tables.training([made]).iloc[0]
    assert row["deviation"] < 1e-12
    # The largest e^{−x} − e^{−2x} is ¼, at x = log 2.
    assert row["printed_deviation"] == pytest.approx(0.25, abs=1e-3)
    assert row["run_deviation_q75"] < 1e-12
    assert row["drift_median"] == pytest.approx(0.5)
    assert row["decay"] == pytest.approx(1, abs=2e-3)
    assert row["converged"] == 1
    curves = tables.training_curves([made])
    assert len(curves) == 600
    assert curves.query("run == 1 and step == 10")["error"].item() == pytest.approx(2 * np.exp(-1))


def test_supervised_table_of_made_up_eigenvalues() -> None:
    random = rng("supervised")
    uniform = 12 * (1 + 0.1 * random.normal(size=50))
    one = np.ones(50)
    values = {"uniform": uniform, "rest": 20 * one + random.normal(size=50)}
    values |= {"predicted_uniform": 12 * one, "predicted_rest": 16 * one, "printed_rest": 15 * one}
    values |= {"conditional": 0.7 * uniform / 0.9}
    pairs = np.array([0.7 * uniform, 2 * uniform]).T
    made = Dataset(
        {name: ("instance", value) for name, value in values.items()}
        | {"eigenvalues": (("instance", "eigenvalue"), pairs)},
        attrs={"spec": json.dumps({"qubits": 4, "layers": 64, "inputs": 4})},
    )
    row = tables.supervised([made]).iloc[0]
    assert row["uniform_distance"] < 1
    assert row["uniform_ratio_low"] < 1 < row["uniform_ratio_high"]
    half = 0.5 * (row["rest_ratio_high"] - row["rest_ratio_low"])
    assert row["rest_distance"] == pytest.approx((row["rest_ratio"] - 1) / half)
    assert row["rest_distance"] > 1
    assert row["rest"] == pytest.approx(20, abs=0.6)
    assert row["smallest_ratio"] == pytest.approx(0.7, abs=0.05)
    assert row["printed"] == pytest.approx(15)
    assert row[["predicted_uniform", "predicted_rest"]].tolist() == [12, 16]
    assert row["edge_ratio"] == pytest.approx(0.9)
    assert (row["edge_low"], row["edge_high"]) == (9 / 16, 1 - 3 / 64)
    # The 99 % are for all rows together.
    two = tables.supervised([made, made]).iloc[0]
    wider = (two["rest_ratio_high"] - two["rest_ratio_low"]) / (2 * half)
    assert wider == pytest.approx(stats.t.ppf(0.9975, 49) / stats.t.ppf(0.995, 49))


def test_tables_of_made_up_laws() -> None:
    """Twice the law in every moment; an interval that widens with the spread."""
    random = rng("laws")
    kernel, meta = (x * (1 + 0.1 * random.choice([-1.0, 1.0], 400)) for x in (6.0, 2.0))
    values = {"kernel": kernel, "meta": meta, "printed": 4.0, "mean": 3.0, "square": 18.0}
    values |= {"meta_mean": 0.5, "meta_square": 4.0}
    made = Dataset(
        {name: ("circuit", np.broadcast_to(value, 400)) for name, value in values.items()}
        | {"dimension": ((), 8)},
        attrs={"spec": json.dumps({"case": "sum", "qubits": 3, "layers": 4, "overlap": 1.0})},
    )
    row = cases([made]).iloc[0]
    assert row["kernel_low"] < 1.5 < row["kernel_high"] < 1.55
    assert (row["law"], row["dimension"], row["meta_law"]) == (0.75, 8, 0.25)
    assert row["gamma"] == 2 * row["kernel"]
    assert row["square"] == pytest.approx((kernel**2 / 18).mean())
    assert row["meta_square"] == pytest.approx((meta**2 / 4).mean())
    pair = cases([made.drop_vars(["square", "meta_mean", "meta_square"])]).iloc[0]
    assert np.isnan(pair["square"])


def test_rates_of_made_up_ratios() -> None:
    """1 + 3/D has the rate 1, 2 − 5/D² the rate 2."""
    qubits = np.arange(2, 12)
    made = Dataset(
        {"qubits": ("size", qubits), "one": ("size", 1 + 3 / 2.0**qubits)}
        | {"two": ("size", 2 - 5 / 4.0**qubits)},
        attrs={"spec": json.dumps({"observable": "low_rank", "layers": 4})},
    )
    table = limits([made]).set_index(["formula", "qubits"])
    assert table.loc[("one", 5), "rate"] == pytest.approx(1)
    assert table.loc[("two", 5), "rate"] == pytest.approx(2)
    assert np.isnan(table.loc[("two", 11), "rate"])
    assert table.loc[("two", 11), "ratio"] == pytest.approx(2, abs=1e-5)
