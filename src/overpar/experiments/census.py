"""How every training run ends once it is continued to a stationary point: a census of traps."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from overpar.base import seeds
from overpar.base.records import Variable
from overpar.engines.choose import make_objective
from overpar.engines.interface import EngineName, Floats
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.experiments.common.states import StateSource, needs, training_states
from overpar.model.model import Model
from overpar.model.observables import Task, spectral_width
from overpar.model.papers import autoencoder
from overpar.quantities.curved import make_curved
from overpar.quantities.exact_rank import generic_ranks
from overpar.quantities.fermion_ranks import exact_ranks
from overpar.quantities.information import spectrum
from overpar.quantities.newton import newton
from overpar.quantities.optimisers import OptimiserName, optimise

SOURCE = "our own protocol, on the models of arXiv:2109.11676"

# Initial angles are U[0, w): a quarter, a half or all of the period 2π.
WIDTH = {"quarter": np.pi / 2, "half": np.pi, "full": 2 * np.pi}
BUDGETS = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)


class Spec(CellSpec):
    """One depth of a model, trained from random angles and then continued by Newton's method.

    The same initial angles serve all optimisers and rates.
    """

    LABEL: ClassVar[dict[str, str]] = {
        "model": "model",
        "qubits": "n",
        "depth": "depth",
        "start": "start",
        "optimiser": "optimiser",
        "rate": "rate",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("model", "qubits", "start", "optimiser", "rate")
    # Second derivatives have one implementation a model: one engine for losses would mislead.
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto",)
    model: Model
    qubits: int = Field(ge=1, le=400, description="number of qubits; above 12 the Ising chain only")
    depth: int = Field(ge=1, le=4000, description="layers")
    states: StateSource | None = Field(
        None,
        description="for the autoencoder's ansatz: where its training states come from; its loss"
        " then takes the place of the model's",
    )
    start: Literal["quarter", "half", "full"] = Field(
        description="initial angles: U[0, π/2), U[0, π) or U[0, 2π)"
    )
    optimiser: OptimiserName = Field("adam", description="how runs are trained first")
    rate: float = Field(0.01, gt=0, le=10, description="learning rate; lbfgs has none")
    initialisations: int = Field(50, ge=1, le=100_000, description="runs per cell")
    steps: int = Field(3000, ge=1, le=1_000_000, description="steps of the optimiser")
    newton: int = Field(
        3000, ge=0, le=1_000_000, description="at most so many Newton steps; 0 leaves runs there"
    )

    @model_validator(mode="after")
    def _fits(self) -> "Spec":
        if not (self.model.trainable or self.states):
            raise ValueError(f"model {self.model.name} needs an observable to be trained")
        if self.qubits > 12 and not self.ising():
            raise ValueError(
                f"qubits must be at most 12 for model {self.model.name}, but is {self.qubits}"
            )
        if self.states and (self.qubits != 4 or self.model.ansatz != "hardware_efficient"):
            raise ValueError("states needs ansatz: hardware_efficient and 4 qubits")
        return self

    def needs(self) -> dict[str, str]:
        """Where the autoencoder's training states come from."""
        return needs(self.states) if self.states else {}

    def follows_source(self) -> bool:
        """As the autoencoder experiment."""
        return self.states == "ntangled"

    def ising(self) -> bool:
        """Whether the model is the Ising chain's own."""
        return self.model.ising(self.qubits) and self.model.tying == "correct"

    def engines(self) -> frozenset[str]:
        """Second derivatives and ranks of the chain are by free fermions as well."""
        return super().engines() | ({"gaussian"} if self.ising() else {"statevector", "exact"})

    def compiles(self) -> bool:
        """Whether the model has a target."""
        return self.model.compiles

    def files(self) -> list[str]:
        """The user's own code."""
        return self.model.files()

    def seconds(self) -> float:
        """Rough time of this cell on one core; near M_c runs take up to three times as long."""
        angles = self.depth * (2 if self.ising() else 3 * self.qubits)
        size = self.qubits if self.ising() else 2**self.qubits / 16
        curved = 1.5e-4 + 1e-5 * angles + 4e-10 * angles**3
        step = {"qng": curved, "lbfgs": 1.3e-4}.get(self.optimiser, angles * (1 + size) * 3e-8)
        return self.steps * (1e-4 + self.initialisations * step) + (
            0.1 * self.newton * self.initialisations * curved
        )


def run(spec: Spec, context: Context) -> Result:
    """Train all initialisations of one cell, continue them, and look at where they ended."""
    about: dict[str, str] = {}
    task = None if spec.states else spec.model.task(spec.qubits, spec.depth)
    if spec.states:
        states, about = training_states(spec.states, context.source, context.inputs)
        if states is None:
            return Result({}, about)
        task = autoencoder(states).task(depth=spec.depth)
    assert task is not None
    objective = make_objective(task, spec.engine, context.threads)
    runs = optimise(
        spec.optimiser,
        make_curved(task, context.threads) if spec.optimiser == "qng" else objective,
        _starts(spec, context, task),
        spec.steps,
        rate=None if spec.optimiser == "lbfgs" else spec.rate,
        progress=lambda done, total: context.progress(done, 2 * total),
    )
    budgets = [*(steps for steps in BUDGETS if steps < spec.steps), spec.steps]
    lowest = np.fmin.accumulate(runs.losses, axis=1)[:, budgets]
    kept = {
        "budget": Variable(("budget",), np.array(budgets), "steps of the optimiser"),
        "lowest": Variable(("run", "budget"), lowest, "lowest loss within so many steps"),
        "status": Variable(("run",), runs.status, "0 ran to the end, 1 diverged"),
        "width": Variable((), np.array(spectral_width(task)), "highest less lowest loss there is"),
    }
    kept |= _ranks(spec, context, task)
    if spec.newton:
        kept |= _ends(spec, context, task, runs.best_angles)
    return Result(kept, about)


def _starts(spec: Spec, context: Context, task: Task) -> Floats:
    """Initial angles, the same for all optimisers and rates: (runs, M)."""
    about = f"model={spec.shown('model')},n={spec.qubits},depth={spec.depth},start={spec.start}"
    random = [
        seeds.generator(context.seed, context.experiment, about, k).random(task.circuit.parameters)
        for k in range(spec.initialisations)
    ]
    return WIDTH[spec.start] * np.array(random)


def _ranks(spec: Spec, context: Context, task: Task) -> dict[str, Variable]:
    """Generic rank of the QFIM at every depth up to this, for the autoencoder at this one."""
    if spec.ising():
        random = context.generator("residues")
        ranks = exact_ranks(spec.qubits, spec.model.boundary, spec.depth, random=random)
        rank, angles = ranks.max(axis=0), 2 * np.arange(1, spec.depth + 1)
    else:
        earlier = range(1, 1 if spec.states else spec.depth)
        shorter = {depth: spec.model.build(spec.qubits, depth) for depth in earlier}
        found, known = generic_ranks(task, shorter)
        rank = np.array([*(known[depth] for depth in earlier), found.value])
        angles = np.array([*(c.parameters for c in shorter.values()), task.parameters])
    return {
        "rank": Variable(("layers",), rank, "generic rank of the QFIM at growing depth"),
        "parameters": Variable(("layers",), angles, "number of angles there"),
    }


def _ends(spec: Spec, context: Context, task: Task, angles: Floats) -> dict[str, Variable]:
    """Stationary points that the runs lead to, and curvature there."""
    curved = make_curved(task, context.threads)
    runs = len(angles)
    ends = newton(
        curved,
        angles,
        steps=spec.newton,
        progress=lambda done, total: context.progress(total + done, 2 * total),
    )
    # Run by run, so that few matrices are in memory.
    fisher, second = (
        np.array([spectrum(matrix(ends.angles[k : k + 1])[0]) for k in range(runs)])
        for matrix in (curved.qfim, curved.hessian)
    )
    where, values = ("run", "parameter"), ("run", "eigenvalue")
    return {
        "end_angles": Variable(where, ends.angles, "angles at the stationary point", "rad"),
        "end_loss": Variable(("run",), ends.losses, "loss there"),
        "end_gradient": Variable(("run",), ends.gradients, "norm of the gradient there"),
        "iterations": Variable(("run",), ends.iterations, "Newton steps taken"),
        "qfim": Variable(values, fisher, "QFIM eigenvalues there, descending"),
        "hessian": Variable(values, second, "Hessian eigenvalues there, descending"),
    }
