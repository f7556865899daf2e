"""Tables of circuits: one row per gate."""

import json
from collections.abc import Iterable

import pandas as pd
from xarray import Dataset

from overpar.report.tables.columns import columns


@columns("circuit", "qubits", "index", "name", "on", "parameter", "layer", "parameters")
def gates(records: Iterable[Dataset]) -> pd.DataFrame:
    """One row per gate in the order they act.

    `on` lists the qubits, `parameter` is −1 for a fixed gate, `layer` is 1 for gates that every
    layer repeats, `parameters` the number of angles of the circuit with one layer.
    """
    rows = []
    for record in records:
        spec = json.loads(record.attrs["spec"])
        layers = record["layer"].values
        for index, gate in enumerate(json.loads(record.attrs["gates"])):
            rows.append(
                {
                    "circuit": spec["circuit"],
                    "qubits": spec["qubits"],
                    "index": index,
                    "name": gate["name"],
                    "on": " ".join(str(q) for q in gate["qubits"]),
                    "parameter": gate["parameter"],
                    "layer": int(layers[index]),
                    "parameters": int(record["parameters"]),
                }
            )
    return pd.DataFrame(rows)
