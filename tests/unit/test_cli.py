"""The command line as a whole."""

import subprocess
import sys

import pytest

from overpar import cli


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
