"""Classification by a symmetric and by an unstructured circuit: underfitting and overfitting."""

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from overpar.base import seeds
from overpar.base.records import Variable
from overpar.engines.interface import Complexes, EngineName, Floats
from overpar.experiments.common.classifiers import Classifier, Permutation, Unstructured
from overpar.experiments.common.labelled import Data, labelled
from overpar.experiments.common.spec import Context, Result, TrainingSpec
from overpar.quantities.training import train

SOURCE = "our own protocol, after arXiv:2606.31536"

CIRCUITS: dict[str, Callable[[int, dict[str, Complexes]], Classifier]] = {
    "permutation": Permutation,
    "hardware_efficient": Unstructured,
}
# Steps between two looks at the training error.
LOOK = 10


class Spec(TrainingSpec):
    """One circuit, size and set of states; every run has its own states and initial angles."""

    LABEL: ClassVar[dict[str, str]] = {
        "circuit": "circuit",
        "qubits": "n",
        "data": "data",
        "train_states": "states",
        "shots": "shots",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("circuit", "qubits")
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    circuit: Literal["permutation", "hardware_efficient"] = Field(
        description="layers of ΣY, ΣX and Σ ZZ over all pairs, or the hardware-efficient ansatz"
    )
    qubits: int = Field(ge=2, le=12, description="number of qubits, even")
    depth: int = Field(ge=1, le=1000, description="layers")
    data: Data = Field(description="states and labels")
    shots: int = Field(
        0, ge=0, le=1_000_000_000, description="shots per derivative; 0: exact gradients"
    )
    train_states: int = Field(16, ge=2, le=10_000, description="states that are trained on, even")
    test_states: int = Field(200, ge=2, le=100_000, description="further states, even")
    initialisations: int = Field(8, ge=1, le=100_000, description="runs per cell")
    steps: int = Field(60, ge=1, le=1_000_000, description="Adam updates")
    rate: float = Field(0.05, gt=0, le=1, description="Adam learning rate")

    @field_validator("qubits", "train_states", "test_states")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise ValueError(f"must be even, but is {value}")
        return value

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        step = 4e-6 * self.depth * self.qubits**2
        if self.circuit == "hardware_efficient":
            step = 5e-9 * self.depth * self.qubits * 2**self.qubits * self.train_states
        return 1 + self.initialisations / 8 * self.steps * step


class Watched:
    """A classifier as training sees it: gradients with shot noise, training errors on the way.

    # ASSUME: a derivative is measured by the shift rule of its generator, whose variance with S
    shots in all is R²σ²/S, R half the spread of the generator (1 of a rotation, n of ΣX, n²/4 of
    Σ ZZ); σ² = 1/(4n) is that of one outcome of ½(1 − y Z̄) in a random state; the noise is normal.

    Source: D. Wierichs et al., Quantum 6, 677 (2022), sections 3 and 4, for the shift rules.
    """

    def __init__(
        self, classifier: Classifier, qubits: int, shots: int, random: list[np.random.Generator]
    ) -> None:
        self._classifier, self._random = classifier, random
        self.noise = classifier.reach / np.sqrt(4 * qubits * shots) if shots else None
        self.errors: list[Floats] = []
        self._calls = 0

    def loss_and_gradient(self, angles: Floats) -> tuple[Floats, Floats]:
        """See `interface.Objective`."""
        if self._calls % LOOK == 0:
            self.errors.append(errors(self._classifier, angles)[0])
        self._calls += 1
        loss, gradient = self._classifier.loss_and_gradient(angles)
        if self.noise is not None:
            drawn = [random.normal(size=angles.shape[1]) for random in self._random]
            gradient = gradient + self.noise * np.array(drawn)
        return loss, gradient


def errors(classifier: Classifier, angles: Floats, *others: str) -> list[Floats]:
    """Shares (runs,) of states that are misclassified: of those trained on, and of other sets.

    A state has label 1 if its ⟨Z̄⟩ is above the middle of the training states' means by class.
    """
    sets = [classifier.means(angles, name) for name in ("train", *others)]
    half = sets[0].shape[1] // 2
    middle = (sets[0][:, :half].mean(axis=1) + sets[0][:, half:].mean(axis=1))[:, None] / 2
    found = []
    for means in sets:
        half = means.shape[1] // 2
        wrong = np.concatenate([means[:, :half] <= middle, means[:, half:] > middle], axis=1)
        found.append(wrong.mean(axis=1))
    return found


def run(spec: Spec, context: Context) -> Result:
    """Train all runs for a fixed number of steps, and classify at the last angles."""
    # Not keyed by the circuit: run k of both has the same states.
    about = context.experiment, f"n={spec.qubits}", spec.data
    states = {
        name: np.array(
            [
                labelled(
                    spec.data, spec.qubits, count, seeds.generator(context.seed, *about, name, k)
                )[0]
                for k in range(spec.initialisations)
            ]
        )
        for name, count in (("train", spec.train_states), ("test", spec.test_states))
    }
    classifier = CIRCUITS[spec.circuit](spec.depth, states)
    start = np.array(
        [
            seeds.generator(context.seed, *about, spec.circuit, "angles", k).uniform(
                0, 2 * np.pi, classifier.parameters
            )
            for k in range(spec.initialisations)
        ]
    )
    random = [context.generator("shots", k) for k in range(spec.initialisations)]
    watched = Watched(classifier, spec.qubits, spec.shots, random)
    gradient = classifier.loss_and_gradient(start)[1]
    runs = train(watched, start, spec.steps, rate=spec.rate, progress=context.progress)
    train_error, test_error = errors(classifier, runs.final_angles, "test")
    one = ("init",)
    variables = {
        "loss": Variable(("init", "step"), runs.losses, "loss before each update, and last"),
        "limit": Variable(one, classifier.limit, "least loss of any circuit of the algebra"),
        "errors": Variable(
            ("init", "look"), np.array(watched.errors).T, f"training error every {LOOK} steps"
        ),
        "train_error": Variable(one, train_error, "training error at the last angles"),
        "test_error": Variable(one, test_error, "test error there"),
        "gradient_square": Variable(
            one, (gradient**2).mean(axis=1), "mean over angles of (∂L/∂θ)² at the initial angles"
        ),
        "deep": Variable(one, classifier.deep, "its mean over deep circuits of the algebra"),
        "status": Variable(one, runs.status, "0 ran to the end, 1 diverged"),
    }
    if watched.noise is not None:
        signal = (gradient**2).sum(axis=1) / (watched.noise**2).sum()
        variables["signal"] = Variable(one, signal, "squared norms, gradient over shot noise")
    return Result(variables, {"parameters": classifier.parameters, "look": LOOK})
