"""What a page of HTML holds, as far as tests look at it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "img", "br", "input", "rect"}
# What a browser fetches by itself; links that a reader follows are none of it.
LOADED = {"img", "script", "link", "iframe", "source", "object", "embed", "use", "image"}


@dataclass
class Element:
    """An element with its attributes, the elements around it, and its text."""

    tag: str
    attributes: dict[str, str]
    around: list["Element"] = field(repr=False)
    text: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")


@dataclass
class Page(HTMLParser):
    """All elements of a page in order.

    Raises:
        ValueError: where one is closed that is not open.
    """

    source: str = field(repr=False)
    elements: list[Element] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()
        if self._open:
            raise ValueError(f"<{self._open[-1].tag}> is not closed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, list(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {n: v or "" for n, v in attrs}, list(self._open)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop().tag != tag:
            raise ValueError(f"</{tag}> closes nothing, line {self.getpos()[0]}")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        """Elements of these tags."""
        return [element for element in self.elements if element.tag in tags]


def complaints(page: Page) -> list[str]:
    """What is wrong with a page that needs nothing else and that everybody can read."""
    found = []
    ids = [element["id"] for element in page.elements if element["id"]]
    found += [f"the id {name} stands twice" for name in sorted(set(ids)) if ids.count(name) > 1]
    if page.all("html")[0]["lang"] != "en":
        found.append("no language")
    found += ["an image without alt" for image in page.all("img") if not image["alt"]]
    found += ["a drawing without a name" for svg in page.all("svg") if not svg["aria-label"]]
    labels = {label["for"] for label in page.all("label")}
    for control in page.all("input", "select", "textarea"):
        within = any(outer.tag == "label" for outer in control.around)
        if not (within or control["aria-label"] or control["id"] in labels - {""}):
            found.append(f"{control.tag} {control['name']} has no label")
    for element in page.elements:
        for name in ("src", "href", "data", "srcset"):
            if element.tag in LOADED and element[name] and not element[name].startswith("data:"):
                found.append(f"{element.tag} loads {element[name]}")
        if (
            element.tag == "a"
            and element["href"].startswith("#")
            and element["href"][1:] not in ids
        ):
            found.append(f"{element['href']} leads nowhere")
    levels = [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1 or levels[0] != 1:
        found.append("not one h1, at the beginning")
    jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
    found += [f"h{b} below h{a}" for a, b in jumps]
    for table in page.all("table"):
        inner = [element for element in page.elements if table in element.around]
        if not any(element.tag == "caption" for element in inner):
            found.append("a table without caption")
        found += ["th without scope" for cell in inner if cell.tag == "th" and not cell["scope"]]
    if any("@import" in style.text or "url(" in style.text for style in page.all("style")):
        found.append("a style loads something")
    return found
