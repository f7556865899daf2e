"""Lays out the site as the repository is, so that a link that works there works here.

Pages of the repository keep their places, what they link to is copied beside them, and a file of
code is shown on a page of its own.
"""

import importlib
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs",
    "config/README.md",
    "data/README.md",
)
API, DECISIONS = "docs/api.md", "docs/decisions"
# Of Markdown and, in the gallery, of HTML.
LINK = re.compile(r"""(\]\(|(?:href|src)=")([^)"#\s]+)""")
CODE = {".py": "python", ".yaml": "yaml", ".yml": "yaml", ".cff": "yaml", ".lock": "text"}
FENCE = re.compile(r"^\s*```")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Files of the repository in the place of those of one folder; the theme's stay."""
    for file in [f for f in files if Path(f.abs_src_path or "").is_relative_to(ROOT / "docs")]:
        files.remove(file)
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in _pages()}
    texts[API] = _api()
    texts[f"{DECISIONS}/README.md"] = _decisions()
    for name in sorted({target for page, text in texts.items() for target in _targets(page, text)}):
        path = ROOT / name
        if path.suffix in CODE and path.is_file():
            code = path.read_text("utf-8").rstrip()
            texts[f"{name}.md"] = f"# {name}\n\n````{CODE[path.suffix]}\n{code}\n````\n"
        elif path.is_file() and name not in texts:
            files.append(File.generated(config, name, abs_src_path=str(path)))
    for name, text in texts.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Links to code lead to its page; lists within lists as Python-Markdown wants them."""
    here = page.file.src_uri
    if here.endswith(tuple(f"{suffix}.md" for suffix in CODE)):
        return markdown
    lines, fenced = [], False
    for line in LINK.sub(lambda m: m[1] + _shown(here, m[2]), markdown).splitlines():
        fenced ^= bool(FENCE.match(line))
        indent = "" if fenced or FENCE.match(line) else re.match(" *", line)[0]
        lines.append(indent + line)
    return "\n".join(lines)


def _pages() -> list[Path]:
    """The pages of the repository."""
    return [
        p
        for name in PAGES
        for p in ([ROOT / name] if "." in name else sorted((ROOT / name).rglob("*.md")))
    ]


def _place(page: str, link: str) -> str:
    """Where a link leads, in the repository."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), link))


def _targets(page: str, text: str) -> list[str]:
    return [_place(page, link) for _, link in LINK.findall(text) if "://" not in link]


def _shown(page: str, link: str) -> str:
    """The link to what the site has in the place of a file of code or a folder."""
    path = ROOT / _place(page, link)
    if "://" in link:
        return link
    return f"{link}/README.md" if path.is_dir() else link + ".md" * (path.suffix in CODE)


def _api() -> str:
    """All public names, each from its docstring; a pydantic model with its fields."""
    package = importlib.import_module("overpar")
    parts = [
        "# Python",
        "`import overpar as op` loads nothing yet: a name is loaded when it is used.",
    ]
    for module, names in package._MODULES.items():
        for name in names:
            parts.append(f"::: overpar.{module}.{name}")
            fields = getattr(getattr(package, name), "model_fields", {})
            rows = [f"| `{key}` | {field.description} |" for key, field in fields.items()]
            if rows:
                table = ["| field | what it is |", "| --- | --- |", *rows]
                parts += [f"## Fields of {name}", "\n".join(table)]
    return "\n\n".join(parts) + "\n"


def _decisions() -> str:
    """All decisions, by their titles."""
    titles = {p.name: p.read_text("utf-8") for p in sorted((ROOT / DECISIONS).glob("*.md"))}
    lines = [f"- [{text.splitlines()[0].removeprefix('# ')}]({n})" for n, text in titles.items()]
    return "\n".join(["# Decisions", "", *lines, ""])
