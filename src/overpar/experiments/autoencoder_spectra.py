"""QFIM spectra of the autoencoder's ansatz: of each training state, and of all four at once."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from overpar.base.records import Variable
from overpar.base.seeds import released_angles
from overpar.engines.choose import make_engine
from overpar.engines.interface import EngineName
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.experiments.common.spectra import rank_variables
from overpar.experiments.common.states import BASIS_STATES, StateSource, needs, training_states
from overpar.model.papers import autoencoder
from overpar.quantities.information import (
    horizontal,
    qfim_from_tangents,
    spectrum,
    tangent_rank,
)

SOURCE = "arXiv:2109.11676, Supplementary Fig. 5; the joint rank is ours"

JOINT_SAMPLES = 5


class Spec(CellSpec):
    """One depth; state k is taken at the release's angles, np.random.seed(k+2); 2π·rand(M)."""

    LABEL: ClassVar[dict[str, str]] = {"layers": "L", "states": "states"}
    BATCH: ClassVar[tuple[str, ...]] = ("states",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "statevector")
    layers: int = Field(ge=0, le=200, description="layers L of the hardware-efficient ansatz")
    states: StateSource = Field(description="training states, as in the autoencoder experiment")

    def needs(self) -> dict[str, str]:
        """As the autoencoder experiment."""
        return needs(self.states)

    def follows_source(self) -> bool:
        """As the autoencoder experiment."""
        return self.states == "ntangled"

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 0.2 + 5 * 4e-7 * (12 * self.layers + 8) ** 2


def run(spec: Spec, context: Context) -> Result:
    """Spectrum and rank of each state's QFIM, and of the four-state tangent map."""
    states, about = training_states(spec.states, context.source, context.inputs)
    if states is None:
        return Result({}, about)
    single, ranks = [], []
    for index, label in enumerate(BASIS_STATES):
        task = autoencoder(states[[index]]).task(depth=spec.layers)
        angles = released_angles(label + 2, task.circuit.parameters, 2 * np.pi)
        state, tangents = make_engine(task).tangents(angles)
        single.append(spectrum(qfim_from_tangents(state, tangents)))
        ranks.append(tangent_rank(horizontal(state, tangents)))
        context.progress(index + 1, len(states) + JOINT_SAMPLES)
    # The loss sees each state by itself, up to its own phase: the tangent map of all four has the
    # rank of the sum of their QFIMs at one point.
    engines = [
        make_engine(autoencoder(states[[k]]).task(depth=spec.layers)) for k in range(len(states))
    ]
    joint, joint_ranks = [], []
    for sample in range(JOINT_SAMPLES):
        angles = context.generator("joint", sample).uniform(0, 2 * np.pi, len(single[0]))
        made = [engine.tangents(angles) for engine in engines]
        joint.append(spectrum(np.sum([qfim_from_tangents(*one) for one in made], axis=0)))
        beside = np.concatenate([horizontal(*one) for one in made], axis=1)
        joint_ranks.append(tangent_rank(beside))
        context.progress(len(states) + sample + 1, len(states) + JOINT_SAMPLES)
    return Result(
        {
            "state": Variable(("state",), np.array(BASIS_STATES), "k of the state U|k⟩"),
            "qfim": Variable(("state", "eigenvalue"), np.array(single), "QFIM of each state"),
            **rank_variables("qfim", ranks, "state"),
            "joint": Variable(("sample", "eigenvalue"), np.array(joint), "sum of the four QFIMs"),
            **rank_variables("joint", joint_ranks),
        },
        about,
    )
