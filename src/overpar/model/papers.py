"""The models of the papers: VQE, unitary compilation and the quantum autoencoder."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from overpar.base.checks import integer, require
from overpar.model.ansatz import Boundary, Tying
from overpar.model.model import Model


def tfim_hva(boundary: Boundary = "open", *, field: float = 1.0, tying: Tying = "correct") -> Model:
    """Ground-state search for the Ising chain with its Hamiltonian variational ansatz.

    H = −ΣZ_jZ_{j+1} − gΣX_j; layer l is exp(−iθ_l/2 ΣZ_jZ_{j+1}) then exp(−iφ_l/2 ΣX_j) on |+⟩ⁿ,
    M = 2·depth. The loss is ⟨H⟩ − E₀ ≥ 0.

    Args:
        boundary: "open" or "periodic".
        field: g, above 0 and at most 100, in units of the coupling.
        tying: "correct", or "released" for the derivatives of the authors' released QFIM.

    Examples:
        >>> import overpar as op
        >>> op.tfim_hva("periodic").task(qubits=4, depth=3).parameters
        6

    Source: arXiv:2109.11676, eqs. (14)–(16) and Fig. 3.
    """
    return Model(name="tfim_hva", ansatz="tfim_hva", boundary=boundary, field=field, tying=tying)


def hardware_efficient(observable: str | None = None, *, state: str | None = None) -> Model:
    """The hardware-efficient ansatz: RY and RX on every qubit, layers of CZ and rotations.

    M = 2·depth·(2n−2) + 2n.

    Args:
        observable: sum of Pauli strings whose lowest eigenvalue is sought; None for no loss.
        state: product state that it acts on, letters 0, 1, +, -; 0 if None.

    Examples:
        >>> import overpar as op
        >>> op.hardware_efficient().task(qubits=4, depth=35).parameters
        428

    Source: arXiv:2109.11676, Supplementary Figs. 4 and 5.
    """
    return Model(
        name="hardware_efficient", ansatz="hardware_efficient", observable=observable, state=state
    )


def compilation(target: int | NDArray[np.complex128] = 1) -> Model:
    """Compile a unitary U with the hardware-efficient ansatz V: loss 1 − |Tr(U†V)|²/4ⁿ.

    Args:
        target: U, shape (2ⁿ, 2ⁿ), n ≥ 2, or the NumPy seed of a Haar-random one.

    Raises:
        UserError: if `target` is no such matrix, or not unitary to 1e-9.

    Examples:
        >>> import overpar as op
        >>> op.compilation(np.eye(4)).task(depth=3).parameters
        16

    Source: arXiv:2109.11676, eq. (18) and Supplementary Fig. 4.
    """
    return Model(name="compilation", ansatz="hardware_efficient", target=target)


def autoencoder(states: ArrayLike, *, trash: int = 2) -> Model:
    """Quantum autoencoder: loss = mean over states of 1 − P(trash qubits read 0…0).

    Args:
        states: training states, shape (k, 2ⁿ), n ≥ 2, each normalised.
        trash: number of trash qubits, the first ones, from 1 to n.

    Raises:
        UserError: if an argument has another shape or is outside its range.

    Examples:
        >>> import overpar as op
        >>> op.autoencoder(np.eye(2, 16)).task(depth=5).parameters
        68

    Source: arXiv:2109.11676, eq. (19) and Supplementary Fig. 5.
    """
    inputs = np.asarray(states, np.complex128)
    qubits = inputs.shape[-1].bit_length() - 1 if inputs.ndim == 2 else 0
    require(
        qubits >= 2 and inputs.shape[-1] == 2**qubits,
        f"Argument `states` must have shape (any, 2ⁿ) with n ≥ 2, but has shape {inputs.shape}.",
    )
    integer("trash", trash, 1)
    require(trash <= qubits, f"Argument `trash` must be at most {qubits} qubits, but is {trash}.")
    # |0…0⟩⟨0…0| of the trash qubits is the mean of all products of their Z.
    subsets = [f"{mask:0{trash}b}"[::-1] for mask in range(1, 2**trash)]
    strings = [bits.strip("0").replace("0", "I").replace("1", "Z") for bits in subsets]
    terms = [
        f"- {0.5**trash}*{string}@{bits.index('1')}"
        for string, bits in zip(strings, subsets, strict=True)
    ]
    return Model(
        name="autoencoder",
        ansatz="hardware_efficient",
        observable=" ".join(terms),
        inputs=inputs,
    )
