"""Lie closures with PennyLane: one JSON list of sets in, one JSON list of answers out.

Run by bench.py and tests/agreement/test_peers.py with the peers' Python. A set is a list of
generators, each a list of terms [coefficient, letters, qubits]; an answer has its dimension and
the median seconds of the closure.
"""

import argparse
import json
import statistics
import sys
import time
from typing import Any

import pennylane as qml
from pennylane.pauli import PauliSentence, PauliWord


def sentence(terms: list[list[Any]]) -> PauliSentence:
    """A sum of Pauli strings in PennyLane's own form, which its closure takes as it is."""
    return PauliSentence(
        {
            PauliWord(dict(zip(where, letters, strict=True))): coefficient
            for coefficient, letters, where in terms
        }
    )


def answer(generators: list[list[list[Any]]], repeats: int) -> dict[str, float]:
    """Dimension and seconds of a closure."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        closure = qml.lie_closure([sentence(terms) for terms in generators], pauli=True)
        times.append(time.perf_counter() - started)
    return {"dimension": len(closure), "seconds": statistics.median(times)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps([answer(one, options.repeats) for one in json.load(sys.stdin)]))
