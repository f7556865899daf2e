"""The committed figures are drawn from the committed tables, to the last number and pixel."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from overpar.report.plots import scorecard
from overpar.report.plots.style import image, styled
from overpar.study.build import drawn_by
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
from overpar.study.scorecard import packed

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PLAN = read_study(ROOT).plan
# Of 255: another processor may round the edge of a line in another way.
ROUNDED = 16


def pixels(png: bytes) -> NDArray[np.int64]:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), np.int64)


@pytest.mark.parametrize("name", PLAN.config.figures)
def test_a_figure_is_drawn_from_the_committed_tables(name: str) -> None:
    with styled():
        drawn = drawn_by(
            PLAN, PLAN.config.figures[name], lambda table: pd.read_csv(packed(PLAN, table))
        )
        found = pixels(image(drawn.figure, ".png", ""))
    csv, text = (PLAN.figures / f"{name}{suffix}" for suffix in (".csv", ".txt"))
    assert text.read_text(encoding="utf-8").strip().endswith(drawn.caption)
    assert drawn.data.to_csv(index=False) == csv.read_text(encoding="utf-8")
    same(found, name)


def test_the_scorecard_is_drawn_from_its_table() -> None:
    table = pd.read_csv(PLAN.figures / "scorecard.csv", keep_default_na=False)
    with styled():
        figure = scorecard.draw(table, read_claims(PLAN).papers)
        same(pixels(image(figure, ".png", "", colours=256)), "scorecard")


def same(found: NDArray[np.int64], name: str) -> None:
    """As the committed figure."""
    expected = pixels((PLAN.figures / f"{name}.png").read_bytes())
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= ROUNDED
