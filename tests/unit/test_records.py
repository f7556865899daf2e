"""Records: whole or not at all, checked when read, readable by xarray."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray

from overpar.base.errors import UserError
from overpar.base.records import (
    DamagedRecord,
    RecordError,
    Variable,
    check_record,
    read_attributes,
    read_record,
    write_record,
)

LOSS = np.random.default_rng(0).normal(size=(5, 400))
LOSS[2, 100:] = np.nan
NO_PROCESS = 2**22 + 1
VARIABLES = {
    "loss": Variable(("init", "step"), LOSS, "loss before each update, and last"),
    "angles": Variable(("init", "parameter"), LOSS[:, :3].copy(), "angles at step 0", "rad"),
    "status": Variable(("init",), np.arange(5, dtype=np.int8), "0 ran to the end"),
}
ATTRIBUTES = {"identity": "abc", "spec": '{"n": 4}', "seconds": 1.5, "runs": 5, "name": "λ≤0.03"}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "vqe" / "n=4,boundary=open.nc"
    write_record(path, VARIABLES, ATTRIBUTES)
    return path


def alone(path: Path) -> bool:
    """Whether nothing but the record lies in its directory."""
    return [p.name for p in path.parent.iterdir()] == [path.name]


def test_round_trip(record: Path) -> None:
    read = read_record(record, "abc")
    assert read.attrs == ATTRIBUTES
    assert {name: type(value) for name, value in read.attrs.items()} == {
        name: type(value) for name, value in ATTRIBUTES.items()
    }
    assert set(read.variables) == set(VARIABLES)
    for name, variable in VARIABLES.items():
        assert read[name].dims == variable.dims
        assert read[name].attrs == {"units": variable.units, "long_name": variable.description}
        assert read[name].dtype == variable.values.dtype
        assert read[name].values.tobytes() == variable.values.tobytes()
    assert read_attributes(record) == ATTRIBUTES
    assert alone(record)


def test_xarray_reads_it(record: Path) -> None:
    with xarray.open_dataset(record) as dataset:
        assert dict(dataset.sizes) == {"init": 5, "step": 400, "parameter": 3}
        assert dataset["loss"].dims == ("init", "step")
        assert dataset["angles"].attrs == {"units": "rad", "long_name": "angles at step 0"}
        assert dataset["loss"].attrs["units"] == "1"
        assert dataset.attrs["identity"] == "abc"
        np.testing.assert_array_equal(dataset["loss"], LOSS)


def test_axes_without_entries_and_with_values(tmp_path: Path) -> None:
    """A variable may have the name of its axis, also where others come first; none need entries."""
    layers = np.array([2, 4, 8])
    variables = {
        "loss": Variable(("init", "layers"), LOSS[:, :3], "loss"),
        "layers": Variable(("layers",), layers, "numbers of layers"),
        "none": Variable(("run", "layers"), np.zeros((0, 3)), "no run"),
        "scalar": Variable((), np.array(1.5), "a number"),
    }
    write_record(tmp_path / "a.nc", variables, {})
    with xarray.open_dataset(tmp_path / "a.nc") as dataset:
        assert dict(dataset.sizes) == {"init": 5, "layers": 3, "run": 0}
        assert list(dataset.coords) == ["layers"]
        np.testing.assert_array_equal(dataset["loss"].sel(layers=4), LOSS[:, 1])
        assert read_record(tmp_path / "a.nc").equals(dataset)


def test_writing_again_replaces(record: Path) -> None:
    write_record(record, {}, {"identity": "new"})
    assert not read_record(record).variables
    assert alone(record)


def test_another_identity(record: Path) -> None:
    for look in (check_record, read_record):
        with pytest.raises(RecordError, match=r"boundary=open\.nc.*\"n\": 4") as caught:
            look(record, "xyz")
        assert not isinstance(caught.value, DamagedRecord)
    check_record(record, "abc")


def test_data_that_were_not_there_then(tmp_path: Path) -> None:
    """A record made without a data set is of no use once it is there, and the reverse."""
    path = tmp_path / "x.nc"
    write_record(path, {}, {"identity": "abc", "data": '{"ntangled": "unavailable"}'})
    for fits in (None, {}, {"ntangled": "unavailable"}):
        check_record(path, "abc", fits)
    for had in ({"ntangled": "fetched"}, {"released_states": "fetched"}):
        with pytest.raises(RecordError, match=r"x\.nc was made when .* now it is fetched"):
            check_record(path, "abc", had)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_truncated(record: Path, kept: float) -> None:
    data = record.read_bytes()
    record.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(DamagedRecord, match=r"boundary=open\.nc is damaged or incomplete"):
        read_record(record)
    with pytest.raises(RecordError, match=r"boundary=open\.nc"):
        read_record(record, "abc")


def place(stored: h5py.h5d.DatasetID) -> tuple[int, int]:
    """Where in the file an array begins, small or deflated, and its bytes there."""
    if stored.get_offset() is not None:
        return stored.get_offset(), stored.get_storage_size()
    chunk = stored.get_chunk_info(0)
    return chunk.byte_offset, chunk.size


def test_a_flipped_byte_in_any_array(record: Path) -> None:
    data = record.read_bytes()
    with h5py.File(record) as file:
        assert {file[name].chunks is None for name in VARIABLES} == {True, False}
        places = [place(file[name].id) for name in VARIABLES]
    for start, size in places:
        for at in np.linspace(0, size - 1, 7).astype(int):
            broken = bytearray(data)
            broken[start + at] ^= 0x10
            record.write_bytes(broken)
            with pytest.raises(DamagedRecord, match=r"boundary=open\.nc") as caught:
                read_record(record, "abc")
            assert caught.value.path == record
    record.write_bytes(data)
    read_record(record, "abc")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("content", [None, b"", b"not HDF5 at all" * 99])
def test_what_is_no_record(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.nc"
    if content is not None:
        path.write_bytes(content)
    for look in (read_record, read_attributes, lambda p: check_record(p, "abc")):
        with pytest.raises(DamagedRecord, match=r"x\.nc is damaged or incomplete"):
            look(path)


def test_a_flipped_bit_anywhere(record: Path) -> None:
    """Attributes and structure too, which HDF5 does not check or may not return from."""
    data = record.read_bytes()
    places = np.random.default_rng(1).integers(0, len(data), 300)
    inside = data.index(b"abc"), data.index(b'{"n": 4}'), len(data) - 1, len(data) - 70
    for at in (*inside, *(int(k) for k in places)):
        broken = bytearray(data)
        broken[at] ^= 1 << (at % 8)
        record.write_bytes(broken)
        for look in (read_record, read_attributes, lambda p: check_record(p, "abc")):
            with pytest.raises(DamagedRecord, match=r"boundary=open\.nc .*sha256"):
                look(record)


def test_netcdf_without_the_checksum_is_no_record(record: Path) -> None:
    record.write_bytes(record.read_bytes()[:-72])
    with xarray.open_dataset(record) as dataset:
        assert dataset.attrs["identity"] == "abc"
    with pytest.raises(DamagedRecord, match="sha256"):
        read_attributes(record)


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """It is an error in words, as a full disk is."""
    (tmp_path / "vqe").write_text("a file")
    with pytest.raises(UserError, match=r"x\.nc could not be written: .*vqe"):
        write_record(tmp_path / "vqe" / "x.nc", VARIABLES, ATTRIBUTES)


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "call", ["os.fsync", "os.replace", "pathlib.Path.mkdir", "h5py.Group.create_dataset"]
)
def test_disk_full(record: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    before = record.read_bytes()
    monkeypatch.setattr(call, full)
    with pytest.raises(UserError, match=r"boundary=open\.nc could not be written: .*No space left"):
        write_record(record, VARIABLES, {"identity": "new"})
    assert record.read_bytes() == before
    assert alone(record)


WRITER = """
import os, resource, signal, sys
from pathlib import Path
import numpy as np
from overpar.base.errors import UserError
from overpar.base.records import Variable, write_record

path, how = Path(sys.argv[1]), sys.argv[2]
if how == "kill":
    os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
else:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
loss = np.random.default_rng(1).random((50, 2000))
try:
    write_record(path, {"loss": Variable(("init", "step"), loss, "loss")}, {"identity": "new"})
except UserError as error:
    sys.exit(f"message: {error}")
"""


def write_elsewhere(path: Path, how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WRITER, str(path), how]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_no_more_room_for_the_file(record: Path) -> None:
    """A real limit on file sizes: whatever HDF5 makes of it, the old record stays."""
    before = record.read_bytes()
    ended = write_elsewhere(record, "full")
    assert ended.returncode == 1
    assert "boundary=open.nc could not be written" in ended.stderr
    assert record.read_bytes() == before
    assert alone(record)


def test_killed_while_writing(record: Path) -> None:
    """The old record stays; what the killed writer left is removed by the next."""
    before = record.read_bytes()
    assert write_elsewhere(record, "kill").returncode == -signal.SIGKILL
    assert record.read_bytes() == before
    fresh = record.with_name("n=6.nc")
    assert write_elsewhere(fresh, "kill").returncode == -signal.SIGKILL
    assert not fresh.exists()
    write_record(record, VARIABLES, ATTRIBUTES)
    write_record(fresh, VARIABLES, ATTRIBUTES)
    assert {p.name for p in record.parent.iterdir()} == {record.name, fresh.name}


def test_a_living_writer_is_left_alone(record: Path) -> None:
    here = os.uname().nodename
    other = record.with_name(f".{record.name}.{here}.{os.getppid()}.tmp")
    other.write_bytes(b"in the making")
    elsewhere = record.with_name(f".{record.name}.another-{here}.{NO_PROCESS}.tmp")
    elsewhere.write_bytes(b"in the making on another computer")
    dead = record.with_name(f".{record.name}.{here}.{NO_PROCESS}.tmp")
    dead.write_bytes(b"half")
    foreign = record.with_name(f".{record.name}.mine.tmp")
    foreign.write_bytes(b"not one of ours")
    write_record(record, VARIABLES, ATTRIBUTES)
    assert other.exists()
    assert elsewhere.exists()
    assert not dead.exists()
    assert foreign.exists()
