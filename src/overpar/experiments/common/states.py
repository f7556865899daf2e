"""The autoencoder's training states: from NTangled's weights, as released, or made here."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from overpar.base.checks import require
from overpar.base.progress import say
from overpar.engines.choose import make_engine
from overpar.engines.interface import Complexes
from overpar.experiments.common.spec import Inputs
from overpar.model.ansatz import ntangled_hwe
from overpar.model.observables import PauliSum, Task

QUBITS, GENERATOR_DEPTH, TARGET = 4, 2, 0.15
WEIGHTS = "Hardware_Efficient/4_Qubits/Depth_2/hwe_4q_ps_15_2_weights.npy"
RELEASED = "raw_data/sup_fig_5/train_set/state_{}.npy"
BASIS_STATES = (0, 5, 12, 2)


StateSource = Literal["ntangled", "released", "regenerated"]


def needs(states: StateSource) -> dict[str, str]:
    """Inputs of a cell that uses the training states.

    What "ntangled" stands for is configured, and it has the regenerated weights at hand, should
    fetching fail.
    """
    generator = f"record:ntangled/n={QUBITS},depth={GENERATOR_DEPTH},target={TARGET}"
    every = {
        "ntangled": "dataset:ntangled",
        "released": "dataset:released_states",
        "regenerated": generator,
    }
    return every if states == "ntangled" else {states: every[states]}


def generated_states(weights: ArrayLike) -> Complexes:
    """The training states U|k⟩, k = 0, 5, 12, 2, of the NTangled generator: shape (4, 16)."""
    circuit = ntangled_hwe(QUBITS, GENERATOR_DEPTH)
    flat = np.asarray(weights, np.float64)
    require(
        flat.shape == (GENERATOR_DEPTH, QUBITS, 3),
        f"NTangled weights must have shape {(GENERATOR_DEPTH, QUBITS, 3)}, but have {flat.shape}.",
    )
    inputs = np.eye(2**QUBITS, dtype=np.complex128)[list(BASIS_STATES)]
    return make_engine(Task(circuit, PauliSum(()), inputs)).state(flat.reshape(1, -1))[0]


def training_states(
    wanted: str, source: str, inputs: Inputs
) -> tuple[Complexes | None, dict[str, Any]]:
    """Training states and their provenance; None where they cannot be had.

    Args:
        wanted: the cell's `states`.
        source: the configured `ntangled.source`, which says what "ntangled" stands for.
        inputs: the data sets and the record of the regenerated weights.

    Returns:
        States (4, 16) or None, and attributes `provenance`, `states_source`, `data_commit`.
    """
    if wanted == "ntangled" and source != "auto":
        wanted = source
    if wanted != "regenerated":
        data = inputs.datasets[wanted]
        about = {"states_source": wanted, "data_commit": "", "provenance": data.provenance}
        if not data.missing:
            about["data_commit"] = data.version
            if wanted == "ntangled":
                return generated_states(data.array(WEIGHTS)), about
            states = [data.array(RELEASED.format(k)).ravel() for k in BASIS_STATES]
            return np.array(states, np.complex128), about
        if wanted == "released":
            return None, about
        say("NTangled could not be fetched: the training states are regenerated here.")
    record = inputs.record("regenerated")
    about = {"states_source": "regenerated", "data_commit": "", "provenance": "regenerated here"}
    return generated_states(record["weights"].values), about
