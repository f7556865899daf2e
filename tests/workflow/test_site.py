"""The documentation as a site: no warning, no dead link, nothing from elsewhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

pytest.importorskip("mkdocs")
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
# What a browser loads with a page.
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Links(HTMLParser):
    """What a page links to and loads, and its anchors."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.anchors |= {given[key] for key in ("id", "name") if key in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if given.get(LOADED.get(tag, "")) and given.get("rel") != "canonical":
            self.loaded.append(given[LOADED[tag]])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Links]:
    """All pages of the site, built strictly and where no name can be resolved."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)]
    dead = {f"{kind}_PROXY": "http://127.0.0.1:9" for kind in ("HTTP", "HTTPS", "ALL")}
    environment = os.environ | dead | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return {path: Links(path) for path in place.rglob("*.html") if path.name != "404.html"}


def inside(pages: dict[Path, Links]) -> Iterator[tuple[Path, str, Path, str]]:
    """Each page, what it links to or loads of the site, the file that is and the anchor."""
    for page, found in pages.items():
        for link in found.links + found.loaded:
            address, anchor = urldefrag(link)
            if "://" not in address and not address.startswith(("mailto:", "data:")):
                target = (page.parent / unquote(address)).resolve() if address else page
                yield page, link, target, anchor


def test_every_link_leads_somewhere(pages: dict[Path, Links]) -> None:
    dead = set()
    for page, link, target, anchor in inside(pages):
        there = target / "index.html" if target.is_dir() else target
        if not there.is_file() or (
            anchor and there in pages and unquote(anchor) not in pages[there].anchors
        ):
            dead.add((page.name, link))
    assert dead == set()
    assert len(pages) > 30


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Links]) -> None:
    loaded = {url for page in pages.values() for url in page.loaded}
    assert {url for url in loaded if "//" in url} == set()
    assert any(url.endswith(".css") for url in loaded)
    (root,) = {path.parent for path in pages if path.name == "CONTRIBUTING.html"}
    for sheet in root.rglob("*.css"):
        assert "url(http" not in sheet.read_text(encoding="utf-8"), sheet.name


def test_the_main_pages_hold_what_they_are_about(pages: dict[Path, Links]) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages}
    assert "Where is the transition?" in next(
        p.read_text(encoding="utf-8")
        for p in pages
        if (p.parent / "CONTRIBUTING.html").exists() and p.name == "index.html"
    )
    assert {"overpar.api.training.train", "overpar.api.algebra.dla"} <= next(
        links.anchors for path, links in pages.items() if path.name == "api.html"
    )
    assert "0001-pydantic-models-are-the-schema.html" in texts
