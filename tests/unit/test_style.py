"""The look of figures: free of side effects, and files that are the same every time."""

import subprocess
import sys

import pytest
from matplotlib.figure import Figure

from overpar.report.plots.style import image, styled

# pdf stands for what a notebook has chosen: importing and drawing must leave it alone.
CODE = """
import matplotlib
matplotlib.use("pdf")
import pkgutil, sys
from overpar.report import plots
# The last draws into the user's own windows.
for module in sorted((m.name for m in pkgutil.iter_modules(plots.__path__)), key="own".__eq__):
    assert "matplotlib.pyplot" not in sys.modules, "no window is ever opened"
    __import__(f"{plots.__name__}.{module}")
from matplotlib.figure import Figure
from overpar.report.plots.style import image, styled
before = dict(matplotlib.rcParams)
with styled():
    assert image(Figure(), ".png")
assert dict(matplotlib.rcParams) == before
assert matplotlib.get_backend() == "pdf"
"""


def test_importing_and_drawing_leave_the_backend_alone() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_a_figure_is_the_same_bytes_every_time(suffix: str, start: bytes) -> None:
    def drawn(stamp: str = "") -> bytes:
        with styled():
            figure = Figure(figsize=(1, 1))
            figure.subplots().plot([1, 2])
            return image(figure, suffix, stamp)

    assert drawn().startswith(start)
    assert drawn() == drawn() != drawn("Smoke size.")
    assert b"CreationDate" not in drawn()
