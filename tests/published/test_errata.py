"""Every finding is confirmed by its check, and by none if what it is about were as published."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import unitary_group

from overpar.base.errors import UserError
from overpar.base.seeds import released_angles
from overpar.engines import qibo_qfim
from overpar.engines.choose import make_engine, make_objective
from overpar.engines.density import Density
from overpar.model.ansatz import tfim_hva_circuit
from overpar.model.noise import Noise
from overpar.model.papers import compilation, tfim_hva
from overpar.quantities import kernel_theory
from overpar.quantities.information import mixed_qfim, qfim, spectrum
from overpar.study.errata import chain, circuits
from overpar.study.errata.files import Absent, Files
from overpar.study.errata.findings import CHECKS

NOISY = "raw_data/extended_fig_1/4qubits/qfim_spectrum_4q_6p_{}_1seed.npy"
FIFTY_DIGITS = Path(__file__).parents[2] / "data/published/noise_50_digits.csv"
STATES = "raw_data/sup_fig_5/train_set/"
Change = Callable[[Any], Any]


class Altered(Files):
    """Files of which those with a part of a name in their path are changed."""

    def __init__(self, root: Path, mirror: Path, changes: dict[str, Change]) -> None:
        super().__init__(root, mirror)
        self._changes = changes
        self.used: set[str] = set()

    def _changed(self, name: str, value: Any) -> Any:
        for part, change in self._changes.items():
            if part in name:
                self.used.add(part)
                value = change(value)
        return value

    def array(self, path: str) -> NDArray[Any]:
        return self._changed(path, super().array(path))

    def facts(self, name: str) -> pd.DataFrame:
        return self._changed(name, super().facts(name))


@pytest.fixture(scope="module", autouse=True)
def losses_computed_once() -> Iterator[None]:
    """Those at random angles, which no file decides and which take seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "_initial_losses", cache(chain._initial_losses))
        yield


def to(value: Any) -> Change:
    return lambda _: value


def cell(where: str, **values: object) -> Change:
    """A table with other values in the rows that a query selects."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = table.copy()
        chosen = table.query(where).index
        assert len(chosen)
        for column, value in values.items():
            table.loc[chosen, column] = value
        return table

    return change


def chain_spectrum(n: int, depth: int, seed: int) -> NDArray[np.float64]:
    engine = make_engine(tfim_hva("open").task(n, depth))
    return spectrum(qfim(engine, released_angles(seed, 2 * depth, np.pi))) / 4


def first_losses() -> Change:
    """Released curves that begin at angles of U[0, π), one after the other."""
    angles = np.random.default_rng(1).uniform(0, np.pi, (50, 12))
    losses = iter(make_objective(tfim_hva("open").task(4, 6)).loss_and_gradient(angles)[0])
    return lambda curve: np.concatenate([[next(losses)], curve[1:]])


def two_qubit_spectrum() -> NDArray[np.float64]:
    target = unitary_group.rvs(4, random_state=np.random.RandomState(1))
    task = compilation(target).task(depth=4)
    return spectrum(qfim(make_engine(task), released_angles(29, 20, 2 * np.pi))) / 4


def noisy_spectrum(place: str, strength: float) -> NDArray[np.float64]:
    engine = Density(tfim_hva_circuit(4, "periodic", 6), Noise(place, strength))
    return spectrum(mixed_qfim(*engine.tangents(released_angles(1, 12, np.pi))))


# As if it were as published, or in one case only one of two things that the finding says.
AS_PUBLISHED: dict[str, list[Callable[[Files], dict[str, Change]]]] = {
    "open-tying": [
        lambda _: {"4q_20p_4random": to(chain_spectrum(4, 20, 4))},
        lambda _: {"6q_38p_5random": to(chain_spectrum(6, 38, 5))},
        lambda _: {"qfim_hessian_rank": cell("n == 8 and bc == 'open'", rank_1e8=32)},
        lambda _: {
            "qfim_hessian_rank": cell(
                "n == 10 and bc == 'open'", trace=chain_spectrum(10, 102, 8).sum()
            )
        },
    ],
    "initial-angles": [
        lambda _: {"4qubits/non-periodic/loss": first_losses()},
        lambda _: {"vqe_loss": lambda table: table.assign(init_mean=1.1 * table["init_mean"])},
    ],
    "vqe-8q-depth-4": [
        lambda _: {"vqe_loss": cell("n == 8 and bc == 'open' and p == 4", final_min=0.02571792)}
    ],
    "hessian-10q-run-49": [
        lambda _: {
            "qfim_hessian_rank": cell(
                "file.str.contains('hess.*10q_102p_49i')", most_negative=-1e-8
            )
        },
        lambda _: {
            "qfim_hessian_rank": cell("file.str.contains('hess.*4q_22p_16i')", most_negative=-1)
        },
    ],
    "noise-placement": [lambda _: {"0.01local": to(noisy_spectrum("both", 0.01))}],
    "noise-normalisation": [
        lambda _: {"0.001local": lambda values: values / 4},
        lambda _: {"0noise": lambda values: values * 4},
    ],
    "noise-rounding": [
        lambda _, row=row: {
            "noise.csv": cell(
                f"n == 4 and p == {row.p} and noise == 'local' and strength == {row.strength}",
                eigenvalues=row.eigenvalues,
            )
        }
        for row in pd.read_csv(FIFTY_DIGITS).itertuples()
    ],
    "compilation-2q-layers": [lambda _: {"2q_4l_29random": to(two_qubit_spectrum())}],
    "compilation-truncated": [
        lambda _: {"compilation_loss": cell("n == 5 and L == 15", runs=50)},
        lambda _: {"compilation_loss": cell("n == 5 and L == 25", runs=49)},
    ],
    "autoencoder-states": [
        lambda files: {
            f"state_{k}.npy": to(state)
            for k, state in enumerate(circuits.weighted_states(weights(files).ravel()))
        },
        lambda files: {"hwe_4q_ps_15_2_weights": to(fitted(files))},
        lambda files: {"hwe_4q_ps_15_2_weights": to(-fitted(files)[:, ::-1, [2, 0, 1]])},
        lambda _: {f"state_{k}.npy": np.conj for k in range(16)},
    ],
    "ntangled-8q-names": [
        lambda files: {
            f"hwe_8q_cb_{one}_5": to(
                files.array(f"Hardware_Efficient/8_Qubits/Depth_5/hwe_8q_cb_{other}_5_weights.npy")
            )
            for one, other in ((40, 45), (45, 40))
        }
    ],
    "ntangled-sea-circuit": [lambda _: {"Strongly_Entangling": reordered}],
}


def weights(files: Files) -> NDArray[np.float64]:
    return files.array(f"{STATES}hwe_4q_ps_15_2_weights.npy")


def fitted(files: Files) -> NDArray[np.float64]:
    """Weights (2, 4, 3) that give the released states."""
    states = [files.array(f"{STATES}state_{k}.npy").ravel() for k in range(16)]
    return circuits.fitted_weights(np.array(states)).reshape(2, 4, 3)


def reordered(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.roll(weights, 1, axis=2)


@pytest.fixture
def files(root: Path, mirror: Path) -> Files:
    return Files(root, mirror)


@pytest.mark.parametrize("name", CHECKS)
def test_finding_is_confirmed(files: Files, name: str) -> None:
    outcome = CHECKS[name](files)
    assert outcome.confirmed, outcome


CASES = [(name, k) for name, changes in AS_PUBLISHED.items() for k in range(len(changes))]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_finding_is_not_confirmed_by_what_is_as_published(
    files: Files, root: Path, mirror: Path, name: str, case: int
) -> None:
    changes = AS_PUBLISHED[name][case](files)
    altered = Altered(root, mirror, changes)
    assert not CHECKS[name](altered).confirmed
    assert altered.used == set(changes)


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_a_kernel_as_printed_confirms_nothing(
    files: Files, monkeypatch: pytest.MonkeyPatch, factor: float
) -> None:
    """Eq. (9) twice as large, or everything else half of it."""
    name = "printed_mean" if factor == 2.0 else "printed_data_kernel"
    printed = getattr(kernel_theory, name)
    monkeypatch.setattr(kernel_theory, name, lambda *given: factor * printed(*given))
    assert not CHECKS["kernel-mean"](files).confirmed


def test_a_simulated_kernel_as_printed_confirms_nothing(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = circuits.tangent_kernel
    monkeypatch.setattr(circuits, "tangent_kernel", lambda *given: kernel(*given) / 1.941)
    assert not CHECKS["kernel-mean"](files).confirmed


def test_a_correct_qibo_confirms_nothing(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        qibo_qfim, "quantum_fisher_information_matrix", lambda *_, **__: np.array([[1.0]])
    )
    assert not CHECKS["qibo-qfim"](files).confirmed


def test_every_check_has_a_counterpart() -> None:
    assert {*AS_PUBLISHED, "kernel-mean", "qibo-qfim"} == set(CHECKS)


def test_a_file_that_is_not_there_is_said_to_be(root: Path, tmp_path: Path) -> None:
    with pytest.raises(Absent, match="2q_4l_29random"):
        CHECKS["compilation-2q-layers"](Files(root, tmp_path))


def test_a_file_with_another_checksum_is_refused(root: Path, mirror: Path, tmp_path: Path) -> None:
    (path,) = mirror.rglob("hea_qfim_spectrum_2q_4l_29random.npy")
    other = tmp_path / path.relative_to(mirror)
    other.parent.mkdir(parents=True)
    np.save(other, np.zeros(36))
    with pytest.raises(UserError, match="wrong sha256"):
        CHECKS["compilation-2q-layers"](Files(root, tmp_path))
