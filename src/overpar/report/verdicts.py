"""Verdicts of statements, from the tests of their instances: the scorecard."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from scipy.special import chdtrc, ndtr

from overpar.base.statistics import fisher, holm
from overpar.report.outcomes import Outcome, describe, outcome
from overpar.report.pairs import Pairs, smallest_shift, together
from overpar.report.statements import Claims, Statement

VERDICTS = ("open", "corrected", "asymptotic", "not testable", "replicated")
MEANINGS = {
    "open": "its test fails, and no tested statement says why",
    "corrected": "its test fails, and the statements that show the cause are replicated",
    "asymptotic": "its test fails at this size, and the exact law at this size is replicated",
    "not testable": "this run has not all that its test reads",
    "replicated": "its test holds on every instance",
}
INSTANCE = {True: "holds", False: "fails", None: "not tested"}


@dataclass
class _Judged:
    """A statement with what its tests saw."""

    statement: Statement
    outcomes: list[Outcome]
    results: list[bool | None]
    values: list[str]
    held: bool | None
    summary: str


def judge(
    claims: Claims, tables: Mapping[str, pd.DataFrame], published: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scorecard, and the instances behind it.

    A statement's test holds if that of every instance does. p-values are corrected by Holm over
    all cells of all instances; beside them stands that of all cells of a group together. Either
    counts at half of `alpha`.

    Args:
        claims: the statements.
        tables: our tables by name.
        published: published facts by file name.

    Returns:
        One row per statement, those that are not replicated first, with columns id, source,
        statement, fixed, test, power, instances, expected, observed, verdict, cause, explanation;
        and one per instance, with columns id, instance, expected, observed, value, result.
    """
    judged = [_judge(one, claims.alpha, tables, published) for one in claims.statements]
    held = {one.statement.id: one.held for one in judged}
    rows = [_row(one, held, claims) for one in judged]
    rows.sort(key=lambda row: VERDICTS.index(row["verdict"]))
    instances = [
        {
            "id": one.statement.id,
            "instance": instance.label,
            "expected": seen.expected,
            "observed": seen.observed,
            "value": value,
            "result": INSTANCE[result],
        }
        for one in judged
        for instance, seen, value, result in zip(
            one.statement.instances, one.outcomes, one.values, one.results, strict=True
        )
    ]
    return pd.DataFrame(rows), pd.DataFrame(instances)


def _judge(
    statement: Statement,
    alpha: float,
    tables: Mapping[str, pd.DataFrame],
    published: Mapping[str, pd.DataFrame],
) -> _Judged:
    left_out = [rows.where for rows in statement.leave_out]
    outcomes = [outcome(i, left_out, tables, published) for i in statement.instances]
    p_values = [_p_values(seen) for seen in outcomes]
    corrected = iter(holm([p for each in p_values for p in each]))
    results: list[bool | None] = []
    values = []
    smallest = 1.0
    for seen, each in zip(outcomes, p_values, strict=True):
        adjusted = [float(next(corrected)) for _ in each]
        if adjusted:
            smallest = min(smallest, *adjusted)
            results.append(min(adjusted) >= alpha / 2)
            values.append(f"p {_small(min(adjusted))} (Holm)")
        else:
            results.append(None if seen.margin is None else bool(seen.margin >= 0))
            values.append("" if seen.margin is None else f"margin {seen.margin:.3g}")
    groups = _groups(statement, outcomes)
    all_cells = float(min(holm([_together(group) for group in groups]), default=1.0))
    cells = sum(len(each) for each in p_values)
    summary = f"p {_small(smallest)} the smallest of {cells}, p {_small(all_cells)} together"
    held: bool | None = all_cells >= alpha / 2 and False not in results
    if held and None in results:
        held = None
    return _Judged(statement, outcomes, results, values, held, summary if cells else "")


def _p_values(seen: Outcome) -> list[float]:
    if seen.pairs is not None:
        return [
            fisher(*map(int, counts)) for counts in zip(*vars(seen.pairs).values(), strict=True)
        ]
    return [float(2 * ndtr(-abs(score))) for score in seen.scores]


def _groups(statement: Statement, outcomes: list[Outcome]) -> list[Pairs | list[float]]:
    """What is tested together: instances that look at different runs."""
    found: dict[str, Pairs | list[float]] = {}
    for instance, seen in zip(statement.instances, outcomes, strict=True):
        more = seen.pairs if seen.pairs is not None else seen.scores
        if seen.pairs is not None or seen.scores:
            name = instance.group
            found[name] = found[name] + more if name in found else more  # type: ignore[operator]
    return list(found.values())


def _together(group: Pairs | list[float]) -> float:
    if isinstance(group, Pairs):
        return together(group)
    return float(chdtrc(len(group), sum(score**2 for score in group)))


def _small(p_value: float) -> str:
    """A p-value, as far as its digits mean something."""
    return f"= {p_value:.2g}" if p_value > 1e-12 else "< 1e-12"


def _power(one: _Judged, alpha: float) -> str:
    """The smallest true difference found nine times in ten, of the least sensitive instance."""
    pairs = [g for g in _groups(one.statement, one.outcomes) if isinstance(g, Pairs)]
    if pairs:
        shift = max(smallest_shift(group, alpha / 2) for group in pairs)
        return f"{shift:.2g} in the share of every cell"
    known = [seen for seen in one.outcomes if seen.power is not None]
    if not known:
        return ""
    largest = max(known, key=lambda seen: seen.power or 0.0)
    return f"{largest.power:.2g} {largest.unit}" if largest.power else "any difference"


def _row(one: _Judged, held: Mapping[str, bool | None], claims: Claims) -> dict[str, object]:
    statement = one.statement
    verdict, links = _verdict(statement, one.held, held)
    said = verdict not in ("replicated", "not testable")
    return {
        "id": statement.id,
        "source": statement.source,
        "statement": statement.statement,
        "fixed": statement.fixed,
        "test": describe(statement.instances[0].test),
        "power": _power(one, claims.alpha),
        "instances": f"{one.results.count(True)} of {len(one.results)}",
        "expected": _both(statement, [seen.expected for seen in one.outcomes]),
        "observed": one.summary or _both(statement, [seen.observed for seen in one.outcomes]),
        "verdict": verdict,
        "cause": ", ".join(links) if said else "",
        "explanation": claims.explanations.get(statement.explanation, "") if said else "",
    }


def _verdict(
    statement: Statement, held: bool | None, others: Mapping[str, bool | None]
) -> tuple[str, list[str]]:
    """The verdict, and the statements that it rests on."""
    if held is None:
        return "not testable", []
    if held:
        return "replicated", []
    for verdict, links in (
        ("corrected", statement.corrected_by),
        ("asymptotic", statement.exact_law),
    ):
        if links and all(others[name] for name in links):
            return verdict, links
    return "open", []


def _both(statement: Statement, texts: list[str]) -> str:
    """What the instances have in common, or each with its label."""
    if len(set(texts)) == 1:
        return texts[0]
    labels = [instance.label for instance in statement.instances]
    return "; ".join(f"{label}: {text}" for label, text in zip(labels, texts, strict=True))
