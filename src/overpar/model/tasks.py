"""The tasks of the papers: VQE, unitary compilation and the quantum autoencoder."""

import numpy as np
from numpy.typing import NDArray

from overpar.base.checks import integer, require
from overpar.model.ansatz import Boundary, Tying, hardware_efficient, tfim_hva
from overpar.model.observables import (
    PauliSum,
    Projector,
    Task,
    tfim,
    tfim_ground_energy,
)


def vqe(
    qubits: int, boundary: Boundary, depth: int, *, field: float = 1.0, tying: Tying = "correct"
) -> Task:
    """Ground-state search for the Ising chain with its Hamiltonian variational ansatz.

    The loss is ⟨H⟩ − E₀ ≥ 0. A periodic chain needs an even number of qubits.

    Source: arXiv:2109.11676, eqs. (14)–(16) and Fig. 3.
    """
    return Task(
        circuit=tfim_hva(qubits, boundary, depth, tying),
        observable=tfim(qubits, boundary, field),
        constant=-tfim_ground_energy(qubits, boundary, field),
        family=("tfim_hva", boundary, field),
    )


def haar_unitary(qubits: int, seed: int) -> NDArray[np.complex128]:
    """The release's target of compilation: unitary_group.rvs(2ⁿ) after np.random.seed(seed).

    Args:
        qubits: n ≥ 1.
        seed: 0 to 2³²−1.

    Returns:
        Haar-random unitary, shape (2ⁿ, 2ⁿ).

    Source: the authors' released code of arXiv:2109.11676.
    """
    # A second to import, for compilation only.
    from scipy.stats import unitary_group

    random = np.random.RandomState(seed)
    return np.asarray(unitary_group.rvs(2**qubits, random_state=random))


def compilation(target: NDArray[np.complex128], layers: int) -> Task:
    """Compile a unitary U with the hardware-efficient ansatz V: loss 1 − |Tr(U†V)|²/4ⁿ.

    The inputs are the 2ⁿ basis states, joined to a Bell state with their label; the loss is
    then one minus the overlap with the Bell state that U prepares.

    Args:
        target: unitary U, shape (2ⁿ, 2ⁿ), n ≥ 2.
        layers: L ≥ 0 of `hardware_efficient`.

    Raises:
        UserError: if `target` is no such matrix, or not unitary to 1e-9.

    Source: arXiv:2109.11676, eq. (18) and Supplementary Fig. 4.
    """
    target = np.asarray(target, np.complex128)
    size = target.shape[0] if target.ndim else 0
    qubits = size.bit_length() - 1
    require(
        qubits >= 2 and target.shape == (2**qubits, 2**qubits),
        f"Argument `target` must have shape (2ⁿ, 2ⁿ) with n ≥ 2, but has shape {target.shape}.",
    )
    # Its overlap with the circuit would not be a loss: any minimum could be below zero.
    require(
        bool(np.allclose(target @ target.conj().T, np.eye(size), atol=1e-9)),
        "Argument `target` must be unitary to 1e-9.",
    )
    return Task(
        circuit=hardware_efficient(qubits, layers),
        inputs=np.eye(size, dtype=np.complex128),
        observable=Projector(np.ascontiguousarray(target.T) / np.sqrt(size), -1.0),
        constant=1.0,
    )


def autoencoder(states: NDArray[np.complex128], layers: int, trash: int = 2) -> Task:
    """Quantum autoencoder: loss = mean over states of 1 − P(trash qubits read 0…0).

    Args:
        states: training states, shape (k, 2ⁿ), n ≥ 2, each normalised.
        layers: L ≥ 0 of `hardware_efficient`.
        trash: number of trash qubits, the first ones, from 1 to n.

    Raises:
        UserError: if an argument has another shape or is outside its range.

    Source: arXiv:2109.11676, eq. (19) and Supplementary Fig. 5.
    """
    states = np.asarray(states, np.complex128)
    qubits = states.shape[-1].bit_length() - 1 if states.ndim == 2 else 0
    require(
        qubits >= 2 and states.shape[-1] == 2**qubits,
        f"Argument `states` must have shape (any, 2ⁿ) with n ≥ 2, but has shape {states.shape}.",
    )
    integer("trash", trash, 1)
    require(trash <= qubits, f"Argument `trash` must be at most {qubits} qubits, but is {trash}.")
    subsets = [[q for q in range(trash) if mask >> q & 1] for mask in range(1, 2**trash)]
    weight = 0.5**trash
    terms = tuple((-weight, "Z" * len(s), tuple(s)) for s in subsets)
    return Task(hardware_efficient(qubits, layers), PauliSum(terms), states, 1 - weight)
