"""`overpar evaluate`: what it prints, and one message for whatever is wrong."""

from pathlib import Path

import numpy as np
import pytest

from overpar import cli
from overpar.engines.choose import make_engine
from overpar.model.papers import compilation, tfim_hva
from overpar.quantities.information import qfim, spectrum

CHAIN = "--model tfim_hva --qubits 3 --boundary open --depth 2"
CIRCUITS = """
from qibo import Circuit, gates

def two():
    circuit = Circuit(2)
    circuit.add([gates.H(0), gates.RX(1, 0.1), gates.CNOT(0, 1), gates.RZ(1, 0.2)])
    return circuit

def channel():
    circuit = Circuit(1, density_matrix=True)
    circuit.add(gates.ResetChannel(0, [0.1, 0.1]))
    return circuit

def odd():
    circuit = Circuit(1)
    circuit.add([gates.Unitary(gates.RX(0, 1.0).matrix(), 0), gates.RX(0, 0.1), gates.RZ(0, 0.1)])
    return circuit

def still():
    circuit = Circuit(1)
    circuit.add(gates.H(0))
    return circuit

def nothing():
    return 1

def failing():
    return {}["key"]

value = 3
"""


@pytest.fixture(autouse=True)
def _in_a_directory_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("good.npy", np.arange(4.0))
    np.save("short.npy", np.arange(3.0))
    np.save("matrix.npy", np.ones((2, 2)))
    np.save("nan.npy", np.array([0, 1, np.nan, 3]))
    np.save("complex.npy", np.ones(4) * 1j)
    np.save("text.npy", np.array(["a", "b", "c", "d"]))
    np.save("objects.npy", np.array([{}, 1, 2, 3], object), allow_pickle=True)
    np.savez("several.npz", a=np.arange(4.0))
    Path("csv.npy").write_text("1,2,3,4\n")
    Path("empty.npy").write_bytes(b"")
    Path("cut.npy").write_bytes(Path("good.npy").read_bytes()[:-8])
    Path("mine.py").write_text(CIRCUITS)
    Path("broken.py").write_text("def f(:\n")


def lines(command: str, capsys: pytest.CaptureFixture[str]) -> list[float]:
    """What a successful command prints."""
    assert cli.main(["evaluate", *command.split()]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return [float(line) for line in said.out.splitlines()]


def refusal(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The one message of a command that fails."""
    try:
        code = cli.main(["evaluate", *command.split()])
    except SystemExit as end:  # argparse
        code = end.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    messages = [line for line in said.err.splitlines() if line.startswith("overpar")]
    assert len(messages) == 1
    return said.err


@pytest.mark.parametrize("engine", ["", "--engine statevector", "--engine qibo"])
def test_numbers(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    task = tfim_hva("open", field=0.5).task(3, 2)
    loss, gradient = make_engine(task).loss_and_gradient(np.arange(4.0)[None])
    matrix = qfim(make_engine(task), np.arange(4.0))
    wanted = {
        "loss": loss,
        "gradient": gradient[0],
        "qfim": matrix.ravel(),
        "qfim --eigenvalues": spectrum(matrix),
    }
    for quantity, values in wanted.items():
        got = lines(f"{CHAIN} --field 0.5 --angles good.npy --quantity {quantity} {engine}", capsys)
        np.testing.assert_allclose(got, values, rtol=0, atol=1e-12)


def test_seventeen_digits(capsys: pytest.CaptureFixture[str]) -> None:
    got = lines(f"{CHAIN} --angles good.npy --quantity gradient --engine statevector", capsys)
    want = make_engine(tfim_hva("open").task(3, 2)).loss_and_gradient(np.arange(4.0)[None])[1][0]
    assert np.array(got).tobytes() == want.tobytes()


@pytest.mark.parametrize(("text", "factor"), [("seed:7:pi", np.pi), ("seed:7:2pi", 2 * np.pi)])
def test_seeded_angles(text: str, factor: float, capsys: pytest.CaptureFixture[str]) -> None:
    np.random.seed(7)  # noqa: NPY002 — what the argument is defined by
    np.save("seeded.npy", factor * np.random.rand(4))  # noqa: NPY002
    both = [lines(f"{CHAIN} --quantity loss --angles {a}", capsys) for a in (text, "seeded.npy")]
    assert both[0] == both[1]


def test_released_tying(capsys: pytest.CaptureFixture[str]) -> None:
    command = f"{CHAIN} --angles good.npy --quantity qfim --tying"
    released, correct = (lines(f"{command} {t}", capsys) for t in ("released", "correct"))
    assert not np.allclose(released, correct)


def test_compilation(capsys: pytest.CaptureFixture[str]) -> None:
    from scipy.stats import unitary_group

    np.random.seed(1)  # noqa: NPY002 — the release's own way
    task = compilation(unitary_group.rvs(4)).task(depth=1)
    angles = np.random.RandomState(2).rand(task.circuit.parameters)
    np.save("hea.npy", angles)
    want = make_engine(task).loss_and_gradient(angles[None])[0]
    command = "--model hea_compilation --qubits 2 --depth 1 --angles hea.npy --quantity loss"
    assert lines(command, capsys) == pytest.approx(want, abs=1e-14)
    assert lines(f"{command} --target-seed 3", capsys) != pytest.approx(want, abs=1e-3)


@pytest.mark.parametrize(
    ("model", "rank"),
    [
        ("--model tfim_hva --qubits 6 --boundary open --depth 9", 18),
        ("--model tfim_hva --qubits 6 --boundary open --depth 8", 16),
        ("--model tfim_hva --qubits 4 --boundary open --depth 9 --tying released", 12),
        ("--model hea_compilation --qubits 2 --depth 3", 15),
        ("--model hea --qubits 2 --depth 3", 6),
        ("--circuit mine.py:two", 2),
    ],
)
def test_the_exact_rank(model: str, rank: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Without angles and, for a circuit, without an observable."""
    assert lines(f"{model} --quantity rank", capsys) == [rank]


def test_ranks_that_are_numerical_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    """The first of the given angles is zero, so that one direction is lost there."""
    for command, rank, told in (
        (f"{CHAIN} --angles good.npy", "3", "numerical rank, with a gap of"),
        ("--circuit mine.py:odd", "2", "decades: gate UNITARY on qubits (0,) is none that"),
    ):
        assert cli.main(["evaluate", *command.split(), "--quantity", "rank"]) == 0
        said = capsys.readouterr()
        assert said.out.split() == [rank]
        assert told in said.err


def test_out(capsys: pytest.CaptureFixture[str]) -> None:
    command = f"{CHAIN} --angles good.npy --quantity qfim"
    printed = lines(command, capsys)
    assert lines(f"{command} --out f.npy", capsys) == []
    saved = np.load("f.npy")
    assert saved.shape == (4, 4)
    assert saved.ravel().tolist() == printed


def test_own_circuit(capsys: pytest.CaptureFixture[str]) -> None:
    """RX on |0⟩ has F = 1, RZ after the CNOT too, since ⟨Z⟩ = 0 there; F₀₁ = 0."""
    np.save("two.npy", [0.1, 0.2])
    got = lines("--circuit mine.py:two --angles two.npy --quantity qfim", capsys)
    np.testing.assert_allclose(np.reshape(got, (2, 2)), np.eye(2), atol=1e-12)


GOOD = "--angles good.npy --quantity loss"
LOSS = f"{CHAIN} --quantity loss --angles"
REFUSED = {
    "--circuit mine.py:still --quantity qfim --angles seed:1:pi": "needs a circuit with angles",
    # Angles.
    f"{LOSS} short.npy": "`angles` must have shape (4,), but has shape (3,)",
    f"{LOSS} matrix.npy": "`angles` must have shape (4,), but has shape (2, 2)",
    f"{LOSS} nan.npy": "`angles` must be finite, but has nan at index (2,)",
    f"{LOSS} complex.npy": "`angles` must hold real numbers",
    f"{LOSS} text.npy": "`angles` must hold real numbers",
    f"{LOSS} objects.npy": "objects.npy holds pickled objects",
    f"{LOSS} several.npz": "several.npz is not an .npy file",
    f"{LOSS} csv.npy": "csv.npy is not an .npy file",
    f"{LOSS} empty.npy": "empty.npy is not an .npy file",
    f"{LOSS} cut.npy": "cut.npy cannot be read",
    f"{LOSS} absent.npy": "absent.npy cannot be read: No such file",
    f"{LOSS} .": "cannot be read: Is a directory",
    f"{LOSS} seed:x:pi": "`angles` is 'seed:x:pi'; allowed: seed:K:pi",
    f"{LOSS} seed:7": "`angles` is 'seed:7'",
    f"{LOSS} seed:7:3pi": "`angles` is 'seed:7:3pi'",
    f"{LOSS} seed:-1:pi": "`angles` is 'seed:-1:pi'",
    f"{LOSS} seed:4294967296:pi": "seed 4294967296 must be below",
    # Models.
    f"--model tfim_hva --depth 2 {GOOD}": "Model tfim_hva needs `qubits`",
    f"--model tfim_hva --qubits 3 {GOOD}": "Model tfim_hva needs `depth`",
    f"--model tfim_hva --qubits 1 --boundary open --depth 2 {GOOD}": "`qubits` must be an integer",
    f"--model tfim_hva --qubits 3 --boundary open --depth 0 {GOOD}": "`depth` must be an integer",
    f"{CHAIN} --field 0 {GOOD}": "Model: field is 0.0; allowed: a number above 0",
    f"{CHAIN} --target-seed 1 {GOOD}": "target is for a model without state, inputs and observable",
    f"--model hea_compilation --qubits 9 --depth 1 {GOOD}": "`qubits` must be from 2 to 8",
    f"--model hea_compilation --qubits 2 --depth -1 {GOOD}": "must be an integer of at least 0",
    f"--model hea_compilation --qubits 2 --depth 1 --target-seed -1 {GOOD}": "must be a seed",
    f"--model hea_autoencoder --depth 1 {GOOD}": "There is no config/config.yaml in",
    f"{CHAIN} --engine fermions --angles good.npy --quantity qfim": "engine",
    f"{CHAIN} --tying released --engine fermions {GOOD}": "'fermions' works for model tfim_hva",
    f"{CHAIN} --eigenvalues {GOOD}": "--eigenvalues needs --quantity",
    f"{CHAIN} --quantity rank --eigenvalues": "--eigenvalues needs --quantity",
    f"{CHAIN} --quantity loss": "--quantity loss needs --angles",
    f"{CHAIN} --quantity rank --engine qibo": "rank needs --engine auto or statevector",
    f"--model tfim_hva --qubits 64 --depth 2 --engine statevector {GOOD}": "have 2^64 amplitudes",
    "--model tfim_hva --qubits 64 --depth 2 --angles good.npy --quantity qfim": "at most 2^24 are",
    f"--model tfim_hva --qubits 4 --depth 100000000 {GOOD}": "--depth must be at most 100000",
    f"{CHAIN} --field inf {GOOD}": "Model: field is inf; allowed: a number above 0",
    # Output.
    f"{CHAIN} {GOOD} --out no/where.npy": "`out` must be an .npy file in an existing directory",
    f"{CHAIN} {GOOD} --out where.txt": "`out` must be an .npy file",
    # A user's circuit.
    "--circuit no.py:f --angles good.npy --quantity qfim": "with an existing file",
    "--circuit mine.py --angles good.npy --quantity qfim": "must be FILE.py:FUNCTION",
    "--circuit mine.py:three --angles good.npy --quantity qfim": "has no function 'three'",
    "--circuit mine.py:value --angles good.npy --quantity qfim": "has no function 'value'",
    "--circuit mine.py:nothing --angles good.npy --quantity qfim": "but returned int",
    "--circuit mine.py:failing --angles good.npy --quantity qfim": "failed in line 28: KeyError",
    "--circuit mine.py:channel --angles good.npy --quantity qfim": "is a channel",
    "--circuit broken.py:f --angles good.npy --quantity qfim": "SyntaxError",
    "--circuit mine.py:two --angles good.npy --quantity loss": "loss needs an observable",
    "--circuit mine.py:two --angles good.npy --quantity qfim": "must have shape (2,)",
    "--circuit mine.py:two --field 2 --angles good.npy --quantity qfim": "field is for ansatz",
    "--circuit mine.py:two --state 5 --angles good.npy --quantity qfim": "--state does not apply",
    f"--model hea_autoencoder --depth 1 --field 2 {GOOD}": "takes --depth, --states and --state",
    # The parser's own.
    f"--model heb {GOOD}": "There is no model 'heb'; allowed: tfim_hva",
    f"{CHAIN} --angles good.npy --quantity ranks": "argument --quantity: invalid choice: 'ranks'",
    f"--model tfim_hva --qubits three --boundary open --depth 2 {GOOD}": "invalid int value",
}


@pytest.mark.parametrize("command", REFUSED)
def test_refused(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert REFUSED[command] in refusal(command, capsys)


def test_nothing_is_left_by_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    refusal(f"{CHAIN} --quantity loss --angles short.npy --out f.npy", capsys)
    assert not Path("f.npy").exists()
