"""Messages of argument checks, and progress for people."""

from typing import Literal

import numpy as np
import pytest

from overpar.base import progress
from overpar.base.checks import choice, integer, real_array, require
from overpar.base.errors import UserError


def test_require() -> None:
    require(True, "never")
    with pytest.raises(UserError, match=r"^exactly this$"):
        require(False, "exactly this")


@pytest.mark.parametrize("value", [1, 5, np.int64(3)])
def test_integer(value: int) -> None:
    integer("n", value, 1)


@pytest.mark.parametrize("value", [0, -3, 2.0, "2", None])
def test_no_integer(value: object) -> None:
    with pytest.raises(UserError, match=r"`n` must be an integer of at least 1, but is"):
        integer("n", value, 1)


def test_choice() -> None:
    choice("boundary", "open", Literal["open", "periodic"])
    with pytest.raises(
        UserError, match=r"`boundary` must be one of 'open', 'periodic', but is 'o'"
    ):
        choice("boundary", "o", Literal["open", "periodic"])


def test_real_array() -> None:
    array = real_array("a", [[1, 2], [3, 4]], (None, 2))
    assert array.dtype == np.float64
    turned = real_array("a", np.ones((3, 2)).T, (2, 3))
    assert turned.flags.c_contiguous
    assert real_array("a", np.zeros((0, 4)), (None, 4)).shape == (0, 4)


@pytest.mark.parametrize(
    ("value", "shape", "message"),
    [
        (np.ones(10), (12,), r"`a` must have shape \(12,\), but has shape \(10,\)\."),
        (np.ones((2, 3)), (None, 4), r"shape \(any, 4\), but has shape \(2, 3\)"),
        (np.ones(3), (None, 3), r"shape \(any, 3\), but has shape \(3,\)"),
        ([1, np.inf, np.nan], (3,), r"must be finite, but has inf at index \(1,\) \(2 such"),
        ([1j], (1,), "must hold real numbers"),
        (["x"], (1,), "must hold real numbers"),
        ([[1], [1, 2]], (2, None), "must hold real numbers"),
        ([None], (1,), "must hold real numbers|must be finite"),
    ],
)
def test_no_real_array(value: object, shape: tuple[int | None, ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        real_array("a", value, shape)


def test_progress_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    report = progress.reporter("vqe n=4", bar=False, every=0.0)
    report(1, 4)
    report(4, 4)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("vqe n=4: 1/4, about ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("seconds", "done", "total", "said"),
    [
        (10.0, 0, 200_000, ""),
        (10.0, 9, 1000, ""),
        (10.0, 10, 1000, ", about 16.5 min left"),
        (10.0, 1, 2, ", about 10 s left"),
        (89.0, 1, 2, ", about 89 s left"),
        (3600.0, 1, 4, ", about 3.0 h left"),
    ],
)
def test_what_is_said_of_the_time_left(seconds: float, done: int, total: int, said: str) -> None:
    """Nothing while it cannot be known."""
    assert progress._left(seconds, done, total) == said


def test_progress_as_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    report = progress.reporter("vqe n=4", bar=True)
    report(1, 2)
    report(2, 2)
    said = capsys.readouterr()
    assert said.out == ""
    assert "vqe n=4: 100%" in said.err
    assert "2/2" in said.err


def test_silence(capsys: pytest.CaptureFixture[str]) -> None:
    progress.silent(1, 2)
    assert capsys.readouterr() == ("", "")
