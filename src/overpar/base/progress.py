"""Progress for a person: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import NoReturn

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
        # Jobs of the workflow, which draw none, do not pay for it.
        from tqdm import tqdm

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
            say(f"{title}: {done}/{total}{_left(now - started, done, total)}")

    return line


def _left(seconds: float, done: int, total: int) -> str:
    """What is said of the time left after some seconds: nothing before a hundredth is done."""
    if 100 * done < max(total, 1):
        return ""
    return f", {about(seconds * (total - done) / done)} left"


def about(seconds: float) -> str:
    """A time in words, e.g. "about 1.5 min"."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"about {seconds / length:.1f} {unit}"
    return f"about {seconds:.0f} s"
