"""The report: one file that needs nothing else, as seen by a browser."""

import json
import re
import shutil
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from scratch import Project
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "headless",
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "window-size=1400,900",
)
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


@pytest.fixture
def browser() -> Iterator[Chrome]:
    """A headless Chromium of the system with an empty profile."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not program or not driver:
        pytest.skip("needs a browser: apt-get install chromium chromium-driver")
    with tempfile.TemporaryDirectory() as profile:
        options = ChromeOptions()
        options.binary_location = program
        for argument in (*ARGUMENTS, f"user-data-dir={profile}"):
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        chrome = Chrome(options=options, service=Service(driver))
        try:
            chrome.get("about:blank")
            requested(chrome)  # what the browser's own first page asked for
            yield chrome
        finally:
            chrome.quit()


def requested(chrome: Chrome) -> set[str]:
    """Addresses asked for since the last call, without the contents of data addresses."""
    messages = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    addresses = {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }
    return {url if not url.startswith("data:") else "data:" for url in addresses}


def complaints(chrome: Chrome) -> list[str]:
    """Errors on the console since the last call."""
    entries = chrome.get_log("browser")
    return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]


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
    """Scorecard first, every image whole, no error, no request that leaves the file."""
    address = reported(finished).as_uri()
    browser.get(address)
    wait = WebDriverWait(browser, SECONDS)
    heading = wait.until(lambda b: b.find_element(By.CSS_SELECTOR, "#scorecard h1"))
    assert heading.is_displayed()
    assert heading.text == "Scorecard"
    assert heading.rect["y"] < 200, "on the first screen"
    text = browser.find_element(By.ID, "scorecard").get_property("textContent")
    for part in ("No run diverges.", "--cores all figures/fig3.png", "Assumptions"):
        assert part in text
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
    assert "figures/scorecard.html" in pages
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
