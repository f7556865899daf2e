"""The report: one file that needs nothing else."""

import re

from scratch import Project


def test_the_report_loads_nothing_from_elsewhere(finished: Project) -> None:
    """No address and no file in the tags of the page; texts within its scripts are not tags."""
    run = finished.run("--report", "figures/report.html")
    assert run.code == 0, run.text
    page = (finished.path / "figures/report.html").read_text(encoding="utf-8")
    tags = re.findall(r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*>", page)
    assert any(tag.startswith("<script") for tag in tags)
    assert not re.search(r"""(src|href|data)=["']?(https?:|//|file:|\.{0,2}/)""", " ".join(tags))
    assert not re.search(r"""@import|url\(\s*["']?(https?:)?//""", page)
    for shown in ("scorecard.csv", "fig3.png", "sup_fig_5.png"):
        assert shown in page
    assert "NTangled was not fetched" in page, "the caption of sup_fig_5"
