"""`overpar dla`: what it prints, and its messages."""

import argparse
import json
import re
import subprocess
import sys

import pytest

from overpar.base.errors import UserError
from overpar.base.progress import reporter
from overpar.cli import dla


def run(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    dla.add_command(parser.add_subparsers(dest="command", required=True))
    options = parser.parse_args(["dla", *arguments])
    options.run(options)


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("--qubits", "6", "--boundary", "open", "ZZ", "X"), "36"),
        (("--qubits", "6", "--boundary", "open", "XX", "Z"), "36"),
        (("--qubits", "6", "--boundary", "periodic", "ZZ", "X"), "17"),
        (("--qubits", "6", "ZZ", "X", "--local"), "66"),
        (("ZZ", "X", "X@0", "--qubits", "6"), "66"),
        (("--qubits", "20", "ZZ", "X"), "400"),
        (("--qubits", "5", "--local", "X", "Y", "ZZ"), "1023"),
        (("--qubits", "2", "--full", "XI", "ZI", "XX", "IY"), "10"),
        (("--qubits", "6", "ZZ", "X", "--max-dim", "36"), "36"),
        (("--qubits", "2", "--", "-X", "ZZ - Z@0 + Z@0"), "4"),
    ],
)
def test_dimension(
    arguments: tuple[str, ...], printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*arguments)
    out, err = capsys.readouterr()
    assert out.splitlines() == [printed]
    assert err == ""


@pytest.mark.parametrize(
    ("arguments", "dimensions"),
    [
        ("--boundary open ZZ X", {3: 9, 4: 16, 5: 25, 6: 36, 14: 196, 20: 400}),
        ("--boundary periodic ZZ X", {3: 8, 4: 11, 5: 14, 6: 17}),
        ("--boundary open --local ZZ X", {3: 15, 4: 28, 5: 45, 6: 66}),
        ("--boundary open ZZ X X@0", {3: 15, 4: 28, 5: 45, 6: 66}),
        ("--local X Y ZZ", {2: 15, 3: 63, 4: 255}),
    ],
)
def test_published_dimensions(
    arguments: str, dimensions: dict[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """n², 3n−1, n(2n−1) twice, and 4ⁿ−1."""
    for n, dimension in dimensions.items():
        run("--qubits", str(n), *arguments.split())
        assert capsys.readouterr() == (f"{dimension}\n", "")


def test_sector_and_ideals(capsys: pytest.CaptureFixture[str]) -> None:
    run("--qubits", "4", "--boundary", "periodic", "ZZ", "X", "--state", "+", "--ideals")
    assert capsys.readouterr().out.splitlines() == [
        "11",
        "on the subspace explored from +: 6",
        "centre: 2",
        *["ideal: su(2), dimension 3, rank 1"] * 3,
    ]


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    run("--qubits", "3", "ZZ", "X", "--state", "+++", "--ideals", "--json")
    assert json.loads(capsys.readouterr().out) == {
        "qubits": 3,
        "generators": 2,
        "dimension": 9,
        "exceeds": None,
        "state": "+++",
        "sector_dimension": 9,
        "centre": 1,
        "ideals": [{"name": "su(3)", "dimension": 8, "rank": 2}],
    }
    run("--qubits", "3", "ZZ", "X", "--max-dim", "8", "--ideals", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["dimension"] is None
    assert found["exceeds"] == 8
    assert "ideals" not in found


def test_what_is_too_large_is_said_beside_the_dimension(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("algebra", "algebra_structure", "sector"):
        monkeypatch.setattr(f"overpar.quantities.{module}.LIMIT_BASIS", 35)
    run("--qubits", "6", "ZZ", "X", "--ideals", "--state", "0")
    first, sector, ideals = capsys.readouterr().out.splitlines()
    assert first == "36"
    assert "not found, which works up to dimension 35; there are more than 35" in sector
    assert "ideals: not found. The ideals of an algebra can be found up to" in ideals
    assert "exceeds" not in sector + ideals  # the dimension is known


def test_a_long_closure_says_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dla, "reporter", lambda title: reporter(title, bar=False, every=0.0))
    run("--qubits", "6", "XX + YY", "ZZ", "Z")
    assert re.search(r"operators found, of at most: \d+/2048", capsys.readouterr().err)


def test_a_limit_that_was_asked_for_is_no_surprise(capsys: pytest.CaptureFixture[str]) -> None:
    run("--qubits", "6", "ZZ", "X", "--max-dim", "35")
    assert capsys.readouterr() == ("exceeds 35\n", "")


def test_forty_qubits_stop_by_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    run("--qubits", "40", "--local", "X", "Y", "ZZ")
    out, err = capsys.readouterr()
    assert out == "exceeds 262144\n"
    assert "--max-dim" in err


# Not ru_maxrss, which a process inherits from the one that started it.
LIMITED = """
import re, sys
from pathlib import Path
from overpar.cli import main
code = main(sys.argv[1:])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
sys.exit(code or int(peak[1]) > 2**20)
"""


@pytest.mark.parametrize(
    ("generators", "printed"),
    [
        (["--local", "X", "Y", "ZZ"], "exceeds 262144"),
        (["X", "Y", "ZZ", "--max-dim", "500"], "exceeds 500"),
    ],
)
def test_forty_qubits_take_less_than_a_gigabyte(generators: list[str], printed: str) -> None:
    """In a process of its own, whose peak is the command's."""
    command = [sys.executable, "-c", LIMITED, "dla", "--qubits", "40", *generators]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [printed]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--qubits", "0", "X"), "`qubits` must be an integer of at least 1, but is 0"),
        (("--qubits", "-3", "X"), "`qubits`"),
        (("--qubits", "100000", "X"), "at most 256"),
        (("--qubits", "3", "XQ"), "the letters are I, X, Y, Z"),
        (("--qubits", "3", "1j*X"), "real coefficients"),
        (("--qubits", "3", ""), "not a sum of Pauli strings"),
        (("--qubits", "3", "III"), "identity"),
        (("--qubits", "3", "X", "X - X"), "is zero"),
        (("--qubits", "3", "XXXX"), "more than 3 qubits"),
        (("--qubits", "3"), "Give generators, or --model, and not both"),
        (("--qubits", "3", "X", "--model", "tfim_hva"), "Give generators, or --model"),
        (("--qubits", "3", "--model", "nowhere"), "There is no model 'nowhere'; allowed: tfim"),
        (("--qubits", "3", "--full", "XX"), "must have 3 letters and no @"),
        (("--qubits", "3", "X", "--max-dim", "0"), "`max_dim` must be at least 1"),
        (("--qubits", "3", "X", "--state", "up"), "state 'up' must be letters 0, 1, +, -"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        run(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [("X",), ("--qubits", "x", "X"), ("--qubits", "3", "X", "--boundary", "o")],
)
def test_missing_arguments_exit(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
