"""Papers, by the letter that the sources of statements begin with."""

from collections.abc import Mapping

OURS = "ours"


def paper(source: str) -> str:
    """The letter of the paper that a source begins with, or "ours".

    Examples:
        >>> paper("A, Fig. 3, released loss curves"), paper("derived here")
        ('A', 'ours')
    """
    return source[0] if source[1:2] in (",", ";") else OURS


def letters(papers: Mapping[str, str]) -> str:
    """What the letters of sources stand for."""
    return " ".join(f"{letter}: {name}." for letter, name in papers.items())
