"""The autoencoder's training states: from NTangled's weights, as released, or made here."""

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from overpar.base.arrays import load_array
from overpar.base.checks import require
from overpar.base.progress import say
from overpar.base.records import read_record
from overpar.engines.choose import make_engine
from overpar.engines.interface import Complexes
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
    wanted: str, source: str, inputs: dict[str, Path]
) -> tuple[Complexes | None, dict[str, Any]]:
    """Training states and their provenance; None where they cannot be had.

    Args:
        wanted: the cell's `states`.
        source: the configured `ntangled.source`, which says what "ntangled" stands for.
        inputs: manifests of the data sets and the record of the regenerated weights.

    Returns:
        States (4, 16) or None, and attributes `provenance`, `states_source`, `data_commit`.
    """
    if wanted == "ntangled" and source != "auto":
        wanted = source
    if wanted != "regenerated":
        manifest = json.loads(inputs[wanted].read_text(encoding="utf-8"))
        if manifest["status"] == "fetched":
            root, sums = inputs[wanted].parent / manifest["directory"], manifest["sha256"]
            about = {
                "states_source": wanted,
                "data_commit": manifest["version"],
                "provenance": f"{manifest['owner']}/{manifest['repository']} at"
                f" {manifest['version'][:7]}, verified by sha256",
            }
            if wanted == "ntangled":
                return generated_states(load_array(root / WEIGHTS, sums[WEIGHTS])), about
            paths = [RELEASED.format(k) for k in BASIS_STATES]
            states = [load_array(root / path, sums[path]).ravel() for path in paths]
            return np.array(states, np.complex128), about
        if wanted == "released":
            why = f"not available: {manifest['reason']}"
            return None, {"states_source": wanted, "data_commit": "", "provenance": why}
        say("NTangled could not be fetched: the training states are regenerated here.")
    record = read_record(inputs["regenerated"])
    about = {"states_source": "regenerated", "data_commit": "", "provenance": "regenerated here"}
    return generated_states(record["weights"].values), about
