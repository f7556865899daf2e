"""What a model will do, before it is trained."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from overpar.api.html import html_table
from overpar.base.checks import instance, integer, require
from overpar.base.errors import UserError, extras
from overpar.base.progress import Progress, silent
from overpar.base.statistics import variance_interval
from overpar.model.model import Model
from overpar.quantities.diagnosis import Size, diagnose_size
from overpar.quantities.verdict import LEVEL, QUANTILE, judge_sizes

VERDICTS = {
    "trainable": "trainable: it can be overparametrised, and its gradients do not vanish with n",
    "hard": "hard: its gradients vanish exponentially with n, before it can be overparametrised",
    "flat": "flat: its loss does not depend on any angle, so there is nothing to train",
    "undecided": "undecided: what is known of it does not settle whether larger sizes train",
}
LEGEND = """\
rank, angles, layers: rank of the QFIM at generic angles where more layers do not raise it, and
the shortest circuit of all depths with it, whose number of angles estimates M_c.
Var dL: of the derivative along an angle, averaged over all that the loss depends on.
deep: the variance of the loss of deep circuits, from the algebra alone."""

# Types of what a row has, where it is known.
ROW = {
    **dict.fromkeys(("dimension", "exceeds", "sector_dimension", "rank", "angles"), ("integer",)),
    **dict.fromkeys(("depth", "variance_depth"), ("integer",)),
    **dict.fromkeys(("predicted_loss_variance", "loss_variance", "loss_half"), ("number",)),
    **dict.fromkeys(("gradient_variance", "gradient_half"), ("number",)),
    "ideals": ("string",),
}
INTEGER: dict[str, Any] = {"type": "integer"}
TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Schema of an object that has all of these properties and no others."""
    closed = {"required": list(properties), "additionalProperties": False}
    return {"type": "object", "properties": properties, **closed}


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What is known of a model at several sizes, and what follows.

    Args:
        model: its name.
        sizes: a row of numbers per size; None where not known.
        trends: laws of dimension, angles and gradient variance against n, where three sizes tell.
        verdict: "trainable", "hard", "flat" or "undecided".
        reasons: for the verdict.
        cannot_know: what no such diagnosis says.
    """

    model: str
    sizes: list[dict[str, Any]]
    trends: dict[str, Any]
    verdict: str
    reasons: list[str]
    cannot_know: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return asdict(self)

    @staticmethod
    def schema() -> dict[str, Any]:
        """JSON schema of what `to_dict` returns."""
        row: dict[str, Any] = {name: {"type": [*kinds, "null"]} for name, kinds in ROW.items()}
        row |= {"qubits": INTEGER, "rank_is_full": {"type": "boolean"}, "notes": TEXTS}
        number = {"type": "number"}
        names = ("power", "power_half", "rate", "rate_half", "extrapolated_to")
        laws = {"power": number, "exponential": number}
        trend = {name: number for name in names} | {
            "law": {"enum": ["power", "exponential", "constant", "undecided"]},
            "extrapolated": _object(laws),
        }
        trends = ("dimension", "angles", "gradient_variance")
        return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | _object(
            {
                "model": {"type": "string"},
                "sizes": {"type": "array", "items": _object(row)},
                "trends": _object(
                    {name: {"anyOf": [_object(trend), {"type": "null"}]} for name in trends}
                ),
                "verdict": {"enum": list(VERDICTS)},
                "reasons": TEXTS,
                "cannot_know": TEXTS,
            }
        )

    def table(self) -> Any:
        """One row per size, as it is printed: a pandas data frame of text.

        Raises:
            UserError: if pandas is not installed.
        """
        with extras():
            import pandas as pd

        return pd.DataFrame([_shown(row) for row in self.sizes])

    def __repr__(self) -> str:
        rows = [_shown(row) for row in self.sizes]
        lines = [tuple(rows[0]), *(tuple(row.values()) for row in rows)]
        widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
        out = ["  ".join(f"{c:>{w}}" for c, w in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([*out, "", LEGEND, "", *self._text()])

    def _repr_html_(self) -> str:
        from html import escape

        rows = [_shown(row) for row in self.sizes]
        table = html_table([tuple(row.values()) for row in rows], tuple(rows[0]))
        text = escape("\n".join(self._text()))
        try:
            image = f'<img src="data:image/png;base64,{self._image()}">'
        except UserError as error:
            image = f"<p>{escape(str(error))}</p>"
        return f"{table}{image}<pre>{text}</pre>"

    def _image(self) -> str:
        """The plot, as a PNG in base 64."""
        import base64
        import io

        with extras():
            import matplotlib.pyplot as plt

        figure, out = self.plot()[0].figure, io.BytesIO()
        figure.savefig(out, format="png", dpi=110)
        plt.close(figure)
        return base64.b64encode(out.getvalue()).decode()

    def _text(self) -> list[str]:
        """What stands below the table."""
        out = []
        for row in self.sizes:
            if row["ideals"]:
                out.append(f"n = {row['qubits']}: the algebra is {row['ideals']}")
            out += [f"n = {row['qubits']}: {note}" for note in row["notes"]]
        for name, text in (("angles", "angles of full rank"), ("gradient_variance", "Var dL")):
            known = self.trends[name]
            if known:
                values = known["extrapolated"]
                out.append(
                    f"{text} extrapolated to n = {known['extrapolated_to']}:"
                    f" {values['power']:.3g} by a power, {values['exponential']:.3g} by an"
                    " exponential"
                )
        out += ["", f"verdict: {VERDICTS[self.verdict]}"]
        out += [f"  - {reason}" for reason in self.reasons]
        return [*out, "what this cannot know:", *(f"  - {text}" for text in self.cannot_know)]

    def plot(self, axes: Any = None) -> Any:
        """Draw dimension, rank and angles of full rank, and variances, against n, with trends.

        Power laws are dashed and exponentials dotted, up to the size they are extrapolated to;
        where the sizes do not tell, both are drawn.

        Args:
            axes: two Matplotlib axes to draw into; new ones if None.

        Returns:
            The axes.

        Raises:
            UserError: if Matplotlib is not installed.
        """
        with extras():
            from overpar.report.plots.own import draw_sizes

        return draw_sizes(self.sizes, self.trends, axes)


def diagnose(
    model: Model,
    qubits: int | Iterable[int],
    *,
    samples: int = 1000,
    depth: int | None = None,
    max_dim: int = 2048,
    max_angles: int = 1200,
    seed: int = 0,
    progress: Progress = silent,
) -> Diagnosis:
    """Say what a model will do before it is trained; prints as a table.

    The dimension of its Lie algebra, the largest rank of its quantum Fisher information at generic
    angles (exact for rotations and Clifford+T gates), how many angles reach it (the estimate of
    M_c, from where on it is overparametrised), how its gradients change with size, and what
    follows.

    Args:
        model: what is diagnosed.
        qubits: sizes n, from 1 to 256; three or more give a trend. Ranks and gradients up to 12.
        samples: random points for losses and gradients.
        depth: layers for losses and gradients; twice those of full rank if None.
        max_dim: where counting the dimension of the algebra stops.
        max_angles: most angles of a circuit whose rank is computed.
        seed: of the random angles for losses and gradients.
        progress: called with (thousandths of stages done, those of all stages).

    Returns:
        The numbers of every size, trends and verdict; prints as a table, and `plot` draws it.

    Raises:
        UserError: if an argument is out of range, or the model does not fit a size.

    Examples:
        >>> import overpar as op
        >>> found = op.diagnose(op.tfim_hva("open"), qubits=4, samples=100)
        >>> found.sizes[0]["dimension"], found.sizes[0]["rank"]
        (16, 8)

    Source: arXiv:2109.11676, theorems 1 to 3, for what the numbers mean; the verdict is ours.
    """
    instance("model", model, Model, 'load_model("tfim_hva")')
    sizes = sorted({qubits} if isinstance(qubits, int) else set(qubits))
    require(
        bool(sizes) and all(isinstance(n, int) and 1 <= n <= 256 for n in sizes),
        f"Argument `qubits` must be sizes from 1 to 256, but is {qubits!r}.",
    )
    for name, value, least in (("samples", samples, 10), ("max_dim", max_dim, 1)):
        integer(name, value, least)
    for name, value, least in (("max_angles", max_angles, 1), ("seed", seed, 0)):
        integer(name, value, least)
    integer("depth", 1 if depth is None else depth, 1)
    if model.circuit is None:
        for n in sizes:
            model.algebra(n)  # refuses a size before any is computed
    rows = []
    for done, n in enumerate(sizes):
        size = diagnose_size(
            model,
            n,
            samples=samples,
            max_dim=max_dim,
            max_angles=max_angles,
            depth=depth,
            seed=seed,
            progress=lambda stage, stages, done=done: progress(  # type: ignore[misc]
                done * stages + stage, len(sizes) * stages
            ),
        )
        rows.append(_row(size))
    return Diagnosis(model=model.name, sizes=rows, **judge_sizes(rows))


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
    names = ("loss_variance", "loss_half", "gradient_variance", "gradient_half")
    row |= dict.fromkeys(names)
    if size.losses is not None and size.squares is not None:
        mean, error = size.squares.mean(), size.squares.std() / len(size.squares) ** 0.5
        found = (*variance_interval(size.losses, LEVEL), float(mean), float(QUANTILE * error))
        row |= dict(zip(names, found, strict=True))
    return row


def _shown(row: dict[str, Any]) -> dict[str, str]:
    """A row of numbers as text by heading; "?" where not known."""
    more = f"> {row['exceeds']}" if row["exceeds"] else None
    known = row["rank"] is not None
    least = row["rank"] if row["rank_is_full"] or not known else f">= {row['rank']}"
    gradient, predicted = row["gradient_variance"], row["predicted_loss_variance"]
    cells = {
        "n": row["qubits"],
        "dim g": row["dimension"] or more,
        "on state": row["sector_dimension"] or None,
        "rank": least,
        "angles": row["angles"] if row["rank_is_full"] else None,
        "layers": row["depth"] if row["rank_is_full"] else None,
        "Var dL (99 %)": None
        if gradient is None
        else f"{gradient:.3g} ± {row['gradient_half']:.1g}",
        "Var L": None if gradient is None else f"{row['loss_variance']:.3g}",
        "deep": None if predicted is None else f"{predicted:.3g}",
    }
    return {name: "?" if cell is None else str(cell) for name, cell in cells.items()}
