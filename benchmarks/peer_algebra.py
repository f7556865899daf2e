"""Lie closures with PennyLane: one JSON list of sets in, one JSON list of answers out.

Run by bench.py and tests/agreement/test_peers.py with the peers' Python. A set is a list of
generators, each a list of terms [coefficient, letters, qubits]; an answer has its dimension and
the seconds it took. PennyLane keeps products of strings, so only the first time is that of a user.
"""

import json
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


def answer(generators: list[list[list[Any]]]) -> dict[str, float]:
    """Dimension and seconds of a closure."""
    started = time.perf_counter()
    closure = qml.lie_closure([sentence(terms) for terms in generators], pauli=True)
    return {"dimension": len(closure), "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    print(json.dumps([answer(one) for one in json.load(sys.stdin)]))
