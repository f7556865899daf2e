"""What Qibo's own function says of a circuit's QFIM; it is checked, not used."""

import numpy as np
from numpy.typing import ArrayLike
from qibo import Circuit as QiboCircuit
from qibo import gates
from qibo.backends import NumpyBackend
from qibo.quantum_info import quantum_fisher_information_matrix

from overpar.engines.interface import Floats


class _Exact(NumpyBackend):  # type: ignore[misc]
    """Qibo's NumPy backend with the Jacobian that it lacks: ∂ψ/∂θ = ½ψ(θ+π) of a rotation."""

    def jacobian(
        self,
        circuit: QiboCircuit,
        parameters: ArrayLike,
        initial_state: ArrayLike | None = None,
        return_complex: bool = True,
    ) -> tuple[Floats, Floats]:
        """Real and imaginary part of the Jacobian, each (2ⁿ, M), for rotations only."""
        columns = []
        for turn in np.pi * np.eye(np.size(parameters)):
            turned = circuit.copy(deep=True)
            turned.set_parameters(np.asarray(parameters, float) + turn)
            result = self.execute_circuit(turned, initial_state=initial_state)
            columns.append(0.5 * result.state())
        jacobian = np.array(columns).T
        return jacobian.real, jacobian.imag


def qibo_qfim_of_rotation(angle: float) -> float:
    """Qibo's QFIM of RX(θ)|0⟩, of which the true value is 1.

    Args:
        angle: θ, radians.

    Source: `qibo.quantum_info.quantum_fisher_information_matrix`.
    """
    circuit = QiboCircuit(1)
    circuit.add(gates.RX(0, angle))
    return float(quantum_fisher_information_matrix(circuit, backend=_Exact())[0, 0])
