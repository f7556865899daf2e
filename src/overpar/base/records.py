"""Records: one netCDF-4 file per cell, written whole or not at all.

Behind the netCDF-4 content stands its sha256, where readers of netCDF do not look: HDF5's own
checksums leave attributes out, and HDF5 may not return from a file whose structure is damaged.
"""

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from overpar.base.errors import UserError
from overpar.base.files import write_whole

if TYPE_CHECKING:
    import h5py
    from xarray import Dataset

_SAID = ("units", "long_name")
_NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable. "
# From so many bytes on arrays are deflated: numbers of a run shrink as much at the lowest level.
_LARGE = 4096
_DEFLATED = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
_MARK = b"\nsha256:"
_TRAILER = len(_MARK) + 64


class RecordError(UserError):
    """A record that must not be used."""


class OutdatedRecord(RecordError):
    """A record of another specification."""


class DamagedRecord(RecordError):
    """A record that cannot be read whole."""

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(f"Record {path} is damaged or incomplete ({error}).")
        self.path = path


@dataclass(frozen=True, eq=False)
class Variable:
    """An array with named dimensions, units and a description.

    Args:
        dims: one name per axis.
        values: the data.
        description: what it is.
        units: "1" for a pure number, "rad" for angles.
    """

    dims: tuple[str, ...]
    values: NDArray[Any]
    description: str
    units: str = "1"


def write_record(
    path: Path, variables: Mapping[str, Variable], attributes: Mapping[str, Any]
) -> None:
    """Write a record under a temporary name, then move it into place.

    Large arrays are stored with shuffle and deflate; for the checksum see the module.

    Args:
        path: where the record ends up.
        variables: by name; equal dimension names must have equal lengths.
        attributes: strings, numbers.

    Raises:
        UserError: if the file cannot be written, e.g. because the disk is full.
    """
    # Jobs that write no record do not pay for it.
    import h5py

    # Made in memory: HDF5 can end the process when the disk is full, a plain write cannot.
    memory = io.BytesIO()
    try:
        # Not by h5netcdf, which takes four times as long as all the rest.
        with h5py.File(memory, "w", track_order=True) as file:
            stored: dict[str, h5py.Dataset] = {}
            for name, variable in variables.items():
                options = _DEFLATED if variable.values.nbytes >= _LARGE else {}
                stored[name] = file.create_dataset(name, data=variable.values, **options)
                stored[name].attrs["units"] = variable.units
                stored[name].attrs["long_name"] = variable.description
            _name_axes(file, stored, variables)
            for key, value in attributes.items():
                file.attrs[key] = value
        write_whole(path, memory.getbuffer(), _trailer(memory.getbuffer()))
    except OSError as error:
        raise UserError(f"Record {path} could not be written: {error}.") from error


def _name_axes(
    file: "h5py.File", stored: "dict[str, h5py.Dataset]", variables: Mapping[str, Variable]
) -> None:
    """Attach dimension scales to all axes, as netCDF-4 does it."""
    scales: dict[str, h5py.Dataset] = {}
    for name, variable in variables.items():
        for axis, size, dim in zip(
            stored[name].dims, variable.values.shape, variable.dims, strict=True
        ):
            if dim not in scales:
                named = dim in variables
                scales[dim] = stored[dim] if named else file.create_dataset(dim, (size,), ">f4")
                scales[dim].make_scale("" if named else f"{_NO_VARIABLE}{size:10d}")
            # The scale of its own axis has no list of them.
            if dim != name:
                axis.attach_scale(scales[dim])


def _trailer(content: bytes | memoryview) -> bytes:
    return _MARK + hashlib.sha256(content).hexdigest().encode()


@contextlib.contextmanager
def _content(path: Path) -> Iterator["h5py.File"]:
    """A record's netCDF-4 content, read once and checked before any of it is interpreted.

    Raises:
        DamagedRecord: if a single bit is not as it was written.
    """
    # Models are named without a record, in a library without HDF5.
    import h5py

    try:
        data = memoryview(path.read_bytes())
        content = data[:-_TRAILER]
        if bytes(data[-_TRAILER:]) != _trailer(content):
            raise ValueError("its content does not have the sha256 that stands at its end")
        with h5py.File(io.BytesIO(content), "r") as file:
            yield file
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise DamagedRecord(path, error) from error


def _attributes(file: "h5py.File") -> dict[str, Any]:
    # Numbers are stored as arrays of one.
    return {
        name: value if isinstance(value, str) or np.size(value) > 1 else value.item()
        for name, value in file.attrs.items()
    }


def _dims(file: "h5py.File", item: "h5py.Dataset") -> tuple[str, ...]:
    """The names of a variable's axes; one that has the name of its axis has no list of them."""
    import h5py

    if "DIMENSION_LIST" in item.attrs:
        # Not by opening what is named, which takes as long as to read the numbers.
        found = (h5py.h5r.get_name(scale, file.id) for (scale,) in item.attrs["DIMENSION_LIST"])
        return tuple(path.decode().removeprefix("/") for path in found)
    return (item.name.removeprefix("/"),) if item.ndim else ()


def check_record(path: Path, identity: str, data: Mapping[str, str] | None = None) -> None:
    """Check that a file is whole and what it says it is: about a millisecond per megabyte.

    Args:
        path: the file.
        identity: what the record must have.
        data: how fetching ended, by data set; what is not named may have ended in any way.

    Raises:
        DamagedRecord: if the file is damaged.
        OutdatedRecord: if it is a record of another specification.
    """
    with _content(path) as file:
        # No more of them: this is done for every record whenever a run begins.
        found, had = file.attrs.get("identity"), json.loads(file.attrs.get("data", "{}"))
    if found != identity:
        # Whole, for what is said of it.
        _check_identity(path, read_attributes(path), identity)
    for name, status in (data or {}).items():
        if had.get(name) != status:
            raise OutdatedRecord(
                f"Record {path} was made when the data set {name} was {had.get(name, 'unknown')};"
                f" now it is {status}."
            )


def _check_identity(path: Path, attributes: Mapping[str, Any], identity: str) -> None:
    if attributes.get("identity") != identity:
        raise OutdatedRecord(
            f"Record {path} was made with other settings, seed or code (its specification:"
            f" {attributes.get('spec')})."
        )


def read_attributes(path: Path) -> dict[str, Any]:
    """The attributes of a record, without its arrays.

    Raises:
        DamagedRecord: if the file is damaged.
    """
    with _content(path) as file:
        return _attributes(file)


def read_record(path: Path, identity: str | None = None) -> "Dataset":
    """Read a record whole: its variables with dimensions and units, and its attributes.

    Args:
        path: the file.
        identity: if given, the identity that the record must have.

    Returns:
        What `xarray.open_dataset` reads from the file, in memory and not interpreted.

    Raises:
        DamagedRecord: if the file is damaged.
        OutdatedRecord: if the record is of another specification.
    """
    # Jobs that read no record do not pay for it.
    from xarray import Dataset

    with _content(path) as file:
        attributes = _attributes(file)
        variables = {
            name: (_dims(file, item), np.asarray(item[()]), {k: item.attrs[k] for k in _SAID})
            for name, item in file.items()
            if "long_name" in item.attrs  # else a dimension without values
        }
    if identity is not None:
        _check_identity(path, attributes, identity)
    return Dataset(variables, attrs=attributes)
