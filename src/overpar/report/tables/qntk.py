"""Tables of the quantum neural tangent kernel. All intervals are at 99 %, instance by instance.

What is drawn together (an instance and all its angles) is resampled together: angles of one
instance are no independent evidence about theory, which averages over instances.
"""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit
from xarray import Dataset

from overpar.report.tables.columns import columns, interval, stacked
from overpar.report.tables.settings import settings

Floats = NDArray[np.float64]

LEVEL = 0.99
RESAMPLES = 2000
CONVERGED = 0.01


@columns(
    *("dimension", "kernel", "kernel_spread", "finite", "printed", "large"),
    *interval("ratio", "printed_ratio", "first", "fixed", "averaged"),
    *("finite_spread", "printed_spread", "large_spread"),
    *(*interval("meta"), "meta_finite", *interval("meta_spread"), "meta_spread_finite"),
    with_settings=True,
)
def concentration(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per size and depth.

    `ratio` is K over K̄ at finite D, `printed_ratio` over eq. (9). ΔK/K̄ is `first` for the first
    instance (the published protocol), `fixed` the mean of it over instances, `averaged` the
    deviation over instances and angles together, with K in units of its instance's K̄;
    `finite_spread`, `printed_spread` are eq. (12) and its finite-D form over their K̄, and
    `large_spread` is eq. (12) over eq. (17). `meta` and `meta_spread` are mean and deviation of μ
    in units of eq. (15), `meta_finite` and `meta_spread_finite` the same by the exact laws. The
    deviation is √E μ².
    """
    rows = []
    for record in records:
        kernel, mean, printed = (record[name].values for name in ("kernel", "mean", "printed_mean"))
        row = _settings(record)
        row["kernel"], row["kernel_spread"] = kernel.mean(), kernel.std(axis=1).mean()
        row["finite"], row["printed"] = mean.mean(), printed.mean()
        row["large"] = 2 * row["printed"]
        _put(row, "ratio", *mean_interval((kernel / mean[:, None]).mean(axis=1)))
        _put(row, "printed_ratio", *mean_interval((kernel / printed[:, None]).mean(axis=1)))
        first = _resampled(len(kernel[0]))
        _put(row, "first", _spread(kernel[0]), *_quantiles(_spread(kernel[0][first])))
        moments, chosen = _moments(record), _resampled(len(kernel))
        fixed, averaged = moments[2], _averaged(moments[:2])
        _put(row, "fixed", fixed.mean(), *_quantiles(fixed[chosen].mean(axis=1)))
        _put(row, "averaged", averaged, *_quantiles(_averaged(moments[:2][:, chosen])))
        row["finite_spread"] = _finite_spread(record)
        spread = (record["printed_deviation"].values / printed).mean()
        row["printed_spread"], row["large_spread"] = spread, spread / 2
        unit = record["printed_meta_deviation"].values
        meta = record["meta"].values / unit[:, None]
        _put(row, "meta", *mean_interval(meta.mean(axis=1)))
        row["meta_finite"] = (record["meta_mean"].values / unit).mean()
        square = (record["meta_square"].values / unit**2).mean()
        row["meta_spread_finite"] = np.sqrt(square)
        square = (meta**2).mean(axis=1)
        resampled = np.sqrt(square[chosen].mean(axis=1))
        _put(row, "meta_spread", np.sqrt(square.mean()), *_quantiles(resampled))
        rows.append(row)
    return pd.DataFrame(rows)


@columns(
    *("qubits", "dimension", "layers_min", "layers_max", "depths", "instances"),
    *(*interval("ratio", "printed_ratio", "meta"), "meta_finite"),
    *(*interval("spread_ratio"), "finite_exponent"),
    *interval("averaged_exponent", "fixed_exponent"),
    *("single_low", "single_high", *interval("first_exponent")),
)
def scaling(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per size: means over depths, and exponents of ΔK/K̄ against L.

    An exponent is the slope of a least-squares line through log ΔK/K̄ against log L. That of
    `first` has an interval over angles alone; `single_low` to `single_high` holds 99 % of the
    exponents that one instance per depth can give. `finite_exponent` is that of the finite-D
    formula, as is `meta_finite` beside `meta`, the mean of μ in units of eq. (15); `spread_ratio`
    is the geometric mean over depths of `averaged` over that formula.
    """
    groups: dict[int, list[Dataset]] = {}
    for record in records:
        groups.setdefault(settings(record)["qubits"], []).append(record)
    return pd.DataFrame([_size(qubits, group) for qubits, group in sorted(groups.items())])


def _size(qubits: int, group: list[Dataset]) -> dict[str, Any]:
    """A row of `scaling`: the records of all depths of one size."""
    layers = np.array([json.loads(r.attrs["spec"])["layers"] for r in group])
    row: dict[str, Any] = {"qubits": qubits, "dimension": 2**qubits}
    row |= {"layers_min": layers.min(), "layers_max": layers.max(), "depths": len(layers)}
    row["instances"] = max(len(r["kernel"]) for r in group)
    for name, unit in (("ratio", "mean"), ("printed_ratio", "printed_mean")):
        ratios = [r["kernel"].values.mean(axis=1) / r[unit].values for r in group]
        _put(row, name, *mean_interval(np.concatenate(ratios)))
    meta = [r["meta"].values.mean(axis=1) / r["printed_meta_deviation"].values for r in group]
    _put(row, "meta", *mean_interval(np.concatenate(meta)))
    exact = [r["meta_mean"].values / r["printed_meta_deviation"].values for r in group]
    row["meta_finite"] = np.concatenate(exact).mean()

    moments = [_moments(r) for r in group]
    chosen = [_resampled(m.shape[1], key) for key, m in enumerate(moments)]
    resampled = [m[:, c] for m, c in zip(moments, chosen, strict=True)]
    finite = np.array([_finite_spread(r) for r in group])
    averaged = np.array([_averaged(m[:2]) for m in moments])
    again = np.array([_averaged(m[:2]) for m in resampled])
    ratio, others = (np.exp(np.log(x.T / finite).mean(axis=-1)) for x in (averaged, again))
    _put(row, "spread_ratio", ratio, *_quantiles(others))
    row["finite_exponent"] = _slope(layers, finite)
    _put_exponent(row, "averaged", layers, averaged, again)
    fixed = np.array([m[2].mean() for m in moments])
    _put_exponent(row, "fixed", layers, fixed, np.array([m[2].mean(axis=1) for m in resampled]))
    single = np.array([m[2][:, 0] for m in resampled])
    row["single_low"], row["single_high"] = _quantiles(_slope(layers, single))
    kernels = [r["kernel"].values[0] for r in group]
    first = np.array([_spread(k) for k in kernels])
    again = np.array([_spread(k[_resampled(len(k), key)]) for key, k in enumerate(kernels)])
    _put_exponent(row, "first", layers, first, again)
    return row


@columns(
    *("dimension", "gamma", "printed_gamma", "first_gamma", "first_printed_gamma"),
    *("deviation", "first_deviation", "printed_deviation", "first_printed_deviation"),
    *interval("decay"),
    *(f"{name}_{q}" for name in ("run_deviation", "drift") for q in ("q25", "median", "q75")),
    "converged",
    with_settings=True,
)
def training(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per learning rate η.

    With γ = ηK̄ (finite D), `deviation` is the largest |⟨ε(t)⟩/⟨ε(0)⟩ − exp(−γt)| over t, the
    mean being over initial angles and then instances; `printed_deviation` has γ from eq. (9), and
    `first_…` the first instance alone. `decay` is the mean rate of ⟨ε(t)⟩ until it falls to 1/e,
    in units of γ. Of single runs, `run_deviation` is the largest |ε(t)/ε(0) − exp(−ηK₀t)| with
    the run's own K₀, and `drift` is |K/K₀ − 1| at the end (medians and quartiles); `converged` is
    the fraction of runs that end below 1 % of |ε(0)|.
    """
    rows = []
    for record in records:
        row = _settings(record)
        step, error, rate = record["step"].values, record["error"].values, row["rate"]
        start, end = record["kernel_start"].values, record["kernel_end"].values
        gamma, printed = rate * record["mean"].values, rate * record["printed_mean"].values
        row["gamma"], row["printed_gamma"] = gamma.mean(), printed.mean()
        row["first_gamma"], row["first_printed_gamma"] = gamma[0], printed[0]
        mean = error.mean(axis=1)
        relative = mean / mean[:, :1]
        for name, g in (("", gamma), ("printed_", printed)):
            difference = relative - np.exp(-g[:, None] * step)
            row[f"{name}deviation"] = np.abs(difference.mean(axis=0)).max()
            row[f"first_{name}deviation"] = np.abs(difference[0]).max()
        fallen = np.array([_fall(step, curve) for curve in relative])
        _put(row, "decay", *mean_interval(1 / (gamma * fallen)))
        own = np.exp(-rate * start[..., None] * step)
        apart = np.abs(error / error[..., :1] - own).max(axis=2)
        drift = np.abs(end / start - 1)
        for name, x in (("run_deviation", apart), ("drift", drift)):
            quartiles = np.quantile(x, [0.25, 0.5, 0.75])
            row[f"{name}_q25"], row[f"{name}_median"], row[f"{name}_q75"] = quartiles
        row["converged"] = (np.abs(error[..., -1]) < CONVERGED * np.abs(error[..., 0])).mean()
        rows.append(row)
    return pd.DataFrame(rows)


@columns("qubits", "layers", "rate", "run", "step", "error")
def training_curves(records: Iterable[Dataset]) -> pd.DataFrame:
    """ε(t) of every run of the first instance: one row per run and recorded step."""
    frames = []
    for record in records:
        error, step = record["error"].values[0], record["step"].values
        run, index = np.indices(error.shape)
        columns = {"run": run.ravel(), "step": step[index.ravel()], "error": error.ravel()}
        spec = _settings(record)
        kept = {key: spec[key] for key in ("qubits", "layers", "rate")}
        frames.append(pd.DataFrame({**kept, **columns}))
    return stacked(frames)


@columns(
    *("dimension", "predicted_uniform", "predicted_rest", "printed"),
    *(
        column
        for name in ("uniform", "rest", "smallest")
        for column in (*interval(name, f"{name}_ratio"), f"{name}_distance")
    ),
    *(*interval("edge_ratio"), "edge_low", "edge_high"),
    with_settings=True,
)
def supervised(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per number of inputs |A|; the 99 % are for all rows of a table together.

    `uniform_ratio` is the kernel in the direction (1, …, 1) over eq. (21), `rest_ratio` its mean
    orthogonal to that over the finite-D formula, `smallest_ratio` the smallest eigenvalue of each
    instance over eq. (21); `…_distance` is the distance of the mean ratio from 1 in units of its
    interval's half-width. `uniform`, `rest`, `smallest` and `printed` (eq. (17)) are in units of
    2L[D Tr O² − Tr² O]/(D²−1)². `edge_ratio` is the smallest eigenvalue over that of the kernel's
    mean given the output states. If derivatives are Gaussian the kernel is a Wishart matrix given
    them, and its mean lies between `edge_low`, (1 − √(|A|/L))², and `edge_high`, 1 − (|A|−1)/L.
    """
    found = list(records)
    level = 1 - (1 - LEVEL) / max(len(found), 1)
    rows = []
    for record in found:
        row = _settings(record)
        dimension = 2 ** row["qubits"]
        target, rest = record["predicted_uniform"].values, record["predicted_rest"].values
        unit = rest / dimension
        row["predicted_uniform"], row["predicted_rest"] = dimension - row["inputs"], dimension
        row["printed"] = (record["printed_rest"].values / unit).mean()
        for name, values, predicted in (
            ("uniform", record["uniform"].values, target),
            ("rest", record["rest"].values, rest),
            ("smallest", record["eigenvalues"].values[:, 0], target),
        ):
            _put(row, name, *mean_interval(values / unit, level))
            ratio, low, high = mean_interval(values / predicted, level)
            _put(row, f"{name}_ratio", ratio, low, high)
            row[f"{name}_distance"] = abs(ratio - 1) / (0.5 * (high - low))
        edge = record["eigenvalues"].values[:, 0] / record["conditional"].values
        _put(row, "edge_ratio", *mean_interval(edge, level))
        row["edge_low"] = (1 - np.sqrt(row["inputs"] / row["layers"])) ** 2
        row["edge_high"] = 1 - (row["inputs"] - 1) / row["layers"]
        rows.append(row)
    return pd.DataFrame(rows)


def _settings(record: Dataset) -> dict[str, Any]:
    spec = settings(record)
    return {**spec, "dimension": 2 ** spec["qubits"]}


def _put(row: dict[str, Any], name: str, value: float, low: float, high: float) -> None:
    row[name], row[f"{name}_low"], row[f"{name}_high"] = value, low, high


def _put_exponent(
    row: dict[str, Any], name: str, layers: NDArray[np.int64], spread: Floats, resampled: Floats
) -> None:
    slope = _slope(layers, spread)
    _put(row, f"{name}_exponent", slope, *_quantiles(_slope(layers, resampled)))


def mean_interval(values: Floats, level: float = LEVEL) -> tuple[float, float, float]:
    """Mean of independent values, with Student's t interval.

    Args:
        values: shape (n,), n ≥ 2.
        level: confidence level in (0, 1).

    Returns:
        Mean, lower and upper end.

    Examples:
        >>> [round(float(x), 2) for x in mean_interval(np.arange(3.0), 0.95)]
        [1.0, -1.48, 3.48]

    Source: W. S. Gosset ("Student"), Biometrika 6, 1 (1908).
    """
    middle = float(values.mean())
    error = float(values.std(ddof=1)) / np.sqrt(len(values))
    half = float(stdtrit(len(values) - 1, 0.5 + level / 2)) * error
    return middle, middle - half, middle + half


def _resampled(count: int, key: int = 0) -> NDArray[np.int64]:
    """Indices of bootstrap samples, (RESAMPLES, count), the same whenever called with a key."""
    return np.random.default_rng([count, key]).integers(0, count, (RESAMPLES, count))


def _quantiles(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _spread(kernel: Floats) -> Any:
    """ΔK/K̄ over the last axis."""
    return kernel.std(axis=-1) / kernel.mean(axis=-1)


def _moments(record: Dataset) -> Floats:
    """By instance, shape (3, instances): mean of k = K/K̄ and of k², and ΔK/K̄ over angles."""
    kernel = record["kernel"].values
    scaled = kernel / record["mean"].values[:, None]
    return np.array([scaled.mean(axis=1), (scaled**2).mean(axis=1), _spread(kernel)])


def _averaged(moments: Floats) -> Any:
    """ΔK/K̄ over instances and angles from means of k and k²: (2, …, instances) to (…)."""
    first, second = moments.mean(axis=-1)
    return np.sqrt(second - first**2) / first


def _finite_spread(record: Dataset) -> float:
    relative = record["deviation"].values / record["mean"].values
    return float(np.sqrt((relative**2).mean()))


def _slope(layers: NDArray[np.int64], spread: Floats) -> Any:
    """Slope of log spread (depths, …) against log layers (depths,)."""
    x = np.log(layers) - np.log(layers).mean()
    return np.tensordot(x, np.log(spread), 1) / max(float(x @ x), 1e-300)


def _fall(step: NDArray[np.int64], curve: Floats) -> float:
    """Time at which a curve that starts at 1 first falls to 1/e, interpolated; infinite if not."""
    below = np.flatnonzero(curve <= np.exp(-1))
    if not len(below):
        return np.inf
    after = below[0]
    high, low = curve[after - 1], curve[after]
    share = (high - np.exp(-1)) / (high - low)
    return float(step[after - 1] + share * (step[after] - step[after - 1]))
