"""Records: one netCDF-4 file per cell, written whole or not at all."""

import glob
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
from numpy.typing import NDArray

from overpar.base.errors import UserError


class RecordError(UserError):
    """A record that is damaged or belongs to another specification."""


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


@dataclass(frozen=True, eq=False)
class Record:
    """Variables and attributes of one cell, as read from its file."""

    variables: dict[str, NDArray[Any]]
    attributes: dict[str, Any]


def write_record(
    path: Path, variables: Mapping[str, Variable], attributes: Mapping[str, Any]
) -> None:
    """Write a record under a temporary name, then move it into place.

    Arrays are stored with shuffle, deflate and a checksum per chunk.

    Args:
        path: where the record ends up.
        variables: by name; equal dimension names must have equal lengths.
        attributes: strings, numbers.

    Raises:
        UserError: if the file cannot be written, e.g. because the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    # Made in memory: HDF5 can end the process when the disk is full, a plain write cannot.
    memory = io.BytesIO()
    try:
        with h5netcdf.File(memory, "w") as file:
            for name, variable in variables.items():
                for dim, size in zip(variable.dims, variable.values.shape, strict=True):
                    if dim not in file.dimensions:
                        file.dimensions[dim] = size
                options = (
                    {"compression": "gzip", "compression_opts": 4, "shuffle": True}
                    | {"fletcher32": True}
                    if variable.values.ndim
                    else {}
                )
                stored = file.create_variable(
                    name, variable.dims, variable.values.dtype, data=variable.values, **options
                )
                stored.attrs["units"] = variable.units
                stored.attrs["long_name"] = variable.description
            for key, value in attributes.items():
                file.attrs[key] = value
        with open(temporary, "wb") as handle:
            handle.write(memory.getbuffer())
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise UserError(f"Record {path} could not be written: {error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove what writers of a record left behind when they were killed."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        try:
            os.kill(int(left.name.split(".")[-2]), 0)
        except ProcessLookupError:
            left.unlink(missing_ok=True)
        except PermissionError:
            pass  # alive, and someone else's


def check_record(path: Path, identity: str, data: Mapping[str, str] | None = None) -> None:
    """Check what a file says it is, without reading its arrays: under a millisecond.

    Args:
        path: the file.
        identity: what the record must have.
        data: how fetching ended, by data set; what is not named may have ended in any way.

    Raises:
        DamagedRecord: if the file is not a whole HDF5 file.
        RecordError: if it is a record of another specification.
    """
    try:
        with h5py.File(path, "r") as file:
            found, spec = file.attrs.get("identity"), file.attrs.get("spec")
            had = json.loads(file.attrs.get("data", "{}"))
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise DamagedRecord(path, error) from error
    if found != identity:
        raise RecordError(
            f"Record {path} was made with other settings, seed or code (its specification: {spec})."
        )
    for name, status in (data or {}).items():
        if had.get(name) != status:
            raise RecordError(
                f"Record {path} was made when the data set {name} was {had.get(name, 'unknown')};"
                f" now it is {status}."
            )


def read_attributes(path: Path) -> dict[str, Any]:
    """The attributes of a record, without its arrays.

    Raises:
        DamagedRecord: if the file is not a whole netCDF file.
    """
    try:
        with h5netcdf.File(path, "r") as file:
            return {key: _plain(value) for key, value in file.attrs.items()}
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise DamagedRecord(path, error) from error


def read_record(path: Path, identity: str | None = None) -> Record:
    """Read a record whole; every chunk is checked.

    Args:
        path: the file.
        identity: if given, the identity that the record must have.

    Raises:
        DamagedRecord: if the file is damaged.
        RecordError: if the record is of another specification.
    """
    if identity is not None:
        check_record(path, identity)
    try:
        with h5netcdf.File(path, "r") as file:
            attributes = {key: _plain(value) for key, value in file.attrs.items()}
            variables = {name: np.asarray(v[...]) for name, v in file.variables.items()}
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise DamagedRecord(path, error) from error
    return Record(variables, attributes)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
