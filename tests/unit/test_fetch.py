"""Fetching over real HTTP on the loopback, with servers that misbehave on demand."""

import csv
import hashlib
import logging
import re
import shutil
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pooch
import pytest

from overpar.base.arrays import load_array
from overpar.base.errors import UserError
from overpar.study.fetch import FetchError, Provenance, fetch
from overpar.study.plan import DATASETS

ROOT = Path(__file__).parents[2]
MIRROR = ROOT.parent / "shared" / "mirror"
BASE = "owner/repository/v1"
FILES = {f"folder {i % 3}/weights #{i}.npy": f"content {i}".encode() * 9 for i in range(20)}
ONE = "folder 0/weights #0.npy"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Site(ThreadingHTTPServer):
    """Serves FILES by path or sha256; `faults` lists what to do instead, request by request."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: dict[str, list[str]] = {}
        self.asked: Counter[str] = Counter()
        self.gate = threading.Barrier(1)
        self.closing = threading.Event()
        self.host = f"127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    """Answers one request as its site says."""

    server: Site

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path).removeprefix(f"/{BASE}/")
        path = {digest(data): name for name, data in FILES.items()}.get(path.strip("/"), path)
        self.server.asked[path] += 1
        self.server.gate.wait()
        faults = self.server.faults.get(path) or self.server.faults.get("all") or [""]
        fault = faults.pop(0) if len(faults) > 1 else faults[0]
        body = FILES[path]
        if fault == "silent":
            self.server.closing.wait(20)
            return
        self.send_response(int(fault) if fault.isdigit() else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault == "flipped":
            body = bytes([body[0] ^ 1]) + body[1:]
        if fault in ("truncated", "stalled", "trickling"):
            body = body[:5]
        self.wfile.write(body)
        if fault == "stalled":
            self.server.closing.wait(20)
        for _ in range(50 if fault == "trickling" else 0):
            self.server.closing.wait(0.1)
            self.wfile.write(b"x")

    def log_message(self, *_: Any) -> None:
        pass


class Setting:
    """Tables and directories of one test, and what fetch said."""

    def __init__(self, folder: Path, primary: str, archive: str) -> None:
        self.folder, self.mirror, self.destination = folder, folder / "mirror", folder / "external"
        self.said: list[str] = []
        self.steps: list[tuple[int, int]] = []
        common = "data,owner,repository,v1,{},{},MIT"
        lines = [
            "dataset,owner,repository,version,source,url,licence",
            common.format(
                "primary", f"http://{primary}/{{owner}}/{{repository}}/{{version}}/{{path}}"
            ),
            common.format("archive", f"http://{archive}/{{sha256}}/"),
        ]
        (folder / "sources.csv").write_text("\n".join(lines))
        rows = [f"data,{path},{digest(data)},{len(data)}" for path, data in FILES.items()]
        (folder / "checksums.csv").write_text("\n".join(["dataset,path,sha256,bytes", *rows]))

    def fetch(self, mirror: Path | None = None, timeout: float = 10.0) -> Provenance:
        return fetch(
            "data",
            sources=self.folder / "sources.csv",
            checksums=self.folder / "checksums.csv",
            destination=self.destination,
            mirror=mirror,
            timeout=timeout,
            log=self.said.append,
            progress=lambda done, total: self.steps.append((done, total)),
        )

    def fill(self, directory: Path) -> Path:
        for path, data in FILES.items():
            target = directory / BASE / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return directory

    def landed(self) -> dict[str, bytes]:
        """Every file anywhere below the destination, half-written ones included."""
        root = self.destination
        files = [path for path in root.rglob("*") if path.is_file()]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


ALL = {f"{BASE}/{path}": data for path, data in FILES.items()}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def sites() -> Iterator[tuple[Site, Site]]:
    both = Site(), Site()
    yield both
    for site in both:
        site.closing.set()
        site.shutdown()
        site.server_close()


@pytest.fixture
def closed() -> Iterator[str]:
    """An address that refuses connections: bound, so that nobody takes it, but not listening."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def setting(tmp_path: Path, sites: tuple[Site, Site]) -> Setting:
    return Setting(tmp_path, sites[0].host, sites[1].host)


@pytest.fixture
def offline(tmp_path: Path, closed: str) -> Setting:
    return Setting(tmp_path, closed, closed)


def test_all_files_come_from_the_primary_source(setting: Setting, sites: tuple[Site, Site]) -> None:
    got = setting.fetch()
    lines = "\n".join(sorted(f"{path} {digest(data)}" for path, data in FILES.items()))
    whole = digest(lines.encode())
    assert got == Provenance("data", "owner", "repository", "v1", "MIT", {"primary": 20}, whole)
    assert setting.landed() == ALL
    assert setting.steps == [(k, 20) for k in range(21)]
    assert setting.said == []
    assert sites[0].asked == dict.fromkeys(FILES, 1)
    assert not sites[1].asked


def test_files_are_fetched_concurrently(setting: Setting, sites: tuple[Site, Site]) -> None:
    sites[0].gate = threading.Barrier(4, timeout=10)  # opens when four requests meet
    assert setting.fetch().origins == {"primary": 20}


def test_wrong_byte_is_refused_and_the_archive_asked(
    setting: Setting, sites: tuple[Site, Site]
) -> None:
    sites[0].faults[ONE] = ["flipped"]
    assert setting.fetch().origins == {"primary": 19, "archive": 1}
    assert setting.landed() == ALL
    (said,) = setting.said
    flipped = bytes([FILES[ONE][0] ^ 1]) + FILES[ONE][1:]
    for part in ("primary", sites[0].host, ONE, digest(FILES[ONE]), digest(flipped), "archive"):
        assert part in said
    assert sites[0].asked[ONE] == 1


@pytest.mark.parametrize("fault", ["truncated", "503", "429"])
def test_transient_fault_is_retried(setting: Setting, sites: tuple[Site, Site], fault: str) -> None:
    sites[0].faults[ONE] = [fault, fault, ""]
    assert setting.fetch().origins == {"primary": 20}
    assert sites[0].asked[ONE] == 3
    assert setting.landed() == ALL


@pytest.mark.parametrize(("fault", "requests"), [("truncated", 3), ("503", 3), ("404", 1)])
def test_lasting_fault_of_one_file_falls_to_the_archive(
    setting: Setting, sites: tuple[Site, Site], fault: str, requests: int
) -> None:
    sites[0].faults[ONE] = [fault]
    assert setting.fetch().origins == {"primary": 19, "archive": 1}
    assert sites[0].asked[ONE] == requests
    assert setting.landed() == ALL


@pytest.mark.parametrize("fault", ["silent", "stalled", "trickling"])
def test_source_that_never_finishes_is_given_up(
    setting: Setting, sites: tuple[Site, Site], fault: str
) -> None:
    sites[0].faults["all"] = [fault]
    assert setting.fetch(timeout=1).origins == {"archive": 20}
    assert sites[0].asked.total() <= 8
    (said,) = setting.said
    assert said.startswith(f"primary source {sites[0].host} unreachable: ")
    assert said.endswith("; trying archive")
    assert setting.landed() == ALL


def test_unreachable_sources_leave_it_to_the_mirror(offline: Setting) -> None:
    got = offline.fetch(mirror=offline.fill(offline.mirror))
    assert got.origins == {"mirror": 20}
    assert offline.landed() == ALL
    assert [line.split()[0] for line in offline.said] == ["primary", "archive"]
    assert all("Connection refused" in line for line in offline.said)


def test_destination_serves_as_a_mirror(offline: Setting) -> None:
    offline.fetch(mirror=offline.fill(offline.mirror))
    shutil.move(offline.destination, offline.folder / "elsewhere")
    assert offline.fetch(mirror=offline.folder / "elsewhere").origins == {"mirror": 20}


def test_flipped_byte_in_the_mirror_is_refused_and_named(offline: Setting) -> None:
    bad = offline.fill(offline.mirror) / BASE / ONE
    bad.write_bytes(b"X" + FILES[ONE][1:])
    with pytest.raises(FetchError) as caught:
        offline.fetch(mirror=offline.mirror)
    message = str(caught.value)
    for part in ("'data'", "1 of 20", str(bad), "sha256", digest(FILES[ONE]), "OVERPAR_MIRROR"):
        assert part in message
    assert "primary source" in message
    assert "archive source" in message
    assert offline.landed() == {key: data for key, data in ALL.items() if not key.endswith(ONE)}


def test_refused_file_is_named_before_absent_ones(offline: Setting) -> None:
    last = list(FILES)[-1]
    bad = offline.mirror / BASE / last
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"X")
    with pytest.raises(FetchError, match=re.escape(f"{bad}: wrong sha256")):
        offline.fetch(mirror=offline.mirror)


def test_failure_names_file_sources_and_remedy(setting: Setting, sites: tuple[Site, Site]) -> None:
    sites[0].faults[ONE], sites[1].faults[ONE] = ["404"], ["flipped"]
    with pytest.raises(FetchError) as caught:
        setting.fetch()
    message = str(caught.value)
    for part in (ONE, "404", "wrong sha256", "none given", "ntangled.source: regenerated"):
        assert part in message
    assert len(setting.landed()) == 19


def test_missing_mirror_directory_is_said(offline: Setting) -> None:
    with pytest.raises(FetchError, match=re.escape(f"{offline.mirror} is not a directory")):
        offline.fetch(mirror=offline.mirror)


def test_nothing_half_written_is_left_after_failure(
    setting: Setting, sites: tuple[Site, Site]
) -> None:
    sites[0].faults["all"], sites[1].faults["all"] = ["stalled"], ["truncated"]
    with pytest.raises(FetchError):
        setting.fetch(timeout=1)
    assert list(setting.destination.iterdir()) == []


def test_good_cached_files_cost_no_request(setting: Setting, sites: tuple[Site, Site]) -> None:
    setting.fill(setting.destination)
    assert setting.fetch().origins == {"cache": 20}
    assert not sites[0].asked
    assert not sites[1].asked
    assert setting.steps == [(20, 20)]


def test_bad_cached_file_is_named_and_replaced(setting: Setting, sites: tuple[Site, Site]) -> None:
    bad = setting.fill(setting.destination) / BASE / ONE
    bad.write_bytes(b"half")
    assert setting.fetch().origins == {"cache": 19, "primary": 1}
    assert setting.landed() == ALL
    assert sites[0].asked == {ONE: 1}
    (said,) = setting.said
    assert str(bad) in said
    assert digest(b"half") in said


def test_proxy_of_the_environment_is_used(
    tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{sites[0].host}")
    setting = Setting(tmp_path, "raw.invalid", "archive.invalid")
    assert setting.fetch().origins == {"primary": 20}


def test_pooch_keeps_silent(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[logging.LogRecord] = []
    pooch.get_logger().setLevel(logging.INFO)
    monkeypatch.setattr(pooch.get_logger(), "handle", logged.append)
    setting.fetch()
    assert logged == []


def test_others_can_read_fetched_files(setting: Setting) -> None:
    setting.fetch()
    assert (setting.destination / BASE / ONE).stat().st_mode & 0o777 == 0o644


def test_unknown_dataset_is_refused(setting: Setting) -> None:
    with pytest.raises(UserError, match="'nothing' is not in"):
        fetch(
            "nothing",
            sources=setting.folder / "sources.csv",
            checksums=setting.folder / "checksums.csv",
            destination=setting.destination,
            log=setting.said.append,
        )


def test_destination_that_cannot_be_written_is_said(setting: Setting) -> None:
    setting.destination.write_text("a file")
    with pytest.raises(FetchError, match="cannot write to"):
        setting.fetch()


def test_load_array_reads_arrays_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    np.save(tmp_path / "good.npy", np.arange(3.0))
    assert load_array(tmp_path / "good.npy").tolist() == [0, 1, 2]
    with pytest.raises(UserError, match=r"good\.npy has the wrong sha256"):
        load_array(tmp_path / "good.npy", "0" * 64)
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    (tmp_path / "text.npy").write_text("not an array")
    (tmp_path / "zip.npy").write_bytes(b"PK\x03\x04 broken")
    np.savez(tmp_path / "several.npz", np.arange(2))
    for name in ("objects.npy", "text.npy", "zip.npy", "several.npz", "absent.npy"):
        with pytest.raises(UserError, match=re.escape(name)):
            load_array(tmp_path / name)


def committed(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / name).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_committed_tables_are_consistent() -> None:
    sources, checksums = committed("sources.csv"), committed("checksums.csv")
    keys = [(row["dataset"], row["source"]) for row in sources]
    assert set(keys) == {
        (dataset, source) for dataset in DATASETS for source in ("primary", "archive")
    }
    assert len(keys) == len(set(keys))
    facts = {tuple(row[k] for k in ("dataset", "owner", "version", "licence")) for row in sources}
    assert len(facts) == len(DATASETS), "rows of a dataset must agree on what it is"
    paths = [(row["dataset"], row["path"]) for row in checksums]
    assert len(paths) == len(set(paths))
    counts = {"ntangled": 126, "released_states": 17, "released_data": 56}
    assert Counter(dataset for dataset, _ in paths) == counts
    assert all(re.fullmatch("[0-9a-f]{64}", row["sha256"]) for row in checksums)


@pytest.mark.skipif(not MIRROR.is_dir(), reason="no mirror of the raw files beside the checkout")
def test_committed_checksums_match_the_mirror() -> None:
    folders = {
        row["dataset"]: MIRROR / row["owner"] / row["repository"] / row["version"]
        for row in committed("sources.csv")
    }
    for row in committed("checksums.csv"):
        data = (folders[row["dataset"]] / row["path"]).read_bytes()
        assert (digest(data), len(data)) == (row["sha256"], int(row["bytes"])), row["path"]
    listed = sum(row["dataset"] == "ntangled" for row in committed("checksums.csv"))
    assert listed == len(list(folders["ntangled"].rglob("*.npy")))
