"""The worst inputs that were tried: each ends at once with code 2 and one line that says why."""

import resource
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from overpar import cli
from overpar.base.errors import UserError
from overpar.study.config import read

CIRCUITS = """
import sys
from qibo import Circuit, gates

def one(qubits):
    out = Circuit(qubits)
    out.add(gates.RX(0, 0.1))
    return out

def nested(qubits): return one(qubits), [[0]]
def huge(qubits): return one(qubits), [10**12]
def gap(qubits): return one(qubits), [1]
def halves(qubits): return one(qubits), [0.0]
def many(qubits): return one(qubits), [0, 1]
def triple(qubits): return 1, 2, 3
def leaves(qubits): sys.exit(0)
def deep(qubits): return deep(qubits)
def lines(qubits): raise ValueError("a\\nb")
def memory(qubits): return bytearray(10**13)
"""
NINES = "9" * 5000
CHAIN = "evaluate --model tfim_hva --qubits 4 --depth 2"
LOSS = f"{CHAIN} --quantity loss --angles"
SEEDED = "--angles seed:1:pi --quantity loss"
RANK = "--qubits 2 --quantity rank"
OWN = f"evaluate {RANK} --circuit"
NO_NUMBERS = "must return with its circuit a list of 1 angle numbers 0, 1, … without gaps"
NO_FILE = "`circuit` must be FILE.py:FUNCTION or FILE.qasm with an existing file, but is"
# Headers of .npy files that are damaged.
HEADERS = {
    "open": "{'descr': '<f8', 'fortran_order': False, 'shape': (4,(",
    "many": "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999,)}",
    "minus": "{'descr': '<f8', 'fortran_order': False, 'shape': (-4,)}",
    "real": "{'descr': '<f8', 'fortran_order': False, 'shape': (4.0,)}",
    "type": "{'descr': '<zz', 'fortran_order': False, 'shape': (4,)}",
    "keys": "{'descr': '<f8'}",
    "deep": "(" * 500,
}

# (arguments, what is said)
WRONG: list[tuple[str, str]] = [
    # Sizes.
    (f"evaluate --model tfim_hva --depth 2 --qubits {NINES} {SEEDED}", "invalid int value: '9999"),
    (f"evaluate --model tfim_hva --depth 2 --qubits {NINES[:4000]} {SEEDED}", "at most 256"),
    (
        f"evaluate --model tfim_hva --depth 2 --qubits 100000000 {SEEDED}",
        "`qubits` must be at most",
    ),
    (f"evaluate --model hea --depth 2 --qubits 100000000 {SEEDED}", "`qubits` must be at most 256"),
    (f"evaluate --model tfim_hva --depth 2 --qubits -1 {SEEDED}", "of at least 2, but is -1"),
    (f"evaluate --model tfim_hva --depth 2 --qubits 4.5 {SEEDED}", "invalid int value: '4.5'"),
    (f"evaluate --model tfim_hva --depth 100000 --qubits 200 {SEEDED}", "at most 5000 for 200 qub"),
    (f"evaluate --model tfim_hva --depth 100001 --qubits 4 {SEEDED}", "--depth must be at most 1"),
    ("evaluate --model tfim_hva --depth 90000 --qubits 4 --quantity rank", "at most 20000 angles"),
    ("evaluate --model hea --depth 9000 --qubits 4 --quantity qfim --angles seed:1:pi", "20000 an"),
    (f"{CHAIN} --field inf {SEEDED}", "field is inf; allowed: a number above 0 and at most 100"),
    (f"{CHAIN} --field 1e308 {SEEDED}", "field is 1e+308; allowed: a number above 0 and at most"),
    (f"{CHAIN} --field nan {SEEDED}", "field is nan; allowed: a number above 0 and at most 100"),
    (f"{CHAIN} --engine statevectors {SEEDED}", "invalid choice: 'statevectors'"),
    (f"dla --qubits {NINES} ZZ X", "invalid int value: '9999"),
    ("dla --qubits 257 ZZ X", "`qubits` must be at most 256, but is 257"),
    ("dla --qubits 0 ZZ X", "`qubits` must be an integer of at least 1, but is 0"),
    (f"dla --qubits 4 X@{NINES}", "is not a sum of Pauli strings"),
    (f"dla --qubits 4 Z0Z{NINES}", "is not a sum of Pauli strings"),
    ("dla --qubits 4 1e308*Z+1e308*Z", "has an infinite coefficient on 4 qubits"),
    ("dla --qubits 4 1/0*Z", "divides by zero"),
    ("dla --qubits 4 X@0::0", "has a step of 0"),
    (f"dla --qubits 4 {'(' * 5000}", "is not a sum of Pauli strings"),
    ("dla --qubits 4 ''", "is not a sum of Pauli strings"),
    ("diagnose tfim_hva --qubits 300", "`qubits` must be sizes from 1 to 256, but is [300]"),
    # Models.
    (f"evaluate --circuit '' --qubits 6 {SEEDED}", f"{NO_FILE} ''"),
    (f"evaluate --circuit : --qubits 6 {SEEDED}", f"{NO_FILE} ':'"),
    (f"evaluate --circuit .py: --qubits 6 {SEEDED}", "with an existing file, but is '.py:'"),
    (f"evaluate --model '' --qubits 6 {SEEDED}", "There is no model ''; allowed: tfim_hva"),
    (f"{OWN} own.py:", "own.py has no function ''"),
    (f"{OWN} own.py:sys", "own.py has no function 'sys'"),
    (f"{OWN} own.py:nested", NO_NUMBERS),
    (f"{OWN} own.py:huge", NO_NUMBERS),
    (f"{OWN} own.py:gap", NO_NUMBERS),
    (f"{OWN} own.py:halves", NO_NUMBERS),
    (f"{OWN} own.py:many", NO_NUMBERS),
    (f"{OWN} own.py:triple", "must return a circuit of Qibo, Qiskit or PennyLane, but returned"),
    (f"{OWN} own.py:leaves", "own.py:leaves failed in line 16: SystemExit: 0."),
    (f"{OWN} own.py:deep", "own.py:deep failed in line 17: RecursionError: maximum recursion"),
    (f"{OWN} own.py:lines", "own.py:lines failed in line 18: ValueError: a b."),
    (f"{OWN} own.py:memory", "own.py:memory failed in line 19: MemoryError."),
    (f"{OWN} leaves.py:one", "leaves.py:one failed in line 2: SystemExit: 0."),
    ("evaluate --model deep.qasm --quantity rank", "deep.qasm is nested too deeply"),
    ("evaluate --model large.qasm --quantity rank", "of a register must be an integer from 1 to"),
    ("evaluate --model bytes.qasm --quantity rank", "bytes.qasm is not text"),
    ("diagnose deep.yaml", "Config deep.yaml is nested too deeply."),
    ("diagnose bytes.yaml", "Config bytes.yaml is not valid YAML: 'utf-8' codec can't decode"),
    ("diagnose .", "There is no model '.'; allowed: "),
    # Angles and output.
    (f"{LOSS} seed:{NINES}:pi", "allowed: seed:K:pi or seed:K:2pi with K from 0 to 4294967295"),
    *(
        (f"{LOSS} {name}.npy", f"Argument `angles`: {name}.npy cannot be read: ")
        for name in HEADERS
    ),
    (f"{LOSS} short.npy", "short.npy cannot be read: EOF"),
    (f"{LOSS} version.npy", "version.npy cannot be read: we only support format version"),
    (
        f"{CHAIN} {SEEDED} --out .",
        "`out` must be an .npy file in an existing directory, but is '.'",
    ),
    (f"{CHAIN} {SEEDED} --out /dev/full", "`out` must be an .npy file in an existing directory"),
    (f"{CHAIN} {SEEDED} --out taken.npy", "Is a directory: 'taken.npy'"),
    (f"{CHAIN} --quantity qfim --angles seed:1:pi --noise 'local:0.1\n'", "'local:0.1\\n'; it is"),
    (f"{CHAIN} --quantity qfim --angles seed:1:pi --noise local:0_1", "'local:0_1'; it is written"),
]

# (a file of YAML, what is said of it)
FILES: list[tuple[str, str]] = [
    ("a: 010\n", "line 1, column 4: 010 is the number 8 in YAML; write that, or quote it."),
    ("a: 1:30\n", "line 1, column 4: 1:30 is the number 90 in YAML; write that, or quote it."),
    ("a: [1, -1:30.5]\n", "column 8: -1:30.5 is the number -90.5 in YAML; write that, or quote"),
    (f"a: {NINES}\n", "is not valid YAML: Exceeds the limit (4300 digits)"),
    ("a: 2026-13-01\n", "is not valid YAML: month must be in 1..12."),
    ('a: !!int ""\n', "is not valid YAML: string index out of range."),
    ("a: !!timestamp x\n", "is not valid YAML: "),
    ("a: \0\n", "unacceptable character #x0000"),
    ("a: !!python/object/apply:os.system [ls]\n", "could not determine a constructor for the tag"),
]


@pytest.fixture(autouse=True)
def _bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A directory with wrong files, and little memory for what would take all."""
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(CIRCUITS, encoding="utf-8")
    Path("leaves.py").write_text("import sys\nsys.exit(0)\n", encoding="utf-8")
    Path("deep.qasm").write_text(f"qreg q[1]; rx({'(' * 5000}1{')' * 5000}) q;", encoding="utf-8")
    Path("large.qasm").write_text("qreg q[1000000000]; rx(0.1) q[0];", encoding="utf-8")
    Path("bytes.qasm").write_bytes(b"\xff\xfe")
    Path("bytes.yaml").write_bytes(b"\xff\xfe\0\1")
    Path("deep.yaml").write_text(f"model: {'[' * 5000}", encoding="utf-8")
    Path("taken.npy").mkdir()
    np.save("whole.npy", np.zeros(4))
    whole = Path("whole.npy").read_bytes()
    for name, text in HEADERS.items():
        header = f"{text}\n".encode()
        Path(f"{name}.npy").write_bytes(whole[:8] + len(header).to_bytes(2, "little") + header)
    Path("short.npy").write_bytes(whole[:20])
    Path("version.npy").write_bytes(whole[:6] + b"\x09" + whole[7:])
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, limits)


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=lambda text: text[:60])
def test_one_line_and_code_2(
    arguments: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(shlex.split(arguments))
    except SystemExit as left:
        code = left.code  # type: ignore[assignment]
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert message in said.err
    assert said.err.startswith("overpar")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(("text", "message"), FILES, ids=lambda text: text[:60])
def test_files_that_say_something_else_in_yaml(text: str, message: str) -> None:
    Path("c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read([Path("c.yaml")])
    assert message in str(caught.value)
    assert str(caught.value).startswith("Config c.yaml is not valid YAML: ")
    assert "\n" not in str(caught.value)


def test_numbers_that_are_what_they_look_like() -> None:
    Path("c.yaml").write_text("a: [0, -7, 0.5, 1.0e-4, 0x1f, '010', 10_000]", encoding="utf-8")
    assert read([Path("c.yaml")]) == {"a": [0, -7, 0.5, 1e-4, 31, "010", 10000]}
