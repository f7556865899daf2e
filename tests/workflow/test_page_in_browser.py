"""The published page as a browser shows it: whole, at every width, without any request."""

from pathlib import Path

import pytest
from chromium import complaints, requested
from scratch import ROOT, Project
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

pytestmark = pytest.mark.slow

SECONDS = 60
WIDTHS = (390, 1024, 1600)
PAGE = ROOT / "figures/index.html"
DRAWN = "return document.body.dataset.drawn === 'yes'"
# What reaches beyond the window, but for what scrolls by itself.
BEYOND = """
return [...document.querySelectorAll("body *")].filter((one) =>
  !one.ownerSVGElement && !one.closest(".scroll, .skip, .hidden") &&
  one.getBoundingClientRect().right > innerWidth + 1
).map((one) => one.tagName + "." + one.className);
"""
SHOWN = "return [...document.querySelectorAll('li[id^=s-]')].filter((one) => !one.hidden).length"


def opened(browser: Chrome, width: int = 1024) -> None:
    """The published page, its charts drawn, in a window of some width in pixels."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get(PAGE.as_uri())
    WebDriverWait(browser, SECONDS).until(lambda b: b.execute_script(DRAWN))


def test_the_page_asks_for_nothing_and_fits_every_width(browser: Chrome) -> None:
    for width in WIDTHS:
        opened(browser, width)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, f"scrolls sideways at {width}"
        assert browser.execute_script(BEYOND) == [], width
        browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.find_element(By.TAG_NAME, "h1").text == "Which statements hold?"
    charts = browser.find_elements(By.CSS_SELECTOR, ".canvas")
    assert len(charts) == 3
    for chart in charts:
        assert chart.find_elements(By.CSS_SELECTOR, "svg .mark-symbol path")
        labels = chart.find_elements(By.CSS_SELECTOR, "label select")
        assert len(labels) >= 3
    broken = "return [...document.images].filter((one) => !one.naturalWidth).length"
    assert browser.execute_script(broken) == 0
    assert requested(browser) <= {PAGE.as_uri(), "data:"}
    assert complaints(browser) == []


def test_the_filter_leaves_what_was_chosen(browser: Chrome) -> None:
    opened(browser)
    whole = browser.execute_script(SHOWN)
    Select(browser.find_element(By.NAME, "verdict")).select_by_visible_text("open")
    WebDriverWait(browser, SECONDS).until(lambda b: b.execute_script(SHOWN) < whole)
    left = browser.execute_script(SHOWN)
    counted = browser.find_element(By.CSS_SELECTOR, "#filter output").text
    assert left > 0
    assert counted == f"{left} of {whole} statements"
    reset = browser.find_element(By.CSS_SELECTOR, "#filter button")
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", reset
    )
    reset.click()
    WebDriverWait(browser, SECONDS).until(lambda b: b.execute_script(SHOWN) == whole)


@pytest.mark.parametrize("name", ["threshold", "boundary"])
def test_a_list_changes_what_a_chart_draws(browser: Chrome, name: str) -> None:
    opened(browser)
    chart = browser.find_element(By.ID, "chart-success")
    marks = "return arguments[0].querySelector('.mark-line path').getAttribute('d')"
    before = browser.execute_script(marks, chart)
    Select(chart.find_element(By.NAME, name)).select_by_index(1)
    WebDriverWait(browser, SECONDS).until(lambda b: b.execute_script(marks, chart) != before)


def test_a_run_makes_its_page(finished: Project, browser: Chrome) -> None:
    """With the figures of this run, and its size."""
    page = finished.path / "figures/index.html"
    text = page.read_text(encoding="utf-8")
    assert "NTangled was not fetched" in text, "the caption of sup_fig_5"
    assert "Smoke size" in text
    browser.get(Path(page).as_uri())
    assert browser.find_element(By.ID, "s-vqe-diverged").is_displayed()
    assert len(browser.find_elements(By.TAG_NAME, "img")) == 2
    assert requested(browser) <= {page.as_uri(), "data:"}
    assert complaints(browser) == []
