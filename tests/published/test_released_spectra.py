"""Every released spectrum at random angles, file by file, from the authors' raw data.

The angles are those of the release: np.random.seed(k) and π·rand(2p) for the Ising chain,
2π·rand(M) for the hardware-efficient ansatz, k from the file's name. Released noiseless spectra
are F/4.
"""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import unitary_group

from overpar import cli
from overpar.base.arrays import load_array
from overpar.engines.choose import make_engine
from overpar.engines.transfer import Transfer
from overpar.experiments.common.states import BASIS_STATES
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.noise import Noise
from overpar.model.observables import Task
from overpar.model.papers import autoencoder, compilation, tfim_hva
from overpar.quantities.information import hessian, numerical_rank, qfim, spectrum
from overpar.quantities.mixed_states import mixed_spectrum

REPOSITORY = "DiegoGM91/Theory-of-overparametrization"


def files(mirror: Path, pattern: str) -> list[Path]:
    """Released files; the test is skipped where the mirror has none of them."""
    found = sorted((mirror / REPOSITORY).glob(f"*/raw_data/{pattern}"))
    if not found:
        pytest.skip(f"the mirror holds no {pattern}")
    return found


def released(path: Path) -> np.ndarray:
    return np.sort(load_array(path).real)[::-1]


def numbers(path: Path, pattern: str) -> tuple[int, ...]:
    found = re.fullmatch(pattern, path.name)
    assert found, path.name
    return tuple(int(text) for text in found.groups() if text is not None)


def seeded(seed: int, parameters: int, factor: float) -> np.ndarray:
    return factor * np.random.RandomState(seed).rand(parameters)


def chain(n: int, p: int, periodic: bool, tying: str = "released") -> Task:
    return tfim_hva("periodic" if periodic else "open", tying=tying).task(n, p)


def agree(
    paths: list[Path], ours: Callable[[Path], np.ndarray], atol: float = 1e-10, rtol: float = 0
) -> None:
    for path in paths:
        np.testing.assert_allclose(
            ours(path), released(path), rtol=rtol, atol=atol, err_msg=f"{path.name} differs"
        )


CHAIN_FILES = {
    "sup_fig_2/*/*.npy": r"qfim_random_spectrum_(\d+)q_(\d+)p_(?:periodic_)?(\d+)\.npy",
    "fig_4/*/*/qfim/*random.npy": r"vha_qfim_spectrum_(\d+)q_(\d+)p_(?:periodic_)?(\d+)random\.npy",
}


@pytest.mark.parametrize("pattern", CHAIN_FILES)
def test_qfim_of_the_chain(mirror: Path, pattern: str) -> None:
    """Open chains are reproduced with the released tying, rings with either."""

    def ours(path: Path, tying: str = "released") -> np.ndarray:
        n, p, seed = numbers(path, CHAIN_FILES[pattern])
        engine = make_engine(chain(n, p, "periodic" in path.name, tying))
        return spectrum(qfim(engine, seeded(seed, 2 * p, np.pi))) / 4

    paths = files(mirror, pattern)
    agree(paths, ours)
    agree([path for path in paths if "periodic" in path.name], lambda p: ours(p, "correct"))
    for path in [path for path in paths if "periodic" not in path.name]:
        assert np.abs(ours(path, "correct") - released(path)).max() > 1e-3, path.name


def test_hessian_of_the_chain(mirror: Path) -> None:
    def ours(path: Path) -> np.ndarray:
        pattern = r"vha_hess_spectrum_(\d+)q_(\d+)p_(?:periodic_)?(\d+)random\.npy"
        n, p, seed = numbers(path, pattern)
        engine = make_engine(chain(n, p, "periodic" in path.name, "correct"))
        return spectrum(hessian(engine, seeded(seed, 2 * p, np.pi)))

    agree(files(mirror, "fig_4/*/*/hessian/*random.npy"), ours)


def test_qfim_of_compilation(mirror: Path) -> None:
    """F does not depend on the target. The file 2q_4l_29random holds L = 8, as its length says."""

    def ours(path: Path) -> np.ndarray:
        n, layers, seed = numbers(path, r"hea_qfim_spectrum_(\d)q_(\d+)l_(\d+)random\.npy")
        layers = 8 if path.name == "hea_qfim_spectrum_2q_4l_29random.npy" else layers
        target = unitary_group.rvs(2**n, random_state=np.random.RandomState(1))
        task = compilation(target).task(depth=layers)
        angles = seeded(seed, task.circuit.parameters, 2 * np.pi)
        values = spectrum(qfim(make_engine(task), angles))
        assert numerical_rank(values).value == min(4**n - 1, len(values))
        return values / 4

    agree(files(mirror, "sup_fig_4/*/qfim/*random.npy"), ours)


def training_state(mirror: Path, k: int) -> np.ndarray:
    (path,) = files(mirror, f"sup_fig_5/train_set/state_{k}.npy")
    return load_array(path).reshape(1, -1)


# What np.random.seed took for the QFIM of each training state.
AUTOENCODER_SEEDS = {0: 2, 5: 7, 12: 14, 2: 4}


def autoencoder_spectrum(mirror: Path, k: int) -> np.ndarray:
    task = autoencoder(training_state(mirror, k)).task(depth=35)
    angles = seeded(AUTOENCODER_SEEDS[k], task.circuit.parameters, 2 * np.pi)
    return spectrum(qfim(make_engine(task), angles)) / 4


def test_qfim_of_the_autoencoder(mirror: Path) -> None:
    def ours(path: Path) -> np.ndarray:
        (k,) = numbers(path, r"autoencoder_qfim_spectrum_4q_35l_(\d+)state\.npy")
        return autoencoder_spectrum(mirror, k)

    agree(files(mirror, "sup_fig_5/qfim/*state.npy"), ours)


@pytest.mark.parametrize("k", BASIS_STATES)
def test_facts_of_the_autoencoder(mirror: Path, root: Path, k: int) -> None:
    """The committed facts about all four states, of which the mirror may hold fewer spectra."""
    facts = pd.read_csv(root / "data" / "published" / "autoencoder_rank.csv")
    fact = facts.set_index("train_state").loc[k]
    values = autoencoder_spectrum(mirror, k)
    assert numerical_rank(values).value == fact["rank_1e8"] == 30
    assert values[0] == pytest.approx(fact["largest"], rel=1e-7)
    assert values.sum() == pytest.approx(fact["trace"], rel=1e-7)
    assert values[29] == pytest.approx(fact["smallest_nonzero"], rel=1e-5)


def test_noisy_qfim(mirror: Path) -> None:
    """The released noisy spectra are the full QFIM, noise after every gate; those without, F/4."""

    def ours(path: Path) -> np.ndarray:
        name = re.fullmatch(r"qfim_spectrum_4q_(\d)p_([\d.]+)(\w+)_1seed\.npy", path.name)
        assert name, path.name
        p, strength, what = int(name[1]), float(name[2]), name[3]
        circuit, angles = tfim_hva_circuit(4, "periodic", p), seeded(1, 2 * p, np.pi)
        if what == "noise":
            assert strength == 0
            return spectrum(qfim(make_engine(chain(4, p, True)), angles)) / 4
        noise = Noise(what.partition("_")[0], strength)
        return mixed_spectrum(*Transfer(circuit, noise, moments=4 * p + 1).tangents(angles))

    agree(files(mirror, "extended_fig_1/4qubits/qfim_spectrum_*.npy"), ours, atol=1e-10, rtol=1e-6)


def test_command_line(mirror: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = (
        "evaluate --model tfim_hva --qubits 4 --boundary periodic --depth 6 --angles seed:1:pi"
        " --quantity qfim --eigenvalues"
    )
    (path,) = files(mirror, "fig_4/4qubits/periodic/qfim/vha_qfim_spectrum_4q_6p_*_1random.npy")
    assert cli.main(command.split()) == 0
    printed = [float(line) for line in capsys.readouterr().out.splitlines()]
    np.testing.assert_allclose(np.array(printed) / 4, released(path), rtol=0, atol=1e-10)
