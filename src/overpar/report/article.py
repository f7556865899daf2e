"""The article: text in Typst whose every number is looked up when it is built.

{{ … }} stands for a number: an expression of Jinja that calls the functions of `numbers`. In the
text itself no digit is typed but in names of what others numbered, in formulas, and in references.
"""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateError

from overpar.base.errors import UserError
from overpar.report.numbers import FILTERS, Absent, Numbers, shown

REFERENCE = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)
PICTURE = re.compile(r'#picture\("([^"]+)"')
FORMULA = re.compile(r"(?<!\\)\$[^$]*(?<!\\)\$")
# Where digits are no numbers of ours.
ALLOWED = (
    REFERENCE,
    PICTURE,
    re.compile(r"//.*"),
    re.compile(r"^#import .*$", re.MULTILINE),
    re.compile(r"[@<][A-Za-z][\w:-]*>?"),
    re.compile(r"(?:Figs?|[Ee]qs?)\.[~ ]\(?\d+\)?(?:(?:,| and| to)[~ ]\(?\d+\)?)*"),
)
# A formula may have digits, but no decimals, and it may neither be a number nor end in a result.
RESULT = re.compile(
    r"\d\.\d|^\$[^A-Za-z]*\d[^A-Za-z]*\$$|[=<>≈≤≥]\s*[-−]?(?:\d\d|[2-9])\d*\s*[,;$]"
)
DIGIT = re.compile(r"[\d²³¹⁰⁴-⁹½¼¾]")


def pictures(text: str) -> list[str]:
    """Names of the figures that a text shows."""
    return PICTURE.findall(text)


def check_typed(text: str, name: str) -> None:
    """Refuse a text in which a number is typed.

    Args:
        text: Typst, with references to numbers.
        name: what messages call it.

    Raises:
        UserError: naming file, line and the number.
    """

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    def formula(match: re.Match[str]) -> str:
        return match[0] if RESULT.search(match[0]) else blank(match)

    left = text
    for pattern in ALLOWED:
        left = pattern.sub(blank, left)
    typed = DIGIT.search(FORMULA.sub(formula, left))
    if typed:
        at = typed.start()
        near = " ".join(text[max(at - 30, 0) : at + 20].split())
        raise UserError(
            f"{name}:{_line(text, at)}: a number is typed: … {near} …. Numbers come from tables:"
            ' {{ value("table", "column", qubits=…) }}.'
        )


def filled(text: str, *, name: str, numbers: Numbers, absent: str = "") -> str:
    """A text with its references replaced by numbers.

    Args:
        text: Typst, with references.
        name: what messages call it.
        numbers: where they are looked up.
        absent: what stands where the results have no such number; empty if that is an error.

    Raises:
        UserError: naming file, line and reference.
    """
    environment = Environment(undefined=StrictUndefined)
    environment.globals = {**numbers.functions()}
    environment.filters = {**FILTERS}

    def number(match: re.Match[str]) -> str:
        where = f"{name}:{_line(text, match.start())}: {' '.join(match[0].split())}"
        expression = " ".join(match[1].split())
        try:
            found = shown(environment.compile_expression(expression, undefined_to_none=False)())
        except Absent as error:
            if not absent:
                raise UserError(f"{where}: {error}") from None
            found = absent
        except (UserError, TemplateError, TypeError, ValueError) as error:
            raise UserError(f"{where}: {error}") from None
        # A string of Typst, so that nothing in it is markup.
        found = found.replace("\\", r"\\").replace('"', r"\"")
        return f'#"{found}";'

    return REFERENCE.sub(number, text)


def typeset(files: Mapping[str, bytes], main: str) -> bytes:
    """Typeset a document as PDF; the same files give the same bytes everywhere.

    Args:
        files: all that it reads, by path.
        main: which of them is the document.

    Raises:
        UserError: where Typst finds a mistake.
    """
    import typst

    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            place = Path(folder, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        try:
            place = Path(folder, main)
            return typst.compile(place, root=Path(folder), ignore_system_fonts=True, timestamp=0)
        except RuntimeError as error:
            said = getattr(error, "diagnostic", "") or str(error)
            raise UserError(f"Typst: {said.replace(folder, '').strip()}") from None


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
