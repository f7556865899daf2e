"""`overpar diagnose`: what a circuit will do, before it is trained."""

import argparse
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from overpar.base.progress import reporter
from overpar.base.statistics import variance_interval
from overpar.base.validation import check
from overpar.model.family import Family
from overpar.quantities.diagnosis import Size, diagnose
from overpar.quantities.verdict import LEVEL, judge_family
from overpar.study import config as configuration

DESCRIPTION = """\
Say of a circuit family, before it is trained: the dimension of its Lie algebra, the largest rank of
its quantum Fisher information, how many angles reach it (the estimate of M_c, from where on it is
overparametrised), how its gradients change with size, and what follows.
"""
EXAMPLES = """\
SPEC.yaml, for example:
  model:                         # as under `models` in the config; see config/README.md
    generators: ["ZZ", "XX@0::2 + YY@0::2", "XX@1::2 + YY@1::2", "Z@0::2"]
    state: "01"
    observable: "XX + YY + 0.5*ZZ"
  qubits: [4, 6, 8]              # three or more sizes give a trend
A model is generators, `circuit: FILE.py:FUNCTION` or `ansatz: tfim_hva | hardware_efficient`.
Further keys: depth and samples (layers and random points for the gradients), max_dim (where
counting the dimension stops), max_angles (longest circuit whose rank is computed), seed.
"""
VERDICTS = {
    "trainable": "trainable: it can be overparametrised, and its gradients do not vanish with n",
    "hard": "hard: its gradients vanish exponentially with n, before it can be overparametrised",
    "undecided": "undecided: what is known of it does not settle whether larger sizes train",
}


class Spec(BaseModel):
    """What is diagnosed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: Family
    qubits: list[int] = Field(min_length=1, description="sizes n, from 1 to 256")
    depth: int | None = Field(
        None, ge=1, le=5000, description="layers for the gradients; twice those of full rank"
    )
    samples: int = Field(1000, ge=10, le=1_000_000, description="random points")
    max_dim: int = Field(2048, ge=1, le=2**20, description="where counting the dimension stops")
    max_angles: int = Field(1200, ge=1, le=5000, description="largest circuit for the rank")
    seed: int = Field(0, ge=0, description="of the random angles")

    @field_validator("qubits")
    @classmethod
    def _sizes(cls, sizes: list[int]) -> list[int]:
        if not all(1 <= n <= 256 for n in sizes):
            raise ValueError(f"sizes must be from 1 to 256, but are {sizes}")
        return sorted(set(sizes))


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `diagnose`."""
    command = commands.add_parser(
        "diagnose",
        help="say what a circuit will do, before it is trained",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("spec", type=Path, metavar="SPEC.yaml", help="see below")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--max-dim", type=int, metavar="D", help="takes the place of the spec's")
    command.set_defaults(run=_run)


def report(path: Path, max_dim: int | None = None) -> dict[str, Any]:
    """The diagnosis of a spec, ready for JSON.

    Raises:
        UserError: if the spec is wrong or does not fit a size.
    """
    values = configuration.read([path])
    if isinstance(values.get("qubits"), int):
        values["qubits"] = [values["qubits"]]
    if max_dim is not None:
        values["max_dim"] = max_dim
    spec = check(Spec, values, source=str(path))
    if spec.model.circuit is None:
        for n in spec.qubits:
            spec.model.sums(n)  # refuses a size before any is computed
    rows = []
    for n in spec.qubits:
        size = diagnose(
            spec.model,
            n,
            samples=spec.samples,
            max_dim=spec.max_dim,
            max_angles=spec.max_angles,
            depth=spec.depth,
            seed=spec.seed,
            progress=reporter(f"{n} qubits"),
        )
        rows.append(_row(size))
    return {"model": values["model"], "sizes": rows, **judge_family(rows)}


def _row(size: Size) -> dict[str, Any]:
    row: dict[str, Any] = {
        "qubits": size.qubits,
        "dimension": size.dimension.value,
        "exceeds": size.dimension.exceeds,
        "sector_dimension": size.sector.value,
        "ideals": size.ideals or None,
        "rank": size.rank,
        "rank_is_full": size.rank_is_full,
        "angles": size.angles,
        "depth": size.depth,
        "variance_depth": size.variance_depth,
        "predicted_loss_variance": size.predicted,
        "notes": size.notes,
    }
    for name, sample in (("loss", size.losses), ("gradient", size.derivatives)):
        value, half = (None, None) if sample is None else variance_interval(sample, LEVEL)
        row |= {f"{name}_variance": value, f"{name}_half": half}
    return row


def _shown(found: dict[str, Any]) -> str:
    """The diagnosis as text."""
    head = ("n", "dim g", "on state", "rank", "angles", "layers", "Var dL (99 %)", "Var L", "deep")
    lines = [head]
    for row in found["sizes"]:
        dimension = row["dimension"] or (f"> {row['exceeds']}" if row["exceeds"] else "?")
        rank = row["rank"] if row["rank_is_full"] or row["rank"] is None else f">= {row['rank']}"
        gradient = row["gradient_variance"]
        lines.append(
            (
                row["qubits"],
                dimension,
                row["sector_dimension"] or "?",
                "?" if rank is None else rank,
                row["angles"] if row["rank_is_full"] else "?",
                row["depth"] if row["rank_is_full"] else "?",
                "?" if gradient is None else f"{gradient:.3g} ± {row['gradient_half']:.1g}",
                "?" if gradient is None else f"{row['loss_variance']:.3g}",
                "?"
                if row["predicted_loss_variance"] is None
                else f"{row['predicted_loss_variance']:.3g}",
            )
        )
    widths = [max(len(str(line[k])) for line in lines) for k in range(len(head))]
    out = [
        "  ".join(f"{cell!s:>{w}}" for cell, w in zip(line, widths, strict=True)) for line in lines
    ]
    out += [
        "",
        "rank, angles, layers: largest rank of the QFIM, and the shortest circuit found with it,",
        "whose number of angles estimates M_c. Var dL: of the derivative along the middle angle.",
        "deep: the variance of the loss of deep circuits, from the algebra alone.",
        "",
    ]
    for row in found["sizes"]:
        if row["ideals"]:
            out.append(f"n = {row['qubits']}: the algebra is {row['ideals']}")
        out += [f"n = {row['qubits']}: {note}" for note in row["notes"]]
    for name, text in (("angles", "angles of full rank"), ("gradient_variance", "Var dL")):
        known = found["trends"][name]
        if known:
            values = known["extrapolated"]
            out.append(
                f"{text} extrapolated to n = {known['extrapolated_to']}: {values['power']:.3g} by a"
                f" power, {values['exponential']:.3g} by an exponential"
            )
    out += ["", f"verdict: {VERDICTS[found['verdict']]}"]
    out += [f"  - {reason}" for reason in found["reasons"]]
    out += ["what this cannot know:", *(f"  - {text}" for text in found["cannot_know"])]
    return "\n".join(out)


def _run(options: argparse.Namespace) -> None:
    found = report(options.spec, options.max_dim)
    print(json.dumps(found, ensure_ascii=False, indent=1) if options.json else _shown(found))
