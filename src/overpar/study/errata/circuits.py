"""Checks of compilation, autoencoder, tangent kernel, NTangled and Qibo."""

import itertools
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from overpar.base.errors import UserError
from overpar.base.seeds import generator, released_angles
from overpar.engines.choose import make_engine, make_objective
from overpar.engines.interface import Complexes, Floats
from overpar.experiments.common.inputs import product_states
from overpar.experiments.ntangled_audit import NAME, measure
from overpar.model.ansatz import ntangled_hwe
from overpar.model.ntangled_readings import Reading
from overpar.model.ntangled_readings import generator as reading_of
from overpar.model.observables import PauliSum, Projector, Task
from overpar.model.papers import compilation
from overpar.model.qntk import random_task
from overpar.quantities import kernel_theory
from overpar.quantities.information import qfim, spectrum
from overpar.quantities.kernel import tangent_kernel
from overpar.quantities.optimisers import lbfgs
from overpar.study.errata.files import Files, Outcome, gap


def compilation_2q_layers(files: Files) -> Outcome:
    """The spectrum beside those of L = 4 and L = 8 at the seed of the name."""
    values = files.spectrum("sup_fig_4/2qubits/qfim/hea_qfim_spectrum_2q_4l_29random.npy")
    gaps, parameters = {}, {}
    for layers in (4, 8):
        task = compilation(1).task(2, layers)
        parameters[layers] = task.circuit.parameters
        angles = released_angles(29, parameters[layers], 2 * np.pi)
        gaps[layers] = gap(spectrum(qfim(make_engine(task), angles)) / 4, values)
    return Outcome(
        "36 eigenvalues, those of L = 8 to 1e-10",
        f"{len(values)} eigenvalues (L = 4: {parameters[4]}, L = 8: {parameters[8]}), difference"
        f" from L = 8: {gaps[8]:.0e}",
        len(values) == parameters[8] and gaps[8] < 1e-10 < gaps[4],
    )


def compilation_truncated(files: Files) -> Outcome:
    """Complete runs of each cell."""
    facts = files.facts("compilation_loss.csv")
    facts = facts[facts["records"] == 3001].set_index(["n", "L"])["runs"]
    short = facts[facts < 50]
    seen = "; ".join(f"n = {n}, L = {layers}: {k}" for (n, layers), k in short.items())
    return Outcome(
        "48 complete runs for n = 5, L = 15, 50 in all other cells",
        f"fewer than 50: {seen or 'nowhere'}",
        short.to_dict() == {(5, 15): 48},
    )


# From here a fit finds the weights of the released states; of random starts one in a thousand does.
START = (5, 0, 0, 5, 6, 6, 6, 1, 1, 5, 1, 0, 5, 6, 0, 1, 3, 3, 0, 1, 0, 6, 6, 1)


def _read(weights: Floats) -> Complexes:
    """All that a file of weights (2, 4, 3) can reasonably mean: unitaries (readings, 16, 16).

    Orders of the three angles, of qubits and of layers, signs, U3 once or twice in a layer, the
    order of qubits in a basis state, and the inverse. Row k is U|k⟩.
    """
    angles = [
        sign * weights[::layers, ::qubits, list(order)].ravel()
        for order in itertools.permutations(range(3))
        for sign, layers, qubits in itertools.product((1, -1), repeat=3)
    ]
    readings: tuple[Reading, ...] = ("documented", "single_u3")
    basis = np.eye(16, dtype=np.complex128)
    tasks = [Task(reading_of("hwe", name, 4, 2), PauliSum(()), basis) for name in readings]
    found = np.concatenate([make_engine(task).state(np.array(angles)) for task in tasks])
    found = np.concatenate([found, found.conj().swapaxes(1, 2)])
    flipped = found.reshape(-1, 16, 2, 2, 2, 2).transpose(0, 1, 5, 4, 3, 2).reshape(found.shape)
    return np.concatenate([found, flipped])


def weighted_states(weights: Floats) -> Complexes:
    """U|k⟩ of the documented circuit with weights (24,), shape (16, 16)."""
    basis = np.eye(16, dtype=np.complex128)
    task = Task(ntangled_hwe(4, 2), PauliSum(()), basis)
    return make_engine(task).state(weights[None])[0]


def fitted_weights(states: Complexes) -> Floats:
    """Weights (24,) of the documented circuit that bring U|k⟩ nearest to states (16, 16)."""
    basis = np.eye(16, dtype=np.complex128)
    task = Task(ntangled_hwe(4, 2), Projector(states / 4, -1.0), basis, constant=1.0)
    return lbfgs(make_objective(task), np.array([START], float), 400).best_angles[0]


def autoencoder_states(files: Files) -> Outcome:
    """Overlap of the released states with those of every reading, and with those of a fit."""
    folder = "raw_data/sup_fig_5/train_set"
    rows = [files.array(f"{folder}/state_{k}.npy").ravel() for k in range(16)]
    states = np.array(rows, np.complex128)
    unitaries = _read(files.array(f"{folder}/hwe_4q_ps_15_2_weights.npy"))
    # For each reading and released state, the fidelity of the state nearest to it.
    nearest = (np.abs(states.conj() @ unitaries.swapaxes(1, 2)) ** 2).max(axis=2).mean(axis=1)
    ours = weighted_states(fitted_weights(states))
    phase = np.vdot(ours, states)
    off = float(np.abs(ours * phase / abs(phase) - states).max())
    return Outcome(
        "mean fidelity below 0.9 in every reading of the weights; fitted weights: to 1e-7",
        f"at most {nearest.max():.2f} in {len(nearest)} readings; fitted weights: {off:.0e}",
        bool(nearest.max() < 0.9 and off < 1e-7),
    )


def kernel_mean(_: Files) -> Outcome:
    """Eq. (9) beside eqs. (17) and (21), and beside the kernels of random circuits at D = 32."""
    layers, ratios, exact, printed = 16, [], [], []
    for k in range(100):
        random = generator(1, "errata", "kernel", k)
        task = random_task(5, layers, random)
        o = kernel_theory.traces(kernel_theory.eigenvalues(task))
        one = kernel_theory.printed_mean(o, layers)
        angles = random.uniform(0, 2 * np.pi, (20, layers))
        ratios.append(tangent_kernel(make_objective(task), angles).mean() / one)
        exact.append(kernel_theory.mean(o, layers) / one)
        printed.append(kernel_theory.printed_data_kernel(o, layers, 1.0) / one)
    mean, error = np.mean(ratios), np.std(ratios, ddof=1) / np.sqrt(len(ratios))
    law, factor = np.mean(exact), np.mean(printed)
    return Outcome(
        "eq. (17) at equal inputs is 2 times eq. (9); simulation 1.94 times, exact at D = 32",
        f"eq. (17): {factor:.3f} times; simulation: {mean:.2f} ± {error:.2f}; exact: {law:.3f}",
        bool(abs(factor - 2) < 1e-9 and abs(mean - law) < 3 * error and mean - 1 > 5 * error),
    )


def ntangled_8q_names(files: Files) -> Outcome:
    """Entanglement of both files over all basis states."""
    seen = {}
    for nominal in (40, 45):
        name = f"Hardware_Efficient/8_Qubits/Depth_5/hwe_8q_cb_{nominal}_5_weights.npy"
        values, why = measure(files.array(name), "hwe", "documented", 5, np.eye(256, dtype=complex))
        if values is None:
            raise UserError(f"{name}: {why}.")
        seen[nominal] = float(values.mean())
    return Outcome(
        "40: 0.45, 45: 0.40, each to 0.01",
        f"40: {seen[40]:.3f}, 45: {seen[45]:.3f}",
        abs(seen[40] - 0.45) < 0.01 and abs(seen[45] - 0.40) < 0.01,
    )


def ntangled_sea_circuit(files: Files) -> Outcome:
    """Mean distance from the nominal entanglement in both readings."""
    readings: tuple[Reading, ...] = ("documented", "cycled_range")
    far: dict[Reading, list[float]] = {name: [] for name in readings}
    for path in files.paths("Strongly_Entangling/"):
        match = NAME.fullmatch(Path(path).name)
        if match and match[3] == "ps":
            n, nominal, depth = int(match[2]), int(match[4]) / 100, int(match[5])
            inputs = product_states(n, 100, generator(1, "errata", n))
            for name in readings:
                values, _ = measure(files.array(path), "sea", name, depth, inputs)
                far[name] += [] if values is None else [abs(float(values.mean()) - nominal)]
    documented, cycled = (float(np.mean(far[name])) for name in readings)
    return Outcome(
        "as documented above 0.1; cycled ranges below 0.08",
        f"as documented {documented:.3f}, cycled ranges {cycled:.3f}, {len(far['documented'])}"
        " files",
        documented > 0.1 and cycled < 0.08,
    )


def qibo_qfim(_: Files) -> Outcome:
    """F of RX(0.7)|0⟩."""
    # Qibo takes seconds to import.
    from overpar.engines.qibo_qfim import qibo_qfim_of_rotation

    value = qibo_qfim_of_rotation(0.7)
    return Outcome("below 0; it should be 1", f"{value:.4f}, Qibo {version('qibo')}", value < 0)


CHECKS: dict[str, Callable[[Files], Outcome]] = {
    "compilation-2q-layers": compilation_2q_layers,
    "compilation-truncated": compilation_truncated,
    "autoencoder-states": autoencoder_states,
    "kernel-mean": kernel_mean,
    "ntangled-8q-names": ntangled_8q_names,
    "ntangled-sea-circuit": ntangled_sea_circuit,
    "qibo-qfim": qibo_qfim,
}
