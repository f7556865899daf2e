"""The report: one file that needs nothing else."""

import re

from conftest import Project


def test_the_report_loads_nothing_from_elsewhere(finished: Project) -> None:
    run = finished.run("--report", "figures/report.html")
    assert run.code == 0, run.text
    page = (finished.path / "figures/report.html").read_text(encoding="utf-8")
    tags = re.findall(r"<(?:script|img|link|iframe|source|object|embed)\b[^>]*>", page)
    loaded = [
        tag for tag in tags if re.search(r"""(?:src|href|data)\s*=\s*["']?(?!data:)\S""", tag)
    ]
    assert tags
    assert loaded == []
    assert not re.search(r"""@import|url\(\s*["']?(?:https?:)?//""", page)
    for shown in ("scorecard.csv", "fig3.png", "sup_fig_5.png"):
        assert shown in page
    assert "NTangled was not fetched" in page  # the caption of sup_fig_5
