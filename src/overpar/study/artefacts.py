"""What is made of records: tables, figures and pages, each with a stamp beside it.

A stamp says of what something was made, as an identity, and has the sha256 of each of its files.
Only what fits its stamp, and whose stamp fits the plan, is used.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from overpar.base.errors import UserError
from overpar.base.files import write_whole
from overpar.study.check import Study


class ArtefactError(UserError):
    """Something made that is not there whole, or was made of something else."""


class Outdated(ArtefactError):
    """Something whole that was made with other settings, seed or code."""


@dataclass(frozen=True)
class Artefact:
    """Something made, in one or several files.

    Args:
        name: what messages call it.
        identity: what it must have been made of.
        files: those that it must have; the stamp may name more.
    """

    name: str
    identity: str
    files: tuple[Path, ...]

    @property
    def stamp(self) -> Path:
        """The file that says what was made."""
        return self.files[0].with_suffix(".json")

    def write(self, contents: Mapping[Path, str | bytes]) -> None:
        """Write its files, each whole or not at all, and then its stamp."""
        sums = {}
        for path, content in contents.items():
            data = content.encode() if isinstance(content, str) else content
            write_whole(path, data)
            sums[path.relative_to(self.stamp.parent).as_posix()] = hashlib.sha256(data).hexdigest()
        stamp = {"identity": self.identity, "sha256": sums}
        write_whole(self.stamp, f"{json.dumps(stamp, indent=1)}\n".encode())

    @cached_property
    def _stamped(self) -> dict[str, Any]:
        try:
            stamp: dict[str, Any] = json.loads(self.stamp.read_text(encoding="utf-8"))
            missing = [p.name for p in self.files if p.name not in stamp["sha256"]]
            if missing or not isinstance(stamp["identity"], str):
                raise ValueError(f"no {missing or 'identity'}")
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ArtefactError(f"{self.stamp} does not say how it was made ({error!r}).") from None
        return stamp

    @property
    def sums(self) -> dict[str, str]:
        """The sha256 of each of its files, by name relative to its stamp.

        Raises:
            ArtefactError: if there is no stamp that says so.
        """
        return dict(self._stamped["sha256"])

    def content(self, path: Path) -> bytes:
        """One of its files, if it is as it was written and of what it must be.

        Raises:
            Outdated: if it was made of something else.
            ArtefactError: if it is damaged or missing.
        """
        expected = self._stamped["sha256"][path.relative_to(self.stamp.parent).as_posix()]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ArtefactError(f"{path} cannot be read ({error}).") from None
        if hashlib.sha256(data).hexdigest() != expected:
            raise ArtefactError(f"{path} is not as it was written.")
        if self._stamped["identity"] != self.identity:
            raise Outdated(f"{self.name} was made with other settings, seed or code.")
        return data

    def check(self) -> None:
        """Check all its files; see `content`."""
        for name in self.sums:
            self.content(self.stamp.parent / name)

    @property
    def exists(self) -> bool:
        """Whether anything of it is there."""
        return any(path.exists() for path in (self.stamp, *self.files))


def table(study: Study, name: str) -> Artefact:
    """A table of the plan."""
    return Artefact(f"Table {name}", study.identities.table(name), (study.plan.table_path(name),))


def figure(study: Study, name: str) -> Artefact:
    """A figure of the plan, with the numbers behind it and its caption."""
    suffixes = (".png", ".pdf", ".csv", ".txt")
    files = tuple(study.plan.figures / f"{name}{suffix}" for suffix in suffixes)
    return Artefact(f"Figure {name}", study.identities.figure(name), files)


def scorecard(study: Study) -> Artefact:
    """The scorecard, with its instances; its stamp also has the tables that are judged."""
    names = *(f"scorecard.{s}" for s in ("csv", "png", "pdf")), "instances.csv"
    files = tuple(study.plan.figures / name for name in names)
    return Artefact("The scorecard", study.identities.scorecard(), files)


def errata(study: Study) -> Artefact:
    """The table of what was found wrong in published data."""
    files = (study.plan.figures / "errata.csv",)
    return Artefact("The errata", study.identities.errata(), files)


def article(study: Study) -> Artefact:
    """The article."""
    return Artefact("The article", study.identities.article(), (study.plan.article,))


def page(study: Study) -> Artefact:
    """The page that shows all results."""
    return Artefact("The page", study.identities.page(), (study.plan.figures / "index.html",))


def notebook(study: Study, name: str) -> Artefact:
    """The page of a notebook."""
    place = study.plan.project / study.plan.config.paths.notebooks / f"{name}.html"
    return Artefact(f"Notebook {name}", study.identities.notebook(name), (place,))


def artefacts(study: Study) -> Iterator[Artefact]:
    """All that the plan makes of records."""
    config = study.plan.config
    for name in config.tables:
        yield table(study, name)
    for name in config.figures:
        yield figure(study, name)
    for name in config.notebooks:
        yield notebook(study, name)
    yield scorecard(study)
    yield errata(study)
    if config.article:
        yield article(study)
    yield page(study)
