"""Time one loss and gradient with other libraries; prints JSON lines. Run by bench.py."""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np


def hva_qiboml(qubits: int, depth: int) -> Callable[[], object]:
    """Qiboml's PyTorch backend with automatic differentiation."""
    import torch
    from qibo import Circuit, gates, set_backend
    from qiboml.backends.pytorch import PyTorchBackend

    torch.set_num_threads(1)
    set_backend("qiboml", platform="pytorch")
    backend = PyTorchBackend()
    rows = torch.arange(2**qubits)
    bits = [1 - 2 * ((rows >> (qubits - 1 - q)) & 1) for q in range(qubits)]
    diagonal = sum(bits[q] * bits[q + 1] for q in range(qubits - 1)).to(torch.float64)
    flips = [rows ^ (1 << q) for q in range(qubits)]
    values = np.random.default_rng(0).uniform(0, np.pi, 2 * depth)

    def step() -> object:
        angles = torch.tensor(values, dtype=torch.float64, requires_grad=True)
        circuit = Circuit(qubits)
        circuit.add(gates.H(q) for q in range(qubits))
        for layer in range(depth):
            for q in range(qubits - 1):
                circuit.add(gates.RZZ(q, q + 1, theta=angles[2 * layer]))
            for q in range(qubits):
                circuit.add(gates.RX(q, theta=angles[2 * layer + 1]))
        state = backend.execute_circuit(circuit).state().ravel()
        energy = -(state.abs() ** 2 * diagonal).sum()
        for flip in flips:
            energy = energy - (state.conj() * state[flip]).sum().real
        energy.backward()
        return energy.item(), angles.grad

    return step


def hva_lightning(qubits: int, depth: int) -> Callable[[], object]:
    """PennyLane's lightning.qubit with adjoint differentiation."""
    import pennylane as qml
    from pennylane import numpy as pnp

    device = qml.device("lightning.qubit", wires=qubits)
    terms = [qml.Z(q) @ qml.Z(q + 1) for q in range(qubits - 1)]
    terms += [qml.X(q) for q in range(qubits)]
    hamiltonian = qml.Hamiltonian([-1.0] * len(terms), terms)

    @qml.qnode(device, diff_method="adjoint")
    def energy(angles):  # type: ignore[no-untyped-def]
        for q in range(qubits):
            qml.Hadamard(q)
        for layer in range(depth):
            for q in range(qubits - 1):
                qml.IsingZZ(angles[2 * layer], wires=(q, q + 1))
            for q in range(qubits):
                qml.RX(angles[2 * layer + 1], wires=q)
        return qml.expval(hamiltonian)

    gradient = qml.grad(energy)
    angles = pnp.array(np.random.default_rng(0).uniform(0, np.pi, 2 * depth), requires_grad=True)
    return lambda: gradient(angles)


def hea_lightning(qubits: int, layers: int) -> Callable[[], object]:
    """PennyLane's lightning.qubit on the Bell state, adjoint differentiation."""
    import pennylane as qml
    import scipy.sparse
    from pennylane import numpy as pnp

    wires = 2 * qubits
    device = qml.device("lightning.qubit", wires=wires)
    bell = np.eye(2**qubits).ravel() / np.sqrt(2**qubits)
    projector = scipy.sparse.csr_matrix(np.outer(bell, bell))
    observable = qml.SparseHamiltonian(projector, wires=range(wires))
    parameters = 2 * layers * (2 * qubits - 2) + 2 * qubits
    everywhere, inner = range(qubits), range(1, qubits - 1)
    blocks = (everywhere, inner) if qubits % 2 == 0 else (inner, everywhere)

    @qml.qnode(device, diff_method="adjoint")
    def overlap(angles):  # type: ignore[no-untyped-def]
        for q in range(qubits):
            qml.Hadamard(q)
            qml.CNOT(wires=(q, qubits + q))
        k = 0
        for block, start in [
            (everywhere, -1),
            *[(blocks[i % 2], i % 2) for i in range(2 * layers)],
        ]:
            for q in range(start, qubits - 1, 2) if start >= 0 else ():
                qml.CZ(wires=(q, q + 1))
            for gate in (qml.RY, qml.RX):
                for q in block:
                    gate(angles[k], wires=q)
                    k += 1
        return qml.expval(observable)

    gradient = qml.grad(overlap)
    start = np.random.default_rng(0).uniform(0, 2 * np.pi, parameters)
    angles = pnp.array(start, requires_grad=True)
    return lambda: gradient(angles)


PEERS = {
    "hva_qiboml": hva_qiboml,
    "hva_lightning": hva_lightning,
    "hea_lightning": hea_lightning,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("qubits", type=int)
    parser.add_argument("depth", type=int)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    step = PEERS[options.peer](options.qubits, options.depth)
    step()
    times = []
    for _ in range(options.repeats):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    print(json.dumps({"seconds": statistics.median(times), "all": times}))
