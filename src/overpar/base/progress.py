"""Progress for a person: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import NoReturn

from tqdm import tqdm

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """A progress callback that says nothing."""


def say(message: str) -> None:
    """One line for the person at the terminal, on standard error."""
    print(message, file=sys.stderr, flush=True)


def reporter(title: str, *, bar: bool | None = None, every: float = 10.0) -> Progress:
    """A progress callback.

    Args:
        title: what is going on.
        bar: draw a bar; by default if standard error is a terminal.
        every: seconds between plain lines.

    Returns:
        What `train` and `diagnose` take as `progress`.
    """
    if sys.stderr.isatty() if bar is None else bar:
        drawn: tqdm[NoReturn] = tqdm(desc=title, leave=True, file=sys.stderr)

        def draw(done: int, total: int) -> None:
            drawn.total = total
            drawn.update(done - drawn.n)
            if done >= total:
                drawn.close()

        return draw
    started = last = time.monotonic()

    def line(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= every and done < total:
            last = now
            left = (now - started) * (total - done) / max(done, 1)
            say(f"{title}: {done}/{total}, about {left:.0f} s left")

    return line
