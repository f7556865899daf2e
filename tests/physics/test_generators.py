"""Generators from text and from circuits."""

import dense
import numpy as np
import pytest
from cases import rng

from overpar.base.errors import UserError
from overpar.model.ansatz import ntangled_hwe, tfim_hva_circuit
from overpar.model.circuits import Circuit, Rotation, fixed, unitary
from overpar.model.generators import parse_generators, tfim_generators
from overpar.model.graphs import edges_of
from overpar.model.observables import PauliSum
from overpar.model.sums import written_sum
from overpar.quantities.absorbed import moved_generators
from overpar.quantities.algebra import dla_dimension
from overpar.quantities.sector import sector_dimension


def test_text_of_generators() -> None:
    (first,) = parse_generators(["ZZ"], 3, "periodic")
    assert first.terms == ((1.0, "ZZ", (0, 1)), (1.0, "ZZ", (1, 2)), (1.0, "ZZ", (0, 2)))
    (mixed,) = parse_generators(["XX - 0.5*YIY+2e-1 * Z@1"], 3)
    assert set(mixed.terms) == {
        (1.0, "XX", (0, 1)),
        (1.0, "XX", (1, 2)),
        (-0.5, "YY", (0, 2)),
        (0.2, "Z", (1,)),
    }
    assert parse_generators(["XYZ"], 3, full=True) == (PauliSum(((1.0, "XYZ", (0, 1, 2)),)),)
    assert len(parse_generators(["XX", "X"], 3, "periodic", local=True)) == 6
    assert len(parse_generators(["XX"], 2, "periodic", local=True)) == 1
    assert parse_generators(["XY"], 2, "periodic")[0].terms == (
        (1.0, "XY", (0, 1)),
        (1.0, "YX", (0, 1)),
    )
    assert len(parse_generators(["X@0", "X@0"], 3)) == 1


def test_text_of_generators_agrees_with_the_ansatz() -> None:
    for boundary in ("open", "periodic"):
        ours = parse_generators(["ZZ", "X"], 5, boundary)
        assert [set(g.terms) for g in ours] == [set(g.terms) for g in tfim_generators(5, boundary)]


def test_letters_with_a_qubit_each() -> None:
    for text in ("2*ZZ@0,3", "2*Z0 Z3", "2*Z0*Z3", "2 * Z0Z3", "4/2*ZZ@0,3"):
        for boundary in ("open", "periodic"):
            assert parse_generators([text], 5, boundary)[0].terms == ((2.0, "ZZ", (0, 3)),)
    (mixed,) = parse_generators(["1/3*ZZ - X4 + Y0 X2 - 0.5*Z@1"], 5)
    assert set(mixed.terms[:3]) == {(-1.0, "X", (4,)), (1.0, "YX", (0, 2)), (-0.5, "Z", (1,))}
    assert [c for c, letters, _ in mixed.terms if letters == "ZZ"] == [1 / 3] * 4
    # A third is one: with thirds as decimals, three of them would not cancel.
    assert dla_dimension(parse_generators(["1/3*ZZ + X", "ZZ + 3*X"], 4), 4).value == 1


@pytest.mark.parametrize("boundary", ["open", "periodic"])
def test_a_sum_written_out_is_the_same(boundary: str) -> None:
    (operator,) = parse_generators(["1/3*ZZ - 1e-7*X + XYZ@1"], 5, boundary)
    assert parse_generators([written_sum(operator)], 5) == (operator,)


def test_graphs() -> None:
    for graph, chain in (("path", "open"), ("cycle", "periodic")):
        ours = parse_generators(["ZZ", "X"], 5, edges=edges_of(graph, 5))
        theirs = parse_generators(["ZZ", "X"], 5, chain)
        assert [set(g.terms) for g in ours] == [set(g.terms) for g in theirs]
    assert len(edges_of("complete", 6)) == 15
    assert edges_of("star", 4) == ((0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0))
    # Two rows of three: three steps down, four to the right.
    assert {e[:2] for e in edges_of("grid", 6)} == {
        *((0, 2), (2, 4), (1, 3), (3, 5)),
        *((0, 1), (2, 3), (4, 5)),
    }
    assert {e[:2] for e in edges_of("grid", 5)} == {(0, 1), (1, 2), (2, 3), (3, 4)}
    assert edges_of(lambda n: [(0, n - 1, 2)], 4) == ((0, 3, 2.0),)
    weighted = edges_of([[0, 1], [2, 1, 0.25]], 3)
    assert parse_generators(["2*XY"], 3, edges=weighted)[0].terms == (
        (2.0, "XY", (0, 1)),
        (0.5, "YX", (1, 2)),
    )
    assert len(parse_generators(["ZZ", "X"], 3, edges=weighted, local=True)) == 5
    both = parse_generators(["ZZ + X@0 + Z0 Z2"], 3, edges=weighted)
    assert len(both[0].terms) == 4


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ("wheel", "one of complete, cycle, grid, path, star"),
        ([], "must have edges"),
        ([[0, 0]], "different qubits from 0 to 2"),
        ([[0, 3]], "different qubits from 0 to 2"),
        ([[0, 1, 0]], "a weight that is not zero"),
        ([[0, 1, float("nan")]], "a weight"),
        ([0, 1], "0 must be"),
        ([[0, 1], [1, 0]], r"has the edge \[0, 1\] twice"),
        (lambda n: 3, "must have edges"),
    ],
)
def test_graphs_that_are_refused(graph: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        edges_of(graph, 3)


@pytest.mark.parametrize(
    ("text", "local", "message"),
    [
        ("XYZ", False, "on a graph, a string has one letter, for every qubit, or two"),
        ("ZZ + X", True, "edges and qubits of a graph are not in one sum"),
    ],
)
def test_strings_that_are_none_of_a_graph(text: str, local: bool, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_generators([text], 4, edges=edges_of("star", 4), local=local)


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        (["ZZ@0,3"], {}, "Z0 Z3 is outside qubits 0 to 2"),
        (["Z0 Z0"], {}, "one qubit for each letter of ZZ, all different"),
        (["ZZ@0,1,2"], {}, "one qubit for each letter of ZZ"),
        (["1/0*Z"], {}, "divides by zero"),
        (["Z0 Q1"], {}, "'Q'"),
        (["I0 I1"], {}, "identity"),
        (["X0 + "], {}, "not a sum of Pauli strings"),
        ([], {}, "at least one generator"),
        ([""], {}, "not a sum of Pauli strings"),
        (["X +"], {}, "not a sum of Pauli strings"),
        (["X Z"], {}, "not a sum of Pauli strings"),
        (["1j*X"], {}, "real coefficients"),
        (["(1+2j)*X"], {}, "real coefficients"),
        (["X@-1"], {}, "not a sum of Pauli strings"),
        (["1e999*X"], {}, "infinite"),
        (["iX"], {}, "'i'"),
        (["ZQ"], {}, "'Q'"),
        (["zz"], {}, "'z'"),
        (["II"], {}, "identity"),
        (["X + I"], {}, "identity"),
        (["X - X"], {}, "zero"),
        (["0*X"], {}, "zero"),
        (["X - X"], {"local": True}, "zero"),
        (["XXXX"], {}, "more than 3 qubits"),
        (["X@3"], {}, "outside qubits 0 to 2"),
        (["XX@2"], {}, "outside qubits 0 to 2"),
        (["XX"], {"full": True}, "must have 3 letters"),
        (["XXX@0"], {"full": True}, "must have 3 letters"),
        (["X"], {"local": True, "full": True}, "exclude"),
    ],
)
def test_generators_that_are_refused(
    texts: list[str], options: dict[str, bool], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        parse_generators(texts, 3, **options)


@pytest.mark.parametrize(
    ("qubits", "boundary", "message"),
    [(0, "open", "qubits"), (257, "open", "at most 256"), (2, "ring", "boundary")],
)
def test_chains_that_are_refused(qubits: int, boundary: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_generators(["X"], qubits, boundary)  # type: ignore[arg-type]


@pytest.mark.parametrize(("n", "boundary"), [(4, "open"), (4, "periodic"), (5, "open")])
def test_generators_of_the_chain_s_circuit(n: int, boundary: str) -> None:
    """Its first Hadamards turn ΣZZ into ΣXX and ΣX into ΣZ, acting on |0⟩ⁿ."""
    generators, _ = moved_generators(tfim_hva_circuit(n, boundary, 3))
    expected = parse_generators(["XX", "Z"], n, boundary)
    assert [set(g.terms) for g in generators] == [set(g.terms) for g in expected]
    theirs = sector_dimension(tfim_generators(n, boundary), n, "+")
    assert sector_dimension(generators, n, "0") == theirs


def test_generators_of_a_circuit_are_those_of_its_unitary() -> None:
    """exp(−iθF†PF/2) in circuit order, then the fixed gates: the same matrix."""
    base = ntangled_hwe(3, 2)
    gates = (fixed("S", 1), fixed("CNOT", 2, 0), *base.gates, fixed("SWAP", 0, 1))
    circuit = Circuit(3, gates, base.parameters)
    rotations = [(i, g) for i, g in enumerate(gates) if isinstance(g, Rotation)]
    single = [
        moved_generators(
            Circuit(3, (*(f for f in gates[:i] if not isinstance(f, Rotation)), g), base.parameters)
        )[0][0]
        for i, g in rotations
    ]
    angles = rng("moved").uniform(0, 7, base.parameters)
    out = np.eye(8, dtype=complex)
    for (_, gate), generator in zip(rotations, single, strict=True):
        half = angles[gate.parameter] / 2
        matrix = dense.operator(generator, 3)
        out = (np.cos(half) * np.eye(8) - 1j * np.sin(half) * matrix) @ out
    for gate in gates:
        if not isinstance(gate, Rotation):
            out = dense.spread(gate.matrix, gate.qubits, 3) @ out
    np.testing.assert_allclose(out, dense.circuit(circuit, angles), rtol=0, atol=1e-12)
    found, _ = moved_generators(circuit)
    assert set(found) == set(single)


def test_angles_that_do_not_commute_are_apart() -> None:
    gates = (Rotation("X", (0,), 0), Rotation("Y", (0,), 0), Rotation("X", (1,), 0, 2.0))
    found, _ = moved_generators(Circuit(2, gates, 1))
    assert [g.terms for g in found] == [
        ((1.0, "X", (0,)),),
        ((1.0, "Y", (0,)), (2.0, "X", (1,))),
    ]


def test_circuits_without_generators_are_refused() -> None:
    with pytest.raises(UserError, match="no rotation"):
        moved_generators(Circuit(1, (fixed("H", 0),), 0))
    phase = unitary(np.diag([1, np.exp(0.3j)]), 0)
    found, _ = moved_generators(Circuit(1, (phase, Rotation("Z", (0,), 0)), 1))
    assert found == (PauliSum(((1.0, "Z", (0,)),)),)
