"""Checks of the Ising chain's released data: spectra, training and noise."""

from collections.abc import Callable

import numpy as np

from overpar.base.seeds import generator, released_angles
from overpar.engines.choose import make_engine, make_objective
from overpar.engines.interface import Floats
from overpar.engines.transfer import Transfer
from overpar.model.ansatz import Boundary, Tying, tfim_hva_circuit
from overpar.model.noise import Noise
from overpar.model.papers import tfim_hva
from overpar.quantities.information import numerical_rank, qfim, spectrum
from overpar.quantities.mixed_states import mixed_spectrum
from overpar.quantities.optimisers import lbfgs
from overpar.study.errata.files import Files, Outcome, gap


def _chain_spectrum(n: int, depth: int, seed: int, tying: Tying) -> Floats:
    """Of F/4 of the open chain, as released."""
    task = tfim_hva("open", tying=tying).task(n, depth)
    return spectrum(qfim(make_engine(task), released_angles(seed, 2 * depth, np.pi))) / 4


def open_tying(files: Files) -> Outcome:
    """Released spectra beside those with the released tying and with the true derivative.

    Of 8 and 10 qubits the largest eigenvalue and the trace are known, to eight digits.
    """
    facts = files.facts("qfim_hessian_rank.csv")
    facts = facts.query("bc == 'open' and kind == 'qfim' and at == 'random'").set_index("n")
    sizes = facts.index.to_numpy()
    seen, good = [], list(facts["rank_1e8"]) == list(sizes * (sizes - 1))
    for tying, wanted in TYINGS.items():
        spectra, statistics, ranks = [], [], []
        for n, fact in facts.iterrows():
            values = _chain_spectrum(n, fact["p"], fact["seed"], tying)
            ranks.append(numerical_rank(values).value)
            if n <= 6:
                path = f"fig_4/{n}qubits/non-periodic/qfim/{fact['file']}"
                spectra.append(gap(values, files.spectrum(path)))
            else:
                known = np.array([fact["largest"], fact["trace"]])
                statistics.append(gap(np.array([values[0], values.sum()]) / known, np.ones(2)))
        met = max(spectra) < 1e-10 and max(statistics) < 1e-7
        missed = min(spectra) > 1e-3 and min(statistics) > 1e-3
        good &= (met if tying == "released" else missed) and ranks == list(wanted)
        extreme = max(spectra) if tying == "released" else min(spectra)
        seen.append(f"{tying} tying: {extreme:.1g}, ranks {', '.join(map(str, ranks))}")
    return Outcome(
        "released tying: difference below 1e-10, ranks 12, 30, 56, 90; correct tying: above"
        " 1e-3, ranks 8, 18, 32, 50",
        "; ".join(seen),
        good,
    )


# Ranks of the QFIM with each, for 4, 6, 8 and 10 qubits: n(n−1) and n²/2.
TYINGS: dict[Tying, tuple[int, ...]] = {
    "released": (12, 30, 56, 90),
    "correct": (8, 18, 32, 50),
}


def _initial_losses(n: int, depth: int, boundary: Boundary, width: float) -> Floats:
    """Losses at 4000 random angles of U[0, width)."""
    angles = generator(1, "errata", n, depth, boundary).uniform(0, width, (4000, 2 * depth))
    return make_objective(tfim_hva(boundary).task(n, depth)).loss_and_gradient(angles)[0]


def initial_angles(files: Files) -> Outcome:
    """First losses of one cell (Kolmogorov–Smirnov), and their means in all cells (χ²)."""
    from scipy import stats

    folder = "raw_data/fig_3/4qubits/non-periodic/loss/"
    first = np.array([files.array(path)[0] for path in files.paths(folder)])
    cells = files.facts("vqe_loss.csv").query("not (n == 8 and bc == 'open' and p == 4)")
    p_values = []
    for width in (np.pi / 2, np.pi):
        p_values.append(stats.ks_2samp(first, _initial_losses(4, 6, "open", width)).pvalue)
        total = 0.0
        for cell in cells.itertuples():
            losses = _initial_losses(cell.n, cell.p, cell.bc, width)
            error = losses.std() * np.sqrt(1 / cell.runs + 1 / len(losses))
            total += ((cell.init_mean - losses.mean()) / error) ** 2
        p_values.append(stats.chi2.sf(total, len(cells)))
    half_curves, half_means, full_curves, full_means = p_values
    return Outcome(
        "p above 0.01 with U[0, π/2), below 1e-4 with U[0, π)",
        f"U[0, π/2): p = {half_curves:.2g} ({len(first)} curves), {half_means:.2g} (means of"
        f" {len(cells)} cells); U[0, π): {full_curves:.0e}, {full_means:.0e}",
        bool(min(half_curves, half_means) > 0.01 and max(full_curves, full_means) < 1e-4),
    )


def vqe_8q_depth_4(files: Files) -> Outcome:
    """The published plateau beside the optimum for 8 and for 12 qubits."""
    row = files.facts("vqe_loss.csv").query("n == 8 and bc == 'open' and p == 4").iloc[0]
    lowest = {}
    for n in (8, 12):
        objective = make_objective(tfim_hva("open").task(n, 4))
        start = generator(1, "errata", n).uniform(0, np.pi / 2, (30, 8))
        lowest[n] = float(np.nanmin(lbfgs(objective, start, 300).losses))
    plateau = row["final_min"]
    return Outcome(
        "lowest loss 0.06355993, as for n = 12, not n = 8",
        f"lowest loss {plateau:.8f}; optimum {lowest[12]:.8f} for n = 12, {lowest[8]:.6f} for"
        " n = 8",
        bool(abs(plateau - lowest[12]) < 1e-7 < 1e-3 < abs(plateau - lowest[8])),
    )


def hessian_10q_run_49(files: Files) -> Outcome:
    """The lowest eigenvalue of each released Hessian at optimised angles."""
    facts = files.facts("qfim_hessian_rank.csv").query("kind == 'hessian' and at == 'optimised'")
    lowest = (facts["most_negative"] / facts["largest"]).set_axis(facts["file"])
    this = "vha_hess_spectrum_10q_102p_49i.npy"
    row = facts.set_index("file").loc[this]
    rest = lowest.drop(this).min()
    return Outcome(
        "below −0.1 of the largest; in all other files above −1e-6",
        f"{row['most_negative']:g}, {lowest[this]:.2g} of the largest, {row['n_negative']} of"
        f" {row['n_eigs']} negative; in {len(lowest) - 1} others {rest:.0e}",
        bool(lowest[this] < -0.1 and rest > -1e-6),
    )


def _noisy(noise: Noise, depth: int = 6) -> Floats:
    """Spectrum of the full QFIM of the periodic chain, 4 qubits, seed 1."""
    circuit = tfim_hva_circuit(4, "periodic", depth)
    angles = released_angles(1, 2 * depth, np.pi)
    return mixed_spectrum(*Transfer(circuit, noise).tangents(angles))


def noise_placement(files: Files) -> Outcome:
    """The released spectrum beside noise after, and before and after, every gate."""
    values = files.spectrum(
        "extended_fig_1/4qubits/qfim_spectrum_4q_6p_0.01local_dep_noise_1seed.npy"
    )
    after, both = (
        gap(_noisy(Noise(place, 0.01)) / values, np.ones(12)) for place in ("local", "both")
    )
    return Outcome(
        "relative difference below 1e-6 with noise after, above 0.01 with noise before and after",
        f"after {after:.0e}, before and after {both:.2g}",
        after < 1e-6 and both > 0.01,
    )


def noise_normalisation(files: Files) -> Outcome:
    """Released spectra with and without noise, divided by those of F."""
    folder = "extended_fig_1/4qubits/qfim_spectrum_4q_6p_"
    clean = files.spectrum(f"{folder}0noise_1seed.npy")
    noisy = files.spectrum(f"{folder}0.001local_dep_noise_1seed.npy")
    # Without noise only four eigenvalues are not zero.
    without = clean[:4] / _noisy(Noise("local", 0.0))[:4]
    with_noise = noisy / _noisy(Noise("local", 0.001))
    off = max(gap(without, np.full(4, 0.25)), gap(with_noise, np.ones(12)))
    return Outcome(
        "released/F is 0.25 without noise, 1 with noise, to 1e-6",
        f"{without.mean():.6f} without noise, {with_noise.mean():.6f} with noise",
        off < 1e-6,
    )


def noise_rounding(files: Files) -> Outcome:
    """The released spectra of all but mixed states, and ours, beside 50-digit arithmetic."""
    exact, released = files.facts("noise_50_digits.csv"), files.facts("noise.csv")
    rows = exact.merge(released, on=["n", "bc", "p", "noise", "strength"], suffixes=("", "_pub"))
    off, ours = [], []
    for row in rows.sort_values("strength").itertuples():
        wanted, theirs = (
            np.array(text.split(), float) for text in (row.eigenvalues, row.eigenvalues_pub)
        )
        off.append(gap(theirs / wanted, np.ones(len(wanted))))
        mine = _noisy(Noise("local", row.strength), row.p)
        ours.append(gap(mine / wanted, np.ones(len(wanted))))
    return Outcome(
        "relative difference from 50 digits: released above 1e-5 at λ = 0.05 and 1 at λ = 0.1,"
        " ours below 1e-8",
        f"released {off[0]:.1g} and {off[1]:.2g}, ours {max(ours):.0e}",
        off[0] > 1e-5 and off[1] > 1 and max(ours) < 1e-8,
    )


CHECKS: dict[str, Callable[[Files], Outcome]] = {
    "open-tying": open_tying,
    "initial-angles": initial_angles,
    "vqe-8q-depth-4": vqe_8q_depth_4,
    "hessian-10q-run-49": hessian_10q_run_49,
    "noise-placement": noise_placement,
    "noise-normalisation": noise_normalisation,
    "noise-rounding": noise_rounding,
}
