"""Kernels are compiled once, by the first job that needs them; others wait for it."""

import contextlib
import fcntl
from collections.abc import Callable, Iterable

import numpy as np

from overpar.base.progress import say
from overpar.engines.choose import curvature_engine, make_objective
from overpar.engines.lanes import _CACHE
from overpar.engines.transfer import Transfer
from overpar.model.noise import Noise
from overpar.model.observables import tfim
from overpar.model.papers import compilation, tfim_hva
from overpar.quantities.exact_rank import exact_ranks
from overpar.quantities.information import curvature


def _statevector() -> None:
    task = compilation().task(2, 1)
    angles = np.zeros((1, task.circuit.parameters))
    make_objective(task, "statevector").loss_and_gradient(angles)
    engine = curvature_engine(tfim_hva().task(2, 1))
    engine.state(np.zeros((1, 2)))
    curvature(engine, np.zeros(2))


def _fermions() -> None:
    for boundary in ("open", "periodic"):
        make_objective(tfim_hva(boundary).task(2, 1), "fermions").loss_and_gradient(
            np.zeros((1, 2))
        )


def _paulis() -> None:
    task = compilation().task(2, 1)
    make_objective(task, "paulis").loss_and_gradient(np.zeros((1, task.circuit.parameters)))


def _transfer() -> None:
    task = tfim_hva().task(2, 1)
    observable = tfim(2, "open")
    engine = Transfer(task.circuit, Noise("local", 0.01), observable=observable)
    engine.tangents(np.zeros(2))
    engine.loss_and_gradient(np.zeros((1, 2)))


# What uses every kernel of an engine, and about the seconds that compiling them takes.
WORK: dict[str, tuple[Callable[[], object], int]] = {
    "exact": (lambda: exact_ranks(tfim_hva().task(2, 1)), 5),
    "fermions": (_fermions, 3),
    "paulis": (_paulis, 6),
    "statevector": (_statevector, 17),
    "transfer": (_transfer, 3),
}


def compile_kernels(engines: Iterable[str]) -> None:
    """Make sure that the kernels of some engines are compiled; by whom does not matter.

    Args:
        engines: modules of `overpar.engines`; those without kernels are passed over.
    """
    _CACHE.mkdir(parents=True, exist_ok=True)
    for engine in sorted(WORK.keys() & set(engines)):
        done, (work, seconds) = _CACHE / f"{engine}.compiled", WORK[engine]
        with open(_CACHE / f"{engine}.lock", "w", encoding="utf-8") as lock:
            if not done.exists():
                # The system releases it, however this process ends. Where files cannot be locked,
                # some compile what others do, to the same.
                with contextlib.suppress(OSError):
                    fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                say(f"Kernels of {engine} are compiled once, in about {seconds} s ...")
                work()
                done.touch()
