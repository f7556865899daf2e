"""The report: one file that needs nothing else, as seen by a browser."""

import re
import struct
from pathlib import Path

from chromium import complaints, requested
from scratch import Project
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

SECONDS = 30
SHOW = "app.setView({content: arguments[0], contentPath: results[arguments[1]].data_uri})"
# Loaded; width; what is above the pane's scrollable part and so can never be seen.
IMAGE = """
const image = document.querySelector('div.h-screen.overflow-auto img');
const pane = image && image.closest('div.h-screen.overflow-auto');
if (pane) pane.scrollTop = 0;
return image && image.src === results[arguments[0]].data_uri && image.complete && {
    size: [image.naturalWidth, image.naturalHeight],
    above: pane.getBoundingClientRect().top - image.getBoundingClientRect().top,
    beyond: image.getBoundingClientRect().right - pane.getBoundingClientRect().right,
};
"""


def test_the_report_loads_nothing_from_elsewhere(finished: Project) -> None:
    """No address and no file in the tags of the page; texts within its scripts are not tags."""
    page = reported(finished).read_text(encoding="utf-8")
    tags = re.findall(r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*>", page)
    assert any(tag.startswith("<script") for tag in tags)
    assert not re.search(r"""(src|href|data)=["']?(https?:|//|file:|\.{0,2}/)""", " ".join(tags))
    assert not re.search(r"""@import|url\(\s*["']?(https?:)?//""", page)
    for shown in ("scorecard.csv", "fig3.png", "sup_fig_5.png"):
        assert shown in page
    assert "NTangled was not fetched" in page, "the caption of sup_fig_5"


def reported(project: Project) -> Path:
    """The report of a finished run."""
    run = project.run("--report", "figures/report.html")
    assert run.code == 0, run.text
    return project.path / "figures/report.html"


def test_the_report_in_a_browser(finished: Project, browser: Chrome) -> None:
    """A link to the page first, every image whole, no error, no request that leaves the file."""
    address = reported(finished).as_uri()
    browser.set_window_size(1500, 900)
    browser.get(address)
    wait = WebDriverWait(browser, SECONDS)
    link = wait.until(lambda b: b.find_element(By.LINK_TEXT, "index.html"))
    assert link.is_displayed()
    assert link.rect["y"] < 200, "on the first screen"
    assert Path(link.get_property("href").removeprefix("file://")).is_file()
    bar = browser.find_element(By.TAG_NAME, "nav").rect
    assert link.rect["x"] >= bar["x"] + bar["width"], "the side bar covers it"
    entries = [item.text for item in browser.find_elements(By.CSS_SELECTOR, "nav li")]
    assert entries[entries.index("RESULTS") + 1] == "All claims", entries

    results = browser.execute_script("return results")
    images = [name for name, result in results.items() if result["mime_type"] == "image/png"]
    assert {"figures/scorecard.png", "figures/fig3.png"} < set(images)
    for name in images:
        browser.execute_script(SHOW, "img", name)
        seen = wait.until(lambda b, name=name: b.execute_script(IMAGE, name))
        assert tuple(seen["size"]) == size_of(finished.path / name)
        assert seen["above"] <= 0, f"{name} is cut off at the top"
        assert seen["beyond"] <= 0, f"{name} is wider than the page"

    pages = [name for name, result in results.items() if result["mime_type"] == "text/html"]
    for name in pages:
        browser.execute_script(SHOW, "html", name)
        frame = wait.until(lambda b: b.find_element(By.TAG_NAME, "iframe"))
        browser.switch_to.frame(frame)
        assert wait.until(lambda b: b.find_element(By.TAG_NAME, "h1")).is_displayed(), name
        browser.switch_to.default_content()

    assert requested(browser) <= {address, "data:"}
    assert complaints(browser) == []


def test_the_browser_tells_of_requests_and_errors(tmp_path: Path, browser: Chrome) -> None:
    """Else the test above could not fail."""
    page = tmp_path / "page.html"
    elsewhere = "http://127.0.0.1:9/a.png"
    page.write_text(f'<img src="{elsewhere}"><script>nothing.at.all</script>', encoding="utf-8")
    browser.get(page.as_uri())
    assert requested(browser) == {page.as_uri(), elsewhere}
    assert any("nothing is not defined" in text for text in complaints(browser))


def size_of(png: Path) -> tuple[int, int]:
    """Width and height in pixels."""
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return width, height
