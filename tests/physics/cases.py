"""The engines and the tasks that the tests of this directory cross with one another."""

import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.stats import unitary_group

from overpar.engines.choose import fermions_apply, paulis_apply
from overpar.engines.interface import Floats
from overpar.model.ansatz import ntangled_conv, ntangled_hwe, ntangled_sea
from overpar.model.circuits import Circuit
from overpar.model.observables import PauliSum, Task
from overpar.model.papers import autoencoder, compilation, tfim_hva

# Engines under test: whether a task is one of theirs. Qibo is what they are compared with.
OBJECTIVES: dict[str, Callable[[Task], bool]] = {
    "statevector": lambda task: True,
    "fermions": fermions_apply,
    "paulis": paulis_apply,
}
# Those that give states and tangents too.
ENGINES: dict[str, Callable[[Task], bool]] = {"statevector": lambda task: True}

SIZES = (2, 3, 4, 5, 6)
# Qibo runs once per input, gate and shift: 2ⁿ inputs at n = 6 allow no deeper circuit.
COMPILATION_LAYERS = {2: 3, 3: 2, 4: 1, 5: 1, 6: 0}


def rng(*key: str | int) -> np.random.Generator:
    """Random numbers that depend on what they are for."""
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


def random_states(qubits: int, count: int, *key: str | int) -> np.ndarray:
    """Haar-random states, shape (count, 2ⁿ)."""
    random = rng("states", qubits, count, *key)
    z = random.normal(size=(count, 2**qubits)) + 1j * random.normal(size=(count, 2**qubits))
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def random_pauli_sum(qubits: int, terms: int, *key: str | int) -> PauliSum:
    """Random coefficients and strings on random qubits; the first term is all Y."""
    random = rng("pauli", qubits, terms, *key)
    out = [(0.7, "Y" * qubits, tuple(range(qubits)))]
    for _ in range(terms - 1):
        count = int(random.integers(1, qubits + 1))
        where = tuple(int(q) for q in random.permutation(qubits)[:count])
        out.append((float(random.normal()), "".join(random.choice([*"XYZ"], count)), where))
    return PauliSum(tuple(out))


def _generator(ansatz: Callable[[int, int], Circuit], depth: int) -> Callable[[int], Task]:
    def make(n: int) -> Task:
        inputs = random_states(n, 2 if n < 5 else 1)
        return Task(ansatz(n, depth), random_pauli_sum(n, 5), inputs)

    return make


TASKS: dict[str, Callable[[int], Task]] = {
    "vqe-open": lambda n: tfim_hva("open", field=0.7).task(n, 3),
    "vqe-periodic": lambda n: tfim_hva("periodic", field=1.3).task(n, 3),
    "vqe-released": lambda n: tfim_hva("open", tying="released").task(n, 2),
    "compilation": lambda n: compilation(unitary_group.rvs(2**n, random_state=n)).task(
        depth=COMPILATION_LAYERS[n]
    ),
    "autoencoder": lambda n: autoencoder(random_states(n, 3)).task(depth=2 if n < 5 else 1),
    "ntangled_hwe": _generator(ntangled_hwe, 2),
    "ntangled_sea": _generator(ntangled_sea, 2),
    "ntangled_conv": _generator(ntangled_conv, 1),
}


def exists(name: str, qubits: int) -> bool:
    """A periodic chain needs an even number of qubits."""
    return name != "vqe-periodic" or qubits % 2 == 0


CASES = [(name, n) for name in TASKS for n in SIZES if exists(name, n)]


def case_of(engine: str) -> str:
    """A task of an engine, for tests of what does not depend on which."""
    return "compilation" if engine == "paulis" else "vqe-open"


@cache
def task(name: str, qubits: int) -> Task:
    """The task of a case."""
    return TASKS[name](qubits)


def angles(name: str, qubits: int, runs: int) -> Floats:
    """Random angles of a case, well beyond one turn."""
    parameters = task(name, qubits).circuit.parameters
    return rng(name, qubits).uniform(-7, 7, (runs, parameters))


def crossed(engines: dict[str, Callable[[Task], bool]]) -> list[tuple[str, str, int]]:
    """(engine, task, n) wherever the engine applies to the task."""
    return [(e, t, n) for e, applies in engines.items() for t, n in CASES if applies(task(t, n))]
