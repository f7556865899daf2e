"""Published raw files, fetched from several sources, each file checked by sha256."""

import hashlib
import queue
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import pooch
import requests

from overpar.base.errors import UserError
from overpar.study.tracked import rows

WRONG = "wrong sha256, expected"
TRUNCATED = requests.exceptions.ChunkedEncodingError
UNREACHABLE = (requests.ConnectionError, requests.Timeout)
THREADS = 8
SHOWN = 5
ADVICE = (
    "What to do: set OVERPAR_MIRROR to a directory laid out as"
    " <owner>/<repository>/<version>/<path>, or set ntangled.source: regenerated."
)


class FetchError(UserError):
    """A dataset that the sources together could not give whole."""


@dataclass(frozen=True)
class Provenance:
    """Where a dataset came from."""

    dataset: str
    owner: str
    repository: str
    version: str
    licence: str
    origins: dict[str, int]  # number of files by primary, archive, mirror and cache
    digest: str  # sha256 of the sorted lines "path sha256", joined by newlines


def fetch(
    dataset: str,
    *,
    sources: Path,
    checksums: Path,
    destination: Path,
    mirror: Path | None = None,
    timeout: float = 10.0,
    retries: int = 2,
    log: Callable[[str], None],
    progress: Callable[[int, int], None] | None = None,
) -> Provenance:
    """Bring every file of a dataset to destination/<owner>/<repository>/<version>/<path>.

    Sources are tried in the order primary, archive, mirror, each for all files still missing. A
    file already there is kept if its sha256 is right; none with a wrong one is put in place.

    Args:
        dataset: name of the dataset in both tables.
        sources: CSV table of dataset, owner, repository, version, source, url, licence.
        checksums: CSV table of dataset, path, sha256, bytes.
        destination: directory for the files; it can serve as a mirror itself.
        mirror: directory laid out like the destination, or None.
        timeout: seconds without a finished file after which a source is given up.
        retries: further attempts after HTTP 429 or 5xx or a truncated body.
        log: called with one line of text for each event worth knowing.
        progress: called with (files in place, all files).

    Returns:
        The dataset's identity and licence, and the number of files from each source.

    Raises:
        FetchError: if a file cannot be had; names the file, each source and its reason.
    """
    offered = {row["source"]: row for row in rows(sources, dataset)}
    facts = next(iter(offered.values()))
    base = Path(facts["owner"], facts["repository"], facts["version"])
    root = destination / base
    offers = [
        (str(name), offered[name]["url"]) for name in ("primary", "archive") if name in offered
    ]
    if mirror is not None and mirror.is_dir():
        offers.append(("mirror", str(mirror / base)))
    no_mirror = f"{mirror} is not a directory" if mirror else "none given"
    files = {row["path"]: facts | row for row in rows(checksums, dataset)}
    missing: dict[str, list[str]] = {}  # what each source tried said, by path
    report = progress or (lambda done, total: None)
    pooch.get_logger().setLevel("WARNING")  # it would print every address
    try:
        for path, file in files.items():
            held = pooch.file_hash(root / path) if (root / path).is_file() else None
            if held != file["sha256"]:
                missing[path] = []
            if held and path in missing:
                log(f"{root / path}: {WRONG} {file['sha256']} but got {held}; replacing it")
        origins = Counter(cache=len(files) - len(missing))
        report(origins.total(), len(files))
        destination.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=destination, ignore_cleanup_errors=True) as scratch:
            for (name, url), after in zip(offers, [*offers[1:], None], strict=True):
                wanted = [files[path] for path in missing]
                for path, result in _take(name, url, wanted, Path(scratch), timeout, retries):
                    if isinstance(result, str):
                        missing[path].append(f"{name} source {result}")
                        continue
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    result.chmod(0o644)  # pooch lets only the owner read
                    result.replace(root / path)
                    del missing[path]
                    origins[name] += 1
                    report(origins.total(), len(files))
                for line in dict.fromkeys(reasons[-1] for reasons in missing.values()):
                    log(f"{line}; trying {after[0]}" if after else line)
    except OSError as error:
        raise FetchError(f"Dataset {dataset!r}: cannot write to {destination}: {error}") from error
    if missing:
        text = [f"Dataset {dataset!r}: {len(missing)} of {len(files)} files could not be had."]
        for path in sorted(missing, key=lambda path: WRONG not in str(missing[path]))[:SHOWN]:
            text += [path, *(f"  {reason}" for reason in missing[path])]
        if len(missing) > SHOWN:
            text.append(f"and {len(missing) - SHOWN} more")
        if "mirror" not in dict(offers):
            text.append(f"mirror source: {no_mirror}")
        raise FetchError("\n".join([*text, ADVICE]))
    lines = sorted(f"{path} {file['sha256']}" for path, file in files.items())
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    owner, repository, version = base.parts
    return Provenance(dataset, owner, repository, version, facts["licence"], dict(+origins), digest)


def _take(
    name: str, url: str, files: list[dict[str, str]], scratch: Path, timeout: float, retries: int
) -> Iterator[tuple[str, Path | str]]:
    """Each file's path with its checked copy, or with the reason why there is none."""
    web = name != "mirror"
    place = urlsplit(url).netloc if web else url
    download = pooch.HTTPDownloader(timeout=timeout) if web else lambda a, b, _: shutil.copy(a, b)
    news: queue.SimpleQueue[tuple[str, Path | Exception]] = queue.SimpleQueue()
    over = threading.Event()
    todo = iter(files)  # a list's iterator can be shared by threads

    def attempt(path: str, sha256: str, address: str, left: int) -> Path | Exception:
        flat = name + quote(f"/{path}", safe="")
        try:
            return Path(pooch.retrieve(address, sha256, flat, scratch, downloader=download))
        except Exception as error:
            code = getattr(getattr(error, "response", None), "status_code", 0)
            again = code == 429 or code >= 500 or isinstance(error, TRUNCATED)
            if not again or not left or over.wait(0.1 * 2 ** (retries - left)):
                return error
            return attempt(path, sha256, address, left - 1)

    def work() -> None:
        for file in todo:
            path = file["path"]
            address = url.format(**file | {"path": quote(path)}) if web else f"{url}/{path}"
            if not over.is_set():
                result = attempt(path, file["sha256"], address, retries)
                if isinstance(result, UNREACHABLE):
                    over.set()
                news.put((path, result))

    for _ in files[:THREADS]:
        threading.Thread(target=work, daemon=True).start()  # a name look-up outlasts any timeout
    waiting = [file["path"] for file in files]
    try:
        while waiting:
            path, result = news.get(timeout=timeout)
            if isinstance(result, UNREACHABLE):
                raise result
            waiting.remove(path)
            yield path, result if isinstance(result, Path) else f"{place}/{path}: {_why(result)}"
    except (queue.Empty, *UNREACHABLE) as error:
        why = _why(error) or f"no answer within {timeout:g} s"
        yield from ((path, f"{place} unreachable: {why}") for path in waiting)
    finally:
        over.set()


def _why(error: Exception) -> str:
    if "known hash: expected" in str(error):  # pooch's words
        return WRONG + str(error).partition("known hash: expected")[2].partition(". ")[0]
    cause = getattr(error.args[0] if error.args else None, "reason", None) or error
    return str(cause.args[-1]) if cause.args else ""
