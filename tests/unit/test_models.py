"""Models of the config: what they become, and one message for whatever is wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from overpar.base.errors import UserError
from overpar.base.validation import check
from overpar.engines.choose import make_engine, make_objective
from overpar.model.foreign import call_function, load_function
from overpar.model.generators import parse_generators
from overpar.model.layers import layered
from overpar.model.model import Model
from overpar.model.observables import PauliSum, lowest_eigenvalue, tfim, tfim_ground_energy
from overpar.model.papers import tfim_hva

XXZ = ["ZZ", "XX@0::2 + YY@0::2", "XX@1::2 + YY@1::2", "Z@0::2"]
PAULI = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
STATES = {"0": [1, 0], "1": [0, 1], "+": [0.5**0.5, 0.5**0.5], "-": [0.5**0.5, -(0.5**0.5)]}


def dense(operator: PauliSum, n: int) -> np.ndarray:
    """The operator's matrix, by Kronecker products."""
    out = np.zeros((2**n, 2**n), complex)
    for coefficient, letters, where in operator.terms:
        at = dict(zip(where, letters, strict=True))
        factor = np.eye(1)
        for q in range(n):
            factor = np.kron(factor, PAULI[at.get(q, "I")])
        out += coefficient * factor
    return out


@pytest.mark.parametrize(
    ("text", "boundary", "places"),
    [
        ("ZZ@0::2", "open", [(0, 1), (2, 3)]),
        ("ZZ@1::2", "open", [(1, 2), (3, 4)]),
        ("ZZ@1::2", "periodic", [(1, 2), (3, 4)]),
        ("ZZ@0::2", "periodic", [(0, 1), (2, 3), (0, 4)]),
        ("X@3::9", "open", [(3,)]),
        ("X@1::1", "open", [(1,), (2,), (3,), (4,)]),
    ],
)
def test_strides(text: str, boundary: Any, places: list[tuple[int, ...]]) -> None:
    (generator,) = parse_generators([text], 5, boundary)
    assert [where for _, _, where in generator.terms] == places
    one_each = parse_generators([text], 5, boundary, local=True)
    assert [g.terms[0][2] for g in one_each] == places


@pytest.mark.parametrize("pattern", ["0", "1", "+", "-", "01", "+-0"])
def test_layers_are_exponentials_on_the_input(pattern: str) -> None:
    n = 6 if len(pattern) == 3 else 4
    generators = ["ZZ - 0.5*Z", "XX@0::2 + YY@0::2", "X@1"]
    model = Model(generators=generators, state=pattern, boundary="periodic")
    angles = np.random.default_rng(len(pattern)).uniform(0, 2 * np.pi, 6)
    state = np.ones(1)
    for letter in pattern * (n // len(pattern)):
        state = np.kron(state, STATES[letter])
    matrices = [dense(g, n) for g in parse_generators(generators, n, "periodic")]
    for k, angle in enumerate(angles):
        state = expm(-0.5j * angle * matrices[k % 3]) @ state
    circuit = model.build(n, 2)
    assert circuit.parameters == 6
    found = make_engine(model.task(n, 2)).state(angles[None])[0, 0]
    assert abs(np.vdot(found, state)) == pytest.approx(1, abs=1e-12)


def test_ansatz_models_are_those_of_the_papers() -> None:
    model = Model(ansatz="tfim_hva", boundary="periodic")
    ours, theirs = model.task(4, 3), tfim_hva("periodic").task(4, 3)
    assert ours.chain == theirs.chain  # so that the fast engine takes it
    angles = np.random.default_rng(0).random((2, 6))
    written = Model(generators=["ZZ", "X"], boundary="periodic", state="+", observable="-ZZ - X")
    for task in (theirs, written.task(4, 3)):
        loss, gradient = make_objective(task).loss_and_gradient(angles)
        expected = make_objective(ours).loss_and_gradient(angles)
        np.testing.assert_allclose(loss, expected[0], rtol=0, atol=1e-11)
        np.testing.assert_allclose(gradient, expected[1], rtol=0, atol=1e-11)


def test_local_gives_every_place_its_angle() -> None:
    tied = Model(generators=["ZZ", "X"])
    free = Model(generators=["ZZ", "X"], local=True)
    assert tied.build(4, 2).parameters == 4
    assert free.build(4, 2).parameters == 14


@pytest.mark.parametrize("n", [2, 5, 6, 7, 9])
def test_lowest_eigenvalue(n: int) -> None:
    assert lowest_eigenvalue(tfim(n, "open"), n) == pytest.approx(
        tfim_ground_energy(n, "open"), abs=1e-11
    )
    odd = parse_generators(["XX + YY - 0.5*ZZ + 0.3*Y"], n)[0]
    assert lowest_eigenvalue(odd, n) == pytest.approx(
        np.linalg.eigvalsh(dense(odd, n))[0], abs=1e-11
    )


def test_lowest_eigenvalue_of_too_many_qubits() -> None:
    with pytest.raises(UserError, match="up to 16 qubits, but there are 17"):
        lowest_eigenvalue(tfim(17, "open"), 17)


FILE = """
from qibo import Circuit, gates

def tied(qubits, depth):
    out, angles = Circuit(qubits), []
    for layer in range(depth):
        for q in range(qubits - 1):
            out.add(gates.RZZ(q, q + 1, 0.0))
            angles.append(2 * layer)
        for q in range(qubits):
            out.add(gates.RX(q, 0.0))
            angles.append(2 * layer + 1)
    return out, angles

def free(qubits):
    out = Circuit(qubits)
    out.add(gates.RX(q, 0.0) for q in range(qubits))
    return out

def small():
    return Circuit(1)

def short(qubits):
    return free(qubits), [0]

def gap(qubits):
    return free(qubits), [0, 2, 2, 3]

def words(qubits):
    return free(qubits), list("abcd")

def rotated(qubits):
    out = Circuit(qubits)
    out.add(gates.T(0))
    out.add(gates.H(0))
    out.add(gates.T(0))
    out.add(gates.RX(0, 0.0))
    return out

def needs_more(qubits, other):
    return Circuit(qubits)
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "own.py"
    path.write_text(FILE)
    return str(path)


def test_a_file_is_the_same_as_generators(file: str) -> None:
    own = Model(circuit=f"{file}:tied", state="+", observable="-ZZ - X")
    written = Model(generators=["ZZ", "X"], state="+", observable="-ZZ - X")
    angles = np.random.default_rng(1).uniform(0, 6, (3, 6))
    one, other = (make_objective(f.task(4, 3)) for f in (own, written))
    for a, b in zip(one.loss_and_gradient(angles), other.loss_and_gradient(angles), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)
    assert own.files() == [file]
    assert written.files() == []
    assert call_function(load_function(f"{file}:free"), qubits=3, depth=7).parameters == 3


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("small", "returned a circuit of 1 qubits, not of 4"),
        ("short", "list of 4 angle numbers 0, 1, … without gaps"),
        ("gap", "list of 4 angle numbers 0, 1, … without gaps"),
        ("words", "list of 4 angle numbers 0, 1, … without gaps"),
        ("needs_more", "failed: TypeError: needs_more"),
        ("nothing", "has no function 'nothing'"),
    ],
)
def test_files_that_do_not_fit(file: str, function: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Model(circuit=f"{file}:{function}").build(4, 2)


def test_a_circuit_has_no_generators_of_its_own(file: str) -> None:
    with pytest.raises(UserError, match="is a circuit, not generators"):
        Model(circuit=f"{file}:rotated").algebra(2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "but this one has none"),
        ({"generators": ["X"], "ansatz": "tfim_hva"}, "this one has ansatz and generators"),
        ({"generators": []}, "generators is \\[\\]; allowed: a list of at least one: text"),
        ({"generators": ["X", " X "]}, "the generators of a model must differ"),
        ({"generator": ["X"]}, "unknown key generator = .* Did you mean 'generators'"),
        ({"ansatz": "tfim"}, "ansatz is 'tfim'; allowed: 'tfim_hva' or 'hardware_efficient'"),
        ({"ansatz": "tfim_hva", "state": "0"}, 'the state of tfim_hva is "\\+"'),
        ({"ansatz": "tfim_hva", "local": True}, "local: true needs generators"),
        ({"generators": ["X"], "boundary": "ring"}, "boundary is 'ring'"),
    ],
)
def test_refused_models(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        check(Model, values)


@pytest.mark.parametrize(
    ("values", "n", "message"),
    [
        ({"generators": ["XX + YY"]}, 4, 'do not commute.*Split the generator.*"@0::2"'),
        ({"generators": ["X"], "state": "01"}, 3, "whose number divides that of the qubits, 3"),
        ({"generators": ["X"], "state": "0a"}, 4, "must be letters 0, 1, \\+, -"),
        ({"generators": ["1j*X"]}, 4, "is not a sum of Pauli strings with real coefficients"),
        ({"generators": [""]}, 4, "is not a sum of Pauli strings"),
        ({"generators": ["X - X"]}, 4, "is zero on 4 qubits"),
        ({"generators": ["II"]}, 4, "holds the identity"),
        ({"generators": ["Q"]}, 4, "holds 'Q'; the letters are I, X, Y, Z"),
        ({"generators": ["X@0::0"]}, 4, "has a step of 0"),
        ({"generators": ["XXX"]}, 2, "has 3 letters, more than 2 qubits"),
        ({"generators": ["X"], "observable": "Z + "}, 4, "'Z \\+ ' is not a sum"),
    ],
)
def test_models_that_do_not_fit_a_size(values: dict[str, Any], n: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Model(**values).task(n, 1)


def test_layers_need_a_depth() -> None:
    with pytest.raises(UserError, match="`depth` must be an integer of at least 1"):
        layered(parse_generators(XXZ, 4), 4, 0)
