"""Lines for a person: redrawn in place on a terminal, one after the other elsewhere."""

import os
from typing import TextIO


class Screen:
    """Where lines are shown.

    The cursor always stands below what is drawn and nothing of the terminal is switched, so that
    a run may end in any way.

    Args:
        stream: a terminal or not.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._drawn = 0

    def say(self, *lines: str) -> None:
        """Lines that stay, above what is drawn; draw again after it."""
        self.stream.write(self._erased() + "".join(f"{line}\n" for line in lines))
        self.stream.flush()

    def draw(self, lines: list[str]) -> None:
        """Lines in place of those drawn last, each cut to the width; on a terminal alone."""
        if not self.live:
            return
        size = os.get_terminal_size(self.stream.fileno())
        # Some terminals say 0 × 0. A line that filled the last column would be counted as two.
        columns, rows = (size.columns or 80) - 1, (size.lines or 24) - 1
        kept = [line[:columns] for line in lines[:rows]]
        self.stream.write(self._erased() + "".join(f"{line}\n" for line in kept))
        self.stream.flush()
        self._drawn = len(kept)

    def keep(self) -> None:
        """What is drawn stays; what is said next comes below it."""
        self._drawn = 0

    def _erased(self) -> str:
        """What moves the cursor to the first line drawn and clears all below."""
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        clear = f"\r{up}\x1b[J" if self.live else ""
        self._drawn = 0
        return clear
