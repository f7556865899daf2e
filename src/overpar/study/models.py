"""Models by what people call them: a name, a spec file, or a function in a file."""

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from overpar.base.checks import require
from overpar.base.errors import UserError
from overpar.base.progress import say
from overpar.base.validation import check
from overpar.engines.interface import Complexes
from overpar.experiments.common.states import BASIS_STATES, StateSource, needs, training_states
from overpar.model.model import Model
from overpar.model.papers import autoencoder, compilation, hardware_efficient, tfim_hva
from overpar.study.config import read
from overpar.study.execute import prepare
from overpar.study.results import find_project, open_study

# The papers' own, beside those of the config.
PAPERS: dict[str, Callable[[], Model]] = {
    "tfim_hva": tfim_hva,
    "hea": hardware_efficient,
    "hea_compilation": compilation,
}
AUTOENCODER = "hea_autoencoder"


class Spec(BaseModel):
    """A spec file: a model, and what `overpar diagnose` does with it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: Model
    qubits: Annotated[list[int], BeforeValidator(lambda n: [n] if isinstance(n, int) else n)] = (
        Field(default_factory=list, min_length=1, description="sizes n, from 1 to 256")
    )
    depth: int | None = Field(
        None, ge=1, le=5000, description="layers for the gradients; twice those of full rank"
    )
    samples: int = Field(1000, ge=10, le=1_000_000, description="random points")
    max_dim: int = Field(2048, ge=1, le=2**20, description="where counting the dimension stops")
    max_angles: int = Field(1200, ge=1, le=5000, description="largest circuit for the rank")
    seed: int = Field(0, ge=0, description="of the random angles")

    def settings(self) -> dict[str, Any]:
        """What was given beside the model, as arguments of `diagnose`."""
        return {key: getattr(self, key) for key in self.model_fields_set if key != "model"}


def is_spec(reference: str) -> bool:
    """Whether a reference to a model is a spec file."""
    return reference.endswith((".yaml", ".yml"))


def read_spec(path: Path) -> Spec:
    """A spec file, checked.

    Raises:
        UserError: naming file and key of the first thing that is wrong.
    """
    return check(Spec, read([path]), source=str(path))


def load_model(reference: str, **settings: Any) -> Model:
    """A model by name, from a spec file, from OpenQASM, or from a function that returns a circuit.

    Args:
        reference: a name under `models` in the project's config; "tfim_hva",
            "hea" or "hea_compilation"; SPEC.yaml, a file with a `model`; FILE.qasm; or
            FILE.py:FUNCTION.
        settings: fields of `Model` that take the place of the model's own.

    Raises:
        UserError: if there is no such model, or it is wrong.

    Examples:
        >>> import overpar as op
        >>> op.load_model("tfim_hva", boundary="periodic").task(qubits=4, depth=3).parameters
        6
    """
    if reference in PAPERS:
        found = PAPERS[reference]()
    elif is_spec(reference):
        found = read_spec(Path(reference)).model
    elif ":" in reference or reference.endswith(".qasm"):
        found = Model(name=Path(reference.rpartition(":")[2]).stem, circuit=reference)
    else:
        found = _of_config(reference)
    given = {key: getattr(found, key) for key in found.model_fields_set}
    return Model(**{**given, **settings}) if settings else found


def _of_config(name: str) -> Model:
    """A model of the config of the project that this directory is in."""
    # Outside a project there are the papers' models.
    plan = open_study().plan if find_project() else None
    names = list(dict.fromkeys([*PAPERS, *(plan.config.models if plan else ())]))
    close = difflib.get_close_matches(name, names, n=1)
    require(
        name in names,
        f"There is no model {name!r}; allowed: {', '.join(names)}, SPEC.yaml, FILE.qasm or"
        " FILE.py:FUNCTION." + (f" Did you mean {close[0]!r}?" if close else ""),
    )
    assert plan is not None
    return plan.model(name)


def trained_autoencoder(states: StateSource = "ntangled", state: int | None = None) -> Model:
    """The quantum autoencoder of the paper with its training states, fetched or made here.

    Args:
        states: where they come from, as in the autoencoder experiment.
        state: only the one of this number, 0, 5, 12 or 2; all four if None.

    Raises:
        UserError: if the states cannot be had.
    """
    study = open_study()
    # Nothing is configured here, so that "ntangled" never stands for the released states.
    kept = {states, "regenerated"}
    wanted: dict[str, str] = {n: need for n, need in needs(states).items() if n in kept}
    found, about = training_states(states, "auto", prepare(study, wanted))
    if found is None:
        raise UserError(f"The {states} states are {about['provenance']}")
    say(f"training states: {about['provenance']}")
    chosen: Complexes = found if state is None else found[[BASIS_STATES.index(state)]]
    return autoencoder(np.asarray(chosen))
