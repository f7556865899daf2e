"""Tables as notebooks show them."""

from collections.abc import Iterable, Sequence
from html import escape


def html_table(rows: Iterable[Sequence[object]], header: Sequence[str] = ()) -> str:
    """Rows of text as an HTML table.

    Args:
        rows: its cells.
        header: of its columns; none if empty.
    """
    head = _row("th", header) if header else ""
    body = "".join(_row("td", row) for row in rows)
    return f'<table class="dataframe"><thead>{head}</thead><tbody>{body}</tbody></table>'


def _row(kind: str, cells: Iterable[object]) -> str:
    return f"<tr>{''.join(f'<{kind}>{escape(str(cell))}</{kind}>' for cell in cells)}</tr>"
