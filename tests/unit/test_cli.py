"""The command line as a whole."""

import importlib
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

from overpar import cli
from overpar.base.errors import UserError, extras
from overpar.study import checkout


def test_every_command_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    for command in cli.MODULES:
        assert f"\n    {command} " in printed


@pytest.mark.parametrize("command", cli.MODULES)
def test_a_command_has_help_of_its_own(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: overpar {command} ")


@pytest.mark.parametrize("arguments", [[], ["train"], ["--qubits", "3"]])
def test_what_is_no_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_dla_imports_no_compiler() -> None:
    """Numba, Qibo and scipy.stats take longer than the dimension of most algebras."""
    code = (
        "import sys; from overpar.cli import main; main(['dla', '--qubits', '3', 'ZZ', 'X']);"
        "print([m for m in ('numba', 'qibo', 'scipy.stats', 'pandas') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["9", "[]"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dla", "--qubits", "4", "-ZZ", "X"], "write -- before generators"),
        (["dla", "--qubits", "4", "-2*ZZ"], "write -- before generators"),
        (
            ["diagnose", "tfim_hva", "--qubits", "4", "--observable", "-ZZ"],
            'write --observable="-ZZ - X"',
        ),
    ],
)
def test_a_leading_minus_sign(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_graphs_and_openqasm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.qasm").write_text("qreg q[3]; rzz(a) q[0],q[1]; rzz(a) q[1],q[2]; rx(b) q;")
    Path("my.py").write_text("def ring(qubits):\n    return [[q - 1, q] for q in range(1, qubits)]")
    for graph, dimension in (("path", 9), ("[[0, 1], [1, 2]]", 9), ("my.py:ring", 9), ("star", 9)):
        assert cli.main(["dla", "--qubits", "3", "--edges", graph, "ZZ", "X"]) == 0
        assert capsys.readouterr().out == f"{dimension}\n"
    assert cli.main(["dla", "--qubits", "3", "--model", "my.qasm"]) == 0
    assert capsys.readouterr().out == "9\n"
    assert cli.main(["diagnose", "my.qasm", "--observable", "ZZ", "--samples", "20"]) == 0
    assert "the algebra is su(3) + centre of dimension 1" in capsys.readouterr().out
    assert cli.main(["evaluate", "--model", "my.qasm", "--quantity", "rank"]) == 0
    # The coupling does nothing to |000⟩.
    assert capsys.readouterr().out == "1\n"
    for graph, message in (("[[0", "must be [[0, 1]"), ("no.py:ring", "existing file")):
        assert cli.main(["dla", "--qubits", "3", "--edges", graph, "ZZ"]) == 2
        assert message in capsys.readouterr().err


def test_the_version_is_that_of_the_sources_that_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert re.fullmatch(
        r"overpar \d+\.\d+\.\d+, commit (unknown|[0-9a-f]{40}(\+changes)?)\n",
        capsys.readouterr().out,
    )
    # Elsewhere than in a checkout it is that of the installed distribution.
    assert checkout.version(tmp_path) == importlib.metadata.version("overpar")
    text = '[tool.hatch.version]\nfallback-version = "7.8.9"\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert checkout.version(tmp_path) == "7.8.9, commit unknown"


def test_a_missing_extra_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert cli.main(["verdict"]) == 2
    said = 'This needs pandas, which is not installed: pip install "overpar[workflow]"'
    assert capsys.readouterr().err == f"overpar: {said}\n"
    with pytest.raises(UserError, match=r'qiskit, .*: pip install "overpar\[qiskit\]"'), extras():
        importlib.import_module("qiskit.nothing_of_this_name")
