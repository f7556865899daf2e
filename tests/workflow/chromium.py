"""A headless Chromium of the system, and what it asked for and complained of."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

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


@contextmanager
def chromium() -> Iterator[Chrome]:
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
