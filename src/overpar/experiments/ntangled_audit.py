"""Entanglement of the states that NTangled's weights make, beside what their names say."""

import json
import re
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from overpar.base import seeds
from overpar.base.records import Variable
from overpar.engines.choose import make_engine
from overpar.engines.interface import Complexes, EngineName, Floats
from overpar.experiments.common.inputs import haar_product_states, product_states
from overpar.experiments.common.spec import CellSpec, Context, Result
from overpar.model.ntangled_readings import READINGS, Generator, Reading, generator
from overpar.model.observables import PauliSum, Task
from overpar.quantities.entanglement import concentratable_entanglement

SOURCE = "arXiv:2109.03400, sections III and IV; the readings other than documented are ours"

FOLDERS: dict[Generator, str] = {
    "hwe": "Hardware_Efficient",
    "sea": "Strongly_Entangling",
    "conv": "Convolutional",
}
NAME = re.compile(r"(hwe|sea|conv)_(\d+)q_(ps|cb)_(\d+)_(\d+)(_\w+)?_weights\.npy")


class Spec(CellSpec):
    """One folder of weights, one reading of them, one distribution of product inputs.

    Files whose name says `cb` take all computational basis states instead.
    """

    LABEL: ClassVar[dict[str, str]] = {
        "ansatz": "ansatz",
        "qubits": "n",
        "product": "product",
        "reading": "reading",
    }
    BATCH: ClassVar[tuple[str, ...]] = ("ansatz",)
    ENGINES: ClassVar[tuple[EngineName, ...]] = ("auto", "statevector")
    ansatz: Generator = Field(description="generator, as in the file names")
    qubits: int = Field(ge=2, le=10, description="number of qubits")
    product: Literal["uniform", "haar"] = Field(
        "uniform", description="product inputs: uniform angles, or Haar-random qubits"
    )
    reading: Reading = Field("documented", description="which circuit the weights belong to")
    inputs: int = Field(300, ge=2, le=100_000, description="random product inputs")

    @model_validator(mode="after")
    def _known(self) -> "Spec":
        known = [name for of, name in READINGS if of == self.ansatz]
        if self.reading not in known:
            raise ValueError(
                f"reading must be one of {', '.join(known)} for {self.ansatz},"
                f" but is {self.reading!r}"
            )
        return self

    def needs(self) -> dict[str, str]:
        """The weights."""
        return {"ntangled": "dataset:ntangled"}

    def seconds(self) -> float:
        """Rough time of this cell on one core."""
        return 0.3 + 24 * self.inputs * 2e-8 * 3**self.qubits


def measure(
    weights: NDArray[Any], ansatz: Generator, reading: Reading, depth: int, inputs: Complexes
) -> tuple[Floats | None, str]:
    """Concentratable entanglement of the outputs for all inputs, or why there is none.

    Args:
        weights: as in a file, shape (depth, n, 3), or (depth, 30⌊n/2⌋) for "conv".
        ansatz: the generator.
        reading: one of its readings.
        depth: layers, as in the file's name.
        inputs: normalised, shape (inputs, 2ⁿ).

    Returns:
        Values (inputs,) and an empty note, or None and the reason.

    Source: arXiv:2109.03400, section III.
    """
    qubits = inputs.shape[1].bit_length() - 1
    shape = (depth, 30 * (qubits // 2)) if ansatz == "conv" else (depth, qubits, 3)
    if weights.shape != shape:
        return None, f"weights have shape {weights.shape}, not {shape}"
    if weights.dtype.kind != "f" or not np.isfinite(weights).all():
        return None, "weights are not finite real numbers"
    task = Task(generator(ansatz, reading, qubits, depth), PauliSum(()), inputs)
    angles = np.ascontiguousarray(weights, np.float64).reshape(1, -1)
    return concentratable_entanglement(make_engine(task).state(angles)[0]), ""


def run(spec: Spec, context: Context) -> Result:
    """Measure every file of a folder; without the data set the record only says so."""
    data = context.inputs.datasets["ntangled"]
    if data.missing:
        return Result({}, {"provenance": data.provenance})
    folder = f"{FOLDERS[spec.ansatz]}/{spec.qubits}_Qubits/"
    files = sorted(file for file in data.sha256 if file.startswith(folder))
    # The same inputs in every reading.
    random = seeds.generator(
        context.seed, context.experiment, f"n={spec.qubits}", "inputs", spec.product
    )
    make = product_states if spec.product == "uniform" else haar_product_states
    inputs = {
        "ps": make(spec.qubits, spec.inputs, random),
        "cb": np.eye(2**spec.qubits, dtype=np.complex128),
    }
    about, rows = [], []
    for index, file in enumerate(files):
        match = NAME.fullmatch(Path(file).name)
        values, kind, note = None, "", "the name does not say what the weights are"
        nominal, depth = np.nan, 0
        if match and match[1] == spec.ansatz and int(match[2]) == spec.qubits:
            kind, nominal, depth = match[3], int(match[4]) / 100, int(match[5])
            weights = data.array(file)
            values, note = measure(weights, spec.ansatz, spec.reading, depth, inputs[kind])
            if match[6] and not note:
                note = f"the suffix {match[6][1:]!r} of the name is not documented"
        about.append({"file": Path(file).name, "input_kind": kind, "note": note})
        mean, deviation = (np.nan, np.nan) if values is None else (values.mean(), values.std())
        rows.append((nominal, depth, mean, deviation))
        context.progress(index + 1, len(files))
    nominal_all, depths, means, deviations = np.array(rows, np.float64).reshape(-1, 4).T
    one = ("file",)
    return Result(
        {
            "nominal": Variable(one, nominal_all, "entanglement in the file's name"),
            "depth": Variable(one, depths.astype(np.int64), "layers in the file's name"),
            "mean": Variable(one, means, "CE of the outputs, mean over inputs; NaN: see files"),
            "spread": Variable(one, deviations, "its standard deviation over inputs"),
        },
        {
            "files": json.dumps(about),
            "data_commit": data.version,
            "provenance": data.provenance,
        },
    )
