"""Our scientific choices: every comment marked `ASSUME:` in code, workflow and config."""

import ast
import hashlib
import io
import json
import re
import textwrap
import tokenize
from dataclasses import asdict, dataclass
from pathlib import Path

MARK = re.compile(r"#\s*ASSUME:\s*(.*)")
COMMENT = re.compile(r"\s*#\s?(.*)")
FILES = (
    "src/**/*.py",
    "workflow/**/*.py",
    "workflow/**/*.smk",
    "Snakefile",
    "config/*.yaml",
)


@dataclass(frozen=True)
class Assumption:
    """One scientific choice of ours.

    Args:
        file: path in the project.
        where: the function or class that it is made in, or which it stands before; may be empty.
        text: what is assumed, and why.
    """

    file: str
    where: str
    text: str


def collect(project: Path) -> list[Assumption]:
    """All assumptions of a project, by file.

    One goes on to the end of the comment, or of the docstring's paragraph, that it stands in.
    """
    files = sorted({path for pattern in FILES for path in project.glob(pattern)})
    found = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        if not MARK.search(text):
            continue
        lines = text.splitlines()
        python = path.suffix == ".py"
        comments = _comments(text) if python else set(range(1, len(lines) + 1))
        for number, line in enumerate(lines, 1):
            if not (marked := MARK.search(line)):
                continue
            words = [marked[1]]
            for following in lines[number:]:
                comment = COMMENT.fullmatch(following)
                alone = line.lstrip().startswith("#")
                if number in comments and not (alone and comment):
                    break
                more = comment[1] if comment else following.strip()
                if not more or more.startswith(('"""', "ASSUME:")):
                    break
                words.append(more)
            name = path.relative_to(project).as_posix()
            where = _enclosing(text, number) if python else ""
            found.append(Assumption(name, where, " ".join(words).strip()))
    return found


def digest(project: Path) -> str:
    """SHA-256 over all assumptions of a project."""
    content = json.dumps([asdict(one) for one in collect(project)])
    return hashlib.sha256(content.encode()).hexdigest()


def markdown(assumptions: list[Assumption]) -> str:
    """The list as a Markdown section per file."""
    lines: list[str] = []
    for file in dict.fromkeys(one.file for one in assumptions):
        lines += [f"## [{file}](../{file})", ""]
        for one in (a for a in assumptions if a.file == file):
            place = f"`{one.where}`: " if one.where else ""
            lines += item(f"{place}{one.text}")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def item(text: str) -> list[str]:
    """An item of a Markdown list, wrapped."""
    return textwrap.wrap(
        f"- {text}",
        width=100,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _comments(text: str) -> set[int]:
    """Numbers of the lines with a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT}


def _enclosing(text: str, line: int) -> str:
    """Dotted name of the innermost definition around a line."""
    names: list[str] = []
    body: list[ast.stmt] = ast.parse(text).body
    while True:
        inner = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and node.lineno <= line <= (node.end_lineno or 0)
        ]
        if not inner:
            return ".".join(names)
        names.append(inner[0].name)
        body = inner[0].body
