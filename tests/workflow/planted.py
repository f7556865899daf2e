"""Ways to damage what lies in a checkout."""

import json
import random
from collections.abc import Callable
from pathlib import Path

from scratch import ROOT, Project

from overpar.engines.lanes import _CACHE

Damage = Callable[[Path], object]


def another_digit(path: Path) -> None:
    """The last digit of a file is another one."""
    text = path.read_bytes()
    at = max(text.rfind(digit) for digit in b"0123456789")
    path.write_bytes(text[:at] + bytes([48 + (text[at] - 47) % 10]) + text[at + 1 :])


def another_identity(path: Path) -> None:
    """A stamp that fits a file which was changed, but names another identity."""
    stamp = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(stamp | {"identity": "0" * 64}), encoding="utf-8")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    """One bit in the middle of a file is another one."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def foreign(path: Path) -> None:
    """A file has the content of its neighbour."""
    beside = [other for other in path.parent.glob(f"*{path.suffix}") if other != path]
    path.write_bytes(min(beside).read_bytes() if beside else b"something else")


def no_mapping(path: Path) -> None:
    path.write_text("[1, 2]", encoding="utf-8")


def wrong_type(path: Path) -> None:
    path.write_text('{"identity": 1, "sha256": [], "status": {}}', encoding="utf-8")


# What may be damaged: patterns of its files, and ways to do it.
KINDS: dict[str, tuple[tuple[str, ...], tuple[Damage, ...]]] = {
    "record": (("data/records/*/*.nc",), (half, emptied, flipped, foreign, Path.unlink)),
    "table": (("data/tables/*.csv",), (another_digit, emptied, half, foreign, Path.unlink)),
    "stamp": (
        ("data/tables/*.json", "figures/*.json"),
        (half, emptied, another_identity, no_mapping, wrong_type),
    ),
    "figure CSV": (("figures/*.csv",), (another_digit, emptied, half, foreign, Path.unlink)),
    "figure": (("figures/*.p*", "figures/tables/*"), (half, emptied, flipped, Path.unlink)),
    "manifest": (("data/external/*.json",), (half, emptied, no_mapping, wrong_type)),
    "fetched file": (("data/external/*/*/*/**/*.npy",), (flipped, emptied, half, Path.unlink)),
    "metadata": ((".snakemake/metadata/**/*",), (half, emptied, flipped, no_mapping, Path.unlink)),
    "lock": (
        (".snakemake/overpar.lock", f"{_CACHE.relative_to(ROOT)}/*.lock"),
        (emptied, foreign, flipped, Path.unlink),
    ),
    "cache": ((f"{_CACHE.relative_to(ROOT)}/*/*.nb?",), (half, emptied, flipped, Path.unlink)),
}


def plant(project: Project, kind: str, draw: random.Random) -> str:
    """Damage one file of a kind; says how and which, or nothing if there is no such file."""
    patterns, ways = KINDS[kind]
    found = (path for pattern in patterns for path in project.path.glob(pattern))
    files = sorted(path for path in found if path.is_file())
    if not files:
        return ""
    path, way = draw.choice(files), draw.choice(ways)
    if way is flipped and not path.stat().st_size:
        way = foreign
    way(path)
    return f"{way.__name__} {path.relative_to(project.path)}"
